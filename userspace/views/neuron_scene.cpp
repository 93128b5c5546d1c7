// SPDX-License-Identifier: MIT
#include "views/neuron_scene.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "base/nearest_names.hpp"

namespace geoneuron::views {
namespace {

using perception::Graph;
using perception::Node;
using perception::Shape;
using perception::Tensor;
using perception::ValueId;

constexpr int64_t kMaximumUnits = int64_t{1} << 28;

Result<std::set<ValueId>> find_selected(const Graph& graph, std::span<const std::string> selected) {
  std::set<ValueId> found;
  for (const std::string& name : selected) {
    const std::optional<ValueId> id = graph.find(name);
    if (id) {
      found.insert(*id);
      continue;
    }
    std::vector<std::string> names;
    for (const perception::Value& value : graph.values) names.push_back(value.name);
    return make_error(ENOENT, "tensor %s: is not in the model%s", name.c_str(),
                      did_you_mean(name, names).c_str());
  }
  return found;
}

// Drops every column that no weighted node is left for; depths close ranks.
void drop_unused_columns(ColumnGraph& columns) {
  std::set<uint32_t> used;
  for (const WeightedNode& node : columns.weighted) used.insert({node.from, node.to});
  std::vector<uint32_t> place(columns.columns.size(), UINT32_MAX);
  std::vector<Column> kept;
  std::set<uint32_t> depths;
  for (const uint32_t i : used) {
    place[i] = static_cast<uint32_t>(kept.size());
    kept.push_back(std::move(columns.columns[i]));
    depths.insert(kept.back().depth);
  }
  for (Column& column : kept)
    column.depth = static_cast<uint32_t>(std::distance(depths.begin(), depths.find(column.depth)));
  columns.columns = std::move(kept);
  for (WeightedNode& node : columns.weighted) {
    node.from = place[node.from];
    node.to = place[node.to];
  }
  std::erase_if(columns.thin, [&](const ThinLink& link) {
    return !used.contains(link.from) || !used.contains(link.to);
  });
  for (ThinLink& link : columns.thin) link = {place[link.from], place[link.to]};
}

// Maps of a tensor: its last two axes; everything before them counts planes. Features are planes of
// one unit.
ColumnUnits units_of(const Shape& shape) {
  const size_t rank = shape.rank();
  if (rank < 3) return {static_cast<uint32_t>(shape.element_count()), 1, 1, 0};
  return {static_cast<uint32_t>(shape.count(0, rank - 2)), static_cast<uint32_t>(shape[rank - 2]),
          static_cast<uint32_t>(shape[rank - 1]), 0};
}

// The mean of each channel along `axis`, in element order.
std::vector<float> channel_means(std::span<const float> elements, const Shape& shape,
                                 std::optional<size_t> axis) {
  const auto channels = axis ? static_cast<size_t>(shape[*axis]) : size_t{1};
  const size_t inner = axis ? static_cast<size_t>(shape.count(*axis + 1, shape.rank())) : 1;
  std::vector<double> sums(channels);
  for (size_t i = 0; i < elements.size(); ++i) sums[i / inner % channels] += elements[i];
  const double count =
      static_cast<double>(elements.size()) / static_cast<double>(std::max<size_t>(channels, 1));
  std::vector<float> means;
  means.reserve(sums.size());
  for (const double sum : sums) means.push_back(static_cast<float>(sum / count));
  return means;
}

// Reads one request into one scene.
class SceneReader {
 public:
  SceneReader(const ViewRequest& request, ColumnGraph columns)
      : request_(request), graph_(*request.graph), columns_(std::move(columns)) {}

  Result<NeuronScene> read(const EdgeOptions& options);

 private:
  Result<Tensor> weights_of(const WeightedNode& node) const;
  Result<void> read_operator(const WeightedNode& node);
  Result<void> check_shape(uint32_t column, const Shape& shape, const Node& node) const;
  Result<void> check_axis(uint32_t column, std::optional<size_t> axis, const Node& node);
  Result<void> check_axes();
  Result<void> read_columns();
  SceneColumn scene_column(size_t i, EdgeLevel level) const;

  const ViewRequest& request_;
  const Graph& graph_;
  ColumnGraph columns_;
  std::vector<WeightedTaps> taps_;
  std::vector<Tensor> shown_, sources_;  // by column, by weighted node
  // By column: where channels lie, once an operator said so.
  std::vector<std::optional<std::optional<size_t>>> axes_;
};

Result<void> SceneReader::read_columns() {
  for (const Column& column : columns_.columns) {
    const std::string& name = graph_.at(column.shown).name;
    shown_.push_back(GN_TRY(float32_tensor(request_, name)));
    const Shape& shape = shown_.back().shape();
    if (shape.element_count() < 1 || shape.element_count() > kMaximumUnits)
      return make_error(ENOTSUP, "tensor %s: has shape %s; 1 to %lld elements can be drawn",
                        name.c_str(), shape.to_string().c_str(),
                        static_cast<long long>(kMaximumUnits));
  }
  axes_.resize(columns_.columns.size());
  return {};
}

Result<void> SceneReader::check_shape(uint32_t column, const Shape& shape, const Node& node) const {
  const Shape& shown = shown_[column].shape();
  if (shape == shown) return {};
  return make_error(ENOTSUP,
                    "%s: its tensor of shape %s shares a column with %s of shape %s; only "
                    "tensors of one shape can",
                    node.name.c_str(), shape.to_string().c_str(),
                    graph_.at(columns_.columns[column].shown).name.c_str(),
                    shown.to_string().c_str());
}

// Constants of the graph, or computed from such.
Result<Tensor> SceneReader::weights_of(const WeightedNode& node) const {
  const perception::Value& weights = graph_.at(node.weights);
  if (weights.constant) return *weights.constant;
  return float32_tensor(request_, weights.name);
}

Result<void> SceneReader::read_operator(const WeightedNode& weighted) {
  const Node& node = graph_.at(weighted.node);
  const Tensor weights = GN_TRY(weights_of(weighted));
  sources_.push_back(GN_TRY(float32_tensor(request_, graph_.at(weighted.source).name)));
  const Shape& source = sources_.back().shape();
  const bool weights_first = node.inputs[0] == weighted.weights;
  taps_.push_back(GN_TRY(WeightedTaps::create(node, source, weights, weights_first)));
  GN_TRY(check_shape(weighted.from, source, node));
  return check_shape(weighted.to, taps_.back().target_shape(), node);
}

Result<void> SceneReader::check_axis(uint32_t column, std::optional<size_t> axis,
                                     const Node& node) {
  if (!axes_[column]) axes_[column] = axis;
  if (*axes_[column] == axis) return {};
  return make_error(ENOTSUP,
                    "%s: takes another axis of %s for its features than its neighbour "
                    "does; use level=unit or select fewer layers",
                    node.name.c_str(), graph_.at(columns_.columns[column].shown).name.c_str());
}

Result<void> SceneReader::check_axes() {
  for (size_t i = 0; i < taps_.size(); ++i) {
    const WeightedNode& weighted = columns_.weighted[i];
    GN_TRY(check_axis(weighted.from, taps_[i].source_axis(), graph_.at(weighted.node)));
    GN_TRY(check_axis(weighted.to, taps_[i].target_axis(), graph_.at(weighted.node)));
  }
  return {};
}

SceneColumn SceneReader::scene_column(size_t i, EdgeLevel level) const {
  const Column& column = columns_.columns[i];
  const auto elements = shown_[i].values<float>();
  SceneColumn result{graph_.at(column.shown).name, shown_[i].shape(), {}, {}};
  if (level == EdgeLevel::kUnit) {
    result.units = units_of(result.shape);
    result.values.assign(elements.begin(), elements.end());
  } else {
    result.values = channel_means(elements, result.shape, axes_[i].value_or(std::nullopt));
    result.units.planes = static_cast<uint32_t>(result.values.size());
  }
  result.units.depth = column.depth;
  return result;
}

Result<NeuronScene> SceneReader::read(const EdgeOptions& options) {
  GN_TRY(read_columns());
  for (const WeightedNode& node : columns_.weighted) GN_TRY(read_operator(node));
  std::vector<std::span<const float>> activations;
  for (const Tensor& source : sources_) activations.push_back(source.values<float>());
  NeuronScene scene;
  scene.edges = GN_TRY(collect_edges(taps_, activations, options));
  if (scene.edges.level == EdgeLevel::kChannel) GN_TRY(check_axes());
  for (size_t i = 0; i < columns_.columns.size(); ++i)
    scene.columns.push_back(scene_column(i, scene.edges.level));
  for (const WeightedNode& node : columns_.weighted)
    scene.operators.push_back({graph_.at(node.node).name, node.from, node.to});
  scene.thin = columns_.thin;
  for (const ValueId id : columns_.passed_over) scene.passed_over.push_back(graph_.at(id).name);
  return scene;
}

KnownShapes shapes_of(const ViewRequest& request) {
  KnownShapes shapes;
  for (size_t i = 0; i < request.graph->values.size(); ++i) {
    const auto found = request.tensors.find(request.graph->values[i].name);
    if (found != request.tensors.end())
      shapes.emplace(ValueId{static_cast<uint32_t>(i)}, found->second.shape());
  }
  return shapes;
}

}  // namespace

Result<ColumnGraph> select_columns(const Graph& graph, std::span<const std::string> selected,
                                   const KnownShapes& shapes) {
  const std::set<ValueId> wanted = GN_TRY(find_selected(graph, selected));
  ColumnGraph columns = find_columns(graph, shapes);
  if (!selected.empty()) {
    std::set<ValueId> computed;  // by weighted operators, or element by element from their results
    for (const WeightedNode& node : columns.weighted) {
      const auto& members = columns.columns[node.to].members;
      computed.insert(members.begin(), members.end());
    }
    std::ranges::set_difference(wanted, computed, std::back_inserter(columns.passed_over));
    std::erase_if(columns.weighted, [&](const WeightedNode& node) {
      return std::ranges::none_of(columns.columns[node.to].members,
                                  [&](ValueId id) { return wanted.contains(id); });
    });
    drop_unused_columns(columns);
  }
  if (columns.weighted.empty())
    return invalid(
        "the %s computed by no Conv, ConvTranspose, Gemm or MatMul with constant "
        "weights; there are no edges to draw",
        selected.empty() ? "model's tensors are" : "selected tensors are");
  return columns;
}

std::vector<std::string> scene_needs(const Graph& graph, const ColumnGraph& columns) {
  std::set<std::string> names;
  for (const Column& column : columns.columns) {
    names.insert(graph.at(column.shown).name);
    if (!column.uncertain) continue;
    for (const ValueId member : column.members) names.insert(graph.at(member).name);
  }
  for (const WeightedNode& node : columns.weighted) {
    names.insert(graph.at(node.source).name);
    if (!graph.at(node.weights).constant) names.insert(graph.at(node.weights).name);
  }
  return {names.begin(), names.end()};
}

Result<NeuronScene> make_scene(const ViewRequest& request, const EdgeOptions& options) {
  if (request.graph == nullptr) return invalid("no model is given; neuron_graph needs one");
  const KnownShapes shapes = shapes_of(request);
  ColumnGraph columns = GN_TRY(select_columns(*request.graph, request.selected, shapes));
  return SceneReader(request, std::move(columns)).read(options);
}

}  // namespace geoneuron::views
