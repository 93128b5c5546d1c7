// SPDX-License-Identifier: MIT
// The edges of random small operators against a brute force that shares no code with them: a plain
// evaluation of the operator's definition, probed with one unit impulse per source element.
#include "views/neuron_taps.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

namespace geoneuron::views {
namespace {

using perception::Attributes;
using perception::Node;
using perception::Operator;
using perception::Shape;
using perception::Tensor;

using Elements = std::vector<float>;
using EdgeMap = std::map<std::pair<uint32_t, uint32_t>, float>;

Node named_node(Operator op, const char* name) {
  Node node;
  node.op = op;
  node.name = name;
  return node;
}

struct Convolution {
  int64_t batch, groups, inputs, outputs;  // channels per group
  int64_t in[2], kernel[2], stride[2], dilation[2], begin[2], end[2];
  bool transposed;

  int64_t reach(int axis) const { return (kernel[axis] - 1) * dilation[axis] + 1; }
  int64_t out(int axis) const {
    if (transposed) return (in[axis] - 1) * stride[axis] + reach(axis) - begin[axis] - end[axis];
    return (in[axis] + begin[axis] + end[axis] - reach(axis)) / stride[axis] + 1;
  }
  Shape source() const { return {batch, groups * inputs, in[0], in[1]}; }
  Shape weights() const {
    return transposed ? Shape{groups * inputs, outputs, kernel[0], kernel[1]}
                      : Shape{groups * outputs, inputs, kernel[0], kernel[1]};
  }
  Node node() const {
    Node result = named_node(transposed ? Operator::kConvTranspose : Operator::kConv, "conv");
    result.attributes.set("strides", std::vector<int64_t>{stride[0], stride[1]});
    result.attributes.set("dilations", std::vector<int64_t>{dilation[0], dilation[1]});
    result.attributes.set("pads", std::vector<int64_t>{begin[0], begin[1], end[0], end[1]});
    result.attributes.set("group", groups);
    return result;
  }
};

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(engine_() % static_cast<uint32_t>(high - low + 1));
  }
  // Small whole numbers but 0: sums of their products are exact, and no edge vanishes.
  Elements elements(const Shape& shape) {
    Elements result(static_cast<size_t>(shape.element_count()));
    for (float& value : result)
      value = static_cast<float>(between(1, 9) * (between(0, 1) ? 1 : -1));
    return result;
  }
  Convolution convolution() {
    Convolution c{
        between(1, 2),     between(1, 2), between(1, 3), between(1, 3), {}, {}, {}, {}, {}, {},
        between(0, 1) == 1};
    for (int axis = 0; axis < 2; ++axis) {
      c.kernel[axis] = between(1, 3);
      c.stride[axis] = between(1, 3);
      c.dilation[axis] = between(1, 2);
      c.in[axis] = c.reach(axis) + between(0, 4);
      c.begin[axis] = between(0, std::min<int64_t>(2, c.reach(axis) - 1));
      c.end[axis] = between(0, std::min<int64_t>(2, c.reach(axis) - 1));
    }
    return c;
  }

 private:
  std::mt19937 engine_;
};

// The definition by scattering: Conv reads, ConvTranspose writes at o = i * stride + k * dilation.
Elements apply(const Convolution& c, const Elements& x, const Elements& w) {
  const int64_t oh = c.out(0), ow = c.out(1);
  Elements y(static_cast<size_t>(c.batch * c.groups * c.outputs * oh * ow));
  const int64_t near_h = c.transposed ? c.in[0] : oh, near_w = c.transposed ? c.in[1] : ow;
  const int64_t far_h = c.transposed ? oh : c.in[0], far_w = c.transposed ? ow : c.in[1];
  for (int64_t n = 0; n < c.batch; ++n)
    for (int64_t channel_in = 0; channel_in < c.groups * c.inputs; ++channel_in)
      for (int64_t channel_out = 0; channel_out < c.groups * c.outputs; ++channel_out) {
        if (channel_in / c.inputs != channel_out / c.outputs) continue;
        const int64_t first = c.transposed ? channel_in : channel_out;
        const int64_t second = c.transposed ? channel_out % c.outputs : channel_in % c.inputs;
        const int64_t seconds = c.transposed ? c.outputs : c.inputs;
        for (int64_t h = 0; h < near_h; ++h)
          for (int64_t v = 0; v < near_w; ++v)
            for (int64_t k = 0; k < c.kernel[0] * c.kernel[1]; ++k) {
              const int64_t fh = h * c.stride[0] + k / c.kernel[1] * c.dilation[0] - c.begin[0];
              const int64_t fw = v * c.stride[1] + k % c.kernel[1] * c.dilation[1] - c.begin[1];
              if (fh < 0 || fw < 0 || fh >= far_h || fw >= far_w) continue;
              const int64_t near = h * near_w + v, far = fh * far_w + fw;
              const int64_t from = c.transposed ? near : far, to = c.transposed ? far : near;
              const int64_t in_plane = n * c.groups * c.inputs + channel_in;
              const int64_t out_plane = n * c.groups * c.outputs + channel_out;
              y[static_cast<size_t>(out_plane * oh * ow + to)] +=
                  x[static_cast<size_t>(in_plane * c.in[0] * c.in[1] + from)] *
                  w[static_cast<size_t>((first * seconds + second) * c.kernel[0] * c.kernel[1] +
                                        k)];
            }
      }
  return y;
}

// The operator's matrix, column by column.
template <typename Apply>
EdgeMap probe(size_t sources, Apply function) {
  EdgeMap edges;
  Elements impulse(sources);
  for (uint32_t s = 0; s < sources; ++s) {
    impulse[s] = 1;
    const Elements response = function(impulse);
    impulse[s] = 0;
    for (uint32_t t = 0; t < response.size(); ++t)
      if (response[t] != 0) edges[{s, t}] = response[t];
  }
  return edges;
}

EdgeMap collect(const WeightedTaps& taps) {
  EdgeMap edges;
  uint64_t count = 0;
  taps.for_each_unit_edge([&](const UnitEdge& edge) {
    ++count;
    EXPECT_TRUE(edges.emplace(std::pair(edge.source, edge.target), edge.weight).second);
  });
  EXPECT_EQ(count, taps.unit_edge_count());
  return edges;
}

// Which channel or feature a flat element belongs to.
uint32_t along(const Shape& shape, std::optional<size_t> axis, uint32_t element) {
  if (!axis) return 0;
  const auto inner = static_cast<uint32_t>(shape.count(*axis + 1, shape.rank()));
  return element / inner % static_cast<uint32_t>(shape[*axis]);
}

// Flows of pairs of channels, summed over unit edges.
void expect_channel_flows(const WeightedTaps& taps, const Shape& source, const EdgeMap& edges,
                          const Elements& x) {
  std::map<std::pair<uint32_t, uint32_t>, std::pair<double, double>> expected;
  for (const auto& [ends, weight] : edges) {
    auto& flow = expected[{along(source, taps.source_axis(), ends.first),
                           along(taps.target_shape(), taps.target_axis(), ends.second)}];
    const double value = double{weight} * x[ends.first];
    (value > 0 ? flow.first : flow.second) += value;
  }
  const std::vector<ChannelEdge> actual = taps.channel_edges(x);
  EXPECT_EQ(actual.size(), taps.channel_edge_count());
  ASSERT_EQ(actual.size(), expected.size());
  for (const ChannelEdge& edge : actual) {
    const auto found = expected.find({edge.source, edge.target});
    ASSERT_NE(found, expected.end()) << edge.source << " " << edge.target;
    EXPECT_EQ(edge.positive, found->second.first);
    EXPECT_EQ(edge.negative, found->second.second);
  }
}

void check_convolution(uint32_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  const Convolution c = random.convolution();
  const Elements w = random.elements(c.weights()), x = random.elements(c.source());
  const auto taps =
      WeightedTaps::create(c.node(), c.source(), Tensor::from<float>(c.weights(), w), false);
  ASSERT_TRUE(taps.has_value()) << taps.error().message;
  EXPECT_EQ(taps->target_shape(), Shape({c.batch, c.groups * c.outputs, c.out(0), c.out(1)}));
  const EdgeMap expected = probe(x.size(), [&](const Elements& e) { return apply(c, e, w); });
  EXPECT_EQ(collect(*taps), expected);
  expect_channel_flows(*taps, c.source(), expected, x);
  for (const ChannelEdge& edge : taps->channel_edges({})) {
    const int64_t group = edge.source / c.inputs;
    const int64_t first = c.transposed ? edge.source : edge.target;
    const int64_t second =
        c.transposed ? edge.target - group * c.outputs : edge.source - group * c.inputs;
    const int64_t kernel = c.kernel[0] * c.kernel[1];
    const int64_t begin = (first * c.weights()[1] + second) * kernel;
    double sum = 0;
    for (int64_t k = 0; k < kernel; ++k) sum += std::abs(w[static_cast<size_t>(begin + k)]);
    EXPECT_EQ(edge.weight, sum);
    EXPECT_EQ(edge.positive, 0);
  }
}

TEST(WeightedTaps, EqualBruteForceOnRandomConvolutions) {
  for (uint32_t seed = 0; seed < 300; ++seed) check_convolution(seed);
}

struct Gemm {
  int64_t m, k, n;
  bool trans_a, trans_b, weights_first;
  Shape a() const { return trans_a ? Shape{k, m} : Shape{m, k}; }
  Shape b() const { return trans_b ? Shape{n, k} : Shape{k, n}; }
};

Elements apply(const Gemm& g, float alpha, const Elements& a, const Elements& b) {
  Elements y(static_cast<size_t>(g.m * g.n));
  for (int64_t m = 0; m < g.m; ++m)
    for (int64_t n = 0; n < g.n; ++n)
      for (int64_t k = 0; k < g.k; ++k)
        y[static_cast<size_t>(m * g.n + n)] +=
            alpha * a[static_cast<size_t>(g.trans_a ? k * g.m + m : m * g.k + k)] *
            b[static_cast<size_t>(g.trans_b ? n * g.k + k : k * g.n + n)];
  return y;
}

TEST(WeightedTaps, EqualBruteForceOnRandomGemms) {
  for (uint32_t seed = 0; seed < 64; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const Gemm g{random.between(1, 4), random.between(1, 5), random.between(1, 4),
                 (seed & 1) != 0,      (seed & 2) != 0,      (seed & 4) != 0};
    const float alpha = (seed & 8) ? -0.5f : 1.0f;
    Node node = named_node(Operator::kGemm, "gemm");
    node.attributes.set("transA", int64_t{g.trans_a});
    node.attributes.set("transB", int64_t{g.trans_b});
    node.attributes.set("alpha", alpha);
    const Shape source = g.weights_first ? g.b() : g.a();
    const Shape weights = g.weights_first ? g.a() : g.b();
    const Elements w = random.elements(weights), x = random.elements(source);
    const auto taps =
        WeightedTaps::create(node, source, Tensor::from<float>(weights, w), g.weights_first);
    ASSERT_TRUE(taps.has_value()) << taps.error().message;
    EXPECT_EQ(taps->target_shape(), Shape({g.m, g.n}));
    const EdgeMap expected = probe(x.size(), [&](const Elements& e) {
      return g.weights_first ? apply(g, alpha, w, e) : apply(g, alpha, e, w);
    });
    EXPECT_EQ(collect(*taps), expected);
    expect_channel_flows(*taps, source, expected, x);
  }
}

struct MatMulCase {
  Shape a, b, y;
  bool weights_first;
};

// numpy.matmul for operands already made matrices of equal rank 3, by definition.
Elements matmul(const Shape& a, const Shape& b, const Elements& x, const Elements& w) {
  const int64_t batch = std::max(a[0], b[0]), m = a[1], k = a[2], n = b[2];
  Elements y(static_cast<size_t>(batch * m * n));
  for (int64_t i = 0; i < batch * m * n * k; ++i) {
    const int64_t kk = i % k, nn = i / k % n, mm = i / k / n % m, bb = i / k / n / m;
    const int64_t ia = ((a[0] == 1 ? 0 : bb) * m + mm) * k + kk;
    const int64_t ib = ((b[0] == 1 ? 0 : bb) * k + kk) * n + nn;
    y[static_cast<size_t>((bb * m + mm) * n + nn)] +=
        x[static_cast<size_t>(ia)] * w[static_cast<size_t>(ib)];
  }
  return y;
}

void check_matmul(const MatMulCase& c, const Shape& a3, const Shape& b3) {
  SCOPED_TRACE(c.a.to_string() + " times " + c.b.to_string());
  Random random(7);
  const Elements a = random.elements(c.a), b = random.elements(c.b);
  const Node node = named_node(Operator::kMatMul, "matmul");
  const Shape source = c.weights_first ? c.b : c.a;
  const auto taps = WeightedTaps::create(
      node, source, c.weights_first ? Tensor::from<float>(c.a, a) : Tensor::from<float>(c.b, b),
      c.weights_first);
  ASSERT_TRUE(taps.has_value()) << taps.error().message;
  EXPECT_EQ(taps->target_shape(), c.y);
  const EdgeMap expected =
      probe(static_cast<size_t>(source.element_count()), [&](const Elements& e) {
        return c.weights_first ? matmul(a3, b3, a, e) : matmul(a3, b3, e, b);
      });
  EXPECT_EQ(collect(*taps), expected);
  expect_channel_flows(*taps, source, expected, c.weights_first ? b : a);
}

TEST(WeightedTaps, EqualBruteForceOnMatrixProducts) {
  check_matmul({{2, 3}, {3, 4}, {2, 4}, false}, {1, 2, 3}, {1, 3, 4});
  check_matmul({{2, 3}, {3, 4}, {2, 4}, true}, {1, 2, 3}, {1, 3, 4});
  check_matmul({{2, 4, 3}, {3, 5}, {2, 4, 5}, false}, {2, 4, 3}, {1, 3, 5});
  check_matmul({{4, 3}, {2, 3, 5}, {2, 4, 5}, true}, {1, 4, 3}, {2, 3, 5});
  check_matmul({{2, 4, 3}, {2, 3, 5}, {2, 4, 5}, false}, {2, 4, 3}, {2, 3, 5});
  check_matmul({{1, 4, 3}, {2, 3, 5}, {2, 4, 5}, false}, {1, 4, 3}, {2, 3, 5});
  check_matmul({{3}, {3, 4}, {4}, false}, {1, 1, 3}, {1, 3, 4});
  check_matmul({{2, 3}, {3}, {2}, false}, {1, 2, 3}, {1, 3, 1});
  check_matmul({{3}, {2, 3, 4}, {2, 4}, true}, {1, 1, 3}, {2, 3, 4});
}

TEST(WeightedTaps, AWeightThatServesSeveralBatchesCountsOnce) {
  const Elements w = {1, -2, 3, -4};
  const auto taps = WeightedTaps::create(named_node(Operator::kMatMul, "m"), {5, 3, 2},
                                         Tensor::from<float>({2, 2}, w), false);
  ASSERT_TRUE(taps.has_value());
  EXPECT_EQ(taps->unit_edge_count(), 5u * 3 * 2 * 2);
  std::map<std::pair<uint32_t, uint32_t>, double> sums;
  for (const ChannelEdge& edge : taps->channel_edges({}))
    sums[{edge.source, edge.target}] = edge.weight;
  EXPECT_EQ(sums[std::pair(0u, 1u)], 2);
  EXPECT_EQ(sums[std::pair(1u, 0u)], 3);
}

TEST(WeightedTaps, OneSpatialAxisAndThreeWork) {
  const Node node = named_node(Operator::kConv, "c");
  const Elements ones(8, 1.0f);
  const auto line =
      WeightedTaps::create(node, {1, 1, 9}, Tensor::from<float>({1, 1, 8}, ones), false);
  EXPECT_EQ(line.value().unit_edge_count(), 16u);
  const auto cube = WeightedTaps::create(node, {1, 1, 3, 3, 3},
                                         Tensor::from<float>({1, 1, 2, 2, 2}, ones), false);
  EXPECT_EQ(cube.value().unit_edge_count(), 64u);
  EXPECT_EQ(cube.value().target_shape(), Shape({1, 1, 2, 2, 2}));
}

TEST(WeightedTaps, NameTheNodeWhoseShapesDoNotFit) {
  const Elements w(8, 1.0f);
  const Node conv = named_node(Operator::kConv, "stem");
  const auto channels =
      WeightedTaps::create(conv, {1, 3, 4, 4}, Tensor::from<float>({1, 2, 2, 2}, w), false);
  ASSERT_FALSE(channels.has_value());
  EXPECT_NE(channels.error().message.find("stem: source 1x3x4x4"), std::string::npos)
      << channels.error().message;
  const Node gemm = named_node(Operator::kGemm, "head");
  const auto inner = WeightedTaps::create(gemm, {1, 3}, Tensor::from<float>({4, 2}, w), false);
  ASSERT_FALSE(inner.has_value());
  EXPECT_NE(inner.error().message.find("head: source 1x3"), std::string::npos);
  EXPECT_FALSE(WeightedTaps::create(named_node(Operator::kMatMul, "m"), {1, 3},
                                    Tensor::from<float>({4, 2}, w), false)
                   .has_value());
}

}  // namespace
}  // namespace geoneuron::views
