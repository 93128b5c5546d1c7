// SPDX-License-Identifier: MIT
#include "perception/tensor.hpp"

#include <cstdlib>
#include <cstring>

namespace geoneuron::perception {

std::string TensorInfo::to_string() const {
  return std::string(name_of(type)) + " " + shape.to_string();
}

Result<Tensor> Tensor::allocate(TensorInfo info) {
  const size_t padded =
      (info.size_bytes() + kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes;
  void* memory = std::aligned_alloc(kAlignmentBytes, std::max(padded, kAlignmentBytes));
  if (memory == nullptr)
    return make_error(ENOMEM, "%s: needs %zu bytes, more than this machine can give",
                      info.to_string().c_str(), info.size_bytes());
  std::memset(memory, 0, std::max(padded, kAlignmentBytes));
  Tensor tensor;
  tensor.info_ = std::move(info);
  tensor.owner_ =
      std::shared_ptr<const void>(memory, [](const void* p) { std::free(const_cast<void*>(p)); });
  tensor.data_ = static_cast<std::byte*>(memory);
  return tensor;
}

Tensor Tensor::from_int64s(std::vector<int64_t> values) {
  return from<int64_t>({static_cast<int64_t>(values.size())}, values);
}

Tensor Tensor::view(TensorInfo info, std::shared_ptr<const void> owner, const std::byte* data) {
  Tensor tensor;
  tensor.info_ = std::move(info);
  tensor.owner_ = std::move(owner);
  tensor.data_ = const_cast<std::byte*>(data);
  return tensor;
}

Tensor Tensor::reshaped(Shape shape) const {
  assert(shape.element_count() == element_count());
  Tensor result = *this;
  result.info_.shape = std::move(shape);
  return result;
}

Result<std::vector<int64_t>> Tensor::to_int64s() const {
  if (!is_defined() || is_floating(type()))
    return invalid("%s: must be of an integer type", info_.to_string().c_str());
  return dispatch(type(), [this]<typename T>() {
    std::vector<int64_t> result;
    for (const T value : values<T>()) result.push_back(static_cast<int64_t>(value));
    return result;
  });
}

Result<Tensor> Tensor::to_float32() const {
  if (!is_defined()) return invalid("an absent tensor has no elements");
  Tensor result = GN_TRY(allocate({DataType::kFloat32, shape()}));
  dispatch(type(), [&]<typename T>() {
    const auto source = values<T>();
    const auto target = result.mutable_values<float>();
    for (size_t i = 0; i < source.size(); ++i) target[i] = static_cast<float>(source[i]);
  });
  return result;
}

}  // namespace geoneuron::perception
