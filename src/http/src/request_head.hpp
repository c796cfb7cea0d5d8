#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "aqua/http/message.hpp"
#include "aqua/http/server.hpp"

namespace aqua::http {

/// Head of a request as it came, checked against RFC 9112 and the limits, with the framing of its body.
struct RequestHead {
  std::string method;
  std::string target;
  bool http11 = true;
  bool keep_alive = true;  ///< as the client wants it; never for HTTP/1.0
  bool chunked = false;
  std::uint64_t content_length = 0;  ///< 0 when none is stated
  bool expect_continue = false;
  Headers headers;

  [[nodiscard]] bool HasBody() const { return chunked || content_length > 0; }
};

/// Reads the head of one request after the other from a growing buffer.
class HeadParser {
 public:
  explicit HeadParser(const Limits& limits);
  ~HeadParser();
  HeadParser(const HeadParser&) = delete;
  HeadParser& operator=(const HeadParser&) = delete;

  struct Progress {
    std::size_t length = 0;               ///< of the head with its empty line, once it is whole; else 0
    std::optional<TransportError> fault;  ///< 400 or 431
  };

  /// Begins a new head.
  void Reset();
  /// bytes: what came so far, from the first byte of the head on. Work is linear in what is new.
  Progress Parse(std::string_view bytes);
  /// Requires: Parse() told a length.
  RequestHead TakeHead();

 private:
  class Reader;
  Progress Check(std::string_view bytes);

  Limits limits_;
  std::unique_ptr<std::optional<Reader>> reader_;
  std::size_t parsed_ = 0;
};

}  // namespace aqua::http
