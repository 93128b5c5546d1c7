// SPDX-License-Identifier: MIT
#include "cli/resample.hpp"

#include <algorithm>
#include <cmath>

namespace geoneuron::cli {
namespace {

Contribution interpolated(uint32_t source, double centre) {
  const double clamped = std::clamp(centre - 0.5, 0.0, static_cast<double>(source - 1));
  const auto first = std::min(static_cast<uint32_t>(clamped), source - 1);
  const auto share = static_cast<float>(clamped - first);
  if (share == 0.0f) return {first, {1.0f}};
  return {first, {1.0f - share, share}};
}

Contribution averaged(uint32_t source, double begin, double end) {
  Contribution result{static_cast<uint32_t>(begin), {}};
  const auto last = std::min(static_cast<uint32_t>(std::ceil(end)), source);
  for (uint32_t i = result.first; i < last; ++i) {
    const double covered = std::min<double>(i + 1, end) - std::max<double>(i, begin);
    result.weights.push_back(static_cast<float>(std::max(covered, 0.0) / (end - begin)));
  }
  return result;
}

Plane resample_rows(const Plane& source, uint32_t width) {
  Plane target{width, source.height, source.channels, {}};
  target.values.assign(size_t{width} * source.height * source.channels, 0.0f);
  const auto shares = contributions(source.width, width);
  float* out = target.values.data();
  for (uint32_t y = 0; y < source.height; ++y) {
    const float* row = source.values.data() + size_t{y} * source.width * source.channels;
    for (const Contribution& share : shares) {
      const float* in = row + size_t{share.first} * source.channels;
      for (const float weight : share.weights)
        for (uint32_t c = 0; c < source.channels; ++c) out[c] += weight * *in++;
      out += source.channels;
    }
  }
  return target;
}

Plane resample_columns(const Plane& source, uint32_t height) {
  const size_t row = size_t{source.width} * source.channels;
  Plane target{source.width, height, source.channels, std::vector<float>(row * height, 0.0f)};
  const auto shares = contributions(source.height, height);
  for (uint32_t y = 0; y < height; ++y) {
    float* out = target.values.data() + y * row;
    const float* in = source.values.data() + shares[y].first * row;
    for (const float weight : shares[y].weights)
      for (size_t i = 0; i < row; ++i) out[i] += weight * *in++;
  }
  return target;
}

}  // namespace

std::vector<Contribution> contributions(uint32_t source, uint32_t target) {
  std::vector<Contribution> result;
  const double step = static_cast<double>(source) / target;
  for (uint32_t i = 0; i < target; ++i) {
    if (target >= source) {
      result.push_back(interpolated(source, (i + 0.5) * step));
    } else {
      // Products before quotients: whole positions then come out whole.
      const double begin = static_cast<double>(uint64_t{i} * source) / target;
      result.push_back(
          averaged(source, begin, static_cast<double>((i + uint64_t{1}) * source) / target));
    }
  }
  return result;
}

Plane resample(const Plane& source, uint32_t width, uint32_t height) {
  return resample_columns(resample_rows(source, width), height);
}

}  // namespace geoneuron::cli
