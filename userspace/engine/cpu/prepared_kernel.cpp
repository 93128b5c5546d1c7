// SPDX-License-Identifier: MIT
#include "engine/cpu/prepared_kernel.hpp"

#include "engine/cpu/dnnl_convolution.hpp"
#include "engine/cpu/pooling.hpp"

namespace geoneuron::engine::cpu {
namespace {

constexpr const char* kLoop = "loop";

// A plain kernel; nothing to prepare.
class LoopKernel : public PreparedKernel {
 public:
  LoopKernel(const perception::Node& node, Kernel kernel, const char* algorithm)
      : node_(node), kernel_(kernel), algorithm_(algorithm) {}

  Result<void> run(std::span<const Tensor> inputs, std::span<Tensor> outputs) override {
    return kernel_({node_, inputs, outputs});
  }
  const char* algorithm() const override { return algorithm_; }

 private:
  const perception::Node& node_;
  Kernel kernel_;
  const char* algorithm_;
};

}  // namespace

Result<std::unique_ptr<PreparedKernel>> prepare_kernel(
    const perception::Node& node, std::span<const perception::Operand> operands,
    std::span<const TensorInfo> results) {
  if (node.op == perception::Operator::kConv || node.op == perception::Operator::kConvTranspose) {
    auto prepared = GN_TRY(prepare_dnnl_convolution(node, operands, results));
    if (prepared != nullptr) return prepared;
  }
  return prepare_loop_kernel(node, operands);
}

std::unique_ptr<PreparedKernel> prepare_loop_kernel(const perception::Node& node,
                                                    std::span<const perception::Operand> operands) {
  const bool product =
      node.op == perception::Operator::kMatMul || node.op == perception::Operator::kGemm;
  const char* algorithm = product ? product_algorithm(operands[0].info.type) : kLoop;
  return std::make_unique<LoopKernel>(node, kernel_of(node.op), algorithm);
}

std::unique_ptr<PreparedKernel> prepare_channels_last_kernel(const perception::Node& node) {
  const bool pool =
      node.op == perception::Operator::kMaxPool || node.op == perception::Operator::kAveragePool;
  return std::make_unique<LoopKernel>(node, pool ? run_pool_channels_last : kernel_of(node.op),
                                      kLoop);
}

}  // namespace geoneuron::engine::cpu
