// SPDX-License-Identifier: MIT
// Choosing a template by element type, and arithmetic that is defined for every value of it.
#pragma once

#include <type_traits>

#include "base/result.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::engine::cpu {

using perception::DataType;
using perception::Shape;
using perception::Tensor;
using perception::TensorInfo;

// Rounded up so that the next tensor in a block is aligned.
constexpr uint64_t aligned_bytes(uint64_t bytes) {
  return (bytes + Tensor::kAlignmentBytes - 1) / Tensor::kAlignmentBytes * Tensor::kAlignmentBytes;
}

// A block of memory as a tensor.
inline TensorInfo bytes_info(uint64_t bytes) {
  return {DataType::kUInt8, Shape({static_cast<int64_t>(bytes)})};
}

// The type in which elements of type T are computed: float16 in float32, others as they are.
template <typename T>
using Compute = std::conditional_t<std::is_same_v<T, _Float16>, float, T>;

template <typename T>
inline constexpr bool kIsFloating = std::is_floating_point_v<T> || std::is_same_v<T, _Float16>;

// An unsigned type of at least 32 bits: integer arithmetic in it wraps instead of being undefined.
template <typename T>
using Wrapping = std::common_type_t<std::make_unsigned_t<T>, uint32_t>;

// Sums are taken in double for floating types, in 64 bits for integers.
template <typename T>
using Accumulator = std::conditional_t<kIsFloating<T>, double,
                                       std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>;

// Calls function.operator()<T>() for the T among Ts that `type` stands for; ENOTSUP if none.
template <typename... Ts, typename Function>
Result<void> dispatch_among(DataType type, Function&& function) {
  Result<void> result = make_error(ENOTSUP, "elements of type %s are not supported here",
                                   std::string(perception::name_of(type)).c_str());
  const auto attempt = [&]<typename T>() {
    if (perception::data_type_of<T>() != type) return false;
    if constexpr (std::is_void_v<decltype(function.template operator()<T>())>) {
      function.template operator()<T>();
      result = Result<void>();
    } else {
      result = function.template operator()<T>();
    }
    return true;
  };
  static_cast<void>((attempt.template operator()<Ts>() || ...));
  return result;
}

template <typename Function>
Result<void> dispatch_floating(DataType type, Function&& function) {
  return dispatch_among<float, double, _Float16>(type, function);
}

template <typename Function>
Result<void> dispatch_numeric(DataType type, Function&& function) {
  return dispatch_among<float, double, _Float16, int8_t, int16_t, int32_t, int64_t, uint8_t,
                        uint16_t, uint32_t, uint64_t>(type, function);
}

template <typename Function>
Result<void> dispatch_all(DataType type, Function&& function) {
  return dispatch_among<float, double, _Float16, int8_t, int16_t, int32_t, int64_t, uint8_t,
                        uint16_t, uint32_t, uint64_t, bool>(type, function);
}

// For kernels that only move elements: T is an unsigned integer of the element's size.
template <typename Function>
void dispatch_size(DataType type, Function&& function) {
  switch (perception::size_of(type)) {
    case 1:
      return function.template operator()<uint8_t>();
    case 2:
      return function.template operator()<uint16_t>();
    case 4:
      return function.template operator()<uint32_t>();
    default:
      return function.template operator()<uint64_t>();
  }
}

template <typename T>
const T* elements(const Tensor& tensor) {
  return reinterpret_cast<const T*>(tensor.bytes().data());
}

template <typename T>
T* mutable_elements(Tensor& tensor) {
  return reinterpret_cast<T*>(tensor.mutable_bytes().data());
}

}  // namespace geoneuron::engine::cpu
