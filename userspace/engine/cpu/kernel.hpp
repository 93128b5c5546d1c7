// SPDX-License-Identifier: MIT
// Kernels: the plain implementations of operators, one per operator, as functions over host memory.
// Thread-safe; they share their loops among threads (parallel.hpp).
#pragma once

#include <span>

#include "engine/cpu/types.hpp"
#include "perception/graph.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::engine::cpu {

// One node with its memory. Types and shapes of the outputs are those of perception::infer.
struct Operation {
  const perception::Node& node;
  std::span<const Tensor> inputs;  // matches node.inputs; undefined where absent
  std::span<Tensor> outputs;       // matches node.outputs; undefined where left out
  std::span<std::byte> scratch;    // as much as the kernel foresaw

  bool has_input(size_t i) const { return i < inputs.size() && inputs[i].is_defined(); }
  bool has_output(size_t i) const { return i < outputs.size() && outputs[i].is_defined(); }
  const Tensor& input(size_t i) const { return inputs[i]; }
  Tensor& output(size_t i = 0) const { return outputs[i]; }
};

// Computes every output that is present. Errors (ENOTSUP for types, EINVAL for element values such
// as an index out of range, ENOMEM) do not name the node; whoever calls does.
using Kernel = Result<void> (*)(const Operation& operation);

// The plain kernel of an operator; every operator has one.
Kernel kernel_of(perception::Operator op);

// An operation whose memory is not there yet.
struct Prospect {
  const perception::Node& node;
  std::span<const perception::Operand> operands;
  std::span<const TensorInfo> results;  // those of perception::infer
};

// Bytes of scratch memory that the plain kernel works in, for the calling thread's number of
// threads or fewer. What it takes beside is small: it grows with extents, not with elements.
Result<uint64_t> scratch_bytes_of(const Prospect& prospect);

// Applies a fused activation from `input` to `output`, which may be the same memory.
Result<void> activate(const perception::FusedActivation& activation, const Tensor& input,
                      Tensor& output);

Result<void> run_activation(const Operation& operation);  // Relu, Sigmoid, Tanh, Abs, Exp, ...
Result<void> run_clip(const Operation& operation);
Result<void> run_arithmetic(const Operation& operation);  // Add, Sub, Mul, Div, Max, Min
Result<void> run_power(const Operation& operation);
Result<void> run_cast(const Operation& operation);
Result<void> run_copy(const Operation& operation);  // Identity, Reshape, Flatten, Squeeze, ...
Result<void> run_dropout(const Operation& operation);
Result<void> run_shape(const Operation& operation);
Result<void> run_transpose(const Operation& operation);
Result<void> run_concat(const Operation& operation);
Result<void> run_split(const Operation& operation);
Result<void> run_gather(const Operation& operation);
Result<void> run_slice(const Operation& operation);
Result<void> run_pad(const Operation& operation);
Result<void> run_mean(const Operation& operation);         // ReduceMean
Result<void> run_global_pool(const Operation& operation);  // GlobalAveragePool, GlobalMaxPool
Result<void> run_softmax(const Operation& operation);
Result<void> run_batch_normalization(const Operation& operation);
Result<void> run_matrix_product(const Operation& operation);  // MatMul
Result<void> run_gemm(const Operation& operation);
// What multiplies in MatMul and Gemm of this type: "dnnl" or "loop".
const char* product_algorithm(DataType type);
Result<void> run_convolution(const Operation& operation);  // Conv, ConvTranspose
Result<void> run_pool(const Operation& operation);         // AveragePool, MaxPool
Result<void> run_resize(const Operation& operation);

Result<uint64_t> mean_scratch_bytes(const Prospect& prospect);  // and of run_global_pool
Result<uint64_t> matrix_product_scratch_bytes(const Prospect& prospect);
Result<uint64_t> gemm_scratch_bytes(const Prospect& prospect);
Result<uint64_t> convolution_scratch_bytes(const Prospect& prospect);  // and of ConvTranspose
Result<uint64_t> pool_scratch_bytes(const Prospect& prospect);
Result<uint64_t> resize_scratch_bytes(const Prospect& prospect);

}  // namespace geoneuron::engine::cpu
