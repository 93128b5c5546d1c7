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
  LoopKernel(const perception::Node& node, Kernel kernel, const char* algorithm,
             uint64_t scratch_bytes)
      : node_(node), kernel_(kernel), algorithm_(algorithm), scratch_bytes_(scratch_bytes) {}

  Result<void> bind(std::span<const Tensor>, const Tensor& scratch) override {
    scratch_ = scratch;
    return {};
  }

  Result<void> run(std::span<const Tensor> inputs, std::span<Tensor> outputs) override {
    const auto scratch = scratch_.is_defined() ? scratch_.mutable_bytes() : std::span<std::byte>();
    return kernel_({node_, inputs, outputs, scratch});
  }
  const char* algorithm() const override { return algorithm_; }
  uint64_t scratch_bytes() const override { return scratch_bytes_; }

 private:
  const perception::Node& node_;
  Kernel kernel_;
  const char* algorithm_;
  uint64_t scratch_bytes_;
  Tensor scratch_;
};

}  // namespace

Result<std::unique_ptr<PreparedKernel>> prepare_kernel(
    const perception::Node& node, std::span<const perception::Operand> operands,
    std::span<const TensorInfo> results) {
  if (node.op == perception::Operator::kConv || node.op == perception::Operator::kConvTranspose) {
    auto prepared = GN_TRY(prepare_dnnl_convolution(node, operands, results));
    if (prepared != nullptr) return prepared;
  }
  return prepare_loop_kernel({node, operands, results});
}

Result<std::unique_ptr<PreparedKernel>> prepare_loop_kernel(const Prospect& prospect) {
  const perception::Operator op = prospect.node.op;
  const bool product = op == perception::Operator::kMatMul || op == perception::Operator::kGemm;
  const char* algorithm = product ? product_algorithm(prospect.operands[0].info.type) : kLoop;
  std::unique_ptr<PreparedKernel> kernel = std::make_unique<LoopKernel>(
      prospect.node, kernel_of(op), algorithm, GN_TRY(scratch_bytes_of(prospect)));
  return kernel;
}

Result<std::unique_ptr<PreparedKernel>> prepare_channels_last_kernel(const Prospect& prospect) {
  const perception::Operator op = prospect.node.op;
  if (op != perception::Operator::kMaxPool && op != perception::Operator::kAveragePool)
    return prepare_loop_kernel(prospect);
  std::unique_ptr<PreparedKernel> kernel =
      std::make_unique<LoopKernel>(prospect.node, run_pool_channels_last, kLoop,
                                   GN_TRY(pool_channels_last_scratch_bytes(prospect)));
  return kernel;
}

}  // namespace geoneuron::engine::cpu
