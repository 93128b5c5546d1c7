// SPDX-License-Identifier: MIT
#include "simulator/workloads.hpp"

#include <cmath>

namespace geoneuron::simulator {
namespace {

using policy::Class;
using policy::ClientId;
using policy::UserId;
using policy::WorkerId;

constexpr uint64_t kUs = kMicrosecond_ns, kMs = kMillisecond_ns;

Stream stream(std::string name, uint64_t client, Class priority_class, Kind kind) {
  Stream made;
  made.name = std::move(name);
  made.client = ClientId{client};
  made.priority_class = priority_class;
  made.kinds = {kind};
  return made;
}

Kind kind(uint64_t signature, EngineTimes unit, uint64_t launch_ns = 0) {
  return {.signature = signature, .model = signature, .unit = unit, .launch_ns = launch_ns};
}

const EngineTimes kHeatmap{20 * kUs, 80 * kUs, 30 * kUs};

// Eight maps each frame, beside an indexer that always has 64 embeddings waiting.
Workload frames_beside_bulk(double) {
  Stream frames = stream("frames", 1, Class::kInteractive, kind(1, kHeatmap));
  frames.arrivals = Arrivals::kPeriodic;
  frames.period_ns = kSecond_ns / 60;
  frames.burst = 8;
  frames.deadline_in_ns = frames.period_ns;
  Stream bulk =
      stream("bulk", 2, Class::kBackground, kind(2, {100 * kUs, 500 * kUs, 20 * kUs}, 200 * kUs));
  bulk.arrivals = Arrivals::kClosed;
  bulk.burst = 64;
  bulk.period_ns = 1;
  Workload workload;
  workload.streams = {frames, bulk};
  return workload;
}

// 25 clients ask for one model at eight shapes, 500 times a second in all.
Workload small_perceptions(double load) {
  Workload workload;
  for (uint64_t client = 1; client <= 25; ++client) {
    Stream one = stream("perceptions", client, Class::kInteractive, {});
    one.kinds.clear();
    for (uint64_t shape = 1; shape <= 8; ++shape) {
      Kind shaped = kind(shape, {10 * kUs, (40 + 10 * shape) * kUs, 10 * kUs}, 300 * kUs);
      shaped.model = 1;
      one.kinds.push_back(shaped);
    }
    one.period_ns = static_cast<uint64_t>(25.0 / (500.0 * load) * double{kSecond_ns});
    workload.streams.push_back(one);
  }
  workload.until_ns = 4 * kSecond_ns;
  return workload;
}

// A job of two seconds, in chunks of a millisecond, beside single maps.
Workload long_job(double) {
  Stream maps = stream("maps", 1, Class::kInteractive, kind(1, kHeatmap));
  maps.period_ns = 10 * kMs;
  Stream job = stream("long", 2, Class::kNormal, kind(2, {0, 1 * kMs, 0}));
  job.arrivals = Arrivals::kClosed;
  job.period_ns = 1;
  job.chunks = 2000;
  Workload workload;
  workload.streams = {maps, job};
  return workload;
}

// 64 clients whose rates fall as Zipf's law has it, of four signatures, and one of them greedy.
Workload many_clients(double) {
  Workload workload;
  double sum = 0;
  for (int rank = 1; rank <= 63; ++rank) sum += 1.0 / rank;
  for (uint64_t client = 1; client <= 63; ++client) {
    Stream one = stream("polite", client, Class::kNormal, kind(1 + client % 4, kHeatmap));
    const double rate = 4000.0 / (static_cast<double>(client) * sum);
    one.period_ns = static_cast<uint64_t>(double{kSecond_ns} / rate);
    workload.streams.push_back(one);
  }
  Stream greedy = stream("greedy", 64, Class::kNormal, kind(1, kHeatmap));
  greedy.arrivals = Arrivals::kClosed;
  greedy.burst = 1000;
  greedy.period_ns = 1;
  workload.streams.push_back(greedy);
  return workload;
}

// Eight clients of the top class with deadlines offer that load; below waits as much as may.
Workload offered_load(double load) {
  Workload workload;
  const EngineTimes unit{5 * kUs, 200 * kUs, 5 * kUs};
  for (uint64_t client = 1; client <= 8; ++client) {
    Stream one = stream("deadlines", client, Class::kRealtime, kind(1, unit));
    one.period_ns = static_cast<uint64_t>(8.0 * double{200 * kUs} / load);
    one.deadline_in_ns = 20 * kMs;
    one.drop_late = true;
    workload.streams.push_back(one);
  }
  Stream bulk = stream("bulk", 9, Class::kBackground, kind(2, {5 * kUs, 400 * kUs, 5 * kUs}));
  bulk.arrivals = Arrivals::kClosed;
  bulk.burst = 32;
  bulk.period_ns = 1;
  workload.streams.push_back(bulk);
  return workload;
}

// Users with a worker each: some of whose jobs hang, crash, or take the device down.
Workload storm(double) {
  Workload workload;
  const Fault faults[] = {Fault::kNone, Fault::kHang, Fault::kCrash, Fault::kDeviceLost};
  for (uint64_t user = 1; user <= 4; ++user)
    for (uint64_t i = 0; i < 4; ++i) {
      const bool hostile = i == 3 && user > 1;
      Stream one = stream(hostile ? "hostile" : "innocent", user * 10 + i, Class::kNormal,
                          kind(1 + i % 2, kHeatmap));
      one.user = UserId{user};
      one.worker = WorkerId{user};
      one.period_ns = 20 * kMs;
      if (hostile) {
        one.fault = faults[user - 1];
        one.fault_chance = 0.01;
        one.fault_again = user == 4 ? 0.5 : 1;
        one.reconnects = true;
      }
      workload.streams.push_back(one);
    }
  workload.machine.watchdog_ns = 100 * kMs;
  workload.most_guilty = 1000;
  workload.until_ns = 800 * kSecond_ns;
  return workload;
}

// Eight clients that are alike, and always have jobs waiting.
Workload equal_clients(double) {
  Workload workload;
  for (uint64_t client = 1; client <= 8; ++client) {
    Stream one = stream("equal", client, Class::kNormal, kind(1, kHeatmap));
    one.arrivals = Arrivals::kClosed;
    one.burst = 64;
    one.period_ns = 1;
    workload.streams.push_back(one);
  }
  return workload;
}

struct Entry {
  const char *name, *what;
  Workload (*make)(double load);
};

constexpr Entry kEntries[] = {
    {"W1", "60 frames of 8 maps a second, beside bulk embeddings", frames_beside_bulk},
    {"W2", "500 small perceptions a second, of 8 shapes", small_perceptions},
    {"W3", "one job of 2 s in chunks, beside single maps", long_job},
    {"W4", "64 clients by Zipf's law, one of them greedy", many_clients},
    {"W5", "jobs with deadlines at an offered load, beside bulk", offered_load},
    {"W6", "a storm of hangs, crashes and lost devices", storm},
    {"equal", "8 equal clients that always have jobs waiting", equal_clients},
};

}  // namespace

std::vector<WorkloadName> workload_names() {
  std::vector<WorkloadName> names;
  for (const Entry& entry : kEntries) names.push_back({entry.name, entry.what});
  return names;
}

Result<Workload> workload_named(const std::string& name, double load) {
  std::string known;
  for (const Entry& entry : kEntries) {
    if (name == entry.name) {
      Workload workload = entry.make(load);
      workload.name = name;
      return workload;
    }
    known += known.empty() ? entry.name : std::string(", ") + entry.name;
  }
  return make_error(ENOENT, "%s: there is no such workload: give one of %s", name.c_str(),
                    known.c_str());
}

}  // namespace geoneuron::simulator
