// SPDX-License-Identifier: MIT
#include "engine/cpu/kernel.hpp"

namespace geoneuron::engine::cpu {

namespace {

using enum perception::Operator;

struct Entry {
  perception::Operator op;
  Kernel kernel;
};

constexpr Entry kKernels[] = {
    {kAbs, run_activation},
    {kAdd, run_arithmetic},
    {kAveragePool, run_pool},
    {kBatchNormalization, run_batch_normalization},
    {kCast, run_cast},
    {kClip, run_clip},
    {kConcat, run_concat},
    {kConv, run_convolution},
    {kConvTranspose, run_transposed_convolution},
    {kDiv, run_arithmetic},
    {kDropout, run_dropout},
    {kElu, run_activation},
    {kExp, run_activation},
    {kFlatten, run_copy},
    {kGather, run_gather},
    {kGemm, run_gemm},
    {kGlobalAveragePool, run_global_pool},
    {kGlobalMaxPool, run_global_pool},
    {kHardSigmoid, run_activation},
    {kIdentity, run_copy},
    {kLeakyRelu, run_activation},
    {kLog, run_activation},
    {kMatMul, run_matrix_product},
    {kMax, run_arithmetic},
    {kMaxPool, run_pool},
    {kMin, run_arithmetic},
    {kMul, run_arithmetic},
    {kNeg, run_activation},
    {kPad, run_pad},
    {kPow, run_power},
    {kReduceMean, run_mean},
    {kRelu, run_activation},
    {kReshape, run_copy},
    {kResize, run_resize},
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

}  // namespace geoneuron::engine::cpu
