#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aqua::base {

/// "512 B", "1.5 KiB", "12 MiB": binary multiples, at most one decimal.
std::string FormatBytes(std::uint64_t bytes);

/// "0.8 s", "42 s", "3 min 05 s", "2 h 10 min".
std::string FormatDuration(std::chrono::duration<double> duration);

/// Replaces control characters by \xNN and bytes that are not UTF-8 by U+FFFD, so that names from outside cannot
/// steer a terminal or a log.
std::string Printable(std::string_view text);

/// Replaces bytes that are not UTF-8 by U+FFFD and keeps all else.
std::string ValidUtf8(std::string_view text);

/// Columns that text takes on a terminal: code points, East Asian wide ones counted twice, combining ones not at all.
std::size_t DisplayWidth(std::string_view utf8);

/// Cuts text in front so that it takes at most `columns`, with "…" where it was cut.
std::string ShortenFront(std::string_view utf8, std::size_t columns);

/// Picks the known word nearest to a mistyped one, when it is near enough to be a likely slip.
std::optional<std::string> Nearest(std::string_view word, const std::vector<std::string>& known);

std::string ToLower(std::string_view ascii);
std::string_view Trim(std::string_view text);
std::vector<std::string_view> Split(std::string_view text, char separator);

}  // namespace aqua::base
