// SPDX-License-Identifier: MIT
#include "perception/mixture.hpp"

#include <algorithm>
#include <cmath>

namespace geoneuron::perception {
namespace {

// Keys, "Cubic convolution interpolation for digital image processing" (1981), with a free `a`.
double cubic_weight(double distance, double a) {
  const double x = std::fabs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

double linear_weight(double distance) {
  return std::max(0.0, 1.0 - std::fabs(distance));
}

Mixture filtered(const ResizeParameters& parameters, const ResizeAxis& axis, double source) {
  const bool cubic = parameters.mode == ResizeMode::kCubic;
  const auto a = static_cast<double>(parameters.cubic_coefficient);
  // Antialiasing widens the filter to cover all elements that shrink into one.
  const double shrink = parameters.antialias ? std::min(1.0, axis.scale) : 1.0;
  const double reach = (cubic ? 2.0 : 1.0) / shrink;
  const bool drops_outside = parameters.exclude_outside || parameters.antialias;
  Mixture mixture;
  double sum = 0;
  const auto first = static_cast<int64_t>(std::floor(source - reach)) + 1;
  const auto last = std::max(first, static_cast<int64_t>(std::ceil(source + reach)) - 1);
  for (int64_t element = first; element <= last; ++element) {
    const bool outside = element < 0 || element >= axis.input;
    if (outside && drops_outside) continue;
    const double distance = (static_cast<double>(element) - source) * shrink;
    const double weight = cubic ? cubic_weight(distance, a) : linear_weight(distance);
    mixture.elements.push_back(std::clamp<int64_t>(element, 0, axis.input - 1));
    mixture.weights.push_back(weight);
    sum += weight;
  }
  if (drops_outside)
    for (double& weight : mixture.weights) weight /= sum;
  return mixture;
}

}  // namespace

std::vector<Mixture> mixtures_of(const ResizeParameters& parameters, const ResizeAxis& axis) {
  std::vector<Mixture> mixtures;
  for (int64_t i = 0; i < axis.output; ++i) {
    const double source = parameters.source(axis, i);
    if (parameters.is_outside(axis, source))
      mixtures.emplace_back();
    else if (parameters.mode == ResizeMode::kNearest)
      mixtures.push_back({{parameters.nearest_element(axis, source)}, {1.0}});
    else
      mixtures.push_back(filtered(parameters, axis, source));
  }
  return mixtures;
}

}  // namespace geoneuron::perception
