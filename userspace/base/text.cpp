// SPDX-License-Identifier: MIT
#include "base/text.hpp"

#include <cstdio>

namespace geoneuron {

std::string number_text(double value, int significant_digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*g", significant_digits, value);
  return text;
}

}  // namespace geoneuron
