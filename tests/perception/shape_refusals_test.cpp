// SPDX-License-Identifier: MIT
// What each operator refuses, and with which sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "perception/operands.hpp"
#include "perception/pad.hpp"

namespace geoneuron::perception {
namespace {

using ::testing::HasSubstr;
using Shapes = std::initializer_list<Operand>;
using List = std::initializer_list<std::pair<const char*, Attribute>>;

constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();

std::string refusal(Operator op, List attributes, Shapes operands, size_t results = 1) {
  const Node node = make_node(op, attributes, results);
  const auto infos = infer(node, std::span(operands.begin(), operands.size()));
  return infos.has_value() ? "no error" : infos.error().message;
}

TEST(ShapeRefusals, NameTheNodeTheAttributeAndWhatIsRight) {
  EXPECT_EQ(refusal(Operator::kMaxPool, {{"kernel_shape", ints({0, 3})}}, {shaped({1, 1, 4, 4})}),
            "node: kernel_shape [0,3]: must be positive and at most 1048576");
}

TEST(ShapeRefusals, OfConvolutions) {
  const Operand x = shaped({1, 4, 8, 8});
  EXPECT_THAT(refusal(Operator::kConv, {}, {x, shaped({2, 3, 3, 3})}),
              HasSubstr("weights 2x3x3x3: axis 1 must be 4"));
  EXPECT_THAT(refusal(Operator::kConv, {{"group", int64_t{3}}}, {x, shaped({3, 1, 3, 3})}),
              HasSubstr("group 3: must be positive and divide the 4 channels"));
  EXPECT_THAT(refusal(Operator::kConv, {{"group", int64_t{2}}}, {x, shaped({3, 2, 3, 3})}),
              HasSubstr("axis 0 must be a multiple of group 2"));
  EXPECT_THAT(refusal(Operator::kConv, {}, {x, shaped({2, 4, 3, 3}), shaped({3})}),
              HasSubstr("bias 3: must have shape 2"));
  EXPECT_THAT(refusal(Operator::kConv, {}, {x, shaped({2, 4, 3})}),
              HasSubstr("must have the input's rank 4"));
  EXPECT_THAT(refusal(Operator::kConv, {}, {shaped({4, 4}), shaped({2, 4})}),
              HasSubstr("must have rank 3 or more"));
  EXPECT_THAT(refusal(Operator::kConv, {}, {x, shaped({2, 4, 9, 9})}),
              HasSubstr("larger than the padded input of 8"));
}

TEST(ShapeRefusals, OfTransposedConvolutions) {
  const Operand x = shaped({1, 4, 8, 8}), weights = shaped({4, 2, 3, 3});
  EXPECT_THAT(refusal(Operator::kConvTranspose, {}, {x, shaped({3, 2, 3, 3})}),
              HasSubstr("axis 0 must be 4, the input's channels"));
  EXPECT_THAT(refusal(Operator::kConvTranspose, {{"pads", ints({9, 9, 9, 9})}}, {x, weights}),
              HasSubstr("pads [9,9,9,9]: are larger than the output of 10"));
  EXPECT_THAT(refusal(Operator::kConvTranspose, {{"output_shape", ints({0, 1})}}, {x, weights}),
              HasSubstr("output_shape [0,1]: must be positive"));
  EXPECT_THAT(refusal(Operator::kConvTranspose, {{"output_padding", ints({-1, 0})}}, {x, weights}),
              HasSubstr("output_padding [-1,0]: must be non-negative"));
}

TEST(ShapeRefusals, OfPools) {
  const Operand x = shaped({1, 4, 8, 8});
  const std::pair<const char*, Attribute> kernel = {"kernel_shape", ints({2, 2})};
  EXPECT_THAT(refusal(Operator::kAveragePool, {}, {x}), HasSubstr("kernel_shape: is missing"));
  EXPECT_THAT(refusal(Operator::kAveragePool, {kernel, {"ceil_mode", int64_t{2}}}, {x}),
              HasSubstr("ceil_mode: 2; must be 0 or 1"));
  EXPECT_THAT(refusal(Operator::kMaxPool, {kernel, {"storage_order", int64_t{-1}}}, {x}),
              HasSubstr("storage_order: -1; must be 0 or 1"));
  EXPECT_THAT(refusal(Operator::kGlobalMaxPool, {}, {shaped({1, 2, 0})}),
              HasSubstr("has no elements to pool over"));
}

TEST(ShapeRefusals, OfMatrices) {
  const Operand a = shaped({2, 3});
  EXPECT_THAT(refusal(Operator::kGemm, {}, {a, shaped({2, 3})}),
              HasSubstr("inner extents 3 and 2 must be equal"));
  EXPECT_THAT(refusal(Operator::kGemm, {{"transA", int64_t{5}}}, {a, a}),
              HasSubstr("transA: 5; must be 0 or 1"));
  EXPECT_THAT(refusal(Operator::kGemm, {}, {a, shaped({3, 4}), shaped({5, 2, 4})}),
              HasSubstr("operand C 5x2x4: must broadcast to 2x4"));
  EXPECT_THAT(refusal(Operator::kGemm, {}, {shaped({2, 3, 4}), a}), HasSubstr("must have rank 2"));
  EXPECT_THAT(refusal(Operator::kMatMul, {}, {a, shaped({})}), HasSubstr("must not be scalars"));
}

TEST(ShapeRefusals, OfMovement) {
  const Operand a = shaped({2, 3}), b = shaped({2, 4});
  EXPECT_THAT(refusal(Operator::kConcat, {}, {a, a}), HasSubstr("axis: is missing"));
  EXPECT_THAT(refusal(Operator::kConcat, {{"axis", int64_t{0}}}, {a, b}),
              HasSubstr("operands 2x3 and 2x4: must agree in all axes but 0"));
  EXPECT_THAT(refusal(Operator::kTranspose, {{"perm", ints({0, 0})}}, {a}),
              HasSubstr("perm [0,0]: must hold each of the 2 axes once"));
  EXPECT_THAT(refusal(Operator::kTranspose, {{"perm", ints({0})}}, {a}), HasSubstr("perm [0]"));
  EXPECT_THAT(refusal(Operator::kGather, {}, {a, b}), HasSubstr("must be int32 or int64"));
  EXPECT_THAT(refusal(Operator::kFlatten, {{"axis", int64_t{3}}}, {a}),
              HasSubstr("axis 3: must lie in [-2, 2]"));
  EXPECT_THAT(refusal(Operator::kSoftmax, {{"axis", int64_t{2}}}, {a}), HasSubstr("axis 2"));
  EXPECT_THAT(refusal(Operator::kSoftmax, {}, {shaped({})}), HasSubstr("must have rank 1 or more"));
}

TEST(ShapeRefusals, OfRandomDropout) {
  const bool yes = true, no = false;
  const float half = 0.5f, zero = 0;
  const Tensor on = Tensor::from<bool>({}, std::span(&yes, 1));
  const Tensor off = Tensor::from<bool>({}, std::span(&no, 1));
  const Tensor often = Tensor::from<float>({}, std::span(&half, 1));
  const Tensor never = Tensor::from<float>({}, std::span(&zero, 1));
  const auto dropout = [](const Tensor& ratio, const Tensor& training) {
    return refusal(Operator::kDropout, {}, {shaped({2}), known(ratio), known(training)});
  };
  EXPECT_THAT(dropout(often, on), HasSubstr("is random, which is not supported"));
  EXPECT_EQ(dropout(never, on), "no error");
  EXPECT_EQ(dropout(often, off), "no error");
  EXPECT_THAT(refusal(Operator::kDropout, {}, {shaped({2}), {}, known(on)}), HasSubstr("random"));
}

TEST(ShapeRefusals, OfSplits) {
  const auto split = [](std::vector<int64_t> sizes) {
    const Tensor tensor = Tensor::from_int64s(std::move(sizes));
    return refusal(Operator::kSplit, {}, {shaped({6}), known(tensor)}, 2);
  };
  EXPECT_EQ(split({2, 4}), "no error");
  EXPECT_THAT(split({2, 3}), HasSubstr("split [2,3]: must have 2 entries that add up to 6"));
  EXPECT_THAT(split({7, -1}), HasSubstr("must be non-negative and add up to 6"));
  EXPECT_THAT(split({kHuge, kHuge}), HasSubstr("must be non-negative and add up to 6"));
  EXPECT_THAT(refusal(Operator::kSplit, {}, {shaped({2})}, 4), HasSubstr("into 4 parts"));
}

TEST(ShapeRefusals, OfReshapes) {
  const auto reshape = [](std::vector<int64_t> wanted) {
    const Tensor tensor = Tensor::from_int64s(std::move(wanted));
    return refusal(Operator::kReshape, {}, {shaped({2, 3}), known(tensor)});
  };
  EXPECT_THAT(reshape({-1, -1}), HasSubstr("at most one entry may be -1"));
  EXPECT_THAT(reshape({4}), HasSubstr("shape [4]: has 4 elements, but the input 2x3 has 6"));
  EXPECT_THAT(reshape({3, 2, 0}), HasSubstr("entry 2 is 0, but the input 2x3 has no such axis"));
  EXPECT_THAT(reshape({-2, 3}), HasSubstr("must not be negative"));
  EXPECT_THAT(reshape({kHuge, kHuge, -1}), HasSubstr("more than 2^40 elements"));
}

TEST(ShapeRefusals, OfSqueezes) {
  const Tensor axes = Tensor::from_int64s({1});
  EXPECT_THAT(refusal(Operator::kSqueeze, {}, {shaped({1, 3}), known(axes)}),
              HasSubstr("axis 1 of the input 1x3 must be 1"));
  const Tensor twice = Tensor::from_int64s({0, -3});
  EXPECT_THAT(refusal(Operator::kUnsqueeze, {}, {shaped({3}), known(twice)}),
              HasSubstr("names an axis for the second time"));
}

TEST(ShapeRefusals, OfNormalisation) {
  const Operand x = shaped({1, 3, 2, 2}), c = shaped({3});
  EXPECT_EQ(refusal(Operator::kBatchNormalization, {}, {x, c, c, c, c}), "no error");
  EXPECT_THAT(refusal(Operator::kBatchNormalization, {}, {x, c, c, shaped({4}), c}),
              HasSubstr("operand mean float32 4: must be floating-point of shape 3"));
  EXPECT_THAT(refusal(Operator::kBatchNormalization, {{"epsilon", -1.0f}}, {x, c, c, c, c}),
              HasSubstr("epsilon: -1"));
  EXPECT_THAT(refusal(Operator::kBatchNormalization, {}, {x, c, c, c, c}, 3),
              HasSubstr("outside training there is one"));
  EXPECT_THAT(refusal(Operator::kClip, {}, {x, c}), HasSubstr("operand min"));
  EXPECT_THAT(refusal(Operator::kCast, {{"to", int64_t{16}}}, {x}),
              HasSubstr("to: 16 is no element type"));
  EXPECT_THAT(refusal(Operator::kCast, {{"to", int64_t{8589934593}}}, {x}),
              HasSubstr("to: 8589934593 is no element type"));
}

TEST(ShapeRefusals, OfListsThatAreNoLists) {
  const Operand data = shaped({2, 3});
  EXPECT_THAT(refusal(Operator::kReshape, {}, {data, shaped({1, 1}, DataType::kInt64)}),
              HasSubstr("operand shape 1x1: must be a list"));
  EXPECT_THAT(refusal(Operator::kReshape, {}, {data, shaped({1 << 20}, DataType::kInt64)}),
              HasSubstr("must be a list of at most 65536 entries"));
  const std::vector<float> floats = {6};
  const Tensor tensor = Tensor::from<float>({1}, floats);
  EXPECT_THAT(refusal(Operator::kReshape, {}, {data, known(tensor)}), HasSubstr("integer type"));
}

Result<PadParameters> padded(const char* mode, std::vector<int64_t> pads) {
  const Tensor tensor = Tensor::from_int64s(std::move(pads));
  const Operand operands[] = {shaped({2, 3}), known(tensor)};
  return pad_parameters(make_node(Operator::kPad, {{"mode", std::string(mode)}}), operands);
}

TEST(Pad, ResolvesBothEndsOfEachAxis) {
  const PadParameters parameters = padded("edge", {1, 0, 2, -1}).value();
  EXPECT_EQ(parameters.mode, PadMode::kEdge);
  EXPECT_EQ(parameters.axes, (std::vector<PadAxis>{{2, 1, 2}, {3, 0, -1}}));
  EXPECT_EQ(parameters.axes[1].output(), 2);
}

TEST(Pad, TakesAxes) {
  const Tensor pads = Tensor::from_int64s({1, 2}), axes = Tensor::from_int64s({-1});
  const Operand operands[] = {shaped({2, 3}), known(pads), {}, known(axes)};
  const auto parameters = pad_parameters(make_node(Operator::kPad), operands).value();
  EXPECT_EQ(parameters.axes, (std::vector<PadAxis>{{2, 0, 0}, {3, 1, 2}}));
}

TEST(Pad, RefusesWhatCannotBeCopied) {
  EXPECT_THAT(padded("mirror", {0, 0, 0, 0}).error().message, HasSubstr("mode \"mirror\""));
  EXPECT_THAT(padded("constant", {0, 0, 0}).error().message, HasSubstr("must have 4 entries"));
  EXPECT_THAT(padded("constant", {-1, 0, -2, 0}).error().message,
              HasSubstr("remove more than the 2 elements of axis 0"));
  EXPECT_THAT(padded("reflect", {2, 0, 0, 0}).error().message,
              HasSubstr("must add fewer than its 2 elements"));
  EXPECT_THAT(padded("constant", {kHuge, 0, kHuge, 0}).error().message, HasSubstr("within 2^40"));
}

}  // namespace
}  // namespace geoneuron::perception
