// SPDX-License-Identifier: MIT
// FetchCredits: which FETCHes are to pend, with which slots and credits. Pure; one thread.
//
// What holds: of each class at most one pending FETCH has credits, so that the commands of a class
// come in the kernel's order; and credits given and commands taken never exceed the bound.
#pragma once

#include <linux/geoneuron.h>

#include <array>
#include <cstdint>
#include <optional>

namespace geoneuron::daemon {

class FetchCredits {
 public:
  // The one that pends for want of anything to do, and one for each class.
  static constexpr uint32_t kFetches = 1 + GEONEURON_CLASSES;
  static constexpr uint32_t kSlots = GEONEURON_MAX_RECORDS / kFetches;  // of each

  // `most`: commands of a class with the daemon at a time, at most 65535.
  explicit FetchCredits(uint32_t most) : most_(most) {}

  struct Fetch {
    uint32_t number = 0;  // below kFetches
    geoneuron_uring_fetch ask = {};
  };
  // A FETCH to begin now, if there is one; to be asked again until there is none.
  std::optional<Fetch> begin();
  // It has ended, and its credits with it.
  void end(uint32_t number);

  // A command of the class was taken, or answered.
  void take(uint8_t priority_class) { ++taken_[priority_class]; }
  void give(uint8_t priority_class) { --taken_[priority_class]; }

 private:
  struct Pending {
    bool pends = false;
    std::array<uint16_t, GEONEURON_CLASSES> credits = {};
  };
  bool is_granted(size_t priority_class) const;

  uint32_t most_;
  std::array<uint32_t, GEONEURON_CLASSES> taken_ = {};
  std::array<Pending, kFetches> fetches_ = {};
};

}  // namespace geoneuron::daemon
