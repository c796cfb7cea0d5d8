#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "aqua/http/message.hpp"

namespace aqua::http {

/// How a client learns where a body ends.
enum class Framing { kNone, kLength, kChunked, kUntilClose };

/// What a response head holds beside the answer's own fields.
struct HeadContext {
  const Request* request = nullptr;
  std::string_view date;  ///< "Date: …\r\n"
  Framing framing = Framing::kLength;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  std::chrono::nanoseconds process_time{};
};

/// Appends the head of an answer, with its empty line, to `out`.
void WriteHead(const Response& response, const HeadContext& context, std::string& out);

/// Whether an answer of this status has a body at all (RFC 9110: not 1xx, 204, 304).
bool HasBody(int status);

/// Writes "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".
std::string DateField(std::chrono::system_clock::time_point now);

}  // namespace aqua::http
