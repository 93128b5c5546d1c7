// SPDX-License-Identifier: MIT
// ONNX's own backend tests on one device, judged against the list of excused ones:
//   conformance_test DEVICE on|off FOLDER MINIMUM EXCEPTIONS.json
// Fails where a test fails, fewer than MINIMUM pass, a test of our operators alone is refused
// without being in the list, or one in the list is not refused. 77 where the data or the device is
// missing.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "cli/conformance.hpp"

namespace geoneuron::cli {
namespace {

constexpr int kSkipped = 77;
constexpr size_t kMaximumListBytes = 1 << 20;

struct Arguments {
  std::string device;
  bool optimize = true;
  std::filesystem::path folder;
  size_t minimum = 0;
  std::string exceptions;
};

// Test name -> why it is refused, for the folder's tests.
using Excuses = std::map<std::string, std::string>;

Result<Excuses> load_excuses(const Arguments& arguments) {
  const auto bytes = GN_TRY(read_file(arguments.exceptions, kMaximumListBytes));
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  const auto json = nlohmann::json::parse(text, text + bytes.size(), nullptr, false);
  if (!json.is_object()) return invalid("%s: is no JSON object", arguments.exceptions.c_str());
  const auto folder = json.find(arguments.folder.filename().string());
  if (folder == json.end()) return Excuses();
  return folder->get<Excuses>();
}

Result<ConformanceReport> run(const Arguments& arguments) {
  SessionOptions options;
  options.device = arguments.device;
  options.optimize = arguments.optimize;
  options.cache = false;
  const auto session = GN_TRY(Session::open(options));
  return run_conformance(arguments.folder.string(), *session);
}

// Prints what is wrong and returns how much.
size_t count_complaints(const ConformanceReport& report, Excuses excuses, size_t minimum) {
  size_t complaints = 0;
  const auto complain = [&](const std::string& name, const std::string& sentence) {
    std::printf("%s: %s\n", name.c_str(), sentence.c_str());
    ++complaints;
  };
  for (const ConformanceCase& test : report.cases) {
    if (test.outcome == ConformanceOutcome::kFailed) complain(test.name, test.reason);
    if (test.outcome != ConformanceOutcome::kUnsupported) continue;
    if (excuses.erase(test.name) == 0 && test.only_known_operators)
      complain(test.name, "is not excused: " + test.reason);
  }
  for (const auto& [name, reason] : excuses)
    complain(name, "is excused (" + reason + ") but was not refused: take it off the list");
  const size_t passed = report.count(ConformanceOutcome::kPassed);
  std::printf("%zu passed, %zu failed, %zu unsupported, %zu in all\n", passed,
              report.count(ConformanceOutcome::kFailed),
              report.count(ConformanceOutcome::kUnsupported), report.cases.size());
  if (passed < minimum)
    complain("all", "too few pass; at least " + std::to_string(minimum) + " must");
  return complaints;
}

int judge(const Arguments& arguments) {
  if (!std::filesystem::exists(arguments.folder)) {
    std::printf("skipped: %s is missing; install libonnx-testdata\n", arguments.folder.c_str());
    return kSkipped;
  }
  const auto excuses = load_excuses(arguments);
  const auto report = run(arguments);
  if (!report.has_value() && report.error().code == ENODEV) {
    std::printf("skipped: %s\n", report.error().message.c_str());
    return kSkipped;
  }
  if (!excuses.has_value() || !report.has_value()) {
    std::printf("%s\n", (excuses ? report.error() : excuses.error()).message.c_str());
    return 1;
  }
  return count_complaints(*report, *excuses, arguments.minimum) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace geoneuron::cli

int main(int count, char** values) {
  if (count != 6) {
    std::puts("usage: conformance_test DEVICE on|off FOLDER MINIMUM EXCEPTIONS.json");
    return 2;
  }
  geoneuron::cli::Arguments arguments;
  arguments.device = values[1];
  arguments.optimize = std::string(values[2]) == "on";
  arguments.folder = values[3];
  arguments.minimum = std::strtoul(values[4], nullptr, 10);
  arguments.exceptions = values[5];
  return geoneuron::cli::judge(arguments);
}
