// SPDX-License-Identifier: MIT
// DataType: the element types of tensors, with ONNX's numbers (TensorProto.DataType). Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace geoneuron::perception {

enum class DataType : int32_t {
  kUndefined = 0,
  kFloat32 = 1,
  kUInt8 = 2,
  kInt8 = 3,
  kUInt16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kBool = 9,
  kFloat16 = 10,
  kFloat64 = 11,
  kUInt32 = 12,
  kUInt64 = 13,
};

// Bytes of one element; 0 for kUndefined.
size_t size_of(DataType type);
// "float32", "int64", ...
std::string_view name_of(DataType type);
bool is_floating(DataType type);

// Maps a C++ type to its DataType: float, double, _Float16, intN_t, uintN_t, bool.
template <typename T>
constexpr DataType data_type_of();
template <>
constexpr DataType data_type_of<float>() {
  return DataType::kFloat32;
}
template <>
constexpr DataType data_type_of<double>() {
  return DataType::kFloat64;
}
template <>
constexpr DataType data_type_of<_Float16>() {
  return DataType::kFloat16;
}
template <>
constexpr DataType data_type_of<int8_t>() {
  return DataType::kInt8;
}
template <>
constexpr DataType data_type_of<int16_t>() {
  return DataType::kInt16;
}
template <>
constexpr DataType data_type_of<int32_t>() {
  return DataType::kInt32;
}
template <>
constexpr DataType data_type_of<int64_t>() {
  return DataType::kInt64;
}
template <>
constexpr DataType data_type_of<uint8_t>() {
  return DataType::kUInt8;
}
template <>
constexpr DataType data_type_of<uint16_t>() {
  return DataType::kUInt16;
}
template <>
constexpr DataType data_type_of<uint32_t>() {
  return DataType::kUInt32;
}
template <>
constexpr DataType data_type_of<uint64_t>() {
  return DataType::kUInt64;
}
template <>
constexpr DataType data_type_of<bool>() {
  return DataType::kBool;
}

}  // namespace geoneuron::perception
