#include "aqua/http/multipart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "aqua/base/text.hpp"
#include "field_value.hpp"

namespace aqua::http {
namespace {

Error Malformed(std::string message) { return MakeError(ErrorCode::kInvalidArgument, std::move(message), "multipart_malformed"); }
Error BadBoundary(std::string message) { return MakeError(ErrorCode::kInvalidArgument, std::move(message), "multipart_boundary"); }

bool IsBoundaryCharacter(char c) {
  const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

Result<std::string> Boundary(std::string_view content_type, std::size_t max_boundary) {
  if (!EqualIgnoringCase(MediaType(content_type), "multipart/form-data")) return BadBoundary("the content type is not multipart/form-data");
  FieldParameters parameters(content_type.substr(std::min(content_type.find(';'), content_type.size())));
  std::optional<std::string> boundary;
  while (auto parameter = parameters.Next())
    if (EqualIgnoringCase(parameter->name, "boundary")) {
      if (boundary) return BadBoundary("the content type states two boundaries");
      boundary = std::move(parameter->value);
    }
  if (parameters.malformed() || !boundary || boundary->empty()) return BadBoundary("the content type states no boundary");
  if (boundary->size() > max_boundary) return BadBoundary(fmt::format("the boundary has more than {} characters", max_boundary));
  if (!std::all_of(boundary->begin(), boundary->end(), IsBoundaryCharacter) || boundary->back() == ' ')
    return BadBoundary("the boundary has characters that a boundary may not have");
  return *std::move(boundary);
}

/// Position of `needle` in `text` at or behind `from`; npos when there is none. memmem() does not slow down on hostile text.
std::size_t Find(std::string_view text, std::string_view needle, std::size_t from) {
  const void* const found = memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
  return found == nullptr ? std::string_view::npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

Status ReadDisposition(std::string_view value, Part& part) {
  if (!part.name.empty()) return Malformed("a part states two Content-Disposition fields");
  if (!EqualIgnoringCase(MediaType(value), "form-data")) return Malformed("a part is not form-data");
  FieldParameters parameters(value.substr(std::min(value.find(';'), value.size())));
  while (auto parameter = parameters.Next()) {
    if (EqualIgnoringCase(parameter->name, "name")) {
      if (!part.name.empty()) return Malformed("a part has two names");
      part.name = std::move(parameter->value);
    }
    if (EqualIgnoringCase(parameter->name, "filename") || EqualIgnoringCase(parameter->name, "filename*")) part.is_file = true;
  }
  if (parameters.malformed() || part.name.empty()) return Malformed("a part has no name");
  return {};
}

/// Reads the header lines of a part, without the empty line at their end.
Status ReadPartHeader(std::string_view header, Part& part) {
  while (!header.empty()) {
    const std::size_t end = header.find("\r\n");
    const std::string_view line = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !IsToken(line.substr(0, colon))) return Malformed("a part has a malformed header line");
    const std::string_view value = base::Trim(line.substr(colon + 1));
    if (!IsFieldText(value)) return Malformed("a part has control characters in its header");
    if (EqualIgnoringCase(line.substr(0, colon), "Content-Disposition")) AQUA_TRY(ReadDisposition(value, part));
    if (EqualIgnoringCase(line.substr(0, colon), "Content-Type")) part.content_type = value;
  }
  if (part.name.empty()) return Malformed("a part has no name");
  return {};
}

/// Takes one part off the front of `rest`, which begins behind a boundary line, up to the next delimiter.
Result<Part> TakePart(std::string_view& rest, std::string_view delimiter, const MultipartLimits& limits) {
  const std::size_t header_end = Find(rest.substr(0, limits.max_part_header_bytes + 4), "\r\n\r\n", 0);
  if (header_end == std::string_view::npos) {
    if (rest.size() > limits.max_part_header_bytes + 4)
      return MakeError(ErrorCode::kInvalidArgument, fmt::format("a part's header has more than {} bytes", limits.max_part_header_bytes),
                       "multipart_header_too_large");
    return Malformed("a part's header has no end");
  }
  Part part;
  AQUA_TRY(ReadPartHeader(rest.substr(0, header_end), part));
  rest.remove_prefix(header_end + 4);
  const std::size_t end = Find(rest, delimiter, 0);
  if (end == std::string_view::npos) return Malformed("a part has no end");
  part.content = AsBytes(rest.substr(0, end));
  rest.remove_prefix(end + delimiter.size());
  return part;
}

}  // namespace

Result<std::vector<Part>> ParseMultipart(std::string_view content_type, ByteView body, const MultipartLimits& limits) {
  AQUA_TRY_ASSIGN(const std::string boundary, Boundary(content_type, limits.max_boundary));
  const std::string delimiter = "\r\n--" + boundary;
  std::string_view rest = AsText(body);
  if (!rest.starts_with(std::string_view(delimiter).substr(2))) return Malformed("the body does not begin with its boundary");
  rest.remove_prefix(delimiter.size() - 2);
  std::vector<Part> parts;
  while (rest.starts_with("\r\n")) {
    if (parts.size() == limits.max_parts)
      return MakeError(ErrorCode::kInvalidArgument, fmt::format("the body has more than {} parts", limits.max_parts), "multipart_too_many_parts");
    rest.remove_prefix(2);
    AQUA_TRY_ASSIGN(Part part, TakePart(rest, delimiter, limits));
    parts.push_back(std::move(part));
  }
  if (rest != "--" && rest != "--\r\n") return Malformed("the body goes on behind a boundary or its end");
  return parts;
}

}  // namespace aqua::http
