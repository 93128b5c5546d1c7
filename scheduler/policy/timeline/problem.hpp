// SPDX-License-Identifier: MIT
// What a timeline is planned for: batches that each pass through a device's engines (upload,
// compute, readback), in one order per device, and what makes one plan better than another. Plain
// values; times are nanoseconds on one clock.
//
// The model. On a device, all engines serve its batches in the plan's order, one at a time each:
//   upload begins   when the batch is released, the upload engine is free and its memory is there
//   compute begins  when its upload is done and the compute engine is free
//   readback begins when its computing is done and the readback engine is free; then it is complete
// A batch occupies its staging memory from the beginning of its upload until it is complete. As the
// order is the same on all engines, memory comes back in that order; an upload that lacks some
// waits (and those behind it with it) until enough of the batches before it are complete. One that
// needs more than there is waits until it is alone, and is then staged in pieces.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <vector>

namespace geoneuron::policy {

inline constexpr size_t kEngines = 3;  // upload, compute, readback
using EngineTimes = std::array<int64_t, kEngines>;

inline constexpr size_t kMostTimelineJobs = 128;
inline constexpr size_t kMostTimelineDevices = 8;
inline constexpr size_t kMostHeldBatches = 8;
inline constexpr uint32_t kMostWeight = 65535;
inline constexpr int64_t kNeverDue = INT64_MAX;

struct TimelineJob {
  int64_t release_ns = 0;
  int64_t due_ns = kNeverDue;
  uint32_t weight = 1;       // of a nanosecond of tardiness; at most kMostWeight
  bool must_be_met = false;  // of the top class: its being late at all counts before all else
  uint64_t staging_bytes = 0;
};

// What a running batch still holds.
struct HeldStaging {
  uint64_t bytes = 0;
  int64_t until_ns = 0;
};

struct TimelineDevice {
  EngineTimes free_ns{};                             // when each engine is done with what was begun
  uint64_t staging_limit_bytes = UINT64_MAX;         // with what is held
  std::array<HeldStaging, kMostHeldBatches> held{};  // in the order in which they end
  uint32_t held_count = 0;
};

struct TimelineProblem {
  std::vector<TimelineJob> jobs;        // at most kMostTimelineJobs
  std::vector<TimelineDevice> devices;  // 1 to kMostTimelineDevices
  // What job j takes on device d: times[d * jobs.size() + j], none negative. Devices of different
  // speed take different times.
  std::vector<EngineTimes> times;
};

// Smaller is better; the first that differs decides.
struct Objective {
  uint32_t misses = 0;  // jobs that must_be_met and are late
  // Sum of weight times tardiness. 2^63 ns times a weight would not fit into 64 bits.
  __extension__ using Sum = unsigned __int128;
  Sum weighted_tardiness = 0;
  int64_t end_ns = INT64_MIN;  // when the last job is complete; without jobs INT64_MIN

  friend bool operator==(const Objective&, const Objective&) = default;
  friend bool operator<(const Objective& left, const Objective& right) {
    if (left.misses != right.misses) return left.misses < right.misses;
    if (left.weighted_tardiness != right.weighted_tardiness)
      return left.weighted_tardiness < right.weighted_tardiness;
    return left.end_ns < right.end_ns;
  }
};

using JobOrder = std::vector<uint16_t>;  // indices into TimelineProblem::jobs

// When a batch is where.
struct EngineSpan {
  int64_t begin_ns = 0, end_ns = 0;
};
struct PlannedJob {
  uint16_t job = 0, device = 0;
  std::array<EngineSpan, kEngines> engines;
};

// The plain recurrence, which the search's shortcuts are tested against. `orders`: one per device,
// each job in at most one.
std::vector<PlannedJob> simulate(const TimelineProblem& problem, std::span<const JobOrder> orders);
Objective evaluate(const TimelineProblem& problem, std::span<const JobOrder> orders);

}  // namespace geoneuron::policy
