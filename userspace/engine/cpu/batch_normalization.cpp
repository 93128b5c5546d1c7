// SPDX-License-Identifier: MIT
// BatchNormalization, with given statistics or (training_mode) those of the batch.
// Either way it ends as one multiplication and addition per element, which waits for memory: oneDNN
// does the same, but cannot fold in doubles, as we do, what the statistics come to.
#include <cmath>

#include "engine/cpu/kernel.hpp"
#include "engine/cpu/parallel.hpp"

namespace geoneuron::engine::cpu {
namespace {

struct Statistics {
  std::vector<double> mean;
  std::vector<double> variance;
};

Result<std::vector<double>> channel_values(const Operation& operation, size_t operand,
                                           size_t channels) {
  const Tensor& tensor = operation.input(operand);
  if (tensor.element_count() != static_cast<int64_t>(channels))
    return invalid("operand %zu is %s: must have one element for each of %zu channels", operand,
                   tensor.info().to_string().c_str(), channels);
  std::vector<double> result(channels);
  GN_TRY(dispatch_floating(tensor.type(), [&]<typename T>() {
    for (size_t c = 0; c < channels; ++c) result[c] = static_cast<double>(elements<T>(tensor)[c]);
  }));
  return result;
}

// Mean and population variance of each channel over batch and space, in two passes.
template <typename T>
Statistics measured(const T* source, int64_t batch, int64_t channels, int64_t space) {
  Statistics result;
  const auto count = static_cast<double>(batch * space);
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    double squares = 0;
    const auto for_each = [&](auto visit) {
      for (int64_t n = 0; n < batch; ++n)
        for (int64_t i = 0; i < space; ++i)
          visit(static_cast<double>(source[(n * channels + c) * space + i]));
    };
    for_each([&](double value) { sum += value; });
    const double mean = sum / count;
    for_each([&](double value) { squares += (value - mean) * (value - mean); });
    result.mean.push_back(mean);
    result.variance.push_back(squares / count);
  }
  return result;
}

// Running statistics: operand * momentum + batch * (1 - momentum).
Result<void> write_running(const Operation& operation, size_t output, size_t operand,
                           const std::vector<double>& batch) {
  if (!operation.has_output(output)) return {};
  const double momentum = static_cast<double>(operation.node.attributes.number("momentum", 0.9f));
  const auto before = GN_TRY(channel_values(operation, operand, batch.size()));
  Tensor& target = operation.output(output);
  return dispatch_floating(target.type(), [&]<typename T>() {
    for (size_t c = 0; c < batch.size(); ++c)
      mutable_elements<T>(target)[c] =
          static_cast<T>(before[c] * momentum + batch[c] * (1 - momentum));
  });
}

// Channels innermost: `rows` rows of them.
template <typename T>
void scale_and_shift_rows(const T* source, T* target, int64_t rows,
                          const std::vector<double>& scale, const std::vector<double>& shift) {
  using C = Compute<T>;
  const std::vector<C> a(scale.begin(), scale.end());
  const std::vector<C> b(shift.begin(), shift.end());
  const size_t channels = a.size();
  parallel_for(rows, static_cast<int64_t>(channels),
               [&, source, target](int64_t begin, int64_t end) {
                 for (int64_t row = begin; row < end; ++row) {
                   const T* from = source + row * static_cast<int64_t>(channels);
                   T* to = target + row * static_cast<int64_t>(channels);
                   for (size_t c = 0; c < channels; ++c)
                     to[c] = static_cast<T>(static_cast<C>(from[c]) * a[c] + b[c]);
                 }
               });
}

template <typename T>
void scale_and_shift(const T* source, T* target, int64_t rows, int64_t space,
                     const std::vector<double>& scale, const std::vector<double>& shift) {
  using C = Compute<T>;
  const auto channels = static_cast<int64_t>(scale.size());
  if (space == 1) return scale_and_shift_rows(source, target, rows / channels, scale, shift);
  parallel_for(rows, space, [&, channels](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const auto a = static_cast<C>(scale[static_cast<size_t>(row % channels)]);
      const auto b = static_cast<C>(shift[static_cast<size_t>(row % channels)]);
      for (int64_t i = row * space; i < (row + 1) * space; ++i)
        target[i] = static_cast<T>(static_cast<C>(source[i]) * a + b);
    }
  });
}

}  // namespace

Result<void> run_batch_normalization(const Operation& operation) {
  const Tensor& input = operation.input(0);
  const Shape& shape = input.shape();
  const int64_t channels = shape.rank() > 1 ? shape[1] : 1;
  const int64_t batch = shape.rank() > 0 ? shape[0] : 1;
  const int64_t space = shape.rank() > 2 ? shape.count(2, shape.rank()) : 1;
  const auto count = static_cast<size_t>(channels);
  auto scale = GN_TRY(channel_values(operation, 1, count));
  auto shift = GN_TRY(channel_values(operation, 2, count));
  Statistics statistics;
  if (operation.node.attributes.integer("training_mode", 0) != 0) {
    GN_TRY(dispatch_floating(input.type(), [&]<typename T>() {
      statistics = measured(elements<T>(input), batch, channels, space);
    }));
    GN_TRY(write_running(operation, 1, 3, statistics.mean));
    GN_TRY(write_running(operation, 2, 4, statistics.variance));
  } else {
    statistics.mean = GN_TRY(channel_values(operation, 3, count));
    statistics.variance = GN_TRY(channel_values(operation, 4, count));
  }
  const auto epsilon = static_cast<double>(operation.node.attributes.number("epsilon", 1e-5f));
  for (size_t c = 0; c < count; ++c) {
    scale[c] /= std::sqrt(statistics.variance[c] + epsilon);
    shift[c] -= statistics.mean[c] * scale[c];
  }
  return dispatch_floating(input.type(), [&]<typename T>() {
    scale_and_shift(elements<T>(input), mutable_elements<T>(operation.output()), batch * channels,
                    space, scale, shift);
  });
}

}  // namespace geoneuron::engine::cpu
