// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/file.hpp"
#include "simulator/measures.hpp"
#include "simulator/policies.hpp"
#include "simulator/trace.hpp"
#include "simulator/verb.hpp"
#include "simulator/workloads.hpp"

namespace geoneuron::simulator {
namespace {

constexpr size_t kLargestTrace_bytes = 1 << 30;

struct TraceOptions {
  std::string workload, trace, policy = "geoneuron", out, gantt;
  uint64_t seed = 1;
  double load = 1, seconds = 0, from_ms = 0, for_ms = 50;
};

Result<Workload> workload_of(const TraceOptions& options) {
  if (options.trace.empty()) {
    Workload workload = GN_TRY(workload_named(options.workload, options.load));
    if (options.seconds > 0)
      workload.until_ns = static_cast<uint64_t>(options.seconds * double{kSecond_ns});
    return workload;
  }
  const std::vector<std::byte> bytes = GN_TRY(read_file(options.trace, kLargestTrace_bytes));
  return trace_from_json(options.trace,
                         {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Result<void> run(const TraceOptions& options) {
  const Workload workload = GN_TRY(workload_of(options));
  const Outcome outcome =
      GN_TRY(run_policy(options.policy, workload, {.seed = options.seed, .keep_trace = true}));
  if (!outcome.violations.empty())
    return make_error(EPROTO, "%s: %s", options.policy.c_str(), outcome.violations[0].c_str());
  if (!options.out.empty()) GN_TRY(write_file(options.out, trace_as_json(workload, outcome)));
  if (!options.gantt.empty()) {
    const auto from_ns = static_cast<uint64_t>(options.from_ms * 1e6);
    const auto to_ns = from_ns + static_cast<uint64_t>(options.for_ms * 1e6);
    GN_TRY(write_file(options.gantt, gantt_chart(outcome, from_ns, to_ns)));
  }
  return print(std::to_string(outcome.requests.size()) + " requests, " +
               std::to_string(outcome.sent) + " batches\n");
}

}  // namespace

void add_trace_verb(CLI::App& app, Invocation& invocation) {
  CLI::App* verb = app.add_subcommand("trace", "Run a workload once and write down what was done");
  const auto options = std::make_shared<TraceOptions>();
  auto* named = verb->add_option("--workload", options->workload, "Its name (see compare --help)");
  auto* traced = verb->add_option("--trace", options->trace, "Run the jobs of this trace instead");
  named->excludes(traced);
  verb->add_option("--policy", options->policy, "Its name")->capture_default_str();
  verb->add_option("--seed", options->seed, "Of the workload's chances")->capture_default_str();
  verb->add_option("--load", options->load, "As for compare")->check(CLI::Range(0.01, 1000.0));
  verb->add_option("--seconds", options->seconds, "How long requests come")
      ->check(CLI::Range(0.01, 1e5));
  verb->add_option("--out", options->out, "Write jobs and batches here, as JSON");
  verb->add_option("--gantt", options->gantt, "Draw the engines' time here, as SVG");
  verb->add_option("--from-ms", options->from_ms, "Where the drawing begins")
      ->check(CLI::Range(0.0, 1e9));
  verb->add_option("--for-ms", options->for_ms, "How much time it shows")
      ->check(CLI::Range(0.01, 1e6))
      ->capture_default_str();
  verb->callback([options, &invocation] {
    if (options->workload.empty() && options->trace.empty())
      throw CLI::RequiredError("--workload or --trace");
    invocation.action = [options] { return run(*options); };
  });
}

}  // namespace geoneuron::simulator
