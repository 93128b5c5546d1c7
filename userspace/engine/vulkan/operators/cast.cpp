// SPDX-License-Identifier: MIT
#include "engine/vulkan/operators/cast.hpp"

#include "shaders/operators/cast.hpp"
#include "shaders/operators/constants.h"

namespace geoneuron::engine::vulkan {
namespace {

using perception::DataType;

constexpr BindingKind kBindings[] = {BindingKind::kStorageBuffer, BindingKind::kTexelBuffer};
constexpr Shader kShader{"operators/cast", shaders::operators_cast, kBindings, sizeof(uint32_t)};

uint32_t code_of(DataType type) {
  switch (type) {
    case DataType::kInt32:
      return GN_TYPE_INT32;
    case DataType::kUInt32:
      return GN_TYPE_UINT32;
    case DataType::kInt64:
      return GN_TYPE_INT64;
    default:
      return GN_TYPE_FLOAT;
  }
}

bool is_integer_word(DataType type) {
  return type == DataType::kInt32 || type == DataType::kUInt32;
}

}  // namespace

bool casts_on_device(DataType from, DataType to) {
  if (from == to) return perception::size_of(from) >= 4;
  if (to == DataType::kFloat32) return is_integer_word(from);
  if (to == DataType::kInt32)
    return from == DataType::kFloat32 || from == DataType::kInt64 || from == DataType::kUInt32;
  if (to == DataType::kInt64) return is_integer_word(from);
  return to == DataType::kUInt32 && from == DataType::kInt32;
}

Result<const char*> record_cast(Recorder& recorder, const Operation& operation) {
  const DataType from = operation.inputs[0].info.type, to = operation.outputs[0].info.type;
  if (from == to) return record_copy(recorder, operation);
  const auto count = static_cast<uint32_t>(operation.outputs[0].count());
  const Binding bindings[] = {
      operation.outputs[0].place,
      with_format(GN_TRY(recorder.place(operation.inputs[0])), VK_FORMAT_R32_UINT)};
  const uint32_t constants[] = {code_of(from), code_of(to)};
  GN_TRY(recorder.dispatch(kShader, constants, bindings, bytes_of(count), count));
  return "cast";
}

}  // namespace geoneuron::engine::vulkan
