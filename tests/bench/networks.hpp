// SPDX-License-Identifier: MIT
// Networks that the benchmarks run, and what runs them.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "engine/neural_perception_kernel.hpp"

namespace geoneuron::bench {

// One network on one device with one request, run as often as asked.
class Runner {
 public:
  static Result<Runner> create(std::unique_ptr<engine::ParallelProcessingUnit> unit,
                               const engine::KernelOptions& options,
                               engine::PerceptionRequest request);

  // The kept tensors are thrown away.
  Result<engine::PerceptionReport> run();
  // The first kept tensor.
  Result<perception::Tensor> first_output();
  engine::PerceptionRequest& request() { return request_; }

 private:
  Runner(std::unique_ptr<engine::NeuralPerceptionKernel> kernel, engine::PerceptionRequest request)
      : kernel_(std::move(kernel)), request_(std::move(request)) {}

  std::unique_ptr<engine::NeuralPerceptionKernel> kernel_;
  engine::PerceptionRequest request_;
};

enum class Kept : uint8_t { kOutputs, kAll };

// Random values in the network's only input, of the given shape; keeps the outputs or every tensor
// that a node makes. Does not look into the cache.
engine::PerceptionRequest request_for(std::shared_ptr<const perception::Model> model,
                                      perception::Shape shape, Kept kept);

// Normally distributed values from a fixed seed.
perception::Tensor random_tensor(perception::Shape shape, uint32_t seed);

}  // namespace geoneuron::bench
