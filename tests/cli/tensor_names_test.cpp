// SPDX-License-Identifier: MIT
#include "cli/tensor_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace geoneuron::cli {
namespace {

using perception::Graph;
using perception::Node;
using perception::Value;
using testing::ElementsAre;
using testing::HasSubstr;

Node node(const std::string& name, perception::ValueId input, perception::ValueId output) {
  Node result;
  result.op = perception::Operator::kRelu;
  result.name = name;
  result.inputs = {input};
  result.outputs = {output};
  return result;
}

// x -> relu1 -> "a,b" -> logits
Graph graph() {
  Graph graph;
  const auto x = graph.add_value({"x", {}, {}}), relu = graph.add_value({"relu1", {}, {}}),
             comma = graph.add_value({"a,b", {}, {}}), y = graph.add_value({"logits", {}, {}});
  graph.nodes = {node("1", x, relu), node("2", relu, comma), node("3", comma, y)};
  graph.inputs = {x};
  graph.outputs = {y};
  return graph;
}

TEST(TensorNames, AreInputsThenResults) {
  EXPECT_THAT(activation_names(graph()), ElementsAre("x", "relu1", "a,b", "logits"));
}

TEST(TensorNames, MatchExactlyByNumberAndByGlob) {
  const std::vector<std::string> names = {"x", "conv[0]", "conv0", "#1"};
  EXPECT_THAT(match_names("conv[0]", names).value(), ElementsAre("conv[0]"));
  EXPECT_THAT(match_names("conv*", names).value(), ElementsAre("conv[0]", "conv0"));
  EXPECT_THAT(match_names("#2", names).value(), ElementsAre("conv0"));
  EXPECT_THAT(match_names("#1", names).value(), ElementsAre("#1"));
}

TEST(TensorNames, SuggestTheNearest) {
  const std::vector<std::string> names = activation_names(graph());
  const auto result = match_names("rleu1", names);
  EXPECT_EQ(result.error().code, ENOENT);
  EXPECT_THAT(result.error().message, HasSubstr("did you mean relu1"));
  EXPECT_THAT(match_names("#4", names).error().message, HasSubstr("#0 to #3"));
  EXPECT_THAT(match_names("#x", names).error().message, HasSubstr("#0 to #3"));
  EXPECT_FALSE(match_names("", names).has_value());
}

TEST(KeepSet, TakesWordsNamesAndGlobs) {
  EXPECT_THAT(keep_set("all", graph()).value(), ElementsAre("a,b", "logits", "relu1"));
  EXPECT_THAT(keep_set("outputs", graph()).value(), ElementsAre("logits"));
  EXPECT_THAT(keep_set("re*,logits", graph()).value(), ElementsAre("logits", "relu1"));
  EXPECT_THAT(keep_set("a,b", graph()).value(), ElementsAre("a,b"));
  EXPECT_THAT(keep_set("x", graph()).value(), ElementsAre("x"));
  EXPECT_FALSE(keep_set("relu1,,logits", graph()).has_value());
  EXPECT_FALSE(keep_set("relu1,nothing", graph()).has_value());
}

}  // namespace
}  // namespace geoneuron::cli
