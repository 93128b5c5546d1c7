// SPDX-License-Identifier: MIT
#include "cli/progress_bar.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/printable.hpp"

namespace geoneuron::cli {
namespace {

constexpr uint64_t kRedrawNs = 50'000'000;
constexpr int kBarColumns = 24;

uint64_t now_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::nanoseconds(now).count());
}

int terminal_columns() {
  winsize size{};
  if (isatty(STDERR_FILENO) == 0) return 0;
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

ProgressBar::ProgressBar(std::string label, uint64_t total)
    : label_(std::move(label)), total_(total), columns_(terminal_columns()) {}

ProgressBar::~ProgressBar() {
  if (columns_ > 0 && next_draw_ns_ > 0) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::update(uint64_t done, const std::string& now) {
  if (columns_ == 0 || total_ == 0 || now_ns() < next_draw_ns_) return;
  next_draw_ns_ = now_ns() + kRedrawNs;
  draw(done, now);
}

void ProgressBar::draw(uint64_t done, const std::string& now) {
  const uint64_t share = std::min(done, total_);
  const auto filled = static_cast<size_t>(share * kBarColumns / total_);
  std::string line = label_ + " [" + std::string(filled, '=') +
                     std::string(kBarColumns - filled, ' ') + "] " + std::to_string(done) + "/" +
                     std::to_string(total_) + " ";
  line += printable(now);
  line.resize(std::min(line.size(), static_cast<size_t>(columns_ - 1)));
  std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
}

}  // namespace geoneuron::cli
