// SPDX-License-Identifier: MIT
#include "engine/cpu/program_needs.hpp"

#include "engine/cpu/step_builder.hpp"

namespace geoneuron::engine::cpu {
namespace {

// Stands for memory that is not there yet: nobody reads or writes through it.
Tensor placeholder(const TensorInfo& info) {
  static const std::byte nowhere{};
  return Tensor::view(info, nullptr, &nowhere);
}

}  // namespace

Result<ProgramNeeds> needs_of(const perception::Plan& plan) {
  const std::vector<Layout> layouts = choose_layouts(plan);
  const auto find_tensor = [&](perception::ValueId id) -> Tensor {
    if (id == perception::kNoValue) return {};
    const perception::PlannedValue& value = plan.at(id);
    if (value.residence == perception::Residence::kAbsent) return {};
    if (value.residence == perception::Residence::kConstant) return value.constant;
    return placeholder(value.info);
  };
  StepBuilder builder(plan, layouts, find_tensor,
                      [](const TensorInfo& info, uint64_t) { return placeholder(info); });
  for (const perception::Step& step : plan.steps)
    GN_TRY(with_context(builder.build(step), plan.graph->at(step.node).name));
  return builder.needs();
}

}  // namespace geoneuron::engine::cpu
