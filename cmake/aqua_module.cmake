# Defines one module of src/: library aqua_<name> (alias aqua::<name>), its header set and its unit tests.
#
#   aqua_module(NAME imaging
#     DEPENDS base domain               modules whose headers appear in our public headers
#     PRIVATE_DEPENDS observe           modules that only our sources include
#     PRIVATE_LIBRARIES JPEG::JPEG      third-party targets; never in public headers
#     HEADERS include/aqua/imaging/x.hpp  SOURCES src/x.cpp
#     TESTS tests/x_test.cpp            TEST_DEPENDS inference_testing)
#
# A dependency that is not defined yet is refused: the order in src/CMakeLists.txt is the layer order.
# A module without SOURCES becomes an INTERFACE library. Adapters and test kits are modules of their own.
include(GoogleTest)

function(aqua_require_defined owner)
  foreach(dependency IN LISTS ARGN)
    if(NOT TARGET aqua::${dependency})
      message(FATAL_ERROR "Module '${owner}' depends on '${dependency}', which is not below it in src/CMakeLists.txt")
    endif()
  endforeach()
endfunction()

function(aqua_module)
  cmake_parse_arguments(MODULE "" "NAME" "DEPENDS;PRIVATE_DEPENDS;LIBRARIES;PRIVATE_LIBRARIES;HEADERS;SOURCES;TESTS;TEST_DEPENDS" ${ARGN})
  if(MODULE_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "aqua_module(${MODULE_NAME}): unknown arguments ${MODULE_UNPARSED_ARGUMENTS}")
  endif()
  aqua_require_defined(${MODULE_NAME} ${MODULE_DEPENDS} ${MODULE_PRIVATE_DEPENDS})
  set(target aqua_${MODULE_NAME})
  list(TRANSFORM MODULE_DEPENDS PREPEND "aqua::" OUTPUT_VARIABLE depends)
  list(TRANSFORM MODULE_PRIVATE_DEPENDS PREPEND "aqua::" OUTPUT_VARIABLE private_depends)

  if(MODULE_SOURCES)
    add_library(${target} STATIC ${MODULE_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE aqua_compile_options ${private_depends} ${MODULE_PRIVATE_LIBRARIES})
    target_include_directories(${target} PRIVATE src)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(aqua::${MODULE_NAME} ALIAS ${target})
  target_link_libraries(${target} ${scope} ${depends} ${MODULE_LIBRARIES})
  if(MODULE_HEADERS)
    target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS include FILES ${MODULE_HEADERS})
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  endif()

  if(AQUA_BUILD_TESTS AND MODULE_TESTS)
    list(TRANSFORM MODULE_TEST_DEPENDS PREPEND "aqua::" OUTPUT_VARIABLE test_depends)
    add_executable(${target}_test ${MODULE_TESTS})
    target_include_directories(${target}_test PRIVATE src)
    target_compile_definitions(${target}_test PRIVATE AQUA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    # Test kits may sit above the module, so their targets are resolved when generating, not here.
    target_link_libraries(${target}_test PRIVATE aqua_compile_options ${target} ${private_depends} ${test_depends} GTest::gmock_main)
    gtest_discover_tests(${target}_test NO_PRETTY_VALUES DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300 LABELS ${MODULE_NAME})
  endif()
endfunction()
