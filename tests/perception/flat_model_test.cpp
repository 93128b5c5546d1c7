// SPDX-License-Identifier: MIT
#include "perception/flat_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "perception/flat_models.hpp"
#include "perception/onnx_import.hpp"

namespace geoneuron::perception {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kData = "/usr/share/libonnx-testdata/data";

// One of everything: every kind of dimension and of attribute, absent operands, constants of odd
// sizes, an empty and a boolean one.
Model sample() {
  Model model;
  Graph& graph = model.graph;
  model.producer = "\u4eba";
  model.ir_version = 8;
  model.opset = -1;
  model.parameter_count = 5;
  const std::vector<Dimension> open{{2, ""}, {std::nullopt, "N"}, {}};
  const auto x = graph.add_value({"x", {DataType::kFloat32, open}, std::nullopt});
  const std::vector<float> few{1, std::numeric_limits<float>::quiet_NaN(), 3};
  const auto scales = graph.add_value({"scales", {}, Tensor::from<float>({3}, few)});
  const bool flags[] = {true, false, true};
  graph.add_value({"flags", {}, Tensor::from<bool>({3, 1}, std::span<const bool>(flags))});
  graph.add_value({"none", {}, Tensor::from<float>({0, 7}, std::span<const float>())});
  const auto axes = graph.add_value({"axes", {}, Tensor::from_int64s({0})});
  const auto large =
      graph.add_value({"large", {DataType::kFloat32, std::nullopt}, Tensor::from<float>({3}, few)});
  const auto resized = graph.add_value({"resized", {}, std::nullopt});
  const auto y = graph.add_value({"y", {DataType::kUndefined, open}, std::nullopt});
  Node resize{Operator::kResize, "resize", {x, kNoValue, scales}, {resized}, {}, {}};
  resize.attributes.set("mode", std::string("linear"));
  resize.attributes.set("cubic_coeff_a", std::numeric_limits<float>::quiet_NaN());
  resize.attributes.set("axes", std::vector<int64_t>{0, 1, 2});
  resize.attributes.set("antialias", int64_t{1});
  Node add{Operator::kAdd, "add", {resized, large}, {y}, {}, {}};
  graph.nodes = {resize, add};
  graph.inputs = {x};
  graph.outputs = {y, axes};
  return model;
}

// The sentence with which the sample is refused after a change.
std::string refusal(const std::function<void(Model&)>& change) {
  Model model = sample();
  change(model);
  const auto bytes = flat_bytes(model);
  if (!bytes) return bytes.error().message;
  const auto read = read_flat(*bytes);
  if (read) return "no error";
  EXPECT_EQ(read.error().code, EINVAL);
  return read.error().message;
}

TEST(FlatModel, HoldsAllOfAModel) {
  const Model model = sample();
  const auto bytes = flat_bytes(model);
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
  const auto read = read_flat(*bytes);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  expect_same(model, *read);
}

TEST(FlatModel, HasTheDigestOfItsBytes) {
  Model model = sample();
  const std::string first = read_flat(flat_bytes(model).value()).value().digest;
  model.digest = "of a stranger's choice";
  EXPECT_EQ(read_flat(flat_bytes(model).value()).value().digest, first);
  model.graph.values[1].constant->mutable_values<float>()[0] = 2;
  EXPECT_NE(read_flat(flat_bytes(model).value()).value().digest, first);
  EXPECT_EQ(first.size(), 32u);
}

TEST(FlatModel, ConstantsOutliveIt) {
  std::optional<Tensor> constant;
  {
    const Model model = read_flat(flat_bytes(sample()).value()).value();
    constant = model.graph.values[1].constant;
  }
  EXPECT_EQ(constant->values<float>()[2], 3);
}

// Every file of ONNX's own suites, and every network at hand.
void expect_round_trip(const fs::path& path, int& count) {
  const auto model = load_onnx(path.string());
  if (!model) return;  // has its own tests
  SCOPED_TRACE(path);
  const auto bytes = flat_bytes(*model);
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
  const auto read = read_flat(*bytes);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  expect_same(*model, *read);
  ++count;
}

TEST(FlatModel, HoldsEveryModelOfTheConformanceSuites) {
  if (!fs::exists(kData)) GTEST_SKIP() << "needs Debian's libonnx-testdata";
  int count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kData))
    if (entry.path().extension() == ".onnx") expect_round_trip(entry.path(), count);
  EXPECT_GE(count, 400);
  RecordProperty("models", count);
}

TEST(FlatModel, HoldsTheNetworksAtHand) {
  int count = 0;
  expect_round_trip(GEONEURON_DIGITS, count);
  EXPECT_EQ(count, 1);
  if (!fs::exists(GEONEURON_MODELS)) GTEST_SKIP() << GEONEURON_MODELS << ": run ./dev models";
  for (const auto& entry : fs::directory_iterator(GEONEURON_MODELS))
    if (entry.path().extension() == ".onnx") expect_round_trip(entry.path(), count);
  EXPECT_GE(count, 4);
}

TEST(FlatModel, RefusesTextThatIsNoUtf8) {
  EXPECT_THAT(refusal([](Model& model) { model.graph.values[0].name = "x\xff"; }),
              HasSubstr("is no UTF-8"));
  EXPECT_THAT(refusal([](Model& model) { model.producer = "\xc0\x80"; }), HasSubstr("is no UTF-8"));
}

TEST(FlatModel, RefusesGraphsThatEnginesCannotTake) {
  const auto node = [](Model& model) -> Node& { return model.graph.nodes[1]; };
  EXPECT_THAT(refusal([&](Model& model) { node(model).inputs[0] = ValueId{8}; }),
              HasSubstr("\"add\": operand 8: the graph has no such value"));
  EXPECT_THAT(refusal([&](Model& model) { node(model).inputs[0] = ValueId{7}; }),
              HasSubstr("reads \"y\", which nothing before it gives"));
  EXPECT_THAT(refusal([](Model& model) { std::swap(model.graph.nodes[0], model.graph.nodes[1]); }),
              HasSubstr("reads \"resized\", which nothing before it gives"));
  EXPECT_THAT(refusal([&](Model& model) { node(model).inputs[1] = kNoValue; }),
              HasSubstr("operand 1 is missing"));
  EXPECT_THAT(refusal([&](Model& model) { node(model).inputs.push_back(ValueId{0}); }),
              HasSubstr("takes at most 2"));
  EXPECT_THAT(refusal([&](Model& model) { node(model).outputs.clear(); }),
              HasSubstr("has no results"));
  EXPECT_THAT(refusal([&](Model& model) { node(model).outputs[0] = kNoValue; }),
              HasSubstr("the graph has no such value"));
  EXPECT_THAT(refusal([&](Model& model) { node(model).outputs[0] = ValueId{0}; }),
              HasSubstr("result \"x\": something else gives it too"));
  EXPECT_THAT(refusal([&](Model& model) { node(model).outputs[0] = ValueId{1}; }),
              HasSubstr("something else gives it too"));
  EXPECT_THAT(refusal([&](Model& model) { node(model).attributes.set("axis", int64_t{0}); }),
              HasSubstr("Add has none of that name"));
  EXPECT_THAT(
      refusal([](Model& model) { model.graph.nodes[0].attributes.set("mode", int64_t{0}); }),
      HasSubstr("is not of the type that Resize has there"));
  EXPECT_THAT(refusal([&](Model& model) { node(model).name = "resize"; }),
              HasSubstr("there are two of that name"));
}

TEST(FlatModel, RefusesValuesThatEnginesCannotTake) {
  EXPECT_THAT(refusal([](Model& model) { model.graph.values[2].name = ""; }),
              HasSubstr("has no name"));
  EXPECT_THAT(refusal([](Model& model) { model.graph.values[2].name = "x"; }),
              HasSubstr("value \"x\": there are two"));
  EXPECT_THAT(refusal([](Model& model) {
                model.graph.inputs = {ValueId{0}, ValueId{0}};
              }),
              HasSubstr("input \"x\": something else gives it too"));
  EXPECT_THAT(refusal([](Model& model) { model.graph.inputs[0] = ValueId{1}; }),
              HasSubstr("input \"scales\""));
  EXPECT_THAT(refusal([](Model& model) { model.graph.inputs[0] = ValueId{99}; }),
              HasSubstr("input 99"));
  EXPECT_THAT(refusal([](Model& model) { model.graph.values[0].declared.type = {}; }),
              HasSubstr("declares no element type"));
  EXPECT_THAT(refusal([](Model& model) { model.graph.outputs = {}; }), HasSubstr("has no outputs"));
  EXPECT_THAT(refusal([](Model& model) { model.graph.outputs[0] = kNoValue; }),
              HasSubstr("the graph has no such value"));
  EXPECT_THAT(refusal([](Model& model) { model.graph.nodes.pop_back(); }),
              HasSubstr("output \"y\": nothing produces it"));
  const auto extent = [](int64_t number) {
    return [number](Model& model) {
      (*model.graph.values[0].declared.dimensions)[0] = {number, ""};
    };
  };
  EXPECT_THAT(refusal(extent(-1)), HasSubstr("must lie in [0, 2^40]"));
  EXPECT_THAT(refusal(extent(INT64_MAX)), HasSubstr("must lie in [0, 2^40]"));
  EXPECT_THAT(
      refusal([](Model& model) {
        (*model.graph.values[0].declared.dimensions).resize(Shape::kMaximumRank + 1, Dimension{});
      }),
      HasSubstr("rank: is 17"));
  EXPECT_THAT(refusal([](Model& model) { model.graph.values[0].declared.type = DataType{8}; }),
              HasSubstr("element type 8: is none"));
  EXPECT_THAT(refusal([](Model& model) {
                model.graph.values[2].constant->mutable_bytes()[1] = std::byte{2};
              }),
              HasSubstr("bytes other than 0 and 1"));
}

TEST(FlatModel, RefusesBytesThatAreNone) {
  const auto bytes = flat_bytes(sample()).value();
  const auto refused = [&](size_t place, uint8_t value) {
    auto changed = bytes;
    changed[place] = std::byte{value};
    const auto read = read_flat(changed);
    return read ? "no error" : read.error().message;
  };
  EXPECT_THAT(refused(0, 0), HasSubstr("does not begin as one"));
  EXPECT_THAT(refused(8, 2), HasSubstr("is of version 2"));
  EXPECT_THAT(refused(12, 1), HasSubstr("version"));
  EXPECT_THAT(refused(16, 1), HasSubstr("says that it has"));
  EXPECT_THAT(refused(25, 0xff), HasSubstr("must lie inside"));
  EXPECT_THAT(refused(30, 1), HasSubstr("must lie inside"));
  auto longer = bytes;
  longer.push_back(std::byte{0});
  const uint64_t size_bytes = longer.size();
  std::memcpy(longer.data() + 16, &size_bytes, sizeof size_bytes);
  EXPECT_THAT(read_flat(longer).error().message, HasSubstr("must at the last"));
  EXPECT_THAT(read_flat({}).error().message, HasSubstr("fewer than its header"));
}

TEST(FlatModel, RefusesWhatIsWrittenBetweenConstants) {
  auto bytes = flat_bytes(sample()).value();
  FlatHeader header;
  std::memcpy(&header, bytes.data(), sizeof header);
  ASSERT_NE(header.structure_bytes % Tensor::kAlignmentBytes, 0u);
  bytes[header.structure_bytes] = std::byte{1};
  EXPECT_THAT(read_flat(bytes).error().message, HasSubstr("must be 0"));
}

}  // namespace
}  // namespace geoneuron::perception
