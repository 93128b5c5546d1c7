// SPDX-License-Identifier: MIT
// Lists and numbers as sentences and tables show them. Thread-safe.
#pragma once

#include <ranges>
#include <string>
#include <string_view>

namespace geoneuron {

// The strings of `words` with `separator` between them, and `last` before the final one:
// joined({"a", "b", "c"}, ", ", " or ") is "a, b or c".
template <std::ranges::forward_range Words>
std::string joined(const Words& words, std::string_view separator, std::string_view last) {
  std::string text;
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (word != words.begin()) text += std::next(word) == words.end() ? last : separator;
    text += *word;
  }
  return text;
}

template <std::ranges::forward_range Words>
std::string joined(const Words& words, std::string_view separator = ", ") {
  return joined(words, separator, separator);
}

// `value` as %g writes it.
std::string number_text(double value, int significant_digits);

}  // namespace geoneuron
