// SPDX-License-Identifier: MIT
// Reserve: the part of one device's time that strict classes leave to the lowest class that waits.
// Each class is owed that part of all measured time, less what it got.
#pragma once

#include <array>
#include <cstdint>

#include "policy/types.hpp"

namespace geoneuron::policy {

class Reserve {
 public:
  explicit Reserve(double part) : part_(part) {}

  // Whether the class may go ahead of higher ones, given that it is the lowest that waits.
  bool due(Class lowest) const { return owed_ns_[index(lowest)] > 0; }
  // A batch is sent ahead of higher classes: what it is predicted to take is taken off at once.
  void sent_ahead(Class its_class, uint64_t predicted_ns);
  // A batch has ended. predicted_ns: what was taken off when it was sent; 0 where it went in turn.
  void ended(Class its_class, uint64_t measured_ns, uint64_t predicted_ns);
  // A class of which nothing waits is owed nothing.
  void nothing_waits(Class its_class);

 private:
  // What a class got in turn counts for this much of the device's time to come, no longer.
  static constexpr double kMemory_ns = 100e6;

  static size_t index(Class its_class) { return static_cast<size_t>(its_class); }

  double part_;
  std::array<double, kClasses> owed_ns_{};
};

}  // namespace geoneuron::policy
