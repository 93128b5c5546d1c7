// SPDX-License-Identifier: MIT
// StepRecorder: turns the device steps of a plan into dispatches. Not thread-safe.
#pragma once

#include <span>
#include <vector>

#include "engine/vulkan/operators/operation.hpp"
#include "perception/plan.hpp"

namespace geoneuron::engine::vulkan {

class StepRecorder {
 public:
  // `plan` and `recorder` outlive it. `blocks` are the plan's arena blocks; none when nothing is
  // recorded (see Recorder::record_into), as the slots need not be assigned then.
  StepRecorder(const perception::Plan& plan, Recorder& recorder,
               std::vector<const Buffer*> blocks = {})
      : plan_(plan), recorder_(recorder), blocks_(std::move(blocks)) {}

  // The algorithm's name. Errors do not name the node.
  Result<const char*> record(const perception::Node& node);

 private:
  Operation operation_of(const perception::Node& node) const;
  DeviceTensor tensor_of(perception::ValueId id) const;
  Binding place_of(perception::ValueId id) const;

  const perception::Plan& plan_;
  Recorder& recorder_;
  std::vector<const Buffer*> blocks_;
};

}  // namespace geoneuron::engine::vulkan
