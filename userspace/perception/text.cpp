// SPDX-License-Identifier: MIT
#include "perception/text.hpp"

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

}  // namespace geoneuron::perception
