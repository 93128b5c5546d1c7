// SPDX-License-Identifier: MIT
#include "engine/vulkan/node_runner.hpp"

#include <cmath>
#include <cstring>

#include "engine/cpu/evaluate.hpp"
#include "engine/vulkan/device_list.hpp"
#include "engine/vulkan/vulkan_fixture.hpp"
#include "engine/vulkan/vulkan_unit.hpp"
#include "perception/plan.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using perception::Graph;
using perception::kNoValue;
using perception::ValueId;

struct NodeGraph {
  Graph graph;
  std::map<std::string, Tensor> inputs;
  std::vector<std::string> outputs;
};

NodeGraph graph_of(const NodeCase& test) {
  NodeGraph made;
  Node node;
  node.op = test.op;
  node.name = "node";
  for (const auto& [name, value] : test.attributes) node.attributes.set(name, value);
  for (size_t i = 0; i < test.inputs.size(); ++i) {
    if (!test.inputs[i].is_defined()) {
      node.inputs.push_back(kNoValue);
      continue;
    }
    perception::Value value;
    value.name = "in" + std::to_string(i);
    const bool constant = i < test.constant.size() && test.constant[i];
    if (constant) value.constant = test.inputs[i];
    const ValueId id = made.graph.add_value(value);
    node.inputs.push_back(id);
    if (constant) continue;
    made.graph.inputs.push_back(id);
    made.inputs[value.name] = test.inputs[i];
  }
  const auto add_output = [&](const std::string& name) {
    perception::Value value;
    value.name = name;
    const ValueId id = made.graph.add_value(value);
    made.graph.outputs.push_back(id);
    made.outputs.push_back(name);
    return id;
  };
  for (size_t i = 0; i < test.outputs; ++i)
    node.outputs.push_back(add_output("out" + std::to_string(i)));
  node.fused = test.fused;
  if (test.keep_before) node.fused->before = add_output("before");
  made.graph.nodes.push_back(node);
  return made;
}

}  // namespace

std::unique_ptr<ParallelProcessingUnit> test_unit() {
  return std::make_unique<VulkanUnit>(test_device(), describe(test_device()->facts(), 0));
}

void expect_close(const Tensor& actual, const Tensor& expected) {
  ASSERT_EQ(actual.info(), expected.info());
  if (expected.type() != DataType::kFloat32) {
    ASSERT_EQ(std::memcmp(actual.bytes().data(), expected.bytes().data(), actual.size_bytes()), 0);
    return;
  }
  const auto a = actual.values<float>(), e = expected.values<float>();
  for (size_t i = 0; i < e.size(); ++i) {
    if (std::isnan(e[i]) && std::isnan(a[i])) continue;
    if (e[i] == a[i]) continue;
    ASSERT_LE(std::fabs(a[i] - e[i]), 1e-5f + 1e-3f * std::fabs(e[i]))
        << "element " << i << " of " << e.size() << ": " << a[i] << ", expected " << e[i];
  }
}

std::unique_ptr<ParallelProcessingUnit> staging_unit() {
  auto instance = Instance::shared().value();
  const std::vector<VkPhysicalDevice> all = instance->physical_devices().value();
  for (VkPhysicalDevice physical : all) {
    if (facts_of(physical).name != test_device()->facts().name) continue;
    auto device = VulkanDevice::open(instance, physical, {.maps_device_memory = false}).value();
    return std::make_unique<VulkanUnit>(device, describe(device->facts(), 0));
  }
  return nullptr;
}

Result<GraphRun> run_graph(ParallelProcessingUnit& unit, const Graph& graph,
                           const std::map<std::string, Tensor>& inputs,
                           const std::vector<std::string>& keep, uint64_t budget_bytes) {
  perception::PlanRequest request;
  request.graph = std::make_shared<const Graph>(graph);
  request.budget_bytes = budget_bytes;
  std::map<ValueId, Tensor> given;
  for (const auto& [name, tensor] : inputs) {
    const ValueId id = *graph.find(name);
    request.inputs[id] = tensor.info();
    given[id] = tensor;
  }
  for (const std::string& name : keep) request.keep.insert(*graph.find(name));
  GraphRun run;
  run.plan = GN_TRY(perception::make_plan(request, unit.target(), evaluate_on_cpu));
  MemoryManager memory({{.name = "device", .budget_bytes = UINT64_MAX / 2}});
  auto program = GN_TRY(unit.prepare(std::make_shared<const perception::Plan>(run.plan), memory));
  run.report = GN_TRY(program->compute(given, [&](ValueId id, const Tensor& tensor) {
    run.kept[graph.at(id).name] = tensor;
    run.order.push_back(graph.at(id).name);
    return Result<void>();
  }));
  run.peak_bytes = memory.peak_bytes(kDeviceHeap);
  return run;
}

Result<NodeResult> run_on_device(const NodeCase& test) {
  const NodeGraph made = graph_of(test);
  const auto unit = test_unit();
  GraphRun run = GN_TRY(run_graph(*unit, made.graph, made.inputs, made.outputs));
  NodeResult result;
  for (const std::string& name : made.outputs) result.outputs.push_back(run.kept[name]);
  result.report = std::move(run.report);
  return result;
}

Result<NodeResult> run_on_cpu(const NodeCase& test) {
  Node node = graph_of(test).graph.nodes[0];
  NodeResult result;
  if (node.fused) node.fused->before = kNoValue;
  result.outputs = GN_TRY(evaluate_on_cpu(node, test.inputs));
  if (!test.keep_before) return result;
  node.fused.reset();
  result.outputs.push_back(GN_TRY(evaluate_on_cpu(node, test.inputs))[0]);
  return result;
}

void expect_same(const NodeCase& test) {
  const auto device = run_on_device(test);
  ASSERT_TRUE(device) << device.error().message;
  const auto cpu = run_on_cpu(test);
  ASSERT_TRUE(cpu) << cpu.error().message;
  ASSERT_EQ(device->report.steps.size(), 1u);
  EXPECT_NE(device->report.steps[0].where, "cpu");
  ASSERT_EQ(device->outputs.size(), cpu->outputs.size());
  for (size_t i = 0; i < cpu->outputs.size(); ++i) {
    SCOPED_TRACE("output " + std::to_string(i));
    expect_close(device->outputs[i], cpu->outputs[i]);
  }
  const auto again = run_on_device(test);
  ASSERT_TRUE(again);
  for (size_t i = 0; i < cpu->outputs.size(); ++i)
    EXPECT_EQ(std::memcmp(device->outputs[i].bytes().data(), again->outputs[i].bytes().data(),
                          again->outputs[i].size_bytes()),
              0)
        << "two runs differ";
}

Tensor noise(Shape shape, uint32_t seed) {
  std::vector<float> values(static_cast<size_t>(shape.element_count()));
  uint32_t state = seed * 2654435761u + 1;
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 8) / 8388608.0f - 1.0f;
  }
  return Tensor::from<float>(std::move(shape), values);
}

Tensor int64s(std::vector<int64_t> values) {
  return Tensor::from_int64s(std::move(values));
}

}  // namespace geoneuron::engine::vulkan
