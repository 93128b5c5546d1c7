// SPDX-License-Identifier: MIT
#include "engine/cpu/kernel.hpp"

namespace geoneuron::engine::cpu {

namespace {

using enum perception::Operator;

struct Entry {
  perception::Operator op;
  Kernel kernel;
  Result<uint64_t> (*scratch_bytes)(const Prospect&) = nullptr;  // null: none
};

constexpr Entry kKernels[] = {
    {kAbs, run_activation},
    {kAdd, run_arithmetic},
    {kAveragePool, run_pool, pool_scratch_bytes},
    {kBatchNormalization, run_batch_normalization},
    {kCast, run_cast},
    {kClip, run_clip},
    {kConcat, run_concat},
    {kConv, run_convolution, convolution_scratch_bytes},
    {kConvTranspose, run_convolution, convolution_scratch_bytes},
    {kDiv, run_arithmetic},
    {kDropout, run_dropout},
    {kElu, run_activation},
    {kExp, run_activation},
    {kFlatten, run_copy},
    {kGather, run_gather},
    {kGemm, run_gemm, gemm_scratch_bytes},
    {kGlobalAveragePool, run_global_pool, mean_scratch_bytes},
    {kGlobalMaxPool, run_global_pool},
    {kHardSigmoid, run_activation},
    {kIdentity, run_copy},
    {kLeakyRelu, run_activation},
    {kLog, run_activation},
    {kMatMul, run_matrix_product, matrix_product_scratch_bytes},
    {kMax, run_arithmetic},
    {kMaxPool, run_pool},
    {kMin, run_arithmetic},
    {kMul, run_arithmetic},
    {kNeg, run_activation},
    {kPad, run_pad},
    {kPow, run_power},
    {kReduceMean, run_mean, mean_scratch_bytes},
    {kRelu, run_activation},
    {kReshape, run_copy},
    {kResize, run_resize, resize_scratch_bytes},
    {kShape, run_shape},
    {kSigmoid, run_activation},
    {kSlice, run_slice},
    {kSoftmax, run_softmax},
    {kSplit, run_split},
    {kSqrt, run_activation},
    {kSqueeze, run_copy},
    {kSub, run_arithmetic},
    {kTanh, run_activation},
    {kTranspose, run_transpose},
    {kUnsqueeze, run_copy},
};

}  // namespace

Kernel kernel_of(perception::Operator op) {
  for (const Entry& entry : kKernels)
    if (entry.op == op) return entry.kernel;
  return nullptr;
}

Result<uint64_t> scratch_bytes_of(const Prospect& prospect) {
  for (const Entry& entry : kKernels)
    if (entry.op == prospect.node.op && entry.scratch_bytes != nullptr)
      return entry.scratch_bytes(prospect);
  return uint64_t{0};
}

}  // namespace geoneuron::engine::cpu
