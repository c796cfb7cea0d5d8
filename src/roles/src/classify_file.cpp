#include "classify_file.hpp"

#include <fmt/format.h>

#include <exception>
#include <new>

#include "aqua/base/file.hpp"

namespace aqua::roles {

Result<domain::Prediction> GuardWork(const std::function<Result<domain::Prediction>()>& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return MakeError(ErrorCode::kResourceExhausted, "not enough memory for this image; free some, or lower classify.workers", "out_of_memory");
  } catch (const std::exception& failure) {
    return MakeError(ErrorCode::kInternal, fmt::format("internal error: {}; please report this", failure.what()), "internal_error");
  }
}

Result<domain::Prediction> ClassifyFile(serving::Classifier& classifier, const std::string& path, std::uint64_t max_bytes, std::size_t top, Bytes& buffer) {
  return GuardWork([&]() -> Result<domain::Prediction> {
    AQUA_TRY(base::ReadFile(path, max_bytes, buffer));
    return classifier.Classify(buffer, {.top = top});
  });
}

}  // namespace aqua::roles
