// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "cli/bench/finding.hpp"
#include "cli/daemon_verbs.hpp"
#include "cli/json.hpp"
#include "cli/terminal.hpp"
#include "cli/validator.hpp"

namespace geoneuron::cli {
namespace {

using bench::BenchOptions;

using Bench = Result<std::vector<bench::Finding>> (*)(const BenchOptions& options);

const std::map<std::string, Bench>& benches() {
  static const std::map<std::string, Bench> kBenches = {{"throughput", bench::bench_throughput},
                                                        {"interference", bench::bench_interference},
                                                        {"overhead", bench::bench_overhead},
                                                        {"soak", bench::bench_soak}};
  return kBenches;
}

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const auto& [name, unused] : benches()) names.push_back(name);
  return names;
}

struct BenchVerbOptions {
  std::string what;
  BenchOptions bench;
};

Result<ExitStatus> measure(const BenchVerbOptions& options, const Invocation& invocation) {
  const std::string load_before = bench::load_text();
  const auto findings = GN_TRY(benches().at(options.what)(options.bench));
  nlohmann::ordered_json json = {{"bench", options.what},
                                 {"load_at_start", load_before},
                                 {"load_at_end", bench::load_text()},
                                 {"rows", bench::to_json(findings)}};
  GN_TRY(print(invocation.json ? to_text(json)
                               : bench::to_text(findings) + "load: " + load_before +
                                     " at the start, " + bench::load_text() + " at the end\n"));
  // Speeds depend on the machine; what grew without end is a fault on any.
  const auto missed = [](const bench::Finding& finding) { return finding.met == false; };
  return options.what == "soak" && std::ranges::any_of(findings, missed) ? kFailed : kDone;
}

constexpr const char* kFooter =
    "throughput    clients of one daemon against processes with a device each\n"
    "interference  a stream of frames beside a bulk load; fairness\n"
    "overhead      what the daemon adds to a job, and what it does when idle\n"
    "soak          many clients that come and go; exit status 1 where anything grew\n"
    "Each starts a daemon of its own. Sides that are compared take turns in one run.\n"
    "Examples:\n"
    "  geoneuron bench interference\n"
    "  geoneuron bench throughput --device lavapipe --seconds 5\n"
    "  geoneuron bench soak --jobs 20000 --json";

}  // namespace

void add_bench_verb(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<BenchVerbOptions>();
  BenchOptions& bench = options->bench;
  CLI::App* verb = app.add_subcommand("bench", "Measure a daemon, and say which aims it meets");
  verb->add_option("WHAT", options->what, "throughput, interference, overhead or soak")
      ->check(validator([](const std::string& text) { return check_word(text, names()); }))
      ->required();
  verb->add_option("--device", bench.device,
                   "Only this device: auto, cpu, vulkan, vulkan:N or lavapipe")
      ->check(validator(check_device))
      ->type_name("DEVICE");
  verb->add_option("--seconds", bench.seconds, "How long each side is measured in each round")
      ->check(validator([](const std::string& text) {
        const std::string wrong = check_finite(text);
        const double value = wrong.empty() ? std::strtod(text.c_str(), nullptr) : 1;
        return value >= 0.05 && value <= 600 ? wrong : "'" + text + "' must be 0.05 to 600";
      }))
      ->type_name("NUMBER")
      ->capture_default_str();
  verb->add_option("--rounds", bench.rounds, "How often the sides take turns")
      ->check(whole_number(1, 1000))
      ->type_name("1..1000")
      ->capture_default_str();
  verb->add_option("--jobs", bench.jobs, "How many jobs a soak submits")
      ->check(whole_number(1000, 100'000'000))
      ->type_name("N")
      ->capture_default_str();
  verb->add_flag("--json", invocation.json, "Print the result as JSON, for machines");
  verb->footer(kFooter);
  verb->callback(
      [&, options] { invocation.action = [&, options] { return measure(*options, invocation); }; });
}

}  // namespace geoneuron::cli
