// SPDX-License-Identifier: MIT
#include "bench/pair.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace geoneuron::bench {
namespace {

using Clock = std::chrono::steady_clock;

// A side shorter than this is repeated: clocks and wake-ups weigh too much otherwise.
constexpr double kShortestMs = 3;
constexpr int kMaximumRepeats = 10'000;
// OpenMP's threads go on spinning for some milliseconds after a loop; whoever runs next must not
// pay for it.
constexpr auto kRest = std::chrono::milliseconds(10);

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// A side, and how often it is repeated for one timing.
class Timer {
 public:
  explicit Timer(const Side& side) : side_(side) {}

  // The first call plans, packs weights and fills caches; the second tells how long one takes.
  Result<void> warm_up() {
    GN_TRY(side_.work());
    const auto begin = Clock::now();
    GN_TRY(side_.work());
    const double once_ms = std::max(milliseconds_since(begin), 1e-6);
    repeats_ = static_cast<int>(std::clamp(kShortestMs / once_ms, 1.0, double{kMaximumRepeats}));
    return {};
  }

  // Milliseconds of one call. Short sides run once more beforehand: the rest left caches cold.
  Result<double> time() {
    std::this_thread::sleep_for(kRest);
    if (repeats_ > 1) GN_TRY(side_.work());
    const auto begin = Clock::now();
    for (int i = 0; i < repeats_; ++i) GN_TRY(side_.work());
    times_.push_back(milliseconds_since(begin) / repeats_);
    return times_.back();
  }

  const std::vector<double>& times() const { return times_; }

 private:
  const Side& side_;
  int repeats_ = 1;
  std::vector<double> times_;
};

// The value below which `share` of them lie.
double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto place = static_cast<ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<size_t>(place)];
}

void report_aim(benchmark::State& state, const Aim& aim) {
  if (aim.ratio_at_least > 0) state.counters["aim_ratio_at_least"] = aim.ratio_at_least;
  if (aim.ours_at_most_ms > 0) state.counters["aim_ours_at_most_ms"] = aim.ours_at_most_ms;
}

Result<double> time_both(Timer& baseline, Timer& ours, bool ours_first) {
  const double first_ms = GN_TRY((ours_first ? ours : baseline).time());
  const double second_ms = GN_TRY((ours_first ? baseline : ours).time());
  return ours_first ? second_ms / first_ms : first_ms / second_ms;
}

Result<void> run_pairs(benchmark::State& state, Timer& baseline, Timer& ours,
                       std::vector<double>& ratios) {
  GN_TRY(baseline.warm_up());
  GN_TRY(ours.warm_up());
  while (state.KeepRunning()) {
    ratios.push_back(GN_TRY(time_both(baseline, ours, ratios.size() % 2 == 1)));
    state.SetIterationTime((baseline.times().back() + ours.times().back()) / 1e3);
  }
  return {};
}

}  // namespace

void measure_pair(benchmark::State& state, const Side& baseline, const Side& ours, const Aim& aim) {
  Timer baseline_timer(baseline), ours_timer(ours);
  std::vector<double> ratios;
  const auto done = run_pairs(state, baseline_timer, ours_timer, ratios);
  if (!done) return state.SkipWithError(done.error().message.c_str());
  state.SetLabel(ours.name + " against " + baseline.name);
  state.counters["baseline_ms"] = quantile(baseline_timer.times(), 0.5);
  state.counters["ours_ms"] = quantile(ours_timer.times(), 0.5);
  state.counters["ratio"] = quantile(ratios, 0.5);
  state.counters["ratio_low"] = quantile(ratios, 0.25);
  state.counters["ratio_high"] = quantile(ratios, 0.75);
  report_aim(state, aim);
}

void measure_alone(benchmark::State& state, const Side& ours, const Aim& aim) {
  Timer timer(ours);
  Result<void> done = timer.warm_up();
  while (done && state.KeepRunning()) {
    const auto once_ms = timer.time();
    if (!once_ms) done = once_ms.error();
    if (done) state.SetIterationTime(*once_ms / 1e3);
  }
  if (!done) return state.SkipWithError(done.error().message.c_str());
  state.SetLabel(ours.name);
  state.counters["ours_ms"] = quantile(timer.times(), 0.5);
  report_aim(state, aim);
}

void usual_pairs(benchmark::internal::Benchmark* row) {
  row->Iterations(41)->UseManualTime()->Unit(benchmark::kMillisecond);
}

void few_pairs(benchmark::internal::Benchmark* row) {
  row->Iterations(15)->UseManualTime()->Unit(benchmark::kMillisecond);
}

}  // namespace geoneuron::bench
