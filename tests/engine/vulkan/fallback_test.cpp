// SPDX-License-Identifier: MIT
// Runs ONNX's backend tests on the device and looks at where each node was computed.
#include <filesystem>
#include <map>

#include "cli/conformance.hpp"
#include "engine/neural_perception_kernel.hpp"
#include "engine/vulkan/host_fallbacks.hpp"
#include "engine/vulkan/node_runner.hpp"
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
    const HostFallback* entry =
        host_fallback_of(node, infos_of(*plan_, node.inputs), infos_of(*plan_, node.outputs));
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
  GN_TRY(cli::run_conformance(folder, *kernel));
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
    EXPECT_NE(entry.applies, nullptr);
  }
}

TEST(VulkanFallbacksList, LeavesFloatNetworksToTheDevice) {
  const TensorInfo image{DataType::kFloat32, {1, 8, 9, 9}};
  const TensorInfo weights{DataType::kFloat32, {8, 8, 3, 3}};
  const auto node = [](Operator op) {
    Node made;
    made.op = op;
    return made;
  };
  for (const Operator op :
       {Operator::kConv, Operator::kConvTranspose, Operator::kAdd, Operator::kResize,
        Operator::kMaxPool, Operator::kSoftmax, Operator::kTranspose, Operator::kReduceMean})
    EXPECT_EQ(host_fallback_of(node(op), std::vector{image, weights}, std::vector{image}), nullptr)
        << perception::name_of(op);
  const TensorInfo half{DataType::kFloat16, {1, 8}};
  EXPECT_NE(host_fallback_of(node(Operator::kAdd), std::vector{half, half}, std::vector{half}),
            nullptr);
}

}  // namespace
}  // namespace geoneuron::engine::vulkan
