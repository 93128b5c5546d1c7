// SPDX-License-Identifier: MIT
// When a search ends: after so many steps, or when it is told that its time is up. With steps alone
// the result is the same each time; the time comes from the caller, as policy has no clock.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>

namespace geoneuron::policy {

struct Stop {
  uint64_t steps = UINT64_MAX;  // one step: one job tried at all its places
  // Nanoseconds on any clock that never goes back. None: no limit of time.
  const std::function<uint64_t()>* now = nullptr;
  uint64_t deadline_ns = 0;
};

// Counts a search's steps and looks at the clock every few microseconds: reading it may take longer
// than a step.
class Pace {
 public:
  explicit Pace(const Stop& stop) : stop_(stop), over_(stop.steps == 0) {}

  // A step was done that took about so long. True from when the search has to end.
  bool step(uint32_t about_ns) {
    if (++steps_ >= stop_.steps) over_ = true;
    if (stop_.now != nullptr && (since_look_ns_ += about_ns) >= kBetweenLooks_ns) {
      since_look_ns_ = 0;
      if ((*stop_.now)() >= stop_.deadline_ns) over_ = true;
    }
    return over_;
  }
  bool over() const { return over_; }
  uint64_t steps() const { return steps_; }

 private:
  static constexpr uint32_t kBetweenLooks_ns = 6000;

  Stop stop_;
  bool over_;
  uint32_t since_look_ns_ = 0;
  uint64_t steps_ = 0;
};

}  // namespace geoneuron::policy
