// SPDX-License-Identifier: MIT
#include "engine/cpu/kernel.hpp"

namespace geoneuron::engine::cpu {

Kernel kernel_of(perception::Operator op) {
  using enum perception::Operator;
  switch (op) {
    case kAbs:
    case kElu:
    case kExp:
    case kHardSigmoid:
    case kLeakyRelu:
    case kLog:
    case kNeg:
    case kRelu:
    case kSigmoid:
    case kSqrt:
    case kTanh:
      return run_activation;
    case kAdd:
    case kDiv:
    case kMax:
    case kMin:
    case kMul:
    case kSub:
      return run_arithmetic;
    case kFlatten:
    case kIdentity:
    case kReshape:
    case kSqueeze:
    case kUnsqueeze:
      return run_copy;
    case kAveragePool:
    case kMaxPool:
      return run_pool;
    case kGlobalAveragePool:
    case kGlobalMaxPool:
      return run_global_pool;
    case kBatchNormalization:
      return run_batch_normalization;
    case kCast:
      return run_cast;
    case kClip:
      return run_clip;
    case kConcat:
      return run_concat;
    case kConv:
      return run_convolution;
    case kConvTranspose:
      return run_transposed_convolution;
    case kDropout:
      return run_dropout;
    case kGather:
      return run_gather;
    case kGemm:
      return run_gemm;
    case kMatMul:
      return run_matrix_product;
    case kPad:
      return run_pad;
    case kPow:
      return run_power;
    case kReduceMean:
      return run_mean;
    case kResize:
      return run_resize;
    case kShape:
      return run_shape;
    case kSlice:
      return run_slice;
    case kSoftmax:
      return run_softmax;
    case kSplit:
      return run_split;
    case kTranspose:
      return run_transpose;
  }
  return nullptr;
}

}  // namespace geoneuron::engine::cpu
