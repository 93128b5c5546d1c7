// SPDX-License-Identifier: MIT
#include "perception/window.hpp"

#include <algorithm>

#include "perception/text.hpp"

namespace geoneuron::perception {
namespace {

// Beyond any network, and small enough that every product below fits in int64.
constexpr int64_t kMaximumFactor = int64_t{1} << 20;

enum class AutoPad { kNotSet, kSameUpper, kSameLower, kValid };

Result<AutoPad> auto_pad_of(const Attributes& attributes) {
  const std::string text = attributes.text("auto_pad", "NOTSET");
  if (text == "NOTSET" || text.empty()) return AutoPad::kNotSet;
  if (text == "SAME_UPPER") return AutoPad::kSameUpper;
  if (text == "SAME_LOWER") return AutoPad::kSameLower;
  if (text == "VALID") return AutoPad::kValid;
  return invalid("auto_pad \"%s\": must be NOTSET, SAME_UPPER, SAME_LOWER or VALID", text.c_str());
}

// The attribute's `count` values, each in [minimum, kMaximumFactor]; `fallback` where it is absent.
Result<std::vector<int64_t>> factors(const Attributes& attributes, const char* name, size_t count,
                                     int64_t minimum, int64_t fallback) {
  std::vector<int64_t> values = attributes.integers(name);
  if (values.empty()) values.assign(count, fallback);
  const std::string text = to_text(values);
  if (values.size() != count)
    return invalid("%s %s: must have %zu values", name, text.c_str(), count);
  for (const int64_t value : values)
    if (value < minimum || value > kMaximumFactor)
      return invalid("%s %s: must be %s and at most %lld", name, text.c_str(),
                     minimum > 0 ? "positive" : "non-negative",
                     static_cast<long long>(kMaximumFactor));
  return values;
}

Result<Window> unpadded(const Attributes& attributes, const Shape& input,
                        const std::vector<int64_t>& kernel) {
  const size_t count = input.rank() - 2;
  const auto strides = GN_TRY(factors(attributes, "strides", count, 1, 1));
  const auto dilations = GN_TRY(factors(attributes, "dilations", count, 1, 1));
  Window window;
  for (size_t i = 0; i < count; ++i)
    window.axes.push_back({.input = input[i + 2],
                           .kernel = kernel[i],
                           .stride = strides[i],
                           .dilation = dilations[i]});
  return window;
}

void split_padding(WindowAxis& axis, int64_t total, bool more_at_end) {
  const int64_t positive = std::max<int64_t>(total, 0);
  axis.pad_begin = more_at_end ? positive / 2 : positive - positive / 2;
  axis.pad_end = total - axis.pad_begin;
}

void pad_same(WindowAxis& axis, bool upper) {
  const int64_t output = (axis.input + axis.stride - 1) / axis.stride;
  const int64_t total = (output - 1) * axis.stride + axis.reach() - axis.input;
  split_padding(axis, std::max<int64_t>(total, 0), upper);
}

Result<void> apply_pads(const Attributes& attributes, Window& window) {
  const size_t count = window.axes.size();
  const auto pads = GN_TRY(factors(attributes, "pads", 2 * count, 0, 0));
  for (size_t i = 0; i < count; ++i) {
    window.axes[i].pad_begin = pads[i];
    window.axes[i].pad_end = pads[i + count];
  }
  return {};
}

Result<void> resolve_padding(const Attributes& attributes, Window& window) {
  const AutoPad mode = GN_TRY(auto_pad_of(attributes));
  if (mode == AutoPad::kNotSet) return apply_pads(attributes, window);
  if (mode == AutoPad::kValid) return {};
  for (WindowAxis& axis : window.axes) pad_same(axis, mode == AutoPad::kSameUpper);
  return {};
}

Result<void> resolve_output(WindowAxis& axis, bool ceil_mode) {
  const int64_t room = axis.input + axis.pad_begin + axis.pad_end - axis.reach();
  if (room < 0)
    return invalid("kernel of reach %lld: is larger than the padded input of %lld",
                   static_cast<long long>(axis.reach()),
                   static_cast<long long>(axis.input + axis.pad_begin + axis.pad_end));
  axis.output = (ceil_mode ? room + axis.stride - 1 : room) / axis.stride + 1;
  if (ceil_mode && (axis.output - 1) * axis.stride >= axis.input + axis.pad_begin) --axis.output;
  return {};
}

// Engines loop over taps and count them in int64.
Result<void> check_taps(const Window& window) {
  int64_t taps = 1;
  for (const WindowAxis& axis : window.axes) {
    if (axis.kernel > Shape::kMaximumElements / taps)
      return invalid("kernel_shape: has more than 2^40 elements");
    taps *= axis.kernel;
  }
  return {};
}

Result<Window> forward_window(const Attributes& attributes, const Shape& input,
                              const std::vector<int64_t>& kernel, bool ceil_mode) {
  Window window = GN_TRY(unpadded(attributes, input, kernel));
  GN_TRY(check_taps(window));
  GN_TRY(resolve_padding(attributes, window));
  for (WindowAxis& axis : window.axes) GN_TRY(resolve_output(axis, ceil_mode));
  return window;
}

// The kernel's spatial extents by weights; kernel_shape, where present, must say the same.
Result<std::vector<int64_t>> kernel_of(const Attributes& attributes, const Shape& input,
                                       const Shape& weights) {
  if (input.rank() < 3)
    return invalid("input %s: must have rank 3 or more", input.to_string().c_str());
  if (weights.rank() != input.rank())
    return invalid("weights %s: must have the input's rank %zu", weights.to_string().c_str(),
                   input.rank());
  const std::vector<int64_t> spatial(weights.extents().begin() + 2, weights.extents().end());
  const size_t count = spatial.size();
  const auto kernel = GN_TRY(factors(attributes, "kernel_shape", count, 1, 1));
  if (attributes.has("kernel_shape") && kernel != spatial)
    return invalid("kernel_shape %s: must be the weights' %s", to_text(kernel).c_str(),
                   to_text(spatial).c_str());
  for (const int64_t extent : spatial)
    if (extent < 1 || extent > kMaximumFactor)
      return invalid("weights %s: spatial extents must be positive and at most %lld",
                     weights.to_string().c_str(), static_cast<long long>(kMaximumFactor));
  return spatial;
}

int64_t natural_extent(const WindowAxis& axis, int64_t output_padding) {
  return axis.stride * std::max<int64_t>(axis.input - 1, 0) + output_padding + axis.reach();
}

Result<void> resolve_transposed(const Attributes& attributes, Window& window,
                                const std::vector<int64_t>& output_padding) {
  const AutoPad mode = GN_TRY(auto_pad_of(attributes));
  const bool upper = mode == AutoPad::kSameUpper;
  const bool same = upper || mode == AutoPad::kSameLower;
  const bool explicit_output = !attributes.integers("output_shape").empty();
  if (!explicit_output && mode == AutoPad::kNotSet) GN_TRY(apply_pads(attributes, window));
  const size_t count = window.axes.size();
  const auto wanted = GN_TRY(factors(attributes, "output_shape", count, 1, 1));
  for (size_t i = 0; i < count; ++i) {
    WindowAxis& axis = window.axes[i];
    const int64_t natural = natural_extent(axis, output_padding[i]);
    if (explicit_output) split_padding(axis, natural - wanted[i], upper);
    if (!explicit_output && same) split_padding(axis, natural - axis.input * axis.stride, upper);
    axis.output = axis.input == 0 ? 0 : natural - axis.pad_begin - axis.pad_end;
    if (axis.output < 0)
      return invalid("pads %s: are larger than the output of %lld",
                     to_text(attributes.integers("pads")).c_str(), static_cast<long long>(natural));
  }
  return {};
}

}  // namespace

int64_t Window::kernel_elements() const {
  int64_t product = 1;
  for (const WindowAxis& axis : axes) product *= axis.kernel;
  return product;
}

std::vector<int64_t> Window::output_extents() const {
  std::vector<int64_t> extents;
  for (const WindowAxis& axis : axes) extents.push_back(axis.output);
  return extents;
}

Result<Window> pool_window(const Attributes& attributes, const Shape& input) {
  if (input.rank() < 3)
    return invalid("input %s: must have rank 3 or more", input.to_string().c_str());
  if (attributes.integers("kernel_shape").empty())
    return invalid("kernel_shape: is missing; a pool needs one extent per spatial axis");
  const size_t count = input.rank() - 2;
  const auto kernel = GN_TRY(factors(attributes, "kernel_shape", count, 1, 1));
  return forward_window(attributes, input, kernel, attributes.integer("ceil_mode", 0) != 0);
}

Result<Window> convolution_window(const Attributes& attributes, const Shape& input,
                                  const Shape& weights) {
  const auto kernel = GN_TRY(kernel_of(attributes, input, weights));
  return forward_window(attributes, input, kernel, false);
}

Result<Window> transposed_window(const Attributes& attributes, const Shape& input,
                                 const Shape& weights) {
  const auto kernel = GN_TRY(kernel_of(attributes, input, weights));
  Window window = GN_TRY(unpadded(attributes, input, kernel));
  const auto padding = GN_TRY(factors(attributes, "output_padding", kernel.size(), 0, 0));
  GN_TRY(resolve_transposed(attributes, window, padding));
  return window;
}

}  // namespace geoneuron::perception
