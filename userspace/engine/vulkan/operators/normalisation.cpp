// SPDX-License-Identifier: MIT
// Softmax and BatchNormalization: each element mapped by numbers of its row or channel.
#include "engine/vulkan/operators/reduction.hpp"
#include "perception/softmax.hpp"
#include "shaders/operators/constants.h"
#include "shaders/operators/normalise.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using perception::Shape;

constexpr BindingKind kBindings[] = {BindingKind::kStorageBuffer, BindingKind::kTexelBuffer,
                                     BindingKind::kTexelBuffer,   BindingKind::kTexelBuffer,
                                     BindingKind::kTexelBuffer,   BindingKind::kTexelBuffer};

struct Parameters {
  uint32_t count = 0, extent = 1, inner = 1;
  float epsilon = 0, activation_alpha = 0, activation_beta = 0;
};

constexpr Shader kShader{"operators/normalise", shaders::operators_normalise, kBindings,
                         sizeof(Parameters)};

}  // namespace

Result<const char*> record_softmax(Recorder& recorder, const Operation& operation) {
  const auto lines = GN_TRY(perception::softmax_lines(operation.node, operation.input_shape(0)));
  const Binding values = GN_TRY(recorder.place(operation.inputs[0]));
  const uint64_t row_bytes = static_cast<uint64_t>(lines.outer * lines.inner) * sizeof(float);
  ReductionRequest request{.kind = GN_REDUCE_MAX, .from = values};
  request.kept = {lines.outer, lines.inner};
  request.kept_strides = {lines.length * lines.inner, 1};
  request.reduced = {lines.length};
  request.reduced_strides = {lines.inner};
  const Binding maxima = request.to = GN_TRY(recorder.scratch(row_bytes));
  GN_TRY(record_reduction(recorder, request));
  recorder.barrier();
  request.kind = GN_REDUCE_SUM_EXP;
  request.shifts = maxima;
  const Binding sums = request.to = GN_TRY(recorder.scratch(row_bytes));
  GN_TRY(record_reduction(recorder, request));
  recorder.barrier();

  const Parameters parameters{.count = static_cast<uint32_t>(operation.outputs[0].count()),
                              .extent = static_cast<uint32_t>(lines.length),
                              .inner = static_cast<uint32_t>(lines.inner)};
  const uint32_t constants[] = {GN_NORMALISE_SOFTMAX, GN_COPY};
  const Binding bindings[] = {operation.outputs[0].place, values, maxima, sums, sums, sums};
  GN_TRY(recorder.dispatch(kShader, constants, bindings, bytes_of(parameters), parameters.count));
  return "reduce";
}

Result<const char*> record_batch_normalization(Recorder& recorder, const Operation& operation) {
  const Shape& shape = operation.input_shape(0);
  const Parameters parameters{
      .count = static_cast<uint32_t>(operation.outputs[0].count()),
      .extent = shape.rank() < 2 ? 1 : static_cast<uint32_t>(shape[1]),
      .inner = shape.rank() < 2 ? 1 : static_cast<uint32_t>(shape.count(2, shape.rank())),
      .epsilon = operation.node.attributes.number("epsilon", 1e-5f),
      .activation_alpha = operation.activation.alpha,
      .activation_beta = operation.activation.beta};
  Binding bindings[6] = {operation.outputs[0].place};
  for (size_t i = 0; i < 5; ++i) bindings[i + 1] = GN_TRY(recorder.place(operation.inputs[i]));
  const uint32_t constants[] = {GN_NORMALISE_BATCH, operation.activation.op};
  GN_TRY(recorder.dispatch(kShader, constants, bindings, bytes_of(parameters), parameters.count));
  return "elementwise";
}

}  // namespace geoneuron::engine::vulkan
