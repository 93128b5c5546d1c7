// SPDX-License-Identifier: MIT
// Runs ONNX's backend tests on the device and looks at where each node was computed.
#include <filesystem>
#include <map>

#include "cli/conformance.hpp"
#include "engine/neural_perception_kernel.hpp"
#include "engine/vulkan/host_fallbacks.hpp"
#include "engine/vulkan/node_runner.hpp"
#include "engine/vulkan/program_memory.hpp"
#include "engine/vulkan/vulkan_fixture.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using perception::TensorInfo;
using perception::ValueId;

constexpr const char* kData = "/usr/share/libonnx-testdata/data";

struct Audit {
  size_t on_device = 0;
  std::map<const HostFallback*, size_t> on_host;  // steps by the entry of the list
  std::vector<std::string> unlisted;              // nodes that the list does not send to the host
};

std::vector<TensorInfo> infos_of(const perception::Plan& plan, const std::vector<ValueId>& ids) {
  std::vector<TensorInfo> infos;
  for (const ValueId id : ids)
    infos.push_back(id == perception::kNoValue ? TensorInfo() : plan.at(id).info);
  return infos;
}

// Passes runs on and notes where their steps were computed.
class AuditedProgram : public Program {
 public:
  AuditedProgram(std::unique_ptr<Program> inner, std::shared_ptr<const perception::Plan> plan,
                 Audit& audit)
      : inner_(std::move(inner)), plan_(std::move(plan)), audit_(audit) {}

  Result<RunReport> compute(const std::map<ValueId, Tensor>& inputs,
                            const KeepTensor& keep) override {
    RunReport report = GN_TRY(inner_->compute(inputs, keep));
    for (const StepReport& step : report.steps) note(step);
    return report;
  }

 private:
  void note(const StepReport& step) {
    const Node& node = plan_->graph->at(step.node);
    if (step.where != "cpu") {
      ++audit_.on_device;
      return;
    }
    std::vector<perception::Operand> operands;
    for (const ValueId id : node.inputs) {
      operands.emplace_back();
      if (id == perception::kNoValue) continue;
      operands.back().info = plan_->at(id).info;
      if (plan_->at(id).constant.is_defined()) operands.back().value = &plan_->at(id).constant;
    }
    const HostFallback* entry =
        host_fallback_of(test_device(), node, operands, infos_of(*plan_, node.outputs));
    if (entry != nullptr) ++audit_.on_host[entry];
    if (entry == nullptr)
      audit_.unlisted.push_back(std::string(perception::name_of(node.op)) + " " + node.name);
  }

  std::unique_ptr<Program> inner_;
  std::shared_ptr<const perception::Plan> plan_;
  Audit& audit_;
};

class AuditedUnit : public ParallelProcessingUnit {
 public:
  explicit AuditedUnit(Audit& audit) : inner_(test_unit()), audit_(audit) {}

  const DeviceDescription& description() const override { return inner_->description(); }
  perception::PlanTarget target() const override { return inner_->target(); }
  Result<std::unique_ptr<Program>> prepare(std::shared_ptr<const perception::Plan> plan,
                                           MemoryManager& memory) override {
    auto program = GN_TRY(inner_->prepare(plan, memory));
    return std::unique_ptr<Program>(
        std::make_unique<AuditedProgram>(std::move(program), std::move(plan), audit_));
  }

 private:
  std::unique_ptr<ParallelProcessingUnit> inner_;
  Audit& audit_;
};

Result<Audit> audit_folder(const std::string& folder, bool optimize) {
  Audit audit;
  KernelOptions options;
  options.optimize = optimize;
  options.cache = false;
  const auto kernel = GN_TRY(
      NeuralPerceptionKernel::create(std::make_unique<AuditedUnit>(audit), options, nullptr));
  const cli::RunModel run = [&](const cli::PerceptionRequest& asked,
                                const cli::KeptTensorSink& sink) -> Result<void> {
    PerceptionRequest request;
    request.model = {asked.model, &asked.model->model};
    request.inputs = asked.inputs;
    request.keep = asked.keep;
    GN_TRY(kernel->process_data(request, sink));
    return {};
  };
  GN_TRY(cli::run_conformance(folder, run));
  return audit;
}

using VulkanFallbacks = VulkanTest;

TEST_F(VulkanFallbacks, OnlyWhatIsListedRunsOnTheCpu) {
  if (!std::filesystem::exists(kData)) GTEST_SKIP() << "libonnx-testdata is not installed";
  for (const char* folder : {"node", "pytorch-converted", "pytorch-operator", "simple"}) {
    SCOPED_TRACE(folder);
    const auto audit = audit_folder(std::string(kData) + "/" + folder, true);
    ASSERT_TRUE(audit) << audit.error().message;
    EXPECT_GT(audit->on_device, 0u);
    for (const std::string& node : audit->unlisted) ADD_FAILURE() << node << " ran on the CPU";
    for (const auto& [entry, count] : audit->on_host)
      std::printf("%s: %zu on the CPU: %s %s\n", folder, count,
                  std::string(entry->operators).c_str(), std::string(entry->condition).c_str());
    std::printf("%s: %zu on the device\n", folder, audit->on_device);
  }
}

TEST(VulkanFallbacksList, GivesEveryEntryAReason) {
  for (const HostFallback& entry : host_fallbacks()) {
    EXPECT_FALSE(entry.operators.empty());
    EXPECT_FALSE(entry.condition.empty());
    EXPECT_FALSE(entry.reason.empty());
    EXPECT_EQ(entry.applies == nullptr, &entry == &host_fallbacks().back());
  }
}

TEST_F(VulkanFallbacks, LeaveFloatNetworksToTheDevice) {
  const TensorInfo image{DataType::kFloat32, {1, 8, 9, 9}};
  const TensorInfo weights{DataType::kFloat32, {8, 8, 3, 3}};
  const auto fallback = [](Operator op, std::vector<TensorInfo> inputs, const TensorInfo& output) {
    Node node;
    node.op = op;
    node.attributes.set("kernel_shape", std::vector<int64_t>{3, 3});
    node.attributes.set("pads", std::vector<int64_t>{1, 1, 1, 1});
    std::vector<perception::Operand> operands;
    for (const TensorInfo& info : inputs) operands.push_back({info, nullptr});
    return host_fallback_of(test_device(), node, operands, std::vector{output});
  };
  for (const Operator op : {Operator::kConv, Operator::kConvTranspose})
    EXPECT_EQ(fallback(op, {image, weights}, image), nullptr) << perception::name_of(op);
  for (const Operator op : {Operator::kAdd, Operator::kMul})
    EXPECT_EQ(fallback(op, {image, image}, image), nullptr) << perception::name_of(op);
  for (const Operator op : {Operator::kMaxPool, Operator::kSoftmax, Operator::kTranspose,
                            Operator::kReduceMean, Operator::kRelu})
    EXPECT_EQ(fallback(op, {image}, image), nullptr) << perception::name_of(op);
  const TensorInfo half{DataType::kFloat16, {1, 8}};
  EXPECT_NE(fallback(Operator::kAdd, {half, half}, half), nullptr);
}

// Its sizes are integers, and known beforehand.
TEST_F(VulkanFallbacks, LeaveResizeOfFloatsToTheDevice) {
  const TensorInfo small{DataType::kFloat32, {1, 8, 9, 9}};
  const TensorInfo large{DataType::kFloat32, {1, 8, 18, 27}};
  const Tensor sizes = int64s({1, 8, 18, 27});
  const std::vector<perception::Operand> operands = {
      {small, nullptr}, {}, {}, {sizes.info(), &sizes}};
  for (const char* mode : {"nearest", "linear", "cubic"}) {
    Node node;
    node.op = Operator::kResize;
    node.attributes.set("mode", std::string(mode));
    EXPECT_EQ(host_fallback_of(test_device(), node, operands, std::vector{large}), nullptr) << mode;
  }
}

// The CPU must have computed it, and the run says so.
void expect_left_to_the_cpu(const NodeCase& test) {
  const auto device = run_on_device(test);
  ASSERT_TRUE(device) << device.error().message;
  const auto cpu = run_on_cpu(test);
  ASSERT_TRUE(cpu) << cpu.error().message;
  ASSERT_EQ(device->report.steps.size(), 1u);
  EXPECT_EQ(device->report.steps[0].where, "cpu");
  expect_close(device->outputs[0], cpu->outputs[0]);
}

TEST_F(VulkanFallbacks, LeaveLargePackedWeightsToTheCpu) {
  const uint64_t limit = maximum_range_bytes(*test_device());
  if (limit > (uint64_t{256} << 20)) GTEST_SKIP() << "this device sees too much at once";
  // Two output channels are packed as four.
  const auto channels = static_cast<int64_t>(limit / 16 + 16);
  expect_left_to_the_cpu({.op = Operator::kConv,
                          .inputs = {noise({1, channels, 1, 1}), noise({2, channels, 1, 1}, 2)},
                          .constant = {false, true}});
}

TEST_F(VulkanFallbacks, LeaveResizeWithLargeScratchToTheCpu) {
  const uint64_t limit = maximum_range_bytes(*test_device());
  if (limit > (uint64_t{256} << 20)) GTEST_SKIP() << "this device sees too much at once";
  // One axis after the other: the first makes four times the largest tensor out of an eighth.
  const auto columns = static_cast<int64_t>(limit / 64);
  expect_left_to_the_cpu(
      {.op = Operator::kResize,
       .inputs = {noise({1, 1, 2, columns}), Tensor(), Tensor(), int64s({1, 1, 64, 8})},
       .constant = {false, false, false, true}});
}

TEST_F(VulkanFallbacks, LeavePadOfManyPiecesToTheCpu) {
  expect_left_to_the_cpu(
      {.op = Operator::kPad,
       .inputs = {noise({3, 3, 3, 3, 3, 3, 3}), int64s(std::vector<int64_t>(14, 1))},
       .attributes = {{"mode", std::string("reflect")}},
       .constant = {false, true}});
}

TEST_F(VulkanFallbacks, LeaveLongSumsOfResizeToTheCpu) {
  expect_left_to_the_cpu(
      {.op = Operator::kResize,
       .inputs = {noise({1, 1, 1, 200000}), Tensor(), Tensor(), int64s({1, 1, 1, 2})},
       .attributes = {{"mode", std::string("linear")}, {"antialias", int64_t{1}}},
       .constant = {false, false, false, true}});
}

}  // namespace
}  // namespace geoneuron::engine::vulkan
