// SPDX-License-Identifier: MIT
// Concat, Split and Gather: results made of whole runs of bytes of their inputs.
#include <cstring>

#include "engine/cpu/kernel.hpp"
#include "engine/cpu/parallel.hpp"

namespace geoneuron::engine::cpu {
namespace {

// Copies `rows` runs of `run` bytes between places that lie `to_step` and `from_step` apart.
void copy_runs(std::byte* to, int64_t to_step, const std::byte* from, int64_t from_step,
               int64_t rows, int64_t run) {
  if (run == 0) return;
  parallel_for(rows, run, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      std::memcpy(to + row * to_step, from + row * from_step, static_cast<size_t>(run));
  });
}

// Bytes of one index of `axis` and everything inside it.
int64_t bytes_from(const Tensor& tensor, size_t axis) {
  return tensor.shape().count(axis, tensor.shape().rank()) *
         static_cast<int64_t>(perception::size_of(tensor.type()));
}

int64_t element_index(const Tensor& indices, int64_t i) {
  if (indices.type() == DataType::kInt32) return elements<int32_t>(indices)[i];
  return elements<int64_t>(indices)[i];
}

Result<void> check_indices(const Tensor& indices, int64_t extent) {
  if (indices.type() != DataType::kInt32 && indices.type() != DataType::kInt64)
    return invalid("indices are %s: must be int32 or int64", indices.info().to_string().c_str());
  for (int64_t i = 0; i < indices.element_count(); ++i) {
    const int64_t index = element_index(indices, i);
    if (index < -extent || index >= extent)
      return invalid("index %lld: must lie in [-%lld, %lld)", static_cast<long long>(index),
                     static_cast<long long>(extent), static_cast<long long>(extent));
  }
  return {};
}

}  // namespace

Result<void> run_concat(const Operation& operation) {
  Tensor& output = operation.output();
  const Shape& shape = output.shape();
  const size_t axis = GN_TRY(
      perception::normalized_axis(operation.node.attributes.integer("axis", 0), shape.rank()));
  std::byte* target = output.mutable_bytes().data();
  for (const Tensor& input : operation.inputs) {
    const int64_t run = bytes_from(input, axis);
    copy_runs(target, bytes_from(output, axis), input.bytes().data(), run, shape.count(0, axis),
              run);
    target += run;
  }
  return {};
}

Result<void> run_split(const Operation& operation) {
  const Tensor& input = operation.input(0);
  const Shape& shape = input.shape();
  const size_t axis = GN_TRY(
      perception::normalized_axis(operation.node.attributes.integer("axis", 0), shape.rank()));
  const std::byte* source = input.bytes().data();
  for (Tensor& output : operation.outputs) {
    if (!output.is_defined()) return invalid("an output is left out: Split needs all of them");
    const int64_t run = bytes_from(output, axis);
    copy_runs(output.mutable_bytes().data(), run, source, bytes_from(input, axis),
              shape.count(0, axis), run);
    source += run;
  }
  return {};
}

Result<void> run_gather(const Operation& operation) {
  const Tensor& data = operation.input(0);
  const Shape& shape = data.shape();
  const size_t axis = GN_TRY(
      perception::normalized_axis(operation.node.attributes.integer("axis", 0), shape.rank()));
  // Read in place once more below: nobody writes to a run's operands meanwhile.
  const Tensor& indices = operation.input(1);
  const int64_t extent = shape[axis];
  GN_TRY(check_indices(indices, extent));
  const int64_t count = indices.element_count();
  const int64_t run = bytes_from(data, axis + 1);
  const std::byte* source = data.bytes().data();
  std::byte* target = operation.output().mutable_bytes().data();
  if (run == 0) return {};
  parallel_for(shape.count(0, axis) * count, run, [&, run](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t index = element_index(indices, item % count);
      const int64_t row = item / count * extent + (index < 0 ? index + extent : index);
      std::memcpy(target + item * run, source + row * run, static_cast<size_t>(run));
    }
  });
  return {};
}

}  // namespace geoneuron::engine::cpu
