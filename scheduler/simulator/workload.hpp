// SPDX-License-Identifier: MIT
// Workload: what clients ask for, when, and of which machine. Plain values; times are nanoseconds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/types.hpp"

namespace geoneuron::simulator {

inline constexpr uint64_t kMicrosecond_ns = 1'000;
inline constexpr uint64_t kMillisecond_ns = 1'000'000;
inline constexpr uint64_t kSecond_ns = 1'000'000'000;

// What a job takes of each engine.
struct EngineTimes {
  uint64_t upload_ns = 0, compute_ns = 0, readback_ns = 0;

  uint64_t total_ns() const { return upload_ns + compute_ns + readback_ns; }
};

enum class Fault : uint8_t {
  kNone,
  kHang,        // its batch never ends
  kCrash,       // its worker dies while it runs
  kDeviceLost,  // all workers of its device die
  kCorruption,  // it ends, and its result is wrong
};

// One of the things that a stream asks for.
struct Kind {
  policy::Signature signature = 1;
  uint64_t model = 1;      // kinds of one model differ in their shapes alone
  EngineTimes unit;        // what a unit takes, as is predicted
  uint64_t launch_ns = 0;  // compute time of its model whose part in a batch is not the jobs'
  uint32_t most_units = 1;
  uint64_t staging_bytes = 0;  // per unit, from upload to readback
};

enum class Arrivals : uint8_t {
  kPeriodic,  // `burst` requests each period
  kPoisson,   // `burst` each time, with the period as the mean time between
  kClosed,    // `burst` are there at all times: the next one comes `period_ns` after one has ended
};

// The requests of one client that are alike.
struct Stream {
  std::string name;  // streams of one name are reported together
  policy::ClientId client{};
  policy::UserId user{1};
  policy::DeviceId device{1};
  policy::WorkerId worker{1};
  policy::Class priority_class = policy::Class::kNormal;
  std::vector<Kind> kinds = std::vector<Kind>(1);  // one is drawn for each request
  Arrivals arrivals = Arrivals::kPoisson;
  uint64_t period_ns = kMillisecond_ns;
  uint32_t burst = 1;
  uint64_t deadline_in_ns = 0;  // 0: none
  bool drop_late = false;
  uint32_t chunks = 1;  // a request is a chain of so many jobs
  // How often a request has a job that faults, and how often that job does so when it is run.
  Fault fault = Fault::kNone;
  double fault_chance = 0, fault_again = 1;
  bool reconnects = false;  // when it is banned, it comes back as another client
};

// A job of a recorded trace: it comes once, at its arrival.
struct TracedJob {
  policy::Job job;
  policy::UserId user{1};
  uint64_t model = 1;
  EngineTimes takes;
  uint64_t launch_ns = 0;
  uint64_t staging_bytes = 0;
};

struct Machine {
  uint64_t submission_ns = 60 * kMicrosecond_ns;  // the device idles so long before each batch
  uint64_t staging_bytes = 256ull << 20;          // per device
  uint64_t watchdog_ns = 500 * kMillisecond_ns;   // of a batch's time on the compute engine
  uint64_t respawn_ns = 30 * kMillisecond_ns;
  double error = 0.2;  // times are off the predicted ones by at most this part, uniformly
};

struct Workload {
  std::string name;
  Machine machine;
  policy::Limits limits;
  std::vector<Stream> streams;
  std::vector<TracedJob> trace;
  uint64_t most_guilty = 0;  // then no more requests are made with faults; 0: no such end
  uint64_t until_ns = 10 * kSecond_ns;  // requests come until then; then what is there ends
  uint64_t from_ns = 0;                 // those that came before are not measured
};

}  // namespace geoneuron::simulator
