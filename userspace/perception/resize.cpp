// SPDX-License-Identifier: MIT
#include "perception/resize.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "perception/axes.hpp"
#include "perception/operand.hpp"
#include "perception/text.hpp"

namespace geoneuron::perception {
namespace {

template <typename T>
struct Named {
  std::string_view name;
  T value;
};

constexpr Named<ResizeMode> kModes[] = {{"nearest", ResizeMode::kNearest},
                                        {"linear", ResizeMode::kLinear},
                                        {"cubic", ResizeMode::kCubic}};
constexpr Named<NearestMode> kNearestModes[] = {
    {"round_prefer_floor", NearestMode::kRoundPreferFloor},
    {"round_prefer_ceil", NearestMode::kRoundPreferCeil},
    {"floor", NearestMode::kFloor},
    {"ceil", NearestMode::kCeil}};
constexpr Named<CoordinateTransformation> kTransformations[] = {
    {"half_pixel", CoordinateTransformation::kHalfPixel},
    {"pytorch_half_pixel", CoordinateTransformation::kPytorchHalfPixel},
    {"align_corners", CoordinateTransformation::kAlignCorners},
    {"asymmetric", CoordinateTransformation::kAsymmetric},
    {"tf_half_pixel_for_nn", CoordinateTransformation::kTfHalfPixelForNn},
    {"tf_crop_and_resize", CoordinateTransformation::kTfCropAndResize}};

template <typename T, size_t N>
Result<T> named(const Attributes& attributes, const char* attribute, const Named<T> (&table)[N]) {
  const std::string text = attributes.text(attribute, std::string(table[0].name));
  for (const Named<T>& entry : table)
    if (entry.name == text) return entry.value;
  std::string known;
  for (const Named<T>& entry : table)
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  return invalid("%s \"%s\": must be one of %s", attribute, text.c_str(), known.c_str());
}

Result<void> read_modes(const Attributes& attributes, ResizeParameters& result) {
  result.mode = GN_TRY(named(attributes, "mode", kModes));
  result.nearest = GN_TRY(named(attributes, "nearest_mode", kNearestModes));
  result.transformation =
      GN_TRY(named(attributes, "coordinate_transformation_mode", kTransformations));
  result.cubic_coefficient = attributes.number("cubic_coeff_a", -0.75f);
  result.exclude_outside = attributes.integer("exclude_outside", 0) != 0;
  result.antialias = attributes.integer("antialias", 0) != 0;
  result.extrapolation_value = attributes.number("extrapolation_value", 0);
  return {};
}

Result<std::vector<size_t>> resized_axes(const Attributes& attributes, size_t rank) {
  std::vector<int64_t> axes = attributes.integers("axes");
  if (!attributes.has("axes")) {
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), 0);
  }
  return normalized_axes(axes, rank);
}

Result<void> read_region(std::span<const Operand> operands, const std::vector<size_t>& axes,
                         ResizeParameters& result) {
  if (result.transformation != CoordinateTransformation::kTfCropAndResize) return {};
  const auto region = GN_TRY(number_list(operands, 1, "roi"));
  if (region.size() != 2 * axes.size())
    return invalid("roi: has %zu entries; must have %zu", region.size(), 2 * axes.size());
  for (const float value : region)
    if (!std::isfinite(value)) return invalid("roi: entries must be finite");
  for (size_t i = 0; i < axes.size(); ++i) {
    result.axes[axes[i]].region_begin = static_cast<double>(region[i]);
    result.axes[axes[i]].region_end = static_cast<double>(region[i + axes.size()]);
  }
  return {};
}

// The extent is computed in float, as ONNX's own inference does: 10 * 0.7f is then 7.
Result<void> apply_scale(ResizeAxis& axis, float scale, bool crops) {
  if (!(scale > 0) || !std::isfinite(scale))
    return invalid("scales: %g; must be positive and finite", static_cast<double>(scale));
  float extent = static_cast<float>(axis.input) * scale;
  if (crops) extent *= static_cast<float>(axis.region_end - axis.region_begin);
  extent = std::floor(extent);
  if (!(extent >= 0) || extent > static_cast<float>(Shape::kMaximumElements))
    return invalid("scales: %g makes an extent of %g", static_cast<double>(scale),
                   static_cast<double>(extent));
  axis.scale = static_cast<double>(scale);
  axis.output = static_cast<int64_t>(extent);
  axis.resized_length =
      crops ? static_cast<double>(axis.output) : static_cast<double>(axis.input) * axis.scale;
  return {};
}

void set_output(ResizeAxis& axis, int64_t output, double scale) {
  axis.output = output;
  axis.scale = scale;
  axis.resized_length = static_cast<double>(output);
}

Result<void> check_sizes(const std::vector<int64_t>& sizes, const std::vector<size_t>& axes,
                         const ResizeParameters& result) {
  if (sizes.size() != axes.size())
    return invalid("sizes %s: must have %zu entries", to_text(sizes).c_str(), axes.size());
  for (size_t i = 0; i < sizes.size(); ++i)
    if (sizes[i] < 0 || sizes[i] > Shape::kMaximumElements ||
        (result.axes[axes[i]].input == 0) != (sizes[i] == 0))
      return invalid("sizes %s: must be positive, and 0 only where the input is empty",
                     to_text(sizes).c_str());
  return {};
}

// Resize 18, keep_aspect_ratio_policy: one scale for all resized axes, extents rounded half up.
void keep_ratio(const std::vector<int64_t>& sizes, const std::vector<size_t>& axes, bool larger,
                ResizeParameters& result) {
  double scale = 0;
  for (size_t i = 0; i < axes.size(); ++i) {
    const double input = static_cast<double>(result.axes[axes[i]].input);
    const double wanted = input == 0 ? 1 : static_cast<double>(sizes[i]) / input;
    scale = i == 0 ? wanted : larger ? std::max(scale, wanted) : std::min(scale, wanted);
  }
  for (const size_t number : axes) {
    ResizeAxis& axis = result.axes[number];
    const double extent = std::floor(scale * static_cast<double>(axis.input) + 0.5);
    set_output(axis, static_cast<int64_t>(std::min(extent, 1e12)), scale);
    axis.resized_length = scale * static_cast<double>(axis.input);
  }
}

Result<void> apply_sizes(const Attributes& attributes, const std::vector<int64_t>& sizes,
                         const std::vector<size_t>& axes, ResizeParameters& result) {
  GN_TRY(check_sizes(sizes, axes, result));
  const std::string policy = attributes.text("keep_aspect_ratio_policy", "stretch");
  if (policy == "not_larger" || policy == "not_smaller") {
    keep_ratio(sizes, axes, policy == "not_smaller", result);
    return {};
  }
  if (policy != "stretch")
    return invalid("keep_aspect_ratio_policy \"%s\": must be stretch, not_larger or not_smaller",
                   policy.c_str());
  for (size_t i = 0; i < axes.size(); ++i) {
    ResizeAxis& axis = result.axes[axes[i]];
    const double input = static_cast<double>(axis.input);
    set_output(axis, sizes[i], axis.input == 0 ? 1 : static_cast<double>(sizes[i]) / input);
  }
  return {};
}

Result<void> apply_scales(const std::vector<float>& scales, const std::vector<size_t>& axes,
                          ResizeParameters& result) {
  if (scales.size() != axes.size())
    return invalid("scales: has %zu entries; must have %zu", scales.size(), axes.size());
  const bool crops = result.transformation == CoordinateTransformation::kTfCropAndResize;
  for (size_t i = 0; i < axes.size(); ++i)
    GN_TRY(apply_scale(result.axes[axes[i]], scales[i], crops));
  return {};
}

// An empty list means "not given": exporters write one where an operand may not be left out.
bool is_given(std::span<const Operand> operands, size_t position) {
  return is_present(operands, position) && operands[position].info.element_count() > 0;
}

}  // namespace

double ResizeParameters::source(const ResizeAxis& axis, int64_t position) const {
  const auto x = static_cast<double>(position);
  const double last = static_cast<double>(axis.input - 1);
  switch (transformation) {
    case CoordinateTransformation::kHalfPixel:
      return (x + 0.5) / axis.scale - 0.5;
    case CoordinateTransformation::kPytorchHalfPixel:
      return axis.output > 1 ? (x + 0.5) / axis.scale - 0.5 : 0;
    case CoordinateTransformation::kAlignCorners:
      return axis.output <= 1 ? 0 : x * last / (axis.resized_length - 1);
    case CoordinateTransformation::kAsymmetric:
      return x / axis.scale;
    case CoordinateTransformation::kTfHalfPixelForNn:
      return (x + 0.5) / axis.scale;
    case CoordinateTransformation::kTfCropAndResize:
      break;
  }
  const double begin = axis.region_begin, end = axis.region_end;
  if (axis.output <= 1) return 0.5 * (begin + end) * last;
  return begin * last + x * (end - begin) * last / (axis.resized_length - 1);
}

bool ResizeParameters::is_outside(const ResizeAxis& axis, double coordinate) const {
  return transformation == CoordinateTransformation::kTfCropAndResize &&
         (coordinate < 0 || coordinate > static_cast<double>(axis.input - 1));
}

int64_t ResizeParameters::nearest_element(const ResizeAxis& axis, double coordinate) const {
  double rounded = 0;
  switch (nearest) {
    case NearestMode::kRoundPreferFloor:
      rounded = std::ceil(coordinate - 0.5);
      break;
    case NearestMode::kRoundPreferCeil:
      rounded = std::floor(coordinate + 0.5);
      break;
    case NearestMode::kFloor:
      rounded = std::floor(coordinate);
      break;
    case NearestMode::kCeil:
      rounded = std::ceil(coordinate);
      break;
  }
  return static_cast<int64_t>(std::clamp(rounded, 0.0, static_cast<double>(axis.input - 1)));
}

Result<ResizeParameters> resize_parameters(const Node& node, std::span<const Operand> operands) {
  const Shape& shape = operands[0].info.shape;
  ResizeParameters result;
  GN_TRY(read_modes(node.attributes, result));
  for (const int64_t extent : shape.extents())
    result.axes.push_back({extent, extent, 1, static_cast<double>(extent), 0, 1});
  const auto axes = GN_TRY(resized_axes(node.attributes, shape.rank()));
  GN_TRY(read_region(operands, axes, result));
  const bool by_scales = is_given(operands, 2), by_sizes = is_given(operands, 3);
  if (by_scales == by_sizes)
    return invalid("operands scales and sizes: exactly one of them must be given");
  if (by_scales) {
    const auto scales = GN_TRY(number_list(operands, 2, "scales"));
    GN_TRY(apply_scales(scales, axes, result));
  } else {
    const auto sizes = GN_TRY(integer_list(operands, 3, "sizes"));
    GN_TRY(apply_sizes(node.attributes, sizes, axes, result));
  }
  return result;
}

}  // namespace geoneuron::perception
