// SPDX-License-Identifier: MIT
// The words in which policy is asked and answers. Plain values; times are nanoseconds on one clock
// that never goes back, which the caller reads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace geoneuron::policy {

// Strong ids: one kind cannot be passed for another. The caller gives them; 0 is none.
enum class JobId : uint64_t {};
enum class ClientId : uint64_t {};  // a context
enum class UserId : uint64_t {};
enum class DeviceId : uint32_t {};
enum class WorkerId : uint64_t {};  // serves one device for one user
enum class BatchId : uint64_t {};

// GEONEURON_CLASS_*.
enum class Class : uint8_t { kBackground, kNormal, kInteractive, kRealtime };
inline constexpr size_t kClasses = 4;

// Jobs with the same signature in the same worker may share a batch and are predicted alike. 0:
// shares with none.
using Signature = uint64_t;

struct Job {
  JobId id{};
  ClientId client{};
  DeviceId device{};
  WorkerId worker{};
  Class priority_class = Class::kNormal;
  Signature signature = 0;
  uint64_t arrival_ns = 0;
  uint64_t deadline_ns = 0;  // 0: none
  bool drop_late = false;    // past its deadline it is not begun but expires
  uint32_t units = 1;        // what its cost grows with (pixels, elements); at least 1
  // Members of a chain are submitted in order and run in order, in one worker; the next becomes
  // eligible when the one before is over. One that fails is no different here: the caller cancels
  // the rest before it asks for the next decision. Chains of two clients are never the same.
  uint64_t chain = 0;  // 0: none
};

// What to send to one worker in one submission, in this order: jobs of one signature, or members of
// one chain that follow each other. Of a chain, neighbours in a batch are neighbours in the chain;
// the caller tells the worker (ring::kChainMore) that the later runs only if the earlier succeeds.
struct Batch {
  BatchId id{};
  DeviceId device{};
  WorkerId worker{};
  uint64_t predicted_ns = 0;
  std::vector<JobId> jobs;
};

struct Decision {
  std::vector<Batch> batches;  // to send now
  // To answer with -ETIME; they are forgotten. With a member of a chain expire those that follow
  // it.
  std::vector<JobId> expired;
  uint64_t wake_ns = 0;  // ask again at this time if nothing happens before; 0: no need
};

struct Limits {
  uint32_t jobs_per_client = 4096;  // queued and running
  uint32_t jobs_per_user = 16384;
  uint32_t jobs = 65536;
  uint32_t batches_in_flight = 2;  // per device
  uint32_t jobs_per_batch = 64;
  uint64_t quantum_ns = 2'000'000;     // predicted time of a batch that has more than one job
  uint64_t unknown_cost_ns = 500'000;  // prior for a signature that was never measured
  double background_reserve = 0.05;    // of each device's time, for the lowest class that waits
  // While its worker has a batch, another is sent only when it is worth it: with so many jobs or
  // so much predicted time, unless it is urgent (interactive and above). It would not begin sooner,
  // and what comes meanwhile joins it.
  uint32_t jobs_worth_sending = 32;
  uint64_t worth_sending_ns = 1'000'000;
};

}  // namespace geoneuron::policy
