// SPDX-License-Identifier: MIT
#include "cli/tensor_names.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>

#include "base/nearest_names.hpp"
#include "base/text.hpp"

namespace geoneuron::cli {
namespace {

using perception::Graph;
using perception::ValueId;

std::vector<std::string> result_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const perception::Node& node : graph.nodes)
    for (const ValueId id : node.outputs)
      if (id != perception::kNoValue) names.push_back(graph.at(id).name);
  return names;
}

Result<std::vector<std::string>> numbered(const std::string& pattern,
                                          std::span<const std::string> names) {
  size_t number = 0;
  const char* end = pattern.data() + pattern.size();
  const auto [rest, error] = std::from_chars(pattern.data() + 1, end, number);
  if (error != std::errc() || rest != end || number >= names.size())
    return make_error(ENOENT,
                      "tensor '%s': numbers go from #0 to #%zu; `geoneuron inspect` lists "
                      "them",
                      pattern.c_str(), names.size() - 1);
  return std::vector<std::string>{names[number]};
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// `--keep` takes words, too, so that they may be what was meant.
Error unknown_keep(const std::string& pattern, std::vector<std::string> names,
                   const std::vector<std::string>& outputs) {
  names.insert(names.end(), {"all", "outputs"});
  std::string remedy = did_you_mean(pattern, names);
  if (remedy.empty())
    remedy = "; must be all, outputs (" + joined(outputs) +
             "), or names, globs and #numbers that `geoneuron inspect` lists";
  return make_error(ENOENT, "--keep: tensor '%s': the model has none of that name%s",
                    pattern.c_str(), remedy.c_str());
}

}  // namespace

std::vector<std::string> activation_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const ValueId id : graph.inputs) names.push_back(graph.at(id).name);
  const std::vector<std::string> results = result_names(graph);
  names.insert(names.end(), results.begin(), results.end());
  return names;
}

std::vector<std::string> output_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const ValueId id : graph.outputs) names.push_back(graph.at(id).name);
  return names;
}

Result<std::vector<std::string>> match_names(const std::string& pattern,
                                             std::span<const std::string> names) {
  if (std::ranges::find(names, pattern) != names.end()) return std::vector<std::string>{pattern};
  if (pattern.starts_with('#') && !names.empty()) return numbered(pattern, names);
  std::vector<std::string> matches;
  for (const std::string& name : names)
    if (fnmatch(pattern.c_str(), name.c_str(), 0) == 0) matches.push_back(name);
  if (!matches.empty()) return matches;
  std::string remedy = did_you_mean(pattern, names);
  if (remedy.empty()) remedy = "; `geoneuron inspect` lists them";
  return make_error(ENOENT, "tensor '%s': the model has none of that name%s", pattern.c_str(),
                    remedy.c_str());
}

Result<std::set<std::string>> keep_set(const std::string& wanted, const Graph& graph) {
  const std::vector<std::string> outputs = output_names(graph);
  if (wanted == "outputs") return std::set<std::string>(outputs.begin(), outputs.end());
  std::vector<std::string> names = result_names(graph);
  if (wanted == "all") {
    names.insert(names.end(), outputs.begin(), outputs.end());
    return std::set<std::string>(names.begin(), names.end());
  }
  names = activation_names(graph);
  std::set<std::string> keep;
  // A name may itself hold a comma.
  const bool is_one = std::ranges::find(names, wanted) != names.end();
  for (const std::string& pattern : is_one ? std::vector{wanted} : split(wanted)) {
    const auto matches = match_names(pattern, names);
    if (!matches && pattern.starts_with('#')) return matches.error().prefixed("--keep");
    if (!matches) return unknown_keep(pattern, names, outputs);
    keep.insert(matches->begin(), matches->end());
  }
  return keep;
}

}  // namespace geoneuron::cli
