// SPDX-License-Identifier: MIT
// Soak: clients that come and go by the thousand, and whether daemon and worker are afterwards what
// they were: memory, fds, what the device holds.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "base/text.hpp"
#include "cli/bench/finding.hpp"
#include "cli/bench/process_facts.hpp"
#include "cli/bench/soak_life.hpp"
#include "cli/byte_size.hpp"
#include "cli/load/clock.hpp"
#include "cli/load/daemon_choice.hpp"
#include "cli/load/daemon_place.hpp"
#include "cli/load/job_maker.hpp"
#include "cli/progress_bar.hpp"

namespace geoneuron::cli::bench {
namespace {

constexpr size_t kClientsAtOnce = 4;
constexpr uint64_t kWarmUpPart = 10;  // a tenth of the jobs, before anything is noted
constexpr uint64_t kSettle_ns = 60 * load::kSecond_ns;
constexpr uint64_t kClosing_ns = 10 * load::kSecond_ns;  // io_uring closes files late
// What allocators keep moves a little; a leak of 25 bytes a job would show beyond that.
constexpr uint64_t kSlackBytes = 4 << 20;
constexpr double kSlackPart = 0.05;

struct Sample {
  ProcessFacts daemon, worker;
  uint64_t device_bytes = 0;
};

// Lives until that many jobs are submitted.
Result<void> live_until(const load::DaemonChoice& daemon, uint16_t device, uint64_t jobs,
                        std::atomic<uint64_t>& done, std::atomic<uint64_t>& lives) {
  std::mutex mutex;  // error, between the clients' threads
  std::optional<Error> error;
  std::atomic<bool> failed = false;
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < kClientsAtOnce; ++i)
      threads.emplace_back([&] {
        while (done < jobs && !failed) {
          const auto lived = live_once(daemon.socket(), device, lives++);
          if (lived) {
            done += *lived;
            continue;
          }
          const std::lock_guard lock(mutex);
          if (!failed.exchange(true)) error = lived.error();
        }
      });
  }
  if (error) return Error(*error);
  return {};
}

// The worker's reply tells what it holds, after all that it was told before.
Result<void> hear_of_worker(const load::DaemonChoice& daemon, uint16_t device) {
  geoneuron_command release;
  geoneuron_command_release(&release, 0);
  load::set_device(release, device);
  const int result = daemon.connection().run({&release, 1});
  if (result < 0) return load::library_error(result, "soak");
  return {};
}

// Once only this program's own connection is left.
Result<Sample> sample(const load::DaemonChoice& daemon, uint16_t device) {
  const uint64_t end_ns = load::now_ns() + kSettle_ns;
  for (auto statistics = GN_TRY(daemon.statistics()); statistics["contexts"].size() > 1;
       statistics = GN_TRY(daemon.statistics())) {
    if (load::now_ns() > end_ns)
      return make_error(ETIME, "clients that went are still there after 60 s");
    load::sleep_until(load::now_ns() + load::kSecond_ns / 20);
  }
  GN_TRY(hear_of_worker(daemon, device));
  const auto statistics = GN_TRY(daemon.statistics());
  const auto& worker = statistics["workers"].at(0);
  return Sample{GN_TRY(facts_of(daemon.pid())), GN_TRY(facts_of(worker["process"].get<pid_t>())),
                worker["resident_bytes"].get<uint64_t>()};
}

bool holds_more(const Sample& now, const Sample& before) {
  return now.daemon.fds > before.daemon.fds || now.worker.fds > before.worker.fds ||
         now.device_bytes > before.device_bytes;
}

// What is still held after a while has leaked.
Result<Sample> settled_sample(const load::DaemonChoice& daemon, uint16_t device,
                              const Sample& before) {
  const uint64_t end_ns = load::now_ns() + kClosing_ns;
  Sample now = GN_TRY(sample(daemon, device));
  while (holds_more(now, before) && load::now_ns() < end_ns) {
    load::sleep_until(load::now_ns() + load::kSecond_ns / 10);
    now = GN_TRY(sample(daemon, device));
  }
  return now;
}

Finding compared(const std::string& name, const std::string& what, uint64_t before, uint64_t after,
                 bool are_bytes) {
  const auto slack =
      are_bytes ? std::max<uint64_t>(
                      kSlackBytes, static_cast<uint64_t>(kSlackPart * static_cast<double>(before)))
                : 0;
  const auto shown = [&](uint64_t value) {
    return are_bytes ? format_bytes(value) : std::to_string(value);
  };
  Finding finding{name,
                  what,
                  shown(before) + " -> " + shown(after),
                  "at most " + shown(before + slack),
                  after <= before + slack,
                  {}};
  finding.figures = {{"start", before}, {"end", after}, {"allowed", before + slack}};
  return finding;
}

}  // namespace

Result<std::vector<Finding>> bench_soak(const BenchOptions& options) {
  const load::DaemonChoice daemon = GN_TRY(load::DaemonChoice::own());
  const uint16_t device =
      GN_TRY(daemon.device_number(options.device.empty() ? "auto" : options.device));
  std::atomic<uint64_t> done = 0, lives = 0;
  ProgressBar progress("soak", kWarmUpPart);
  GN_TRY(live_until(daemon, device, options.jobs / kWarmUpPart, done, lives));
  const Sample before = GN_TRY(sample(daemon, device));
  for (uint64_t part = 2; part <= kWarmUpPart; ++part) {
    progress.update(part, std::to_string(done) + " jobs");
    GN_TRY(live_until(daemon, device, options.jobs * part / kWarmUpPart, done, lives));
  }
  const Sample after = GN_TRY(settled_sample(daemon, device, before));
  Finding jobs{"jobs",
               "submitted, by clients that came and went",
               std::to_string(done) + " by " + std::to_string(lives),
               "",
               std::nullopt,
               {}};
  jobs.figures = {{"jobs", done.load()}, {"clients", lives.load()}};
  return std::vector<Finding>{
      jobs,
      compared("daemon/memory", "resident", before.daemon.resident_bytes,
               after.daemon.resident_bytes, true),
      compared("daemon/fds", "open", before.daemon.fds, after.daemon.fds, false),
      compared("worker/memory", "resident", before.worker.resident_bytes,
               after.worker.resident_bytes, true),
      compared("worker/fds", "open", before.worker.fds, after.worker.fds, false),
      // What the worker holds for clients must go to the byte.
      compared("device/memory", "held for clients", before.device_bytes, after.device_bytes,
               false)};
}

}  // namespace geoneuron::cli::bench
