// SPDX-License-Identifier: MIT
// Engines of the demo: the machine's cores and its Vulkan device, each running networks and drawing
// views, through one daemon. One thread at a time.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/session.hpp"

namespace geoneuron::cli::demo {

struct Engine {
  Device device;
  std::unique_ptr<Session> session;
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
Result<TensorSet> perceive(Engine& engine, const ModelPointer& model,
                           const std::map<std::string, perception::Tensor>& inputs,
                           const std::set<std::string>& keep);

// A view of the model's graph and the set's tensors, whichever device they are of. `base` holds
// what is selected, and how it is shown.
Result<views::Image> draw_view(Engine& engine, const ModelPointer& model, const TensorSet& set,
                               const std::string& view, const views::ViewRequest& base);

struct Difference {
  double largest = 0;    // |a - b|
  std::string tensor;    // where
  double magnitude = 0;  // the largest |a| of that tensor
};

// The largest difference between tensors of the same name. EINVAL where shapes differ.
Result<Difference> largest_difference(const TensorSet& a, const TensorSet& b);

}  // namespace geoneuron::cli::demo
