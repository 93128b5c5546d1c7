// SPDX-License-Identifier: MIT
#include "cli/model_inspection.hpp"

#include <algorithm>
#include <utility>

#include "cli/answer_reader.hpp"
#include "cli/pass_measurement.hpp"
#include "cli/tensor_infos.hpp"
#include "cli/tensor_names.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::json;
using perception::LayerDescription;
using perception::ModelDescription;
using perception::Tensor;
using perception::TensorDescription;
using perception::TensorInfo;

// Runs measured for each number of passes; their median counts.
constexpr size_t kMeasuredRuns = 10;

bool are_known(const std::vector<TensorDescription>& tensors) {
  return std::ranges::all_of(tensors, [](const auto& tensor) { return tensor.info.has_value(); });
}

// Whether only what is computed is missing.
bool wants_computing(const ModelDescription& model) {
  return model.unsupported.empty() && are_known(model.inputs) &&
         !std::ranges::all_of(model.layers,
                              [](const auto& layer) { return are_known(layer.outputs); });
}

// Operations of each layer by its first result.
std::map<std::string, uint64_t> operations_of(const json& answer) {
  std::map<std::string, uint64_t> operations;
  AnswerReader model(answer, "a model");
  for (const json& layer : model.part("layers")) {
    AnswerReader reader(layer, "a layer");
    for (const json& output : reader.part("outputs")) {
      operations[AnswerReader(output, "a tensor").text("name")] = reader.number("operations");
      break;
    }
  }
  return operations;
}

// Puts what the daemon has computed into the description.
Result<void> complete(ModelDescription& model, const json& answer) {
  const auto infos = GN_TRY(parse_tensor_infos(answer));
  const auto operations = operations_of(answer);
  const auto put = [&](std::vector<TensorDescription>& tensors) {
    for (TensorDescription& tensor : tensors)
      if (const auto info = infos.find(tensor.name); info != infos.end())
        tensor.info = info->second;
  };
  put(model.outputs);
  model.operations = 0;
  for (LayerDescription& layer : model.layers) {
    put(layer.outputs);
    const auto count =
        layer.outputs.empty() ? operations.end() : operations.find(layer.outputs.front().name);
    if (count != operations.end()) layer.operations = count->second;
    model.operations += layer.operations;
  }
  AnswerReader reader(answer, "a model");
  model.shape_sentence = reader.text("shapes");
  return reader.finish();
}

std::map<std::string, perception::Shape> shapes_of(const std::map<std::string, TensorInfo>& infos) {
  std::map<std::string, perception::Shape> shapes;
  for (const auto& [name, info] : infos) shapes.emplace(name, info.shape);
  return shapes;
}

// Neither all zero, which would make sums trivially fast or slow, nor large: zeros and ones.
Result<Tensor> measuring_tensor(const TensorInfo& info) {
  Tensor tensor = GN_TRY(Tensor::allocate(info));
  perception::dispatch(info.type, [&]<typename T>() {
    const auto values = tensor.mutable_values<T>();
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i % 2);
  });
  return tensor;
}

Result<PerceptionRequest> measuring_request(const ModelPointer& model,
                                            const std::map<std::string, TensorInfo>& inputs) {
  PerceptionRequest request;
  request.model = model;
  const perception::Graph& graph = model->model.graph;
  for (const perception::ValueId id : graph.inputs) {
    const std::string& name = graph.at(id).name;
    const auto info = inputs.find(name);
    if (info == inputs.end())
      return invalid("input %s: its shape is open; give it with --shape %s=N,... to measure",
                     name.c_str(), name.c_str());
    request.inputs[name] = GN_TRY(measuring_tensor(info->second));
  }
  for (const std::string& name : output_names(graph)) request.keep.insert(name);
  return request;
}

}  // namespace

ModelInspection::ModelInspection(std::string path, const SessionOptions& options)
    : path_(std::move(path)), options_(options) {
  options_.cache = false;  // what is measured must be computed
}

Result<ModelPointer> ModelInspection::model() {
  if (!model_) model_ = GN_TRY(load_model(path_));
  return model_;
}

Result<Session*> ModelInspection::session() {
  if (!session_) session_ = GN_TRY(Session::open(options_));
  return session_.get();
}

Result<json> ModelInspection::ask(const std::map<std::string, perception::Shape>& shapes,
                                  bool passes) {
  const ModelPointer model = GN_TRY(this->model());
  Session* const computing = GN_TRY(session());
  return computing->describe(model, shapes, passes);
}

Result<ModelDescription> ModelInspection::describe(
    const std::map<std::string, perception::Shape>& shapes) {
  ModelDescription description = GN_TRY(perception::describe_model(path_, shapes));
  if (!wants_computing(description)) return description;
  const json answer = GN_TRY(ask(shapes, false));
  GN_TRY(complete(description, answer));
  return description;
}

Result<PassReport> ModelInspection::predict_passes(
    const std::map<std::string, TensorInfo>& inputs) {
  const json answer = GN_TRY(ask(shapes_of(inputs), true));
  PassReport report;
  report.changes = GN_TRY(parse_passes(AnswerReader(answer, "a model").part("passes")));
  const auto names = perception::pass_names();
  report.passes = summarised(report.changes, {names.begin(), names.end()});
  return report;
}

Result<PassReport> ModelInspection::measure_passes(
    const std::map<std::string, TensorInfo>& inputs) {
  PassReport report = GN_TRY(predict_passes(inputs));
  const ModelPointer model = GN_TRY(this->model());
  PerceptionRequest request = GN_TRY(measuring_request(model, inputs));
  Session& computing = *GN_TRY(session());
  const auto run = [&](size_t pass_count) {
    request.pass_count = pass_count;
    return computing.run(request, [](const auto&, const auto&) { return Result<void>(); });
  };
  PassMeasurement measured = GN_TRY(cli::measure_passes(run, kMeasuredRuns));
  for (PassSummary& pass : report.passes)
    for (const PassGain& gain : measured.passes)
      if (gain.pass == pass.pass) pass.measured_saved_ns = gain.saved_ns;
  report.unoptimized_ns = measured.plain_ns;
  report.optimized_ns = measured.optimized_ns;
  report.nodes = std::move(measured.nodes);
  report.device = computing.device();
  report.device_reason = computing.device_reason();
  return report;
}

}  // namespace geoneuron::cli
