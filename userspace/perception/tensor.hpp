// SPDX-License-Identifier: MIT
// Tensor: typed, shaped, row-major elements in shared host memory. Copies share the bytes; whoever
// writes must be the only holder. Distinct tensors may be used from distinct threads.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "perception/data_type.hpp"
#include "perception/shape.hpp"

namespace geoneuron::perception {

// What is known of a tensor without its elements.
struct TensorInfo {
  DataType type = DataType::kUndefined;
  Shape shape;

  int64_t element_count() const { return shape.element_count(); }
  size_t size_bytes() const { return static_cast<size_t>(element_count()) * size_of(type); }
  // "float32 1x3x48x48"
  std::string to_string() const;
  bool operator==(const TensorInfo&) const = default;
};

class Tensor {
 public:
  // Elements start at multiples of this, so that vector loads and Vulkan imports may be aligned.
  static constexpr size_t kAlignmentBytes = 64;

  // No elements, type kUndefined: an absent optional operand.
  Tensor() = default;

  // Zero-filled memory of its own; ENOMEM where there is none.
  static Result<Tensor> allocate(TensorInfo info);
  // Copies `values`; their number must be that of `shape` (asserted).
  template <typename T>
  static Tensor from(Shape shape, std::span<const T> values);
  static Tensor from_int64s(std::vector<int64_t> values);
  // A slice of foreign memory that `owner` keeps alive, e.g. of a mapped file.
  static Tensor view(TensorInfo info, std::shared_ptr<const void> owner, const std::byte* data);

  bool is_defined() const { return info_.type != DataType::kUndefined; }
  const TensorInfo& info() const { return info_; }
  DataType type() const { return info_.type; }
  const Shape& shape() const { return info_.shape; }
  int64_t element_count() const { return info_.element_count(); }
  size_t size_bytes() const { return info_.size_bytes(); }

  std::span<const std::byte> bytes() const { return {data_, size_bytes()}; }
  std::span<std::byte> mutable_bytes() { return {data_, size_bytes()}; }
  // The elements; T must be the type's (asserted).
  template <typename T>
  std::span<const T> values() const;
  template <typename T>
  std::span<T> mutable_values();

  // The same bytes under another shape with as many elements (asserted).
  Tensor reshaped(Shape shape) const;
  // The elements as int64, from any integer type or bool; EINVAL for others.
  Result<std::vector<int64_t>> to_int64s() const;
  // A copy with the elements converted to float32, from any type.
  Result<Tensor> to_float32() const;

 private:
  TensorInfo info_;
  std::shared_ptr<const void> owner_;
  std::byte* data_ = nullptr;
};

template <typename T>
std::span<const T> Tensor::values() const {
  assert(type() == data_type_of<T>());
  return {reinterpret_cast<const T*>(data_), static_cast<size_t>(element_count())};
}

template <typename T>
std::span<T> Tensor::mutable_values() {
  assert(type() == data_type_of<T>());
  return {reinterpret_cast<T*>(data_), static_cast<size_t>(element_count())};
}

// Calls `function.template operator()<T>()` with the C++ type of `type`, which must be defined.
template <typename Function>
decltype(auto) dispatch(DataType type, Function&& function) {
  switch (type) {
    case DataType::kFloat64:
      return function.template operator()<double>();
    case DataType::kFloat16:
      return function.template operator()<_Float16>();
    case DataType::kInt8:
      return function.template operator()<int8_t>();
    case DataType::kInt16:
      return function.template operator()<int16_t>();
    case DataType::kInt32:
      return function.template operator()<int32_t>();
    case DataType::kInt64:
      return function.template operator()<int64_t>();
    case DataType::kUInt8:
      return function.template operator()<uint8_t>();
    case DataType::kUInt16:
      return function.template operator()<uint16_t>();
    case DataType::kUInt32:
      return function.template operator()<uint32_t>();
    case DataType::kUInt64:
      return function.template operator()<uint64_t>();
    case DataType::kBool:
      return function.template operator()<bool>();
    case DataType::kFloat32:
    case DataType::kUndefined:
      break;
  }
  assert(type == DataType::kFloat32);
  return function.template operator()<float>();
}

template <typename T>
Tensor Tensor::from(Shape shape, std::span<const T> values) {
  assert(static_cast<int64_t>(values.size()) == shape.element_count());
  Tensor tensor = Tensor::allocate({data_type_of<T>(), std::move(shape)}).value();
  std::copy(values.begin(), values.end(), tensor.mutable_values<T>().begin());
  return tensor;
}

}  // namespace geoneuron::perception
