// SPDX-License-Identifier: MIT
// ProgressBar: one line on standard error that says how far a long job is; silent where standard
// error is no terminal. One thread at a time.
#pragma once

#include <cstdint>
#include <string>

namespace geoneuron::cli {

class ProgressBar {
 public:
  ProgressBar(std::string label, uint64_t total);
  ProgressBar(const ProgressBar&) = delete;
  // Wipes the line.
  ~ProgressBar();

  // Whether anybody sees it.
  bool is_shown() const { return columns_ > 0; }
  // `done` of total, and what is being done now. Redraws at most 20 times a second.
  void update(uint64_t done, const std::string& now);

 private:
  void draw(uint64_t done, const std::string& now);

  std::string label_;
  uint64_t total_ = 0;
  uint64_t next_draw_ns_ = 0;
  int columns_ = 0;  // of the terminal; 0 where there is none
};

}  // namespace geoneuron::cli
