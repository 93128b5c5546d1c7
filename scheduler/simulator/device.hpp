// SPDX-License-Identifier: MIT
// SimulatedDevice: three engines that batches go through in the order in which they were sent:
// upload, compute, readback. An upload waits for staging memory, which is free again when the
// readback has ended. When a batch begins and ends on each is known when it is sent, unless what
// runs before it is lost.
#pragma once

#include <array>
#include <deque>
#include <limits>
#include <vector>

#include "policy/types.hpp"
#include "simulator/workload.hpp"

namespace geoneuron::simulator {

inline constexpr uint64_t kNever_ns = std::numeric_limits<uint64_t>::max();
inline constexpr size_t kEngines = 3;
enum Engine : size_t { kUpload, kCompute, kReadback };

struct Span {
  uint64_t begin_ns = kNever_ns, end_ns = kNever_ns;
};

struct SentBatch {
  policy::Batch batch;
  std::array<uint64_t, kEngines> takes_ns{};  // kNever_ns: hangs there
  uint64_t staging_bytes = 0;
  std::vector<uint64_t> job_ns;  // what each job took of the device, its part of launches included
  Fault fault = Fault::kNone;
  uint64_t fault_after_ns = 0;  // on the compute engine
  bool trial = false;
  std::array<Span, kEngines> spans{};

  // When its fault shows; kNever_ns: never.
  uint64_t fault_ns() const {
    const uint64_t begin_ns = spans[kCompute].begin_ns;
    const bool never = fault == Fault::kNone || begin_ns == kNever_ns;
    return never ? kNever_ns : begin_ns + fault_after_ns;
  }
  uint64_t end_ns() const { return spans[kReadback].end_ns; }
  bool begun(uint64_t now_ns) const { return spans[kUpload].begin_ns <= now_ns; }
};

class SimulatedDevice {
 public:
  explicit SimulatedDevice(uint64_t staging_bytes) : staging_bytes_(staging_bytes) {}

  // A batch larger than all staging memory goes when it has all of it.
  const SentBatch& send(SentBatch batch, uint64_t now_ns);
  // The first batch has ended by now: takes it out. Call only if so.
  SentBatch take_first();
  // Takes out what the worker has there, in order; what comes behind moves up.
  std::vector<SentBatch> take_lost(policy::WorkerId worker, uint64_t now_ns);
  // When the first batch ends; kNever_ns: none, or it hangs.
  uint64_t next_end_ns() const { return batches_.empty() ? kNever_ns : batches_.front().end_ns(); }
  const std::deque<SentBatch>& batches() const { return batches_; }

 private:
  void plan(size_t index, uint64_t now_ns);
  uint64_t room_from_ns(size_t index, uint64_t now_ns) const;

  const uint64_t staging_bytes_;
  std::deque<SentBatch> batches_;
  std::array<uint64_t, kEngines> free_ns_{};  // after those that were taken out
};

}  // namespace geoneuron::simulator
