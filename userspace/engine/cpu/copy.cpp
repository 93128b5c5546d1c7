// SPDX-License-Identifier: MIT
// Operators that keep all elements in their order, and those that look at shapes only.
#include <cstring>

#include "engine/cpu/kernel.hpp"
#include "engine/cpu/parallel.hpp"

namespace geoneuron::engine::cpu {

Result<void> run_copy(const Operation& operation) {
  const std::byte* source = operation.input(0).bytes().data();
  std::byte* target = operation.output().mutable_bytes().data();
  const auto size = static_cast<int64_t>(operation.output().size_bytes());
  parallel_for(size, 1, [=](int64_t begin, int64_t end) {
    std::memmove(target + begin, source + begin, static_cast<size_t>(end - begin));
  });
  return {};
}

Result<void> run_dropout(const Operation& operation) {
  if (operation.has_input(2) && elements<bool>(operation.input(2))[0]) {
    const bool drops = !operation.has_input(1) || [&] {
      const Result<Tensor> ratio = operation.input(1).to_float32();
      return !ratio.has_value() || ratio->values<float>()[0] != 0.0f;
    }();
    if (drops)
      return make_error(ENOTSUP,
                        "training_mode is true: only inference is supported, because "
                        "ONNX does not define the random numbers");
  }
  if (operation.has_output(0)) GN_TRY(run_copy(operation));
  if (operation.has_output(1))
    std::memset(operation.output(1).mutable_bytes().data(), 1, operation.output(1).size_bytes());
  return {};
}

Result<void> run_shape(const Operation& operation) {
  const auto& extents = operation.input(0).shape().extents();
  const auto rank = static_cast<int64_t>(extents.size());
  const auto clamped = [rank](int64_t axis) {
    return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
  };
  const int64_t start = clamped(operation.node.attributes.integer("start", 0));
  const int64_t end = clamped(operation.node.attributes.integer("end", rank));
  int64_t* target = mutable_elements<int64_t>(operation.output());
  for (int64_t axis = start; axis < end; ++axis)
    target[axis - start] = extents[static_cast<size_t>(axis)];
  return {};
}

}  // namespace geoneuron::engine::cpu
