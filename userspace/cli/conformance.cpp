// SPDX-License-Identifier: MIT
#include "cli/conformance.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "perception/onnx_import.hpp"
#include "perception/onnx_operators.hpp"

namespace geoneuron::cli {
namespace {

namespace fs = std::filesystem;
using perception::Tensor;

// The sub-folders of `folder` for which `wanted` holds, by name.
template <typename Wanted>
Result<std::vector<fs::path>> folders_in(const fs::path& folder, const Wanted& wanted) {
  std::error_code error;
  std::vector<fs::path> result;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->is_directory(error) && wanted(entry->path())) result.push_back(entry->path());
  if (error) return make_error(error.value(), "%s: %s", folder.c_str(), error.message().c_str());
  std::sort(result.begin(), result.end());
  return result;
}

// input_0.pb, input_1.pb, ... as far as they go without a gap.
Result<std::vector<Tensor>> load_numbered(const fs::path& folder, const std::string& stem) {
  std::vector<Tensor> result;
  std::error_code error;
  for (;;) {
    const fs::path path = folder / (stem + "_" + std::to_string(result.size()) + ".pb");
    if (!fs::exists(path, error)) return result;
    result.push_back(GN_TRY(perception::load_tensor_proto(path.string())));
  }
}

template <typename T>
double as_double(T value) {
  return static_cast<double>(value);
}

// Position of the first element that differs, or the number of elements.
int64_t first_difference(const Tensor& result, const Tensor& expected,
                         const ConformanceOptions& options) {
  return perception::dispatch(expected.type(), [&]<typename T>() {
    const auto a = result.values<T>();
    const auto b = expected.values<T>();
    for (size_t i = 0; i < a.size(); ++i) {
      const double x = as_double(a[i]);
      const double y = as_double(b[i]);
      const bool same = x == y || (std::isnan(x) && std::isnan(y)) ||
                        std::fabs(x - y) <=
                            options.absolute_tolerance + options.relative_tolerance * std::fabs(y);
      // An infinite bound would forgive every finite value.
      if (!same || (std::isinf(y) && x != y)) return static_cast<int64_t>(i);
    }
    return static_cast<int64_t>(a.size());
  });
}

double element(const Tensor& tensor, int64_t i) {
  return perception::dispatch(tensor.type(), [&]<typename T>() {
    return as_double(tensor.values<T>()[static_cast<size_t>(i)]);
  });
}

Result<void> compare(const std::string& name, const Tensor& result, const Tensor& expected,
                     const ConformanceOptions& options) {
  if (result.info() != expected.info())
    return invalid("output %s is %s: must be %s", name.c_str(), result.info().to_string().c_str(),
                   expected.info().to_string().c_str());
  const int64_t at = first_difference(result, expected, options);
  if (at == expected.element_count()) return {};
  return invalid("output %s (%s): element %lld is %.9g: must be %.9g", name.c_str(),
                 expected.info().to_string().c_str(), static_cast<long long>(at),
                 element(result, at), element(expected, at));
}

Result<PerceptionRequest> make_request(ModelPointer model, const std::vector<Tensor>& inputs) {
  PerceptionRequest request;
  const perception::Graph& graph = model->model.graph;
  if (inputs.size() > graph.inputs.size())
    return invalid("%zu input files for %zu inputs", inputs.size(), graph.inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i)
    request.inputs[graph.at(graph.inputs[i]).name] = inputs[i];
  for (const perception::ValueId id : graph.outputs) request.keep.insert(graph.at(id).name);
  request.model = std::move(model);
  return request;
}

Result<void> run_data_set(const ModelPointer& model, const fs::path& folder, const RunModel& run,
                          const ConformanceOptions& options) {
  const auto inputs = GN_TRY(load_numbered(folder, "input"));
  const auto expected = GN_TRY(load_numbered(folder, "output"));
  const perception::Graph& graph = model->model.graph;
  if (expected.size() != graph.outputs.size())
    return invalid("%zu output files for %zu outputs", expected.size(), graph.outputs.size());
  std::map<std::string, Tensor> results;
  const auto collect = [&](const std::string& name, const Tensor& tensor) -> Result<void> {
    results[name] = tensor;
    return {};
  };
  const auto request = GN_TRY(make_request(model, inputs));
  GN_TRY(run(request, collect));
  for (size_t i = 0; i < expected.size(); ++i) {
    const std::string& name = graph.at(graph.outputs[i]).name;
    if (!results.contains(name)) return invalid("output %s was not computed", name.c_str());
    GN_TRY(compare(name, results[name], expected[i], options));
  }
  return {};
}

Result<void> run_test(const fs::path& folder, const RunModel& run,
                      const ConformanceOptions& options) {
  const ModelPointer model = GN_TRY(load_model((folder / "model.onnx").string()));
  const auto sets = GN_TRY(folders_in(folder, [](const fs::path& path) {
    return path.filename().string().starts_with("test_data_set_");
  }));
  if (sets.empty()) return invalid("has no test_data_set_0: must have one at least");
  for (const fs::path& set : sets) GN_TRY(run_data_set(model, set, run, options));
  return {};
}

bool is_known(const std::string& name) {
  return name == "Constant" || perception::operator_named(name).has_value();
}

ConformanceCase judge(const fs::path& folder, const RunModel& run,
                      const ConformanceOptions& options) {
  ConformanceCase result;
  result.name = folder.filename().string();
  if (auto names = perception::operator_names((folder / "model.onnx").string()))
    result.operators = std::move(*names);
  result.only_known_operators =
      std::all_of(result.operators.begin(), result.operators.end(), is_known);
  const Result<void> outcome = run_test(folder, run, options);
  if (outcome.has_value()) {
    result.outcome = ConformanceOutcome::kPassed;
    return result;
  }
  result.reason = outcome.error().message;
  if (outcome.error().code != ENOTSUP) return result;
  result.outcome = ConformanceOutcome::kUnsupported;
  return result;
}

}  // namespace

size_t ConformanceReport::count(ConformanceOutcome outcome) const {
  return static_cast<size_t>(std::count_if(
      cases.begin(), cases.end(), [&](const auto& test) { return test.outcome == outcome; }));
}

Result<ConformanceReport> run_conformance(const std::string& folder, const RunModel& run,
                                          const ConformanceOptions& options) {
  const auto tests = GN_TRY(folders_in(folder, [](const fs::path& path) {
    std::error_code error;
    return fs::exists(path / "model.onnx", error);
  }));
  if (tests.empty())
    return invalid("%s: holds no folder with a model.onnx; give a folder of ONNX backend tests",
                   folder.c_str());
  ConformanceReport report;
  for (size_t i = 0; i < tests.size(); ++i) {
    if (options.progress) options.progress(i, tests.size(), tests[i].filename().string());
    report.cases.push_back(judge(tests[i], run, options));
  }
  return report;
}

Result<ConformanceReport> run_conformance(const std::string& folder, Session& session,
                                          const ConformanceOptions& options) {
  const RunModel run = [&](const PerceptionRequest& request,
                           const KeptTensorSink& sink) -> Result<void> {
    GN_TRY(session.run(request, sink));
    return {};
  };
  return run_conformance(folder, run, options);
}

}  // namespace geoneuron::cli
