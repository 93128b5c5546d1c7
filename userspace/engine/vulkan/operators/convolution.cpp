// SPDX-License-Identifier: MIT
// Conv and ConvTranspose.
#include "shaders/operators/convolution.hpp"
#include "engine/vulkan/operators/convolution_passes.hpp"
#include "engine/vulkan/operators/convolution_weights.hpp"
#include "engine/vulkan/operators/window_axes.hpp"
#include "shaders/operators/constants.h"

namespace geoneuron::engine::vulkan {
namespace {

using perception::Operator;

constexpr BindingKind kBindings[] = {BindingKind::kStorageBuffer, BindingKind::kTexelBuffer,
                                     BindingKind::kTexelBuffer, BindingKind::kTexelBuffer};

struct Parameters {
  uint32_t count = 0, row = 0, positions = 0;
  uint32_t groups = 1, blocks = 1, input_channels = 1, output_channels = 1;
  Triple inputs{}, outputs{}, pads{};
  std::array<uint32_t, 4> begin{}, end{};
  float activation_alpha = 0, activation_beta = 0;
};

constexpr Shader kShader{"operators/convolution", shaders::operators_convolution, kBindings,
                         sizeof(Parameters)};

struct Plan {
  WindowTriples axes;
  WeightLayout layout;
};

Result<Plan> plan_of(const Operation& operation) {
  const perception::Attributes& attributes = operation.node.attributes;
  const perception::Shape& input = operation.input_shape(0);
  const perception::Shape& weights = operation.input_shape(1);
  Plan plan;
  plan.layout.transposed = operation.node.op == Operator::kConvTranspose;
  plan.layout.groups = attributes.integer("group", 1);
  const perception::Window window =
      plan.layout.transposed ? GN_TRY(perception::transposed_window(attributes, input, weights))
                             : GN_TRY(perception::convolution_window(attributes, input, weights));
  plan.axes = triples_of(window);
  plan.layout.input_channels = input[1] / plan.layout.groups;
  plan.layout.output_channels =
      plan.layout.transposed ? weights[1] : weights[0] / plan.layout.groups;
  plan.layout.kernel = plan.axes.kernel_volume();
  const int64_t channels = plan.layout.output_channels;
  plan.layout.block = channels > 8 ? 16 : channels > 4 ? 8 : channels > 1 ? 4 : 1;
  return plan;
}

std::vector<uint32_t> constants_of(const Plan& plan) {
  const auto word = [](auto value) { return static_cast<uint32_t>(value); };
  std::vector<uint32_t> constants = {word((plan.layout.block + 3) / 4),
                                     plan.layout.transposed,
                                     VK_TRUE,
                                     VK_TRUE,
                                     VK_FALSE,
                                     GN_COPY};
  for (const Triple& triple : {plan.axes.kernel, plan.axes.strides, plan.axes.dilations})
    for (const int32_t value : triple) constants.push_back(word(value));
  constants.push_back(plan.layout.block == 1);
  return constants;
}

Parameters parameters_of(const Operation& operation, const Plan& plan) {
  Parameters parameters;
  parameters.positions = static_cast<uint32_t>(plan.axes.output_volume());
  // A workgroup then shares its block of weights, except where images are tiny.
  parameters.row = parameters.positions < GN_GROUP
                       ? parameters.positions
                       : (parameters.positions + GN_GROUP - 1) / GN_GROUP * GN_GROUP;
  parameters.groups = static_cast<uint32_t>(plan.layout.groups);
  parameters.blocks = static_cast<uint32_t>(plan.layout.blocks());
  parameters.input_channels = static_cast<uint32_t>(plan.layout.input_channels);
  parameters.output_channels = static_cast<uint32_t>(plan.layout.output_channels);
  parameters.inputs = plan.axes.inputs;
  parameters.outputs = plan.axes.outputs;
  parameters.pads = plan.axes.pads_begin;
  parameters.count = static_cast<uint32_t>(operation.input_shape(0)[0]) * parameters.groups *
                     parameters.blocks * parameters.row;
  parameters.activation_alpha = operation.activation.alpha;
  parameters.activation_beta = operation.activation.beta;
  return parameters;
}

const char* name_of_block(int64_t block) {
  if (block == 16) return "direct16";
  if (block == 8) return "direct8";
  return block == 4 ? "direct4" : "direct1";
}

}  // namespace

Result<const char*> record_convolution(Recorder& recorder, const Operation& operation) {
  const Plan plan = GN_TRY(plan_of(operation));
  const auto& kernel = plan.axes.kernel;
  const std::vector<ConvolutionPass> passes =
      convolution_passes(plan.layout.input_channels, {kernel[0], kernel[1], kernel[2]});
  if (passes.empty()) return make_error(ENOTSUP, "the kernel is too large for the device");
  Parameters parameters = parameters_of(operation, plan);
  std::vector<uint32_t> constants = constants_of(plan);
  const Binding values = GN_TRY(recorder.place(operation.inputs[0]));
  const Binding weights = GN_TRY(place_weights(recorder, operation.inputs[1], plan.layout));
  const Binding bias =
      operation.has_input(2) ? GN_TRY(recorder.place(operation.inputs[2])) : values;
  const Binding bindings[] = {operation.outputs[0].place, values, weights, bias};
  for (size_t i = 0; i < passes.size(); ++i) {
    if (i > 0) recorder.barrier();
    parameters.begin = passes[i].begin;
    parameters.end = passes[i].end;
    bool whole = true;
    for (size_t axis = 1; axis < 4; ++axis)
      whole = whole && passes[i].begin[axis] == 0 &&
              passes[i].end[axis] == static_cast<uint32_t>(kernel[axis - 1]);
    constants[2] = whole;
    constants[3] = i == 0;
    constants[4] = operation.has_input(2);
    constants[5] = i + 1 == passes.size() ? operation.activation.op : GN_COPY;
    GN_TRY(recorder.dispatch(kShader, constants, bindings, bytes_of(parameters), parameters.count));
  }
  return name_of_block(plan.layout.block);
}

}  // namespace geoneuron::engine::vulkan
