// SPDX-License-Identifier: MIT
#include "engine/vulkan/operators/elementwise.hpp"

#include <limits>

#include "engine/vulkan/operators/strided_loop.hpp"
#include "shaders/operators/constants.h"
#include "shaders/operators/elementwise.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using perception::Operator;
using perception::Shape;

constexpr BindingKind kBindings[] = {BindingKind::kStorageBuffer, BindingKind::kTexelBuffer,
                                     BindingKind::kTexelBuffer};

struct Parameters {
  uint32_t count = 0;
  float alpha = 0, beta = 0, activation_alpha = 0, activation_beta = 0;
  LoopArray extents{}, a_strides{}, b_strides{};
};

constexpr Shader kShader{"operators/elementwise", shaders::operators_elementwise, kBindings,
                         sizeof(Parameters)};

uint32_t code_of(Operator op) {
  switch (op) {
    case Operator::kSub:
      return GN_SUB;
    case Operator::kMul:
      return GN_MUL;
    case Operator::kDiv:
      return GN_DIV;
    case Operator::kPow:
      return GN_POW;
    case Operator::kMax:
      return GN_MAX;
    case Operator::kMin:
      return GN_MIN;
    default:
      return GN_ADD;
  }
}

// Whether an invocation takes four elements, and which operands it reads four at a time.
struct Fours {
  bool any = false, a = false, b = false;
};

// Whether an operand can be read as fours, or is repeated along the innermost axis.
bool allows_fours(const LoopArray& strides, uint32_t rank) {
  if (strides[0] == 0) return true;
  for (uint32_t axis = 1; axis < rank; ++axis)
    if (strides[axis] % 4 != 0) return false;
  return strides[0] == 1;
}

// Counts in fours where all operands allow it.
Fours take_fours(uint32_t rank, Parameters& parameters) {
  Fours fours;
  fours.any = parameters.extents[0] % 4 == 0 && allows_fours(parameters.a_strides, rank) &&
              allows_fours(parameters.b_strides, rank);
  if (!fours.any) return fours;
  fours.a = parameters.a_strides[0] == 1;
  fours.b = parameters.b_strides[0] == 1;
  parameters.count /= 4;
  parameters.extents[0] /= 4;
  for (uint32_t axis = 1; axis < rank; ++axis) {
    if (fours.a) parameters.a_strides[axis] /= 4;
    if (fours.b) parameters.b_strides[axis] /= 4;
  }
  return fours;
}

// out = op(op(op(x0, x1), x2), ...); one operand is copied.
Result<void> record_chain(Recorder& recorder, const Operation& operation, uint32_t op,
                          std::span<const DeviceTensor* const> tensors) {
  const DeviceTensor& output = operation.outputs[0];
  ElementwiseRequest request{.op = op, .shape = output.info.shape, .to = output.place};
  request.a = GN_TRY(recorder.place(*tensors[0]));
  request.a_shape = tensors[0]->info.shape;
  if (tensors.size() == 1) {
    request.op = GN_COPY;
    return record_elementwise(recorder, request);
  }
  for (size_t i = 1; i < tensors.size(); ++i) {
    if (i > 1) {
      recorder.barrier();
      request.a = output.place;
      request.a_shape = output.info.shape;
    }
    request.b = GN_TRY(recorder.place(*tensors[i]));
    request.b_shape = tensors[i]->info.shape;
    if (i + 1 == tensors.size()) request.activation = operation.activation;
    GN_TRY(record_elementwise(recorder, request));
  }
  return {};
}

}  // namespace

Result<void> record_elementwise(Recorder& recorder, const ElementwiseRequest& request) {
  const bool binary = request.op >= GN_ADD;
  const std::vector<int64_t> a = broadcast_strides(request.a_shape, request.shape);
  const std::vector<int64_t> b = binary ? broadcast_strides(request.b_shape, request.shape) : a;
  // The result's strides take part: an axis that both operands repeat must not be joined wrongly.
  const StridedLoop loop(request.shape.extents(), {a, b, request.shape.strides()});
  GN_TRY(loop.check());
  Parameters parameters{.count = static_cast<uint32_t>(loop.count()),
                        .alpha = request.alpha,
                        .beta = request.beta,
                        .activation_alpha = request.activation.alpha,
                        .activation_beta = request.activation.beta,
                        .extents = loop.extents(),
                        .a_strides = loop.strides(0),
                        .b_strides = loop.strides(1)};
  const Fours fours = take_fours(loop.rank(), parameters);
  const uint32_t constants[] = {request.op, request.activation.op, loop.rank(), fours.any, fours.a,
                                fours.b};
  const auto format = [](bool four) {
    return four ? VK_FORMAT_R32G32B32A32_SFLOAT : VK_FORMAT_R32_SFLOAT;
  };
  const Binding bindings[] = {
      request.to, with_format(request.a, format(fours.a)),
      binary ? with_format(request.b, format(fours.b)) : with_format(request.a, format(fours.a))};
  return recorder.dispatch(kShader, constants, bindings, bytes_of(parameters), parameters.count);
}

Result<void> record_activation(Recorder& recorder, const Activation& activation,
                               const Binding& from, const Binding& to, uint64_t count) {
  const Shape flat{static_cast<int64_t>(count)};
  ElementwiseRequest request{.op = activation.op, .a_shape = flat, .shape = flat};
  request.a = from;
  request.to = to;
  request.alpha = activation.alpha;
  request.beta = activation.beta;
  return record_elementwise(recorder, request);
}

Result<const char*> record_unary(Recorder& recorder, const Operation& operation) {
  const auto activation = activation_of(operation.node.op, operation.node.attributes);
  const Binding from = GN_TRY(recorder.place(operation.inputs[0]));
  const DeviceTensor& output = operation.outputs[0];
  GN_TRY(record_activation(recorder, *activation, from, output.place, output.count()));
  return "elementwise";
}

Result<const char*> record_binary(Recorder& recorder, const Operation& operation) {
  const DeviceTensor* tensors[] = {&operation.inputs[0], &operation.inputs[1]};
  GN_TRY(record_chain(recorder, operation, code_of(operation.node.op), tensors));
  return "elementwise";
}

Result<const char*> record_variadic(Recorder& recorder, const Operation& operation) {
  std::vector<const DeviceTensor*> tensors;
  for (const DeviceTensor& input : operation.inputs) tensors.push_back(&input);
  GN_TRY(record_chain(recorder, operation, code_of(operation.node.op), tensors));
  return "elementwise";
}

Result<const char*> record_clip(Recorder& recorder, const Operation& operation) {
  const auto bound = [&](size_t i, float fallback) -> std::optional<float> {
    if (!operation.has_input(i)) return fallback;
    if (operation.inputs[i].constant == nullptr) return std::nullopt;
    return operation.inputs[i].constant->values<float>()[0];
  };
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::optional<float> low = bound(1, -kInfinity), high = bound(2, kInfinity);
  const DeviceTensor& output = operation.outputs[0];
  Binding from = GN_TRY(recorder.place(operation.inputs[0]));
  if (low && high) {
    const Activation clip{GN_CLIP, *low, *high};
    GN_TRY(record_activation(recorder, clip, from, output.place, output.count()));
    return "elementwise";
  }
  // Bounds that are known only when running.
  for (const size_t i : {size_t{1}, size_t{2}}) {
    if (!operation.has_input(i)) continue;
    ElementwiseRequest request{.op = i == 1 ? uint32_t{GN_MAX} : uint32_t{GN_MIN}};
    request.a_shape = request.shape = output.info.shape;
    request.a = from;
    request.b = GN_TRY(recorder.place(operation.inputs[i]));
    request.to = output.place;
    GN_TRY(record_elementwise(recorder, request));
    recorder.barrier();
    from = output.place;
  }
  return "elementwise";
}

}  // namespace geoneuron::engine::vulkan
