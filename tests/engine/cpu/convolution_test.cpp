// SPDX-License-Identifier: MIT
// Conv and ConvTranspose against the definition, element by element.
#include <gtest/gtest.h>

#include "engine/cpu/node_builder.hpp"

namespace geoneuron::engine::test {
namespace {

struct Case {
  std::vector<int64_t> input;  // N, C, space
  int64_t outputs;             // channels
  int64_t group;
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  std::vector<int64_t> pads;     // all begins, then all ends
  std::vector<int64_t> padding;  // ConvTranspose: output_padding
  bool bias;
};

NamedAttributes attributes_of(const Case& c) {
  NamedAttributes result = {{"group", c.group},
                            {"kernel_shape", c.kernel},
                            {"strides", c.strides},
                            {"dilations", c.dilations},
                            {"pads", c.pads}};
  if (!c.padding.empty()) result.push_back({"output_padding", c.padding});
  return result;
}

// All index tuples below `extents`, in row-major order.
std::vector<std::vector<int64_t>> tuples(const std::vector<int64_t>& extents) {
  std::vector<std::vector<int64_t>> result = {{}};
  for (const int64_t extent : extents) {
    std::vector<std::vector<int64_t>> longer;
    for (const auto& tuple : result)
      for (int64_t i = 0; i < extent; ++i) {
        longer.push_back(tuple);
        longer.back().push_back(i);
      }
    result = std::move(longer);
  }
  return result;
}

int64_t offset_of(const Shape& shape, int64_t first, int64_t second,
                  const std::vector<int64_t>& rest) {
  int64_t offset = first * shape[1] + second;
  for (size_t axis = 0; axis < rest.size(); ++axis) offset = offset * shape[axis + 2] + rest[axis];
  return offset;
}

std::vector<int64_t> space_of(const Shape& shape) {
  return {shape.extents().begin() + 2, shape.extents().end()};
}

// Where tap `tap` of the window at `position` lies; nothing where outside `extents`.
std::optional<std::vector<int64_t>> met(const Case& c, const std::vector<int64_t>& position,
                                        const std::vector<int64_t>& tap,
                                        const std::vector<int64_t>& extents) {
  std::vector<int64_t> result;
  for (size_t axis = 0; axis < position.size(); ++axis) {
    result.push_back(position[axis] * c.strides[axis] - c.pads[axis] +
                     tap[axis] * c.dilations[axis]);
    if (result.back() < 0 || result.back() >= extents[axis]) return std::nullopt;
  }
  return result;
}

std::vector<double> reference(const Case& c, bool transposed, const Tensor& x, const Tensor& w,
                              const Tensor& b, const Shape& out) {
  std::vector<double> sums(static_cast<size_t>(out.element_count()));
  const int64_t space = out.count(2, out.rank());
  if (b.is_defined())
    for (int64_t i = 0; i < out.element_count(); ++i)
      sums[static_cast<size_t>(i)] = at(b, i / space % c.outputs);
  const int64_t in_group = c.input[1] / c.group, out_group = c.outputs / c.group;
  const Shape& dense = transposed ? x.shape() : out;
  const Shape& spread = transposed ? out : x.shape();
  for (int64_t n = 0; n < c.input[0]; ++n)
    for (int64_t o = 0; o < c.outputs; ++o)
      for (int64_t k = 0; k < in_group; ++k) {
        const int64_t i = o / out_group * in_group + k;
        for (const auto& tap : tuples(c.kernel)) {
          const double weight = at(w, transposed ? offset_of(w.shape(), i, o % out_group, tap)
                                                 : offset_of(w.shape(), o, k, tap));
          for (const auto& position : tuples(space_of(dense))) {
            const auto other = met(c, position, tap, space_of(spread));
            if (!other) continue;
            const auto& from = transposed ? position : *other;
            const auto& to = transposed ? *other : position;
            sums[static_cast<size_t>(offset_of(out, n, o, to))] +=
                weight * at(x, offset_of(x.shape(), n, i, from));
          }
        }
      }
  return sums;
}

Tensor in_double(const Tensor& tensor) {
  if (!tensor.is_defined()) return {};
  const auto values = tensor.values<float>();
  return engine::test::tensor<double>(tensor.shape(), {values.begin(), values.end()});
}

void expect_reference(const Case& c, bool transposed) {
  std::vector<int64_t> weights = {c.outputs, c.input[1] / c.group};
  if (transposed) weights = {c.input[1], c.outputs / c.group};
  weights.insert(weights.end(), c.kernel.begin(), c.kernel.end());
  const Tensor x = random_floats(Shape(c.input), 1);
  const Tensor w = random_floats(Shape(weights), 2);
  const Tensor b = c.bias ? random_floats({c.outputs}, 3) : Tensor();
  const Node node =
      make_node(transposed ? Operator::kConvTranspose : Operator::kConv, 3, attributes_of(c));
  const Tensor y = run(node, {x, w, b});
  ASSERT_TRUE(y.is_defined());
  const auto expected = reference(c, transposed, x, w, b, y.shape());
  const Tensor precise = run(node, {in_double(x), in_double(w), in_double(b)});
  ASSERT_TRUE(precise.is_defined());
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(at(y, static_cast<int64_t>(i)), expected[i], 1e-4) << "oneDNN, element " << i;
    ASSERT_NEAR(precise.values<double>()[i], expected[i], 1e-9) << "loops, element " << i;
  }
}

class CpuConvolution : public testing::TestWithParam<Case> {};

TEST_P(CpuConvolution, AgreesWithItsDefinition) {
  Case with_input_padding_only = GetParam();
  with_input_padding_only.padding.clear();
  expect_reference(with_input_padding_only, false);
}

TEST_P(CpuConvolution, TransposedAgreesWithItsDefinition) {
  expect_reference(GetParam(), true);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, CpuConvolution,
    testing::Values(
        Case{{2, 3, 7}, 5, 1, {3}, {2}, {1}, {1, 1}, {}, true},
        Case{{1, 4, 9, 8}, 6, 2, {3, 2}, {1, 1}, {2, 1}, {2, 0, 1, 1}, {}, true},
        Case{{1, 8, 6, 7}, 8, 8, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, {}, false},
        Case{{1, 16, 5, 5}, 24, 1, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}, {}, true},
        Case{{1, 16, 9, 9}, 16, 1, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}, {}, true},
        Case{{1, 2, 4, 5, 6}, 3, 1, {2, 3, 2}, {1, 2, 1}, {1, 1, 2}, {0, 1, 1, 1, 1, 0}, {}, true},
        Case{{1, 4, 5, 6}, 6, 2, {3, 3}, {3, 2}, {1, 2}, {1, 1, 0, 1}, {1, 1}, true},
        Case{{1, 2, 3, 3, 2, 3},
             2,
             1,
             {2, 1, 2, 2},
             {1, 1, 1, 1},
             {1, 1, 1, 1},
             {1, 0, 0, 1, 0, 0, 1, 1},
             {},
             true}));

// oneDNN 2.6 refuses an output padding as large as the stride, which dilations allow.
TEST(CpuConvolution, ComputesWhatOneDnnRefuses) {
  expect_reference(Case{{1, 2, 5, 5}, 3, 1, {3, 3}, {1, 1}, {3, 3}, {0, 0, 0, 0}, {2, 2}, true},
                   true);
}

TEST(CpuConvolution, SumsHundredThousandProducts) {
  // One window of 1 x 100,003 elements.
  const Tensor x = random_floats({1, 1, 1, 100003}, 1);
  const Tensor w = random_floats({1, 1, 1, 100003}, 2);
  const Tensor y = run(make_node(Operator::kConv, 2), {x, w});
  double sum = 0;
  for (int64_t i = 0; i < 100003; ++i) sum += at(x, i) * at(w, i);
  ASSERT_EQ(y.element_count(), 1);
  EXPECT_NEAR(at(y, 0), sum, 1e-3 * std::max(1.0, std::abs(sum)));
}

TEST(CpuConvolution, AnEmptyBatchGivesAnEmptyResult) {
  const Tensor y = run(make_node(Operator::kConv, 2),
                       {floats({0, 2, 4, 4}, {}), random_floats({3, 2, 3, 3}, 1)});
  EXPECT_EQ(y.shape(), Shape({0, 3, 2, 2}));
}

}  // namespace
}  // namespace geoneuron::engine::test
