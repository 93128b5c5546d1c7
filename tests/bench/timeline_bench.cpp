// SPDX-License-Identifier: MIT
// The timeline: how close to the best what it finds in microseconds of this thread's computing time
// comes. Each iteration has a seed of its own; a row tells the mean over the seeds and its 95 %
// interval.
#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>
#include <vector>

#include "policy/timeline/makespan_search.hpp"
#include "policy/timeline/timeline.hpp"
#include "simulator/tardiness_best.hpp"
#include "simulator/tardiness_generator.hpp"
#include "simulator/thread_clock.hpp"

namespace geoneuron::bench {
namespace {

using policy::FlowShop;
using simulator::TardinessInstance;

constexpr int kSeeds = 5;
constexpr double kStudent = 2.776;  // of 95 % for kSeeds - 1 degrees of freedom
const std::function<uint64_t()> kNow = simulator::thread_time_ns;

policy::Pace pace_of(double budget_us) {
  return policy::Pace(
      {.now = &kNow, .deadline_ns = kNow() + static_cast<uint64_t>(budget_us * 1000)});
}

void tell(benchmark::State& state, const std::vector<double>& values, const char* what,
          double aim) {
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  const auto count = static_cast<double>(values.size());
  const double half = kStudent * std::sqrt(squares / (count - 1) / count);
  state.SetLabel(what);
  state.counters["value"] = mean;
  state.counters["value_half"] = half;
  state.counters["aim_value_at_most"] = aim;
}

void weighted_tardiness(benchmark::State& state, uint32_t jobs, double aim) {
  std::vector<TardinessInstance> instances;
  double best = 0;
  for (uint32_t i = 0; i < simulator::kJudgedPerSize; ++i)
    instances.push_back(simulator::judged_instance(jobs, i));
  for (const uint64_t known : simulator::best_known(jobs)) best += static_cast<double>(known);
  const auto timeline = std::make_unique<policy::Timeline>();
  std::vector<double> ratios;
  for (auto _ : state) {
    double sum = 0;
    for (const TardinessInstance& instance : instances) {
      policy::Pace pace = pace_of(200);
      timeline->begin(instance.problem, ratios.size() + 1, instance.last_plan);
      timeline->improve(pace);
      sum += static_cast<double>(timeline->objective().weighted_tardiness);
    }
    ratios.push_back(sum / best);
  }
  tell(state, ratios, "weighted tardiness over best known, warm, 200 us", aim);
}

// Taillard's 20 jobs on 5 machines: his generator, his seeds, and the best makespans known.
struct TaillardShop {
  int64_t seed;
  int32_t best;
};
constexpr TaillardShop kTaillard[] = {
    {873654221, 1278}, {379008056, 1359},  {1866992158, 1081}, {216771124, 1293}, {495070989, 1235},
    {402959317, 1195}, {1369363414, 1234}, {2021925980, 1206}, {573109518, 1230}, {88325120, 1108}};

FlowShop taillard(int64_t seed) {
  constexpr int64_t kModulus = 2147483647;
  FlowShop shop{20, 5, std::vector<int32_t>(100)};
  for (uint32_t k = 0; k < shop.machines; ++k)
    for (uint32_t j = 0; j < shop.jobs; ++j) {
      seed = 16807 * seed % kModulus;
      shop.times[size_t{j} * shop.machines + k] = static_cast<int32_t>(1 + 99 * seed / kModulus);
    }
  return shop;
}

int32_t search(policy::MakespanSearch& makespans, const FlowShop& shop, double budget_us,
               uint64_t seed) {
  policy::Pace pace = pace_of(budget_us);
  makespans.begin(shop, seed, pace);
  makespans.improve(pace);
  return makespans.makespan();
}

void taillard_20x5(benchmark::State& state) {
  policy::MakespanSearch makespans(20, 5);
  std::vector<double> deviations;
  for (auto _ : state) {
    double sum = 0;
    for (const TaillardShop& given : kTaillard) {
      const FlowShop shop = taillard(given.seed);
      const int32_t found = search(makespans, shop, 500, deviations.size() + 1);
      sum += 100.0 * (found - given.best) / given.best;
    }
    deviations.push_back(sum / std::size(kTaillard));
  }
  tell(state, deviations, "mean deviation from best known in percent, 500 us", 0.5);
}

FlowShop engine_shop(uint32_t jobs, uint64_t seed) {
  policy::Random random(seed);
  FlowShop shop{jobs, policy::kEngines, {}};
  for (uint32_t j = 0; j < jobs; ++j)
    for (const int64_t time_ns : simulator::engine_times(random))
      shop.times.push_back(static_cast<int32_t>(time_ns));
  return shop;
}

// Of few jobs the optimum, by branch and bound; else the lower bound.
int64_t least_makespan(const FlowShop& shop) {
  if (shop.jobs > policy::ExactSearch::kMostJobs) return policy::makespan_bound(shop);
  policy::TimelineProblem problem;
  problem.jobs.resize(shop.jobs);
  problem.devices.resize(1);
  for (uint32_t j = 0; j < shop.jobs; ++j)
    problem.times.push_back({shop.of(j)[0], shop.of(j)[1], shop.of(j)[2]});
  policy::Timeline timeline;
  policy::Pace pace({});
  timeline.begin(problem, 1);
  timeline.improve(pace);
  return timeline.objective().end_ns;
}

void engines_makespan(benchmark::State& state, uint32_t jobs, const char* what, double aim) {
  constexpr uint64_t kShops = 60;
  std::vector<FlowShop> shops;
  std::vector<double> least;
  for (uint64_t i = 0; i < kShops; ++i) {
    shops.push_back(engine_shop(jobs, 1000 * jobs + i));
    least.push_back(static_cast<double>(least_makespan(shops.back())));
  }
  policy::MakespanSearch makespans(jobs, policy::kEngines);
  std::vector<double> deviations;
  for (auto _ : state) {
    double sum = 0;
    for (size_t i = 0; i < kShops; ++i)
      sum += 100 * (search(makespans, shops[i], 100, deviations.size() + 1) / least[i] - 1);
    deviations.push_back(sum / kShops);
  }
  tell(state, deviations, what, aim);
}

constexpr const char* kOverOptimum = "makespan over the optimum in percent, 100 us";
constexpr const char* kOverBound = "makespan over the lower bound in percent, 100 us";

BENCHMARK_CAPTURE(weighted_tardiness, 8, 8, 1.00)->Iterations(kSeeds);
BENCHMARK_CAPTURE(weighted_tardiness, 16, 16, 1.03)->Iterations(kSeeds);
BENCHMARK_CAPTURE(weighted_tardiness, 32, 32, 1.10)->Iterations(kSeeds);
BENCHMARK_CAPTURE(weighted_tardiness, 64, 64, 1.25)->Iterations(kSeeds);
BENCHMARK(taillard_20x5)->Iterations(kSeeds);
BENCHMARK_CAPTURE(engines_makespan, 8, 8, kOverOptimum, 0)->Iterations(kSeeds);
BENCHMARK_CAPTURE(engines_makespan, 16, 16, kOverBound, 0.12)->Iterations(kSeeds);
BENCHMARK_CAPTURE(engines_makespan, 32, 32, kOverBound, 0.01)->Iterations(kSeeds);
BENCHMARK_CAPTURE(engines_makespan, 64, 64, kOverBound, 0.003)->Iterations(kSeeds);

}  // namespace
}  // namespace geoneuron::bench
