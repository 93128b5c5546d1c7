// SPDX-License-Identifier: MIT
// What QUERY tells, as JSON. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "engine/neural_perception_kernel.hpp"
#include "perception/model_description.hpp"
#include "worker/context_store.hpp"

namespace geoneuron::worker {

using Passes = std::vector<perception::OptimizationMetadata>;
// Of a model: inputs, outputs, layers and weights with their types and shapes; and what the
// optimiser would do, where that is given.
std::string to_text(const perception::ModelDescription& model, const Passes* passes);
// Of a run: where and how each node was computed, and what the optimiser did before.
std::string to_text(const engine::PerceptionReport& report, const engine::DeviceDescription& device,
                    const std::string& device_reason);
// Of a perception: the kept tensors, and where they are.
std::string to_text(const ContextStore::Found& found);

}  // namespace geoneuron::worker
