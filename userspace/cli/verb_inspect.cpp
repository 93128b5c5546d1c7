// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>

#include "cli/json.hpp"
#include "cli/model_inspection.hpp"
#include "cli/model_report.hpp"
#include "cli/options.hpp"
#include "cli/pass_report.hpp"
#include "cli/tensor_names.hpp"
#include "cli/terminal.hpp"
#include "cli/verb.hpp"

namespace geoneuron::cli {
namespace {

struct InspectOptions {
  std::string model;
  std::vector<std::string> shapes;
  bool passes = false;
  bool measure = false;
  SessionOptions session;
};

// Shapes for inputs whose batch alone is open: shapes inside the network are known only for some
// batch, and 1 is what most people run. Nothing where more is open.
std::map<std::string, perception::Shape> batches_of_one(const perception::ModelDescription& model) {
  std::map<std::string, perception::Shape> shapes;
  for (const auto& input : model.inputs) {
    if (!input.declared.dimensions || input.declared.dimensions->empty()) return {};
    std::vector<int64_t> extents;
    for (const perception::Dimension& d : *input.declared.dimensions) {
      if (!d.extent && !extents.empty()) return {};
      extents.push_back(d.extent.value_or(1));
    }
    auto shape = perception::Shape::checked(std::move(extents));
    if (!shape) return {};  // the description says so
    if (!input.declared.dimensions->front().extent)
      shapes.emplace(input.name, std::move(shape).value());
  }
  return shapes;
}

// With the user's shapes. What does not fit is an error where it is these that the network cannot
// take; a network that fits no shapes is told about.
Result<perception::ModelDescription> describe_with(
    ModelInspection& inspection, const std::map<std::string, perception::Shape>& shapes,
    const perception::ModelDescription& plain) {
  auto model = GN_TRY(inspection.describe(shapes));
  if (model.shape_sentence.empty() || !plain.shape_sentence.empty()) return model;
  std::string given;
  for (const auto& [name, shape] : shapes)
    given += (given.empty() ? "--shape " : " --shape ") + name + "=" + shape.to_string();
  return invalid("%s: the network cannot take it: %s; give --shape with extents that it takes",
                 given.c_str(), model.shape_sentence.c_str());
}

// The description without shapes names the inputs that --shape speaks of.
Result<perception::ModelDescription> describe(const InspectOptions& options,
                                              ModelInspection& inspection) {
  perception::ModelDescription model = GN_TRY(inspection.describe({}));
  std::vector<std::string> names;
  for (const auto& input : model.inputs) names.push_back(input.name);
  auto shapes = GN_TRY(parse_shapes(options.shapes, names));
  if (!shapes.empty()) return describe_with(inspection, shapes, model);
  shapes = batches_of_one(model);
  if (shapes.empty()) return model;
  note("shapes are told for a batch of 1; --shape asks for others");
  return inspection.describe(shapes);
}

Result<PassReport> passes_of(const InspectOptions& options, ModelInspection& inspection,
                             const perception::ModelDescription& description) {
  if (!description.unsupported.empty())
    return make_error(ENOTSUP, "%s: its passes cannot run: %s", options.model.c_str(),
                      description.unsupported[0].sentence.c_str());
  std::map<std::string, perception::TensorInfo> inputs;
  for (const auto& input : description.inputs)
    if (input.info) inputs[input.name] = *input.info;
  return options.measure ? inspection.measure_passes(inputs) : inspection.predict_passes(inputs);
}

Result<TensorNumbers> numbers_of(ModelInspection& inspection,
                                 const perception::ModelDescription& description) {
  TensorNumbers numbers;
  if (!description.unsupported.empty()) return numbers;
  const auto names = activation_names(GN_TRY(inspection.model())->model.graph);
  for (size_t i = 0; i < names.size(); ++i) numbers.emplace(names[i], i);
  return numbers;
}

Result<ExitStatus> inspect(const InspectOptions& options, const Invocation& invocation) {
  ModelInspection inspection(options.model, options.session);
  const perception::ModelDescription model = GN_TRY(describe(options, inspection));
  const TensorNumbers numbers = GN_TRY(numbers_of(inspection, model));
  nlohmann::ordered_json json = to_json(model, numbers);
  std::string text = to_text(model, numbers);
  if (options.passes || options.measure) {
    const PassReport passes = GN_TRY(passes_of(options, inspection, model));
    json["passes"] = to_json(passes);
    text += to_text(passes);
  }
  GN_TRY(print(invocation.json ? to_text(json) : text));
  return kDone;
}

constexpr const char* kFooter =
    "Examples:\n"
    "  geoneuron inspect model.onnx\n"
    "  geoneuron inspect model.onnx --shape x=1,3,640,640\n"
    "  geoneuron inspect model.onnx --passes --measure --device cpu\n"
    "  geoneuron inspect model.onnx --json";

}  // namespace

void add_inspect_verb(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<InspectOptions>();
  CLI::App* verb = app.add_subcommand(
      "inspect", "Tell a network's inputs, outputs, layers and shapes, and what is not supported");
  verb->add_option("MODEL", options->model, "The network, an .onnx file")->required();
  add_shape_option(*verb, options->shapes);
  CLI::Option* passes = verb->add_flag(
      "--passes", options->passes, "What each pass of the optimiser did and is predicted to gain");
  verb->add_flag("--measure", options->measure, "And what it gains when run")->needs(passes);
  add_device_options(*verb, options->session);
  add_json_option(*verb, invocation);
  verb->footer(kFooter);
  verb->callback(
      [&, options] { invocation.action = [&, options] { return inspect(*options, invocation); }; });
}

}  // namespace geoneuron::cli
