// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/conformance.hpp"
#include "cli/json.hpp"
#include "cli/options.hpp"
#include "cli/progress_bar.hpp"
#include "cli/terminal.hpp"
#include "cli/verb.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::ordered_json;

struct ConformanceVerbOptions {
  std::string folder;
  SessionOptions session;
};

const char* name_of(ConformanceOutcome outcome) {
  switch (outcome) {
    case ConformanceOutcome::kPassed:
      return "passed";
    case ConformanceOutcome::kFailed:
      return "failed";
    case ConformanceOutcome::kUnsupported:
      break;
  }
  return "unsupported";
}

ordered_json to_json(const ConformanceReport& report, const std::string& device) {
  ordered_json cases = ordered_json::array();
  for (const ConformanceCase& test : report.cases) {
    cases.push_back({{"name", test.name},
                     {"outcome", name_of(test.outcome)},
                     {"reason", test.reason},
                     {"operators", test.operators},
                     {"only_known_operators", test.only_known_operators}});
  }
  return {{"passed", report.count(ConformanceOutcome::kPassed)},
          {"failed", report.count(ConformanceOutcome::kFailed)},
          {"unsupported", report.count(ConformanceOutcome::kUnsupported)},
          {"total", report.cases.size()},
          {"device", device},
          {"cases", cases}};
}

// Every test that did not pass, with its operators, then the counts.
std::string conformance_text(const ConformanceReport& report, const std::string& device) {
  std::vector<std::vector<std::string>> rows;
  for (const ConformanceCase& test : report.cases)
    if (test.outcome != ConformanceOutcome::kPassed)
      rows.push_back({name_of(test.outcome), test.name, joined(test.operators, ","), test.reason});
  return table(rows) + std::to_string(report.count(ConformanceOutcome::kPassed)) + " passed, " +
         std::to_string(report.count(ConformanceOutcome::kFailed)) + " failed, " +
         std::to_string(report.count(ConformanceOutcome::kUnsupported)) + " unsupported of " +
         std::to_string(report.cases.size()) + " on " + device + "\n";
}

Result<ExitStatus> check(const ConformanceVerbOptions& options, const Invocation& invocation) {
  const auto session = GN_TRY(Session::open(options.session));
  std::optional<ProgressBar> progress;
  ConformanceOptions test_options;
  test_options.progress = [&](size_t number, size_t total, const std::string& name) {
    if (!progress) progress.emplace("conformance", total);
    progress->update(number, name);
  };
  const ConformanceReport report = GN_TRY(run_conformance(options.folder, *session, test_options));
  progress.reset();
  const std::string& device = session->device().id;
  GN_TRY(
      print(invocation.json ? to_text(to_json(report, device)) : conformance_text(report, device)));
  return report.count(ConformanceOutcome::kFailed) == 0 ? kDone : kFailed;
}

constexpr const char* kFooter =
    "DIR holds folders with model.onnx and test_data_set_*/input_*.pb and output_*.pb, as ONNX's\n"
    "own tests do. Exit status 1 where a test fails.\n"
    "Examples:\n"
    "  geoneuron conformance /usr/share/libonnx-testdata/data/node\n"
    "  geoneuron conformance data/node --device lavapipe --no-optimize --json";

}  // namespace

void add_conformance_verb(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<ConformanceVerbOptions>();
  options->session.cache = false;  // a remembered result would prove nothing
  CLI::App* verb = app.add_subcommand("conformance", "Run a folder of ONNX backend tests");
  verb->add_option("DIR", options->folder, "The folder of tests")->required();
  add_device_options(*verb, options->session);
  add_json_option(*verb, invocation);
  verb->footer(kFooter);
  verb->callback(
      [&, options] { invocation.action = [&, options] { return check(*options, invocation); }; });
}

}  // namespace geoneuron::cli
