// SPDX-License-Identifier: MIT
// Checking a perception request against its model, so that what follows may rely on it. Pure
// functions; thread-safe.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/result.hpp"
#include "perception/graph.hpp"

namespace geoneuron::engine {

// The tensors by the graph's inputs. EINVAL, with what would be right, where a name is unknown, an
// input is missing, a type, rank or extent contradicts the declaration, or two extents of one
// symbol differ.
Result<std::map<perception::ValueId, perception::Tensor>> checked_inputs(
    const perception::Graph& graph, const std::map<std::string, perception::Tensor>& inputs);

// The values of these names. EINVAL where one is unknown, with the nearest names, or none is given.
Result<std::set<perception::ValueId>> checked_keep(const perception::Graph& graph,
                                                   const std::set<std::string>& keep);

}  // namespace geoneuron::engine
