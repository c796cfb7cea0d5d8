#include "aqua/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace aqua::base {

void AssertionFailed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "aqua: internal error: %s does not hold (%s:%d). Please report this.\n", expression, file, line);
  std::abort();
}

}  // namespace aqua::base
