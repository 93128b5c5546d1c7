// SPDX-License-Identifier: MIT
// Whole plans on the device: order, kept tensors, host steps, transfers.
#include "engine/vulkan/vulkan_program.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <set>

#include "engine/cpu/evaluate.hpp"
#include "engine/vulkan/node_runner.hpp"
#include "engine/vulkan/vulkan_fixture.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using perception::Graph;
using perception::ValueId;
using VulkanPrograms = VulkanTest;

// Builds a graph node by node, and computes every value by the CPU's kernels.
class Network {
 public:
  ValueId input(const std::string& name, Tensor tensor) {
    const ValueId id = add(name, tensor);
    graph_.inputs.push_back(id);
    inputs_[name] = std::move(tensor);
    return id;
  }
  ValueId constant(const std::string& name, Tensor tensor) {
    const ValueId id = add(name, tensor);
    graph_.at(id).constant = std::move(tensor);
    return id;
  }
  ValueId node(Operator op, const std::string& result, std::vector<ValueId> operands,
               std::map<std::string, Attribute> attributes = {}) {
    Node node;
    node.op = op;
    node.name = "node_" + result;
    node.inputs = std::move(operands);
    for (auto& [name, value] : attributes) node.attributes.set(name, value);
    std::vector<Tensor> tensors;
    for (const ValueId id : node.inputs) tensors.push_back(expected_.at(graph_.at(id).name));
    const ValueId id = add(result, Tensor());
    node.outputs = {id};
    expected_[result] = evaluate_on_cpu(node, tensors).value()[0];
    graph_.nodes.push_back(node);
    graph_.outputs = {id};
    names_.push_back(result);
    return id;
  }

  const Graph& graph() const { return graph_; }
  const std::map<std::string, Tensor>& inputs() const { return inputs_; }
  const std::vector<std::string>& names() const { return names_; }
  const Tensor& expected(const std::string& name) const { return expected_.at(name); }

 private:
  ValueId add(const std::string& name, Tensor tensor) {
    expected_[name] = std::move(tensor);
    perception::Value value;
    value.name = name;
    return graph_.add_value(value);
  }

  Graph graph_;
  std::map<std::string, Tensor> inputs_;
  std::map<std::string, Tensor> expected_;
  std::vector<std::string> names_;
};

// Convolution, activation, a rename, a product, and an integer branch that the host computes.
Network mixed_network() {
  Network net;
  const ValueId x = net.input("x", noise({1, 3, 12, 12}));
  const ValueId w = net.constant("w", noise({8, 3, 3, 3}, 2));
  const ValueId c = net.node(Operator::kConv, "c", {x, w});
  const ValueId r = net.node(Operator::kRelu, "r", {c});
  const ValueId f = net.node(Operator::kFlatten, "f", {r});
  const ValueId to_integer = net.node(Operator::kCast, "i", {f}, {{"to", int64_t{6}}});
  const ValueId doubled = net.node(Operator::kAdd, "d", {to_integer, to_integer});
  const ValueId back = net.node(Operator::kCast, "b", {doubled}, {{"to", int64_t{1}}});
  const ValueId m = net.constant("m", noise({800, 10}, 3));
  net.node(Operator::kMatMul, "y", {net.node(Operator::kAdd, "s", {back, f}), m});
  return net;
}

void expect_network(const Network& net, const GraphRun& run) {
  ASSERT_EQ(run.order, net.names());
  for (const std::string& name : net.names()) {
    SCOPED_TRACE(name);
    expect_close(run.kept.at(name), net.expected(name));
  }
}

TEST_F(VulkanPrograms, KeepEveryValueInOrderAndSayWhereItWasMade) {
  const Network net = mixed_network();
  const auto run = run_graph(*test_unit(), net.graph(), net.inputs(), net.names());
  ASSERT_TRUE(run) << run.error().message;
  expect_network(net, *run);
  ASSERT_EQ(run->report.steps.size(), net.graph().nodes.size());
  uint64_t last = 0;
  for (const StepReport& step : run->report.steps) {
    const Node& node = net.graph().at(step.node);
    EXPECT_EQ(step.where, node.name == "node_d" ? "cpu" : "vulkan:0") << node.name;
    EXPECT_GE(step.begin_ns, last);
    last = step.begin_ns;
  }
}

TEST_F(VulkanPrograms, LookUpByIndexAnyNumberOfTimes) {
  Network net;
  ValueId value = net.input("x", noise({4}));
  const ValueId indices = net.constant("indices", int64s({3, 0, 2, 1}));
  for (int i = 0; i < 1100; ++i)
    value = net.node(Operator::kGather, "g" + std::to_string(i), {value, indices});
  const auto run = run_graph(*test_unit(), net.graph(), net.inputs(), {"g1099"});
  ASSERT_TRUE(run) << run.error().message;
  expect_close(run->kept.at("g1099"), net.expected("g1099"));
}

TEST_F(VulkanPrograms, TakeTheMemoryThatWasPredicted) {
  const Network net = mixed_network();
  const auto mapped = test_unit(), unmapped = staging_unit();
  for (ParallelProcessingUnit* unit : {mapped.get(), unmapped.get()})
    for (const auto& keep : {net.names(), std::vector<std::string>{"y"}}) {
      const auto run = run_graph(*unit, net.graph(), net.inputs(), keep);
      ASSERT_TRUE(run) << run.error().message;
      EXPECT_LE(run->peak_bytes, run->plan.peak_bytes);
      EXPECT_GE(run->peak_bytes, run->plan.peak_bytes * 4 / 5);
    }
}

// Products of float16 are the host's, which widens both operands and the result.
TEST_F(VulkanPrograms, CountWhatTheHostsStepsWorkIn) {
  const auto halves = [](Shape shape) {
    return Tensor::from<_Float16>(shape, std::vector<_Float16>(size_t(shape.element_count()), 1));
  };
  Network net;
  const ValueId x = net.input("x", halves({96, 64}));
  const ValueId small =
      net.node(Operator::kMatMul, "small", {x, net.constant("a", halves({64, 2}))});
  const ValueId b = net.constant("b", halves({64, 160}));
  net.node(Operator::kMatMul, "large", {x, b});
  net.node(Operator::kAdd, "y", {small, small});
  const auto mapped = test_unit(), unmapped = staging_unit();
  for (ParallelProcessingUnit* unit : {mapped.get(), unmapped.get()}) {
    const auto run = run_graph(*unit, net.graph(), net.inputs(), {"large", "y"});
    ASSERT_TRUE(run) << run.error().message;
    EXPECT_GE(run->plan.program_bytes, 4u * (96 * 64 + 64 * 160 + 96 * 160));
    EXPECT_EQ(run->peak_bytes, run->plan.peak_bytes);
  }
}

TEST_F(VulkanPrograms, CopyThroughStagingWhereMemoryIsNotMapped) {
  const Network net = mixed_network();
  const auto run = run_graph(*staging_unit(), net.graph(), net.inputs(), net.names());
  ASSERT_TRUE(run) << run.error().message;
  expect_network(net, *run);
}

TEST_F(VulkanPrograms, StreamKeptTensorsWhenTheBudgetIsSmall) {
  Network net;
  ValueId value = net.input("x", noise({64, 1024}));
  for (int i = 0; i < 12; ++i) value = net.node(Operator::kTanh, "t" + std::to_string(i), {value});
  const uint64_t budget = 3 * 64 * 1024 * 4;
  const auto run = run_graph(*test_unit(), net.graph(), net.inputs(), net.names(), budget);
  ASSERT_TRUE(run) << run.error().message;
  expect_network(net, *run);
  EXPECT_LE(run->plan.peak_bytes, budget);
  EXPECT_EQ(run->plan.at(value).keep, perception::Keep::kStreamed);
}

TEST_F(VulkanPrograms, LeaveTensorsThatNoShaderCanSeeToTheCpu) {
  const uint64_t limit = test_unit()->target().maximum_block_bytes;
  if (limit > (uint64_t{256} << 20))
    GTEST_SKIP() << "this device's largest tensor is too large here";
  const int64_t rows = 1000, columns = static_cast<int64_t>(limit / 4000 + 1);
  Network net;
  const ValueId column = net.input("column", noise({rows, 1}));
  const ValueId row = net.input("row", noise({1, columns}, 2));
  const ValueId big = net.node(Operator::kAdd, "big", {column, row});
  const ValueId axes = net.constant("axes", int64s({1}));
  net.node(Operator::kRelu, "y", {net.node(Operator::kReduceMean, "means", {big, axes})});
  const auto run = run_graph(*test_unit(), net.graph(), net.inputs(), {"means", "y"});
  ASSERT_TRUE(run) << run.error().message;
  expect_close(run->kept.at("means"), net.expected("means"));
  expect_close(run->kept.at("y"), net.expected("y"));
  EXPECT_GE(run->plan.host_bytes, limit);
  EXPECT_LE(run->peak_bytes, run->plan.peak_bytes);
  EXPECT_GE(run->peak_bytes, run->plan.peak_bytes * 4 / 5);
  ASSERT_EQ(run->report.steps.size(), 3u);
  EXPECT_EQ(run->report.steps[0].where, "cpu");
  EXPECT_EQ(run->report.steps[1].where, "cpu");
  EXPECT_EQ(run->report.steps[2].where, "vulkan:0");
}

TEST_F(VulkanPrograms, NameAnInputThatIsMissingOrOfAnotherShape) {
  const Network net = mixed_network();
  const auto unit = test_unit();
  perception::PlanRequest request;
  request.graph = std::make_shared<const Graph>(net.graph());
  const ValueId x = *net.graph().find("x");
  request.inputs[x] = net.expected("x").info();
  auto plan = std::make_shared<const perception::Plan>(
      perception::make_plan(request, unit->target(), evaluate_on_cpu).value());
  MemoryManager memory({{.name = "device", .budget_bytes = uint64_t{1} << 40}});
  auto program = unit->prepare(plan, memory).value();
  const auto ignore = [](ValueId, const Tensor&) { return Result<void>(); };
  const auto missing = program->compute({}, ignore);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, EINVAL);
  EXPECT_NE(missing.error().message.find("input x"), std::string::npos);
  EXPECT_EQ(program->compute({{x, noise({1, 3, 12, 13})}}, ignore).error().code, EINVAL);
  const auto refused = program->compute({{x, net.expected("x")}}, [](ValueId, const Tensor&) {
    return Result<void>(make_error(ENOSPC, "the disk is full"));
  });
  EXPECT_EQ(refused.error().code, ENOSPC);
}

TEST_F(VulkanPrograms, AskTheMemoryManagerFirst) {
  const Network net = mixed_network();
  const auto unit = test_unit();
  perception::PlanRequest request;
  request.graph = std::make_shared<const Graph>(net.graph());
  request.inputs[*net.graph().find("x")] = net.expected("x").info();
  auto plan = std::make_shared<const perception::Plan>(
      perception::make_plan(request, unit->target(), evaluate_on_cpu).value());
  MemoryManager memory({{.name = "device", .budget_bytes = 1000}});
  const auto program = unit->prepare(plan, memory);
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().code, ENOMEM);
  EXPECT_EQ(memory.used_bytes(kDeviceHeap), 0u);
}

TEST_F(VulkanPrograms, ImportTheHostsPagesWhereTheyAreAligned) {
  if (!test_device()->facts().imports_host_memory) GTEST_SKIP() << "no host-pointer import";
  constexpr int64_t kCount = 3 * 4096;
  void* pages =
      mmap(nullptr, kCount * 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(pages, MAP_FAILED);
  const Tensor source = noise({kCount});
  std::copy(source.bytes().begin(), source.bytes().end(), static_cast<std::byte*>(pages));
  Network net;
  net.node(Operator::kNeg, "y",
           {net.input("x", Tensor::view(source.info(), nullptr, static_cast<std::byte*>(pages)))});
  const auto run = run_graph(*staging_unit(), net.graph(), net.inputs(), {"y"});
  ASSERT_TRUE(run) << run.error().message;
  expect_close(run->kept.at("y"), net.expected("y"));
  munmap(pages, kCount * 4);
}

}  // namespace
}  // namespace geoneuron::engine::vulkan
