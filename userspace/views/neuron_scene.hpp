// SPDX-License-Identifier: MIT
// What a neuron graph shows, before it has a place: columns with their nodes' values, operators and
// edges. Pure functions; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "views/neuron_columns.hpp"
#include "views/neuron_edges.hpp"
#include "views/neuron_layout.hpp"
#include "views/view.hpp"

namespace geoneuron::views {

struct SceneColumn {
  std::string name;  // of the tensor shown
  perception::Shape shape;
  ColumnUnits units;
  // By unit: its activation; at channel level the mean over the channel's elements.
  std::vector<float> values;
};

struct SceneOperator {
  std::string name;
  uint32_t from = 0, to = 0;
};

struct NeuronScene {
  std::vector<SceneColumn> columns;  // by depth
  std::vector<SceneOperator> operators;
  std::vector<ThinLink> thin;
  NeuronEdges edges;  // one group per operator
  // Names of selected tensors that no weighted operator computes: no edges end in them.
  std::vector<std::string> passed_over;
};

// The columns of `graph`, or where tensors are selected only those columns that hold one of them
// and the columns that they are computed from by a weighted operator; selected tensors that none
// computes are passed over. ENOENT for an unknown name, EINVAL where nothing weighted is left.
Result<ColumnGraph> select_columns(const perception::Graph& graph,
                                   std::span<const std::string> selected,
                                   const KnownShapes& shapes = {});

// The names of the tensors that make_scene reads, given columns that were found without shapes.
std::vector<std::string> scene_needs(const perception::Graph& graph, const ColumnGraph& columns);

// Reads tensors and weights. EINVAL or ENOTSUP where they do not fit together.
Result<NeuronScene> make_scene(const ViewRequest& request, const EdgeOptions& options);

}  // namespace geoneuron::views
