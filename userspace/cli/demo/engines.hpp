// SPDX-License-Identifier: MIT
// Engines of the demo: the machine's cores and its Vulkan device, each running networks and
// painting. One thread at a time per engine.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/neural_perception_kernel.hpp"
#include "engine/neuron_visualization_kernel.hpp"

namespace geoneuron::cli::demo {

struct Engine {
  engine::DeviceDescription device;
  std::unique_ptr<engine::NeuralPerceptionKernel> perception;
  std::unique_ptr<engine::NeuronVisualizationKernel> pictures;
};

struct EngineList {
  std::vector<Engine> engines;  // the CPU first
  std::string missing;          // why there is no Vulkan device; "" where there is one
};

Result<EngineList> open_engines();

// What one device made of an input.
struct TensorSet {
  std::string device;
  std::map<std::string, perception::Tensor> tensors;  // kept ones and inputs, by name
  double seconds = 0;
};

// Runs the model and keeps `keep`.
Result<TensorSet> perceive(Engine& engine, std::shared_ptr<const perception::Model> model,
                           const std::map<std::string, perception::Tensor>& inputs,
                           const std::set<std::string>& keep);

struct Difference {
  double largest = 0;    // |a - b|
  std::string tensor;    // where
  double magnitude = 0;  // the largest |a| of that tensor
};

// The largest difference between tensors of the same name. EINVAL where shapes differ.
Result<Difference> largest_difference(const TensorSet& a, const TensorSet& b);

}  // namespace geoneuron::cli::demo
