#include "progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "aqua/base/text.hpp"
#include "output.hpp"

namespace aqua::roles {
namespace {

constexpr std::chrono::milliseconds kDrawInterval{100};
constexpr std::size_t kBarCells = 24;

}  // namespace

Progress::Progress(std::string what, std::size_t total, std::size_t at_least)
    : what_(std::move(what)), total_(total), enabled_(total > at_least && IsTerminal(STDERR_FILENO)), start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() { Clear(); }

void Progress::Clear() {
  if (!visible_) return;
  PrintError("\r\x1b[K");
  visible_ = false;
}

void Progress::Update(std::size_t done) {
  const auto now = std::chrono::steady_clock::now();
  if (!enabled_ || now - last_draw_ < kDrawInterval) return;
  last_draw_ = now;
  visible_ = true;
  const std::chrono::duration<double> elapsed = now - start_;
  const double fraction = static_cast<double>(done) / static_cast<double>(total_);
  const auto cells = static_cast<std::size_t>(fraction * kBarCells);
  const std::string left = done == 0 ? "…" : base::FormatDuration(elapsed * (1 / fraction - 1)) + " left";
  PrintError(fmt::format("\r\x1b[K{} {}/{} [{}{}] {:.0f} %  {:.0f}/s  {}", what_, done, total_, std::string(cells, '#'), std::string(kBarCells - cells, '.'),
                         100 * fraction, static_cast<double>(done) / std::max(elapsed.count(), 1e-3), left));
}

}  // namespace aqua::roles
