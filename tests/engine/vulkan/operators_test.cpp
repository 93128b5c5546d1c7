// SPDX-License-Identifier: MIT
#include <limits>

#include "engine/vulkan/node_runner.hpp"
#include "engine/vulkan/vulkan_fixture.hpp"

namespace geoneuron::engine::vulkan {
namespace {

using List = std::vector<int64_t>;
using VulkanOperators = VulkanTest;

Tensor scaled(Tensor tensor, float factor, float offset = 0) {
  for (float& value : tensor.mutable_values<float>()) value = value * factor + offset;
  return tensor;
}

TEST_F(VulkanOperators, FunctionsOfOneOperand) {
  for (const Operator op :
       {Operator::kAbs, Operator::kNeg, Operator::kExp, Operator::kTanh, Operator::kSigmoid,
        Operator::kRelu, Operator::kLeakyRelu, Operator::kElu, Operator::kHardSigmoid}) {
    SCOPED_TRACE(perception::name_of(op));
    expect_same({.op = op, .inputs = {scaled(noise({3, 5, 67}), 6)}});
    expect_same({.op = op, .inputs = {scaled(noise({1003}), 0.03f)}});
  }
  for (const Operator op : {Operator::kSqrt, Operator::kLog}) {
    SCOPED_TRACE(perception::name_of(op));
    expect_same({.op = op, .inputs = {scaled(noise({3, 5, 67}), 20, 20.01f)}});
  }
  expect_same({.op = Operator::kElu, .inputs = {noise({7})}, .attributes = {{"alpha", 2.5f}}});
}

TEST_F(VulkanOperators, TreatsSpecialValuesAsTheCpu) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float values[] = {
      0.0f,   -0.0f, kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN(),
      1e-40f, 3e38f, -3e38f};
  const Tensor tensor = Tensor::from<float>(Shape{8}, values);
  for (const Operator op : {Operator::kAbs, Operator::kNeg, Operator::kExp, Operator::kTanh,
                            Operator::kSigmoid, Operator::kRelu, Operator::kLeakyRelu,
                            Operator::kElu, Operator::kHardSigmoid, Operator::kSqrt}) {
    SCOPED_TRACE(perception::name_of(op));
    expect_same({.op = op, .inputs = {tensor}});
  }
}

TEST_F(VulkanOperators, BroadcastsTwoOperands) {
  for (const Operator op : {Operator::kAdd, Operator::kSub, Operator::kMul, Operator::kDiv,
                            Operator::kMax, Operator::kMin}) {
    SCOPED_TRACE(perception::name_of(op));
    expect_same({.op = op, .inputs = {noise({2, 3, 5, 7}), noise({2, 3, 5, 7}, 2)}});
    expect_same({.op = op, .inputs = {noise({2, 3, 5, 7}), noise({3, 1, 7}, 2)}});
    expect_same({.op = op, .inputs = {noise({3, 1, 1}), noise({2, 3, 5, 7}, 2)}});
    expect_same({.op = op, .inputs = {noise({}), noise({5, 1}, 2)}, .constant = {false, true}});
    expect_same({.op = op, .inputs = {noise({4, 1, 6, 1}), noise({1, 5, 1, 3}, 2)}});
  }
  expect_same({.op = Operator::kMax, .inputs = {noise({3, 4}), noise({4}, 2), noise({3, 1}, 3)}});
  expect_same({.op = Operator::kMin, .inputs = {noise({3, 4})}});
}

// Extents that four divides take the path of four elements per invocation.
TEST_F(VulkanOperators, BroadcastsFoursOfElements) {
  expect_same({.op = Operator::kSub, .inputs = {noise({2, 3, 4, 8}), noise({3, 1, 1}, 2)}});
  expect_same({.op = Operator::kSub, .inputs = {noise({3, 1, 1}), noise({2, 3, 4, 8}, 2)}});
  expect_same({.op = Operator::kSub, .inputs = {noise({2, 3, 4, 8}), noise({8}, 2)}});
  expect_same({.op = Operator::kSub, .inputs = {noise({5, 1}), noise({8}, 2)}});
  expect_same({.op = Operator::kSub, .inputs = {noise({5, 8, 1}), noise({5, 1, 4}, 2)}});
  expect_same({.op = Operator::kSub, .inputs = {noise({1, 8}), noise({}, 2)}});
  expect_same({.op = Operator::kSub, .inputs = {noise({3, 6}), noise({3, 1}, 2)}});
}

TEST_F(VulkanOperators, Powers) {
  const Tensor bases = scaled(noise({5, 9}), 3);
  for (const float exponent : {0.0f, 1.0f, 2.0f, 3.0f, -1.0f, 4.0f, -3.0f, 0.5f, 2.7f}) {
    SCOPED_TRACE(exponent);
    expect_same({.op = Operator::kPow,
                 .inputs = {bases, Tensor::from<float>(Shape{}, std::span(&exponent, 1))}});
  }
  expect_same(
      {.op = Operator::kPow, .inputs = {scaled(noise({5, 9}), 1, 1.5f), scaled(noise({9}, 3), 5)}});
}

TEST_F(VulkanOperators, ClipsByConstantsAndByTensors) {
  const Tensor low = scaled(noise({}), 0, -0.25f), high = scaled(noise({}), 0, 0.5f);
  for (const bool constant : {false, true}) {
    const std::vector<bool> constants = {false, constant, constant};
    expect_same({.op = Operator::kClip, .inputs = {noise({99}), low, high}, .constant = constants});
    expect_same({.op = Operator::kClip, .inputs = {noise({99}), low}, .constant = constants});
    expect_same(
        {.op = Operator::kClip, .inputs = {noise({99}), Tensor(), high}, .constant = constants});
  }
  expect_same({.op = Operator::kClip, .inputs = {noise({99})}});
}

TEST_F(VulkanOperators, MovesElements) {
  const Tensor data = noise({2, 3, 5, 7});
  expect_same({.op = Operator::kTranspose, .inputs = {data}});
  expect_same(
      {.op = Operator::kTranspose, .inputs = {data}, .attributes = {{"perm", List{0, 2, 3, 1}}}});
  expect_same({.op = Operator::kConcat,
               .inputs = {data, noise({2, 1, 5, 7}, 2), noise({2, 4, 5, 7}, 3)},
               .attributes = {{"axis", int64_t{-3}}}});
  expect_same({.op = Operator::kSplit,
               .inputs = {data, int64s({2, 1, 4})},
               .attributes = {{"axis", int64_t{3}}},
               .constant = {false, true},
               .outputs = 3});
  expect_same(
      {.op = Operator::kSlice,
       .inputs = {data, int64s({4, -2}), int64s({-100, 100}), int64s({3, 1}), int64s({-2, 1})},
       .constant = {false, true, true, true, true}});
}

TEST_F(VulkanOperators, MovesLongElements) {
  std::vector<int64_t> values(60);
  for (size_t i = 0; i < values.size(); ++i) values[i] = int64_t(i) * 0x100000001LL - 7;
  const Tensor data = Tensor::from<int64_t>(Shape{3, 4, 5}, values);
  expect_same({.op = Operator::kTranspose, .inputs = {data}});
  expect_same(
      {.op = Operator::kConcat, .inputs = {data, data}, .attributes = {{"axis", int64_t{1}}}});
  expect_same({.op = Operator::kGather,
               .inputs = {data, int64s({2, 0, -1})},
               .attributes = {{"axis", int64_t{2}}}});
}

TEST_F(VulkanOperators, Pads) {
  const Tensor data = noise({2, 3, 5, 4});
  const float seven = 7;
  const Tensor value = Tensor::from<float>(Shape{}, std::span(&seven, 1));
  const Tensor pads = int64s({0, 1, 2, 3, 0, 0, 1, 2});
  for (const char* mode : {"constant", "edge", "reflect", "wrap"}) {
    SCOPED_TRACE(mode);
    const bool constant = mode[0] == 'c';
    const Tensor bound = mode[0] == 'r' ? int64s({0, 1, 2, 3, 0, 0, 1, 2}) : pads;
    expect_same({.op = Operator::kPad,
                 .inputs = {data, bound, constant ? value : Tensor()},
                 .attributes = {{"mode", std::string(mode)}},
                 .constant = {false, true, false}});
  }
  expect_same({.op = Operator::kPad,
               .inputs = {data, int64s({0, -1, 1, 0, 0, 0, -2, 1})},
               .constant = {false, true}});
}

TEST_F(VulkanOperators, GathersAndNamesAWrongIndex) {
  const int32_t near[] = {0, -1, 2, 1};
  expect_same({.op = Operator::kGather,
               .inputs = {noise({5, 3, 7}), Tensor::from<int32_t>(Shape{2, 2}, near)},
               .attributes = {{"axis", int64_t{1}}}});
  expect_same({.op = Operator::kGather, .inputs = {noise({5, 3}), int64s({4})}});
  for (const int64_t index : {int64_t{5}, int64_t{-6}, int64_t{1} << 32}) {
    const auto result =
        run_on_device({.op = Operator::kGather, .inputs = {noise({5, 3}), int64s({0, index})}});
    ASSERT_FALSE(result) << index;
    EXPECT_EQ(result.error().code, EINVAL);
    EXPECT_NE(result.error().message.find("node: indices"), std::string::npos);
  }
}

TEST_F(VulkanOperators, Casts) {
  const Tensor floats = scaled(noise({77}), 100);
  const int32_t words[] = {0, 1, -1, 2147483647, -2147483647 - 1, 123456789};
  const Tensor integers = Tensor::from<int32_t>(Shape{6}, words);
  const auto to = [](DataType type) {
    return std::map<std::string, Attribute>{{"to", static_cast<int64_t>(type)}};
  };
  expect_same({.op = Operator::kCast, .inputs = {floats}, .attributes = to(DataType::kInt32)});
  expect_same({.op = Operator::kCast, .inputs = {integers}, .attributes = to(DataType::kFloat32)});
  expect_same({.op = Operator::kCast, .inputs = {integers}, .attributes = to(DataType::kInt64)});
  expect_same({.op = Operator::kCast,
               .inputs = {int64s({0, -1, 5, -4000000000})},
               .attributes = to(DataType::kInt32)});
}

TEST_F(VulkanOperators, MeansOverAnyAxes) {
  const Tensor data = noise({3, 4, 5, 6});
  for (const List& axes :
       {List{0}, List{3}, List{1, 2}, List{0, 2}, List{-1, -3}, List{0, 1, 2, 3}})
    for (const int64_t keep : {0, 1})
      expect_same({.op = Operator::kReduceMean,
                   .inputs = {data, int64s(axes)},
                   .attributes = {{"keepdims", keep}},
                   .constant = {false, true}});
  expect_same({.op = Operator::kReduceMean, .inputs = {data}});
  expect_same({.op = Operator::kReduceMean,
               .inputs = {data},
               .attributes = {{"noop_with_empty_axes", int64_t{1}}}});
}

TEST_F(VulkanOperators, SoftmaxAlongAnyAxis) {
  const Tensor data = scaled(noise({3, 4, 5}), 30);
  for (const int64_t axis : {-1, 0, 1}) {
    expect_same({.op = Operator::kSoftmax, .inputs = {data}, .attributes = {{"axis", axis}}});
    expect_same({.op = Operator::kSoftmax,
                 .inputs = {data},
                 .attributes = {{"axis", axis}, {"flattened", int64_t{1}}}});
  }
}

TEST_F(VulkanOperators, NormalisesBatches) {
  expect_same({.op = Operator::kBatchNormalization,
               .inputs = {noise({2, 5, 3, 7}), noise({5}, 2), noise({5}, 3), noise({5}, 4),
                          scaled(noise({5}, 5), 0.4f, 0.6f)},
               .attributes = {{"epsilon", 1e-2f}}});
}

TEST_F(VulkanOperators, PoolsOverOneToThreeAxes) {
  const std::map<std::string, Attribute> line = {{"kernel_shape", List{3}}, {"strides", List{2}}};
  const std::map<std::string, Attribute> plane = {
      {"kernel_shape", List{3, 2}}, {"strides", List{2, 1}}, {"pads", List{1, 0, 1, 1}}};
  const std::map<std::string, Attribute> ceiled = {
      {"kernel_shape", List{3, 3}}, {"strides", List{2, 2}}, {"ceil_mode", int64_t{1}}};
  const std::map<std::string, Attribute> volume = {{"kernel_shape", List{2, 3, 2}}};
  for (const Operator op : {Operator::kMaxPool, Operator::kAveragePool}) {
    SCOPED_TRACE(perception::name_of(op));
    expect_same({.op = op, .inputs = {noise({2, 3, 17})}, .attributes = line});
    expect_same({.op = op, .inputs = {noise({2, 3, 9, 11})}, .attributes = plane});
    expect_same({.op = op, .inputs = {noise({1, 2, 8, 10})}, .attributes = ceiled});
    expect_same({.op = op, .inputs = {noise({1, 2, 5, 6, 7})}, .attributes = volume});
  }
  auto counted = plane;
  counted["count_include_pad"] = int64_t{1};
  expect_same(
      {.op = Operator::kAveragePool, .inputs = {noise({2, 3, 9, 11})}, .attributes = counted});
  auto dilated = plane;
  dilated["dilations"] = List{2, 3};
  expect_same({.op = Operator::kMaxPool, .inputs = {noise({2, 3, 9, 11})}, .attributes = dilated});
}

TEST_F(VulkanOperators, GlobalPools) {
  for (const Operator op : {Operator::kGlobalAveragePool, Operator::kGlobalMaxPool}) {
    expect_same({.op = op, .inputs = {noise({2, 5, 7, 9})}});
    expect_same({.op = op, .inputs = {noise({1, 2, 300, 300})}});
  }
}

TEST_F(VulkanOperators, Resizes) {
  const Tensor data = noise({1, 2, 5, 7});
  const auto sizes = [&](const char* mode, const char* transformation, List to) {
    return NodeCase{.op = Operator::kResize,
                    .inputs = {data, Tensor(), Tensor(), int64s(std::move(to))},
                    .attributes = {{"mode", std::string(mode)},
                                   {"coordinate_transformation_mode", std::string(transformation)}},
                    .constant = {false, false, false, true}};
  };
  for (const char* mode : {"nearest", "linear", "cubic"})
    for (const char* transformation : {"half_pixel", "asymmetric", "align_corners"}) {
      SCOPED_TRACE(std::string(mode) + " " + transformation);
      expect_same(sizes(mode, transformation, {1, 2, 13, 9}));
      expect_same(sizes(mode, transformation, {1, 2, 3, 7}));
    }
}

}  // namespace
}  // namespace geoneuron::engine::vulkan
