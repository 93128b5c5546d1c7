// SPDX-License-Identifier: MIT
#include "shaders/operators/pool.hpp"
#include "engine/vulkan/operators/operation.hpp"
#include "engine/vulkan/operators/window_axes.hpp"
#include "shaders/operators/constants.h"

namespace geoneuron::engine::vulkan {
namespace {

using perception::Operator;

constexpr BindingKind kBindings[] = {BindingKind::kStorageBuffer, BindingKind::kTexelBuffer};

struct Parameters {
  uint32_t count = 0;
  Triple inputs{}, outputs{}, strides{}, dilations{}, pads{}, padded{};
};

constexpr Shader kShader{"operators/pool", shaders::operators_pool, kBindings, sizeof(Parameters)};

uint32_t kind_of(const perception::Node& node) {
  if (node.op == Operator::kMaxPool) return GN_POOL_MAX;
  const bool with_padding = node.attributes.integer("count_include_pad", 0) != 0;
  return with_padding ? GN_POOL_AVERAGE_WITH_PADDING : GN_POOL_AVERAGE;
}

}  // namespace

Result<const char*> record_pool(Recorder& recorder, const Operation& operation) {
  const perception::Window window =
      GN_TRY(perception::pool_window(operation.node.attributes, operation.input_shape(0)));
  const WindowTriples axes = triples_of(window);
  Parameters parameters{.count = static_cast<uint32_t>(operation.outputs[0].count()),
                        .inputs = axes.inputs,
                        .outputs = axes.outputs,
                        .strides = axes.strides,
                        .dilations = axes.dilations,
                        .pads = axes.pads_begin};
  for (size_t i = 0; i < 3; ++i) parameters.padded[i] = axes.inputs[i] + axes.pads_end[i];
  const uint32_t constants[] = {kind_of(operation.node), static_cast<uint32_t>(axes.kernel[0]),
                                static_cast<uint32_t>(axes.kernel[1]),
                                static_cast<uint32_t>(axes.kernel[2])};
  const Binding bindings[] = {operation.outputs[0].place,
                              GN_TRY(recorder.place(operation.inputs[0]))};
  GN_TRY(recorder.dispatch(kShader, constants, bindings, bytes_of(parameters), parameters.count));
  return "window";
}

}  // namespace geoneuron::engine::vulkan
