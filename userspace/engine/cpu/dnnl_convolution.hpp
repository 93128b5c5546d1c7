// SPDX-License-Identifier: MIT
// Conv and ConvTranspose of float32 through oneDNN.
#pragma once

#include "engine/cpu/layout.hpp"
#include "engine/cpu/prepared_kernel.hpp"

namespace geoneuron::engine::cpu {

struct ConvolutionLayouts {
  Layout source = Layout::kRowMajor;
  Layout result = Layout::kRowMajor;
};

// Null where oneDNN does not compute this type or shape, or refuses it (plain loops do). Errors:
// ENOMEM.
Result<std::unique_ptr<PreparedKernel>> prepare_dnnl_convolution(
    const perception::Node& node, std::span<const perception::Operand> operands,
    std::span<const TensorInfo> results, const ConvolutionLayouts& layouts = {});

}  // namespace geoneuron::engine::cpu
