// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "simulator/measures.hpp"
#include "simulator/policies.hpp"
#include "simulator/verb.hpp"
#include "simulator/workloads.hpp"

namespace geoneuron::simulator {
namespace {

using nlohmann::ordered_json;

struct CompareOptions {
  std::string workload;
  std::vector<std::string> policies;
  uint64_t seeds = 5;
  double seconds = 0;
  double load = 1;
  double error = -1;
  std::vector<size_t> preferred = {64};
  double delay_us = 0;
  uint32_t instances = 1;
};

RunOptions run_options(const CompareOptions& options, uint64_t seed) {
  RunOptions result{.seed = seed};
  result.triton.preferred = {options.preferred.begin(), options.preferred.end()};
  result.triton.delay_ns = static_cast<uint64_t>(options.delay_us * 1000);
  result.triton.instances = options.instances;
  return result;
}

using Values = std::map<std::string, std::map<std::string, std::vector<double>>>;

Result<Values> run_seeds(const CompareOptions& options, const Workload& workload,
                         const std::string& policy) {
  Values values;
  for (uint64_t seed = 1; seed <= options.seeds; ++seed) {
    const Outcome outcome = GN_TRY(run_policy(policy, workload, run_options(options, seed)));
    if (!outcome.violations.empty())
      return make_error(EPROTO, "%s, seed %llu: %s", policy.c_str(),
                        static_cast<unsigned long long>(seed), outcome.violations[0].c_str());
    for (const auto& [stream, row] : measure(workload, outcome))
      for (const auto& [name, value] : row) values[stream][name].push_back(value);
  }
  return values;
}

ordered_json as_json(const Values& values) {
  ordered_json streams = ordered_json::object();
  for (const auto& [stream, row] : values)
    for (const auto& [name, each] : row) {
      const Interval told = interval(each);
      streams[stream][name] = {{"mean", told.mean}, {"half", told.half}, {"seeds", each}};
    }
  return streams;
}

std::string as_text(const std::string& policy, const Values& values) {
  std::string text;
  for (const auto& [stream, row] : values) {
    text.append(policy).append(", ").append(stream).append(":");
    for (const auto& [name, each] : row) {
      const Interval told = interval(each);
      char cell[96];
      std::snprintf(cell, sizeof cell, " %s %.4g+-%.2g", name.c_str(), told.mean, told.half);
      text += cell;
    }
    text += "\n";
  }
  return text;
}

Result<void> run(const CompareOptions& options, bool json) {
  Workload workload = GN_TRY(workload_named(options.workload, options.load));
  if (options.seconds > 0)
    workload.until_ns = static_cast<uint64_t>(options.seconds * double{kSecond_ns});
  if (options.error >= 0) workload.machine.error = options.error;
  std::vector<std::string> policies = options.policies;
  if (policies.empty())
    for (const PolicyName& policy : policy_names()) policies.push_back(policy.name);
  ordered_json report = {{"workload", workload.name},
                         {"load", options.load},
                         {"error", workload.machine.error},
                         {"seeds", options.seeds},
                         {"policies", ordered_json::object()}};
  for (const std::string& policy : policies) {
    const Values values = GN_TRY(run_seeds(options, workload, policy));
    if (json)
      report["policies"][policy] = as_json(values);
    else
      GN_TRY(print(as_text(policy, values)));
  }
  return json ? print(report.dump(1) + "\n") : Result<void>{};
}

std::string workloads_told() {
  std::string text = "Workloads:\n";
  for (const WorkloadName& workload : workload_names())
    text += "  " + workload.name + "  " + workload.what + "\n";
  text += "Policies:\n";
  for (const PolicyName& policy : policy_names())
    text += "  " + policy.name + "  " + policy.what + "\n";
  return text +
         "Prints for each policy and stream the means over the seeds, +- half the interval "
         "of 95 %.";
}

}  // namespace

void add_compare_verb(CLI::App& app, Invocation& invocation) {
  CLI::App* verb = app.add_subcommand("compare", "Run a workload under several policies");
  const auto options = std::make_shared<CompareOptions>();
  verb->add_option("--workload", options->workload, "Its name")->required();
  verb->add_option("--policies", options->policies, "Their names (default: all)")->delimiter(',');
  verb->add_option("--seeds", options->seeds, "How many runs of each, seeds 1 to N")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1000}))
      ->capture_default_str();
  verb->add_option("--seconds", options->seconds,
                   "How long requests come (default: the workload's)")
      ->check(CLI::Range(0.01, 1e6));
  verb->add_option("--load", options->load, "W2: times its rate; W5: part of the device's time")
      ->check(CLI::Range(0.01, 1000.0))
      ->capture_default_str();
  verb->add_option("--error", options->error,
                   "Part that times are off the predicted ones at most "
                   "(default: 0.2)")
      ->check(CLI::Range(0.0, 0.99));
  verb->add_option("--triton-preferred", options->preferred, "Triton's preferred batch sizes")
      ->delimiter(',')
      ->check(CLI::Range(size_t{1}, size_t{64}))
      ->capture_default_str();
  verb->add_option("--triton-delay-us", options->delay_us, "Triton's maximum queue delay")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  verb->add_option("--triton-instances", options->instances, "Triton's instances of each model")
      ->check(CLI::Range(1u, 64u))
      ->capture_default_str();
  add_json_option(*verb, invocation);
  verb->footer(workloads_told());
  verb->callback([options, &invocation] {
    invocation.action = [options, &invocation] { return run(*options, invocation.json); };
  });
}

}  // namespace geoneuron::simulator
