// SPDX-License-Identifier: MIT
// Runs one node, or a small graph, on the test device, and by the CPU's kernels.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/memory_manager.hpp"
#include "engine/parallel_processing_unit.hpp"
#include "perception/graph.hpp"

namespace geoneuron::engine::vulkan {

using perception::Attribute;
using perception::DataType;
using perception::Node;
using perception::Operator;
using perception::Shape;
using perception::Tensor;
using perception::TensorInfo;

// A node over tensors; undefined ones are operands that are left out. Constant ones are known to
// the plan, the others are given when running.
struct NodeCase {
  Operator op = Operator::kIdentity;
  std::vector<Tensor> inputs{};
  std::map<std::string, Attribute> attributes{};
  std::vector<bool> constant{};  // by input; missing entries are false
  size_t outputs = 1;
  std::optional<perception::FusedActivation> fused{};  // `before` is set by keep_before
  bool keep_before = false;
};

struct NodeResult {
  std::vector<Tensor> outputs;  // and the value before a kept fused activation, last
  RunReport report;
};

Result<NodeResult> run_on_device(const NodeCase& test);
Result<NodeResult> run_on_cpu(const NodeCase& test);

// Runs on both and compares: rtol 1e-3, atol 1e-5; integers must be equal. The device must have
// computed it, twice with the same bytes.
void expect_same(const NodeCase& test);

// Numbers in [-1, 1) that depend on `seed` alone.
Tensor noise(Shape shape, uint32_t seed = 1);
Tensor int64s(std::vector<int64_t> values);

// The unit over test_device().
std::unique_ptr<ParallelProcessingUnit> test_unit();
// A unit over a device of its own that never maps tensors, as if it were a discrete GPU.
std::unique_ptr<ParallelProcessingUnit> staging_unit();

// rtol 1e-3, atol 1e-5 for float32; other types must be equal.
void expect_close(const Tensor& actual, const Tensor& expected);

// Runs a whole graph with these inputs by name, and collects what is kept by name.
struct GraphRun {
  std::map<std::string, Tensor> kept;
  std::vector<std::string> order;
  RunReport report;
  perception::Plan plan;
  uint64_t peak_bytes = 0;  // by the memory manager's books
};
Result<GraphRun> run_graph(ParallelProcessingUnit& unit, const perception::Graph& graph,
                           const std::map<std::string, Tensor>& inputs,
                           const std::vector<std::string>& keep,
                           uint64_t budget_bytes = UINT64_MAX);

}  // namespace geoneuron::engine::vulkan
