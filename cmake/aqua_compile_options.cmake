# Warnings, optimisation and sanitizers, carried by one INTERFACE target that every target of ours links.
add_library(aqua_compile_options INTERFACE)
target_compile_options(aqua_compile_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  $<$<BOOL:${AQUA_WERROR}>:-Werror>
  $<$<NOT:$<CONFIG:Debug>>:-g1>
  -fno-omit-frame-pointer
  "-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 warns falsely about optional and expected values it cannot follow.
  target_compile_options(aqua_compile_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict)
endif()
if(AQUA_SANITIZE)
  target_compile_options(aqua_compile_options INTERFACE -fsanitize=${AQUA_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(aqua_compile_options INTERFACE -fsanitize=${AQUA_SANITIZE})
endif()
