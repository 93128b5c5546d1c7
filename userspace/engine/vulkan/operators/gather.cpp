// SPDX-License-Identifier: MIT
#include "shaders/operators/gather.hpp"
#include "engine/vulkan/operators/operation.hpp"

namespace geoneuron::engine::vulkan {
namespace {

constexpr BindingKind kBindings[] = {BindingKind::kStorageBuffer, BindingKind::kStorageBuffer,
                                     BindingKind::kTexelBuffer, BindingKind::kTexelBuffer};

struct Parameters {
  uint32_t count = 0, extent = 0, index_count = 0, inner = 0;
};

constexpr Shader kShader{"operators/gather", shaders::operators_gather, kBindings,
                         sizeof(Parameters)};

}  // namespace

Result<const char*> record_gather(Recorder& recorder, const Operation& operation) {
  const perception::Shape& data = operation.input_shape(0);
  const size_t axis = GN_TRY(
      perception::normalized_axis(operation.node.attributes.integer("axis", 0), data.rank()));
  const size_t words = perception::size_of(operation.inputs[0].info.type) / 4;
  const DeviceTensor& indices = operation.inputs[1];
  const Parameters parameters{.count = static_cast<uint32_t>(operation.outputs[0].count() * words),
                              .extent = static_cast<uint32_t>(data[axis]),
                              .index_count = static_cast<uint32_t>(indices.count()),
                              .inner = static_cast<uint32_t>(
                                  static_cast<size_t>(data.count(axis + 1, data.rank())) * words)};
  const Binding errors = GN_TRY(recorder.error_counter(
      operation.node.name + ": indices: one lies outside [-" + std::to_string(data[axis]) + ", " +
      std::to_string(data[axis] - 1) + "], the range of axis " + std::to_string(axis)));
  const Binding bindings[] = {
      operation.outputs[0].place, errors,
      with_format(GN_TRY(recorder.place(operation.inputs[0])), VK_FORMAT_R32_UINT),
      with_format(GN_TRY(recorder.place(indices)), VK_FORMAT_R32_UINT)};
  const uint32_t constants[] = {static_cast<uint32_t>(perception::size_of(indices.info.type) / 4)};
  GN_TRY(recorder.dispatch(kShader, constants, bindings, bytes_of(parameters), parameters.count));
  return "gather";
}

}  // namespace geoneuron::engine::vulkan
