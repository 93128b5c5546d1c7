// SPDX-License-Identifier: MIT
#include "views/axis.hpp"

#include <cmath>
#include <cstdio>

namespace geoneuron::views {

std::vector<double> round_ticks(double low, double high, uint32_t wanted) {
  const double rough = (high - low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0})
    if (factor * power >= rough * 0.999) step = factor * power;
  std::vector<double> ticks;
  const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
  for (double k = first; k <= last && ticks.size() < 64; ++k) ticks.push_back(k * step);
  return ticks;
}

std::string count_text(uint64_t count) {
  const char* const kUnits[] = {"", "k", "M", "G", "T"};
  auto value = static_cast<double>(count);
  size_t unit = 0;
  while (value >= 10'000 && unit < 4) {
    value /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.4g%s", value, kUnits[unit]);
  return text;
}

}  // namespace geoneuron::views
