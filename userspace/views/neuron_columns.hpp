// SPDX-License-Identifier: MIT
// Columns of the neuron graph: which tensors of a network are drawn, in which order, and what joins
// them. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "perception/graph.hpp"
#include "perception/shape.hpp"

namespace geoneuron::views {

// A node with trained weights: Conv, ConvTranspose, Gemm or MatMul with exactly one of its first
// two operands constant: a constant of the graph, or computed from nothing but such. Its source is
// the other operand, its target its result.
struct WeightedNode {
  perception::NodeId node;
  perception::ValueId source = perception::kNoValue;
  perception::ValueId weights = perception::kNoValue;
  perception::ValueId target = perception::kNoValue;
  uint32_t from = 0, to = 0;  // columns of source and target
};

// Tensors of one shape joined only by element-wise operators, one of which is a source or target of
// a weighted node; the last in graph order is shown.
struct Column {
  std::vector<perception::ValueId> members;
  perception::ValueId shown = perception::kNoValue;
  uint32_t depth = 0;  // longest path from an input, in columns
  // A constant may broadcast some member to a larger shape: the members' shapes decide.
  bool uncertain = false;
};

// What joins two columns without weights: pooling, Reshape, Concat, Add, ...
struct ThinLink {
  uint32_t from = 0, to = 0;
  auto operator<=>(const ThinLink&) const = default;
};

struct ColumnGraph {
  std::vector<Column> columns;  // by depth, then by order in the graph
  std::vector<WeightedNode> weighted;
  std::vector<ThinLink> thin;  // no duplicates
  // Selected tensors that no weighted operator computes: no edges end in them.
  std::vector<perception::ValueId> passed_over;
};

using KnownShapes = std::map<perception::ValueId, perception::Shape>;

// The columns of `graph` as the model has it, before any folding. An element-wise node all of whose
// operands are constants or of one column belongs to that column unless `shapes` says that it
// changes their shape; without shapes it is taken to keep it, and the column may be uncertain.
// A graph without weighted nodes has no columns.
ColumnGraph find_columns(const perception::Graph& graph, const KnownShapes& shapes = {});

// True for operators that compute each element of their result from one element per operand.
bool is_element_wise(perception::Operator op);

}  // namespace geoneuron::views
