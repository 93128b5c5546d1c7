// SPDX-License-Identifier: MIT
// Imports every case of ONNX's own conformance suite (Debian: libonnx-testdata) and compares the
// inferred results with the expected ones. No operator runs: a case whose shapes depend on computed
// elements counts as such.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>

#include "perception/onnx_import.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::perception {
namespace {

namespace fs = std::filesystem;

const fs::path kData = "/usr/share/libonnx-testdata/data";

enum class Outcome { kEqual, kNeedsElements, kUnsupported, kWrong };

struct Report {
  Outcome outcome = Outcome::kEqual;
  std::string sentence;
};

struct Known {
  TensorInfo info;
  std::optional<Tensor> value;
};

bool is_unsupported(const Error& error) {
  return error.code == ENOTSUP;
}

Report refused(const Error& error) {
  return {is_unsupported(error) ? Outcome::kUnsupported : Outcome::kWrong, error.message};
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

// Every value known from the start: constants, and the inputs of the case's first data set.
Result<std::vector<Known>> given_values(const Graph& graph, const fs::path& set) {
  std::vector<Known> known(graph.values.size());
  for (size_t i = 0; i < graph.values.size(); ++i)
    if (graph.values[i].constant)
      known[i] = {graph.values[i].constant->info(), graph.values[i].constant};
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const fs::path file = set / ("input_" + std::to_string(i) + ".pb");
    const Tensor tensor = GN_TRY(load_tensor_proto(file.string()));
    known[index(graph.inputs[i])] = {tensor.info(), tensor};
  }
  return known;
}

std::optional<Tensor> shape_value(const Node& node, const Shape& shape, const TensorInfo& info) {
  if (!reads_only_shape(node)) return std::nullopt;
  const auto rank = static_cast<int64_t>(shape.rank());
  int64_t start = node.attributes.integer("start", 0);
  start = std::clamp<int64_t>(start < 0 ? start + rank : start, 0, rank);
  const auto first = shape.extents().begin() + start;
  return Tensor::from_int64s({first, first + info.shape[0]});
}

Result<void> infer_node(const Node& node, std::vector<Known>& known) {
  std::vector<Operand> operands;
  for (const ValueId id : node.inputs) {
    operands.emplace_back();
    if (id == kNoValue) continue;
    const Known& value = known[index(id)];
    operands.back() = {value.info, value.value ? &*value.value : nullptr};
  }
  const auto infos = GN_TRY(infer(node, operands));
  for (size_t i = 0; i < infos.size(); ++i) {
    if (node.outputs[i] == kNoValue) continue;
    known[index(node.outputs[i])] = {infos[i], shape_value(node, operands[0].info.shape, infos[i])};
  }
  return {};
}

Report compare_outputs(const Graph& graph, const std::vector<Known>& known, const fs::path& set) {
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    const auto wanted = load_tensor_proto((set / ("output_" + std::to_string(i) + ".pb")).string());
    if (!wanted.has_value()) return refused(wanted.error());
    const TensorInfo& inferred = known[index(graph.outputs[i])].info;
    if (inferred != wanted.value().info())
      return {Outcome::kWrong, "inferred " + inferred.to_string() + " instead of " +
                                   wanted.value().info().to_string()};
  }
  return {};
}

Report try_case(const fs::path& folder) {
  const auto model = load_onnx((folder / "model.onnx").string());
  if (!model.has_value()) return refused(model.error());
  const fs::path set = folder / "test_data_set_0";
  auto known = given_values(model->graph, set);
  if (!known.has_value()) return refused(known.error());
  for (const Node& node : model->graph.nodes) {
    const auto inferred = infer_node(node, known.value());
    if (inferred.has_value()) continue;
    if (inferred.error().code == EAGAIN) return {Outcome::kNeedsElements, inferred.error().message};
    return refused(inferred.error());
  }
  return compare_outputs(model->graph, known.value(), set);
}

class ConformanceShapes : public ::testing::TestWithParam<std::pair<const char*, int>> {};

TEST_P(ConformanceShapes, AreInferredAsTheSuiteSays) {
  const auto [suite, minimum] = GetParam();
  if (!fs::exists(kData / suite)) GTEST_SKIP() << "needs Debian's libonnx-testdata";
  std::map<Outcome, int> counts;
  for (const fs::path& folder : sorted_entries(kData / suite)) {
    const Report report = try_case(folder);
    ++counts[report.outcome];
    EXPECT_NE(report.outcome, Outcome::kWrong) << folder << ": " << report.sentence;
    if (report.outcome == Outcome::kUnsupported || report.outcome == Outcome::kNeedsElements)
      std::cout << folder.filename().string() << ": " << report.sentence << '\n';
  }
  std::cout << suite << ": " << counts[Outcome::kEqual] << " equal, "
            << counts[Outcome::kNeedsElements] << " need elements, "
            << counts[Outcome::kUnsupported] << " unsupported, " << counts[Outcome::kWrong]
            << " wrong\n";
  EXPECT_GE(counts[Outcome::kEqual], minimum);
}

INSTANTIATE_TEST_SUITE_P(Suites, ConformanceShapes,
                         ::testing::Values(std::pair("node", 300),
                                           std::pair("pytorch-converted", 71),
                                           std::pair("pytorch-operator", 28),
                                           std::pair("simple", 1)));

}  // namespace
}  // namespace geoneuron::perception
