// SPDX-License-Identifier: MIT
#include "bench/plain_layers.hpp"

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

namespace geoneuron::bench {
namespace {

// Calls body(begin, end) on every core for an equal part of [0, count).
template <typename Body>
void share(int64_t count, const Body& body) {
  const int64_t threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::jthread> others;
  for (int64_t i = 1; i < threads; ++i)
    others.emplace_back([&, i] { body(count * i / threads, count * (i + 1) / threads); });
  body(int64_t{0}, count / threads);
}

// Adds weight * input, moved by (dy, dx) in -1..1, to output, as far as both lie in the map.
void add_moved(const ConvolutionExtents& extents, const float* input, float weight, int64_t dy,
               int64_t dx, float* output) {
  const int64_t left = std::max<int64_t>(0, -dx);
  const int64_t right = std::min(extents.width, extents.width - dx);
  const int64_t top = std::max<int64_t>(0, -dy);
  const int64_t bottom = std::min(extents.height, extents.height - dy);
  for (int64_t y = top; y < bottom; ++y) {
    const float* from = input + (y + dy) * extents.width + dx;
    float* to = output + y * extents.width;
    for (int64_t x = left; x < right; ++x) to[x] += weight * from[x];
  }
}

void convolve_channel(const ConvolutionExtents& extents, const float* input, const float* weights,
                      float bias, float* output) {
  const int64_t pixels = extents.height * extents.width;
  std::fill_n(output, pixels, bias);
  for (int64_t i = 0; i < extents.input_channels; ++i)
    for (int64_t k = 0; k < 9; ++k)
      add_moved(extents, input + i * pixels, weights[i * 9 + k], k / 3 - 1, k % 3 - 1, output);
  for (int64_t p = 0; p < pixels; ++p) output[p] = std::max(output[p], 0.0f);
}

template <typename Function>
void map_values(std::span<const float> input, std::span<float> output, const Function& function) {
  const float* from = input.data();
  float* to = output.data();
  share(static_cast<int64_t>(input.size()), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] = function(from[i]);
  });
}

}  // namespace

void plain_convolution(const ConvolutionExtents& extents, std::span<const float> input,
                       std::span<const float> weights, std::span<const float> bias,
                       std::span<float> output) {
  const int64_t pixels = extents.height * extents.width;
  share(extents.output_channels, [&](int64_t begin, int64_t end) {
    for (int64_t o = begin; o < end; ++o)
      convolve_channel(extents, input.data(), weights.data() + o * extents.input_channels * 9,
                       bias[static_cast<size_t>(o)], output.data() + o * pixels);
  });
}

void plain_product(int64_t rows, int64_t depth, int64_t columns, std::span<const float> left,
                   std::span<const float> right, std::span<float> product) {
  share(rows, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      float* to = product.data() + row * columns;
      std::fill_n(to, columns, 0.0f);
      for (int64_t k = 0; k < depth; ++k) {
        const float factor = left[static_cast<size_t>(row * depth + k)];
        const float* from = right.data() + k * columns;
        for (int64_t column = 0; column < columns; ++column) to[column] += factor * from[column];
      }
    }
  });
}

void plain_elementwise(float factor, float term, std::span<const float> input,
                       std::span<float> output) {
  map_values(input, output, [=](float x) { return x * factor; });
  map_values(output, output, [=](float x) { return x + term; });
  map_values(output, output, [](float x) { return std::max(x, 0.0f); });
  map_values(output, output, [](float x) { return x * x; });
  map_values(output, output, [=](float x) { return x - term; });
  map_values(output, output, [](float x) { return std::abs(x); });
}

}  // namespace geoneuron::bench
