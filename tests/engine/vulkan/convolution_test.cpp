// SPDX-License-Identifier: MIT
// Convolutions, matrix products and fused activations on the device.
#include <limits>

#include "engine/vulkan/node_runner.hpp"
#include "engine/vulkan/vulkan_fixture.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using List = std::vector<int64_t>;
using Map = std::map<std::string, Attribute>;
using VulkanConvolution = VulkanTest;
using VulkanMatrix = VulkanTest;
using VulkanFusion = VulkanTest;

// With weights as constants (packed by the host) and as operands (packed by the device).
void expect_same_both_ways(NodeCase test) {
  for (const bool constant : {true, false}) {
    SCOPED_TRACE(constant ? "constant weights" : "weights as operands");
    test.constant = {false, constant, constant};
    expect_same(test);
  }
}

TEST_F(VulkanConvolution, AnyNumberOfChannels) {
  for (const int64_t channels : {1, 3, 4, 7, 8, 16, 17, 40}) {
    SCOPED_TRACE(channels);
    expect_same_both_ways(
        {.op = Operator::kConv,
         .inputs = {noise({2, 3, 9, 11}), noise({channels, 3, 3, 3}, 2), noise({channels}, 3)},
         .attributes = {{"pads", List{1, 1, 1, 1}}}});
  }
}

TEST_F(VulkanConvolution, StridesDilationsAndGroups) {
  expect_same_both_ways({.op = Operator::kConv,
                         .inputs = {noise({1, 6, 14, 13}), noise({20, 3, 3, 2}, 2)},
                         .attributes = {{"strides", List{2, 3}},
                                        {"dilations", List{2, 1}},
                                        {"pads", List{2, 0, 1, 1}},
                                        {"group", int64_t{2}}}});
  // Depthwise.
  expect_same_both_ways(
      {.op = Operator::kConv,
       .inputs = {noise({1, 10, 9, 9}), noise({10, 1, 5, 5}, 2), noise({10}, 3)},
       .attributes = {{"group", int64_t{10}}, {"auto_pad", std::string("SAME_UPPER")}}});
}

TEST_F(VulkanConvolution, OneAndThreeAxes) {
  expect_same_both_ways(
      {.op = Operator::kConv, .inputs = {noise({2, 3, 50}), noise({5, 3, 7}, 2), noise({5}, 3)}});
  expect_same_both_ways({.op = Operator::kConv,
                         .inputs = {noise({1, 2, 5, 6, 7}), noise({3, 2, 2, 3, 2}, 2)},
                         .attributes = {{"pads", List{0, 1, 0, 1, 0, 1}}}});
}

TEST_F(VulkanConvolution, Transposed) {
  expect_same_both_ways(
      {.op = Operator::kConvTranspose,
       .inputs = {noise({2, 3, 5, 6}), noise({3, 18, 3, 3}, 2), noise({18}, 3)},
       .attributes = {
           {"strides", List{2, 2}}, {"pads", List{1, 1, 0, 1}}, {"output_padding", List{1, 0}}}});
  expect_same_both_ways({.op = Operator::kConvTranspose,
                         .inputs = {noise({1, 4, 5, 6}), noise({4, 3, 2, 3}, 2)},
                         .attributes = {{"group", int64_t{2}}, {"dilations", List{2, 1}}}});
  expect_same_both_ways({.op = Operator::kConvTranspose,
                         .inputs = {noise({1, 2, 9}), noise({2, 2, 4}, 2)},
                         .attributes = {{"strides", List{3}}}});
}

// The sum is longer than one invocation may loop: lavapipe would silently stop at 65,535.
TEST_F(VulkanConvolution, SumsOver100003Elements) {
  expect_same({.op = Operator::kConv,
               .inputs = {noise({1, 100003, 1, 2}), noise({3, 100003, 1, 1}, 2)},
               .constant = {false, true}});
  expect_same({.op = Operator::kConv,
               .inputs = {noise({1, 1, 100010}), noise({2, 1, 100003}, 2)},
               .constant = {false, true}});
}

TEST_F(VulkanMatrix, OddShapes) {
  for (const List& sizes : {List{1, 1, 1}, List{5, 7, 3}, List{8, 16, 12}, List{1, 100, 33},
                            List{17, 4, 1}, List{33, 65, 130}}) {
    const Tensor a = noise({sizes[0], sizes[1]}), b = noise({sizes[1], sizes[2]}, 2);
    expect_same_both_ways({.op = Operator::kMatMul, .inputs = {a, b}});
  }
}

TEST_F(VulkanMatrix, BatchesAndVectors) {
  expect_same({.op = Operator::kMatMul, .inputs = {noise({2, 3, 4, 5}), noise({2, 3, 5, 6}, 2)}});
  expect_same({.op = Operator::kMatMul, .inputs = {noise({2, 1, 4, 5}), noise({3, 5, 6}, 2)}});
  expect_same({.op = Operator::kMatMul, .inputs = {noise({2, 3, 4, 8}), noise({8, 8}, 2)}});
  expect_same({.op = Operator::kMatMul, .inputs = {noise({4, 5}), noise({3, 5, 6}, 2)}});
  expect_same({.op = Operator::kMatMul, .inputs = {noise({5}), noise({5, 6}, 2)}});
  expect_same({.op = Operator::kMatMul, .inputs = {noise({4, 5}), noise({5}, 2)}});
  expect_same({.op = Operator::kMatMul, .inputs = {noise({5}), noise({5}, 2)}});
  expect_same({.op = Operator::kMatMul, .inputs = {noise({5}), noise({3, 5, 2}, 2)}});
}

TEST_F(VulkanMatrix, GemmWithAllItsOptions) {
  for (const int64_t a : {0, 1})
    for (const int64_t b : {0, 1})
      for (const Shape& bias : {Shape{9}, Shape{6, 9}, Shape{6, 1}, Shape{}}) {
        const Map attributes = {{"transA", a}, {"transB", b}, {"alpha", 0.5f}, {"beta", 0.25f}};
        expect_same({.op = Operator::kGemm,
                     .inputs = {a ? noise({7, 6}) : noise({6, 7}),
                                b ? noise({9, 7}, 2) : noise({7, 9}, 2), noise(bias, 3)},
                     .attributes = attributes});
      }
  expect_same({.op = Operator::kGemm, .inputs = {noise({6, 7}), noise({7, 9}, 2)}});
}

TEST_F(VulkanMatrix, SumsOver100003Elements) {
  expect_same({.op = Operator::kMatMul, .inputs = {noise({3, 100003}), noise({100003, 2}, 2)}});
}

TEST_F(VulkanMatrix, MeansAndSoftmaxOver100003Elements) {
  expect_same({.op = Operator::kReduceMean,
               .inputs = {noise({2, 100003})},
               .attributes = {{"keepdims", int64_t{0}}}});
  expect_same({.op = Operator::kReduceMean,
               .inputs = {noise({2, 100003}), int64s({1})},
               .constant = {false, true}});
  expect_same({.op = Operator::kSoftmax, .inputs = {noise({2, 100003})}});
}

perception::FusedActivation fused(Operator op) {
  perception::FusedActivation activation;
  activation.op = op;
  activation.minimum = -0.5f;
  activation.maximum = 0.25f;
  return activation;
}

TEST_F(VulkanFusion, AppliesActivationsAndKeepsWhatWasBefore) {
  const std::vector<NodeCase> cases = {
      {.op = Operator::kConv, .inputs = {noise({1, 3, 9, 9}), noise({5, 3, 3, 3}, 2)}},
      {.op = Operator::kConvTranspose, .inputs = {noise({1, 3, 5, 5}), noise({3, 5, 3, 3}, 2)}},
      {.op = Operator::kGemm, .inputs = {noise({5, 7}), noise({7, 9}, 2)}},
      {.op = Operator::kMatMul, .inputs = {noise({5, 7}), noise({7, 9}, 2)}},
      {.op = Operator::kAdd, .inputs = {noise({5, 7}), noise({7}, 2)}},
      {.op = Operator::kConcat,
       .inputs = {noise({5, 7}), noise({5, 7}, 2)},
       .attributes = {{"axis", int64_t{0}}}},
  };
  for (NodeCase test : cases)
    for (const Operator op : {Operator::kRelu, Operator::kClip, Operator::kHardSigmoid}) {
      SCOPED_TRACE(std::string(perception::name_of(test.op)) + " " +
                   std::string(perception::name_of(op)));
      test.fused = fused(op);
      test.keep_before = false;
      expect_same(test);
      test.keep_before = true;
      expect_same(test);
    }
}

TEST_F(VulkanFusion, AClipWithoutBoundsLetsInfinitiesPass) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values = {-infinity, 1, infinity};
  NodeCase test{.op = Operator::kAdd, .inputs = {Tensor::from<float>({3}, values), noise({1})}};
  test.fused.emplace();
  test.fused->op = Operator::kClip;
  const NodeResult result = run_on_device(test).value();
  EXPECT_EQ(result.outputs[0].values<float>()[0], -infinity);
  EXPECT_EQ(result.outputs[0].values<float>()[2], infinity);
}

}  // namespace
}  // namespace geoneuron::engine::vulkan
