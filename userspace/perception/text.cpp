// SPDX-License-Identifier: MIT
#include "perception/text.hpp"

#include "base/printable.hpp"

namespace geoneuron::perception {

std::string to_text(const std::vector<int64_t>& values) {
  constexpr size_t kMaximumShown = 16;
  std::string text = "[";
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += ',';
    if (i == kMaximumShown) return text + "...]";
    text += std::to_string(values[i]);
  }
  return text + "]";
}

std::string quoted(std::string_view name) {
  constexpr size_t kMaximumShown = 200;
  std::string text = "\"";
  text += printable(name.substr(0, kMaximumShown));
  text += name.size() > kMaximumShown ? "...\"" : "\"";
  return text;
}

}  // namespace geoneuron::perception
