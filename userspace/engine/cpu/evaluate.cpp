// SPDX-License-Identifier: MIT
#include "engine/cpu/evaluate.hpp"

#include "engine/cpu/operands.hpp"
#include "engine/cpu/parallel.hpp"
#include "engine/cpu/prepared_kernel.hpp"

namespace geoneuron::engine {
namespace {

using perception::Tensor;

Result<std::vector<Tensor>> evaluate(const perception::Node& node, std::span<const Tensor> inputs) {
  const auto operands = cpu::operands_of(inputs);
  const auto infos = GN_TRY(perception::infer(node, operands));
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < infos.size(); ++i) {
    const bool left_out = i < node.outputs.size() && node.outputs[i] == perception::kNoValue;
    outputs.push_back(left_out ? Tensor() : GN_TRY(Tensor::allocate(infos[i])));
  }
  const auto kernel = GN_TRY(cpu::prepare_kernel(node, operands, infos));
  const Tensor scratch = GN_TRY(Tensor::allocate(cpu::bytes_info(kernel->scratch_bytes())));
  GN_TRY(kernel->bind(inputs, scratch));
  GN_TRY(kernel->run(inputs, outputs));
  if (node.fused) GN_TRY(cpu::activate(*node.fused, outputs[0], outputs[0]));
  return outputs;
}

}  // namespace

Result<std::vector<Tensor>> evaluate_on_cpu(const perception::Node& node,
                                            std::span<const Tensor> inputs) {
  const cpu::ThreadScope one(1);
  auto outputs = evaluate(node, inputs);
  if (outputs.has_value() || outputs.error().message.starts_with(node.name)) return outputs;
  return outputs.error().prefixed(node.name);
}

// Weights that are not known yet would be packed into scratch memory instead, as many bytes.
Result<uint64_t> working_bytes_on_cpu(const perception::Node& node,
                                      std::span<const perception::Operand> operands,
                                      std::span<const perception::TensorInfo> results) {
  const cpu::ThreadScope one(1);
  const auto kernel = GN_TRY(cpu::prepare_kernel(node, operands, results));
  return kernel->packed_bytes() + kernel->scratch_bytes();
}

}  // namespace geoneuron::engine
