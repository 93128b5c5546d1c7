// SPDX-License-Identifier: MIT
#include "base/nearest_names.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace geoneuron {
namespace {

// Longer names are compared by their ends only, so that no name costs more than a few thousand
// steps.
constexpr size_t kMaximumCompared = 64;

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({replaced, previous[j] + 1, current[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        current[j] = std::min(current[j], before[j - 2] + 1);
    }
    before.swap(previous);
    previous.swap(current);
  }
  return previous[b.size()];
}

size_t distance(std::string_view wanted, std::string_view name) {
  if (!wanted.empty() && name.find(wanted) != std::string_view::npos) return 1;
  const auto tail = [](std::string_view text) {
    return text.substr(text.size() - std::min(text.size(), kMaximumCompared));
  };
  return edit_distance(tail(wanted), tail(name));
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view wanted, std::span<const std::string> names,
                                       size_t maximum) {
  const size_t limit = std::max<size_t>(2, std::min(wanted.size(), kMaximumCompared) / 3);
  std::vector<std::pair<size_t, const std::string*>> found;
  for (const std::string& name : names) {
    const size_t edits = distance(wanted, name);
    if (edits <= limit) found.emplace_back(edits, &name);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> result;
  for (size_t i = 0; i < std::min(maximum, found.size()); ++i) result.push_back(*found[i].second);
  return result;
}

std::string did_you_mean(std::string_view wanted, std::span<const std::string> names) {
  const std::vector<std::string> nearest = nearest_names(wanted, names);
  if (nearest.empty()) return "";
  return "; did you mean " + joined(nearest, ", ", " or ") + "?";
}

}  // namespace geoneuron
