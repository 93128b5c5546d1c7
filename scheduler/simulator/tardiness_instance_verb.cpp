// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>

#include "policy/timeline/timeline.hpp"
#include "simulator/tardiness_best.hpp"
#include "simulator/thread_clock.hpp"
#include "simulator/verb.hpp"

namespace geoneuron::simulator {
namespace {

struct InstanceOptions {
  uint32_t jobs = 16;
  uint32_t index = 0;
  uint64_t best_us = 0;
  uint32_t runs = 4;
};

// Runs with and without the last plan, of seeds of their own, so that they lead to different plans.
std::string best_of_runs(const TardinessInstance& instance, const InstanceOptions& options) {
  const auto timeline = std::make_unique<policy::Timeline>();
  const std::function<uint64_t()> now = thread_time_ns;
  uint64_t best = UINT64_MAX;
  for (uint32_t run = 0; run < options.runs; ++run) {
    policy::Pace pace({.now = &now, .deadline_ns = now() + options.best_us * 1000});
    if (run % 2 == 0)
      timeline->begin(instance.problem, 1000 + run, instance.last_plan);
    else
      timeline->begin(instance.problem, 1000 + run);
    timeline->improve(pace);
    best = std::min(best, static_cast<uint64_t>(timeline->objective().weighted_tardiness));
  }
  return std::to_string(best) + "\n";
}

Result<void> run(const InstanceOptions& options) {
  if (std::ranges::find(kJudgedSizes, options.jobs) == std::end(kJudgedSizes))
    return invalid("--jobs %u: must be 8, 16, 32 or 64", options.jobs);
  const TardinessInstance instance = judged_instance(options.jobs, options.index);
  return print(options.best_us > 0 ? best_of_runs(instance, options) : tardiness_text(instance));
}

}  // namespace

void add_instance_verb(CLI::App& app, Invocation& invocation) {
  CLI::App* verb = app.add_subcommand(
      "instance", "Print one of the windows that timelines are judged by, for `tardiness`");
  const auto options = std::make_shared<InstanceOptions>();
  verb->add_option("--jobs", options->jobs, "8, 16, 32 or 64")->capture_default_str();
  verb->add_option("--index", options->index, "Which of them")
      ->check(CLI::Range(0u, kJudgedPerSize - 1))
      ->capture_default_str();
  verb->add_option("--best-us", options->best_us,
                   "Print instead the least weighted tardiness that runs of so many microseconds "
                   "find");
  verb->add_option("--runs", options->runs, "How many, of seeds of their own")
      ->check(CLI::Range(1u, 1000u))
      ->capture_default_str();
  verb->callback(
      [options, &invocation] { invocation.action = [options] { return run(*options); }; });
}

}  // namespace geoneuron::simulator
