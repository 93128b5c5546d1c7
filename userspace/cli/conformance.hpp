// SPDX-License-Identifier: MIT
// Runs ONNX's backend tests: a folder of folders with model.onnx and test_data_set_*/input_*.pb and
// output_*.pb. One thread at a time.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/session.hpp"

namespace geoneuron::cli {

enum class ConformanceOutcome : uint8_t { kPassed, kFailed, kUnsupported };

struct ConformanceCase {
  std::string name;  // of the test's folder
  ConformanceOutcome outcome = ConformanceOutcome::kFailed;
  std::string reason;  // of a failure or refusal: one sentence that names the type; else empty
  std::set<std::string> operators;  // ONNX's names
  // Whether geoneuron has all of them: then a refusal needs an excuse.
  bool only_known_operators = true;
};

struct ConformanceReport {
  std::vector<ConformanceCase> cases;  // by name

  size_t count(ConformanceOutcome outcome) const;
};

struct ConformanceOptions {
  // A result passes where |result - expected| <= absolute + relative * |expected|, NaN equals NaN,
  // and type and shape are equal.
  double relative_tolerance = 1e-3;
  double absolute_tolerance = 1e-7;
  // Called before each test with its number, how many there are, and its name.
  std::function<void(size_t number, size_t total, const std::string& name)> progress;
};

// Runs the request's model and hands out what it keeps, as Session::run does.
using RunModel =
    std::function<Result<void>(const PerceptionRequest& request, const KeptTensorSink& sink)>;

// Runs every test in `folder` through `run`, or a session. What a model or its data does wrong is
// in the report; errors (ENOENT, ENOTDIR, EINVAL for a folder without tests) are about the folder.
Result<ConformanceReport> run_conformance(const std::string& folder, const RunModel& run,
                                          const ConformanceOptions& options = {});
Result<ConformanceReport> run_conformance(const std::string& folder, Session& session,
                                          const ConformanceOptions& options = {});

}  // namespace geoneuron::cli
