// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/printable.hpp"
#include "policy/timeline/timeline.hpp"
#include "simulator/tardiness_file.hpp"
#include "simulator/tardiness_gantt.hpp"
#include "simulator/thread_clock.hpp"
#include "simulator/verb.hpp"

namespace geoneuron::simulator {
namespace {

struct TardinessOptions {
  std::vector<std::string> files;
  uint64_t budget_us = 200;
  uint64_t seed = 1;
  bool cold = false;
  std::string gantt;
};

policy::Objective solve(policy::Timeline& timeline, const TardinessInstance& instance,
                        const TardinessOptions& options) {
  const std::function<uint64_t()> now = thread_time_ns;
  policy::Pace pace({.now = &now, .deadline_ns = now() + options.budget_us * 1000});
  if (options.cold)
    timeline.begin(instance.problem, options.seed);
  else
    timeline.begin(instance.problem, options.seed, instance.last_plan);
  timeline.improve(pace);
  return timeline.objective();
}

// Weighted sums may be beyond 2^64; JSON has no such numbers, and doubles round them.
std::string decimal(policy::Objective::Sum sum) {
  std::string text;
  do {
    text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(sum % 10)));
    sum /= 10;
  } while (sum != 0);
  return text;
}

std::string report(const std::string& file, const policy::Timeline& timeline, bool json) {
  const policy::Objective& found = timeline.objective();
  const std::string sum = decimal(found.weighted_tardiness);
  if (!json)
    return printable(file) + ": weighted tardiness " + sum + ", misses " +
           std::to_string(found.misses) + ", end " + std::to_string(found.end_ns) +
           (timeline.proved() ? ", optimal\n" : "\n");
  const nlohmann::json name = file;
  return "{\"file\":" + name.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         ",\"weighted_tardiness\":" + sum + ",\"misses\":" + std::to_string(found.misses) +
         ",\"end\":" + std::to_string(found.end_ns) +
         ",\"optimal\":" + (timeline.proved() ? "true" : "false") + "}\n";
}

// All files are read before the first is solved: a malformed one then has no effect.
Result<void> run(const TardinessOptions& options, bool json) {
  if (!options.gantt.empty() && options.files.size() > 1)
    return invalid("--gantt %s: shows one plan, and %zu files are given: give one",
                   options.gantt.c_str(), options.files.size());
  std::vector<TardinessInstance> instances;
  for (const std::string& file : options.files) instances.push_back(GN_TRY(read_tardiness(file)));
  const auto timeline = std::make_unique<policy::Timeline>();
  for (size_t i = 0; i < instances.size(); ++i) {
    solve(*timeline, instances[i], options);
    GN_TRY(print(report(options.files[i], *timeline, json)));
    if (!options.gantt.empty())
      GN_TRY(write_file(options.gantt, gantt_svg(instances[i].problem, timeline->orders())));
  }
  return {};
}

}  // namespace

void add_tardiness_verb(CLI::App& app, Invocation& invocation) {
  CLI::App* verb = app.add_subcommand(
      "tardiness", "Order windows of batches with releases, weights and due dates");
  const auto options = std::make_shared<TardinessOptions>();
  verb->add_option("FILE", options->files, "Windows, as the verb `instance` prints them")
      ->required();
  verb->add_option("--budget-us", options->budget_us,
                   "Microseconds of this thread's computing time for each file")
      ->check(CLI::Range(uint64_t{0}, uint64_t{3'600'000'000}))
      ->capture_default_str();
  verb->add_option("--seed", options->seed, "Seed of the search's chances")->capture_default_str();
  verb->add_flag("--cold", options->cold,
                 "Do not begin with the last plan, even where there is one")
      ->disable_flag_override();
  verb->add_option("--gantt", options->gantt, "Write the plan of the one file there, as SVG");
  add_json_option(*verb, invocation);
  verb->footer(
      "The text of a window, times in nanoseconds, # begins a comment:\n"
      "  devices D\n"
      "  upload_free compute_free readback_free staging_bytes   (D times; staging 0: no limit)\n"
      "  jobs N\n"
      "  release due weight must staging_bytes  upload compute readback ...\n"
      "      (N times; the last three for each device; due -1: never; must 1: of the top class)\n"
      "  plan 0, or plan 1 and what is left of the last plan: for each device `count job ...`\n"
      "With --json a line {\"file\":..,\"weighted_tardiness\":..,\"misses\":..,\"end\":..,"
      "\"optimal\":..} for each,\nin the order of the files.");
  verb->callback([options, &invocation] {
    invocation.action = [options, &invocation] { return run(*options, invocation.json); };
  });
}

}  // namespace geoneuron::simulator
