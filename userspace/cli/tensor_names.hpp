// SPDX-License-Identifier: MIT
// Which tensors of a network a user means: names, globs and the numbers that `inspect` prints.
// Thread-safe.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "perception/graph.hpp"

namespace geoneuron::cli {

// Every tensor that exists only when the network runs: its inputs, then each node's results in
// order. Position n is what #n means.
std::vector<std::string> activation_names(const perception::Graph& graph);
std::vector<std::string> output_names(const perception::Graph& graph);

// The names among `names` that `pattern` means: an exact name, else #12, else a glob (fnmatch).
// ENOENT where there is none, with the nearest names; never empty.
Result<std::vector<std::string>> match_names(const std::string& pattern,
                                             std::span<const std::string> names);

// `--keep`: "all" (every result of a node), "outputs", or patterns separated by commas.
Result<std::set<std::string>> keep_set(const std::string& wanted, const perception::Graph& graph);

}  // namespace geoneuron::cli
