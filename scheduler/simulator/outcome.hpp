// SPDX-License-Identifier: MIT
// Outcome: what became of every request of a simulation, and what the devices did.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "policy/types.hpp"
#include "simulator/device.hpp"
#include "simulator/workload.hpp"

namespace geoneuron::simulator {

enum class End : uint8_t {
  kNone,      // it is not over
  kServed,    // and right
  kCorrupt,   // served, and wrong
  kRejected,  // never admitted
  kBanned,    // likewise, for its client was banned
  kExpired,   // admitted, and not begun by its deadline
  kFailed,    // admitted, and found guilty, or behind such a one in its chain
};

struct Request {
  size_t stream = 0;
  policy::ClientId client{};
  uint64_t arrival_ns = 0, deadline_ns = 0;  // 0: none
  uint64_t begun_ns = kNever_ns;             // the upload of its first job
  uint64_t end_ns = kNever_ns;
  uint64_t device_ns = 0;   // that its served jobs took
  uint64_t compute_ns = 0;  // that its jobs need, launches apart
  End end = End::kNone;
  bool guilty = false;  // it has a job that faults

  bool served() const { return end == End::kServed || end == End::kCorrupt; }
  bool admitted() const { return end != End::kRejected && end != End::kBanned; }
  bool late() const { return deadline_ns != 0 && end_ns > deadline_ns; }
  uint64_t latency_ns() const { return end_ns - arrival_ns; }
};

// As the Gantt chart shows it.
struct TracedBatch {
  policy::DeviceId device{};
  policy::WorkerId worker{};
  policy::Class priority_class{};
  policy::ClientId leader{};
  size_t jobs = 0;
  std::array<Span, kEngines> spans{};
  bool lost = false;
};

struct Outcome {
  std::vector<Request> requests;
  // Where they are asked for: what was sent, and all jobs that came, as they could come again.
  std::vector<TracedBatch> batches;
  std::vector<TracedJob> jobs;
  uint64_t sent = 0, jobs_sent = 0;  // batches, and the jobs in them
  uint64_t guilty = 0;               // requests that were made with a job that faults
  uint64_t losses = 0;               // of workers
  uint64_t trials = 0;
  uint64_t longest_batch_ns = 0;  // on the compute engine
  uint64_t end_ns = 0;
  // What each client got until requests stopped to come, by windows of 100 ms.
  std::map<policy::ClientId, std::vector<uint64_t>> served_ns;
  // Sentences about what no dispatcher may do: a job run twice, lost, or out of its chain's order.
  std::vector<std::string> violations;
};

}  // namespace geoneuron::simulator
