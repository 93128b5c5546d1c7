// SPDX-License-Identifier: MIT
// Resize (sets 10-19 without half_pixel_symmetric) with sizes, scales, region and modes resolved,
// for shape inference and all engines alike. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::perception {

enum class ResizeMode : uint8_t { kNearest, kLinear, kCubic };
enum class NearestMode : uint8_t { kRoundPreferFloor, kRoundPreferCeil, kFloor, kCeil };
enum class CoordinateTransformation : uint8_t {
  kHalfPixel,
  kPytorchHalfPixel,
  kAlignCorners,
  kAsymmetric,
  kTfHalfPixelForNn,
  kTfCropAndResize,
};

struct ResizeAxis {
  int64_t input = 0;
  int64_t output = 0;
  double scale = 1;  // as the coordinate transformation uses it: given, or output / input
  // input * scale before rounding, which align_corners divides by (ONNX's reference does so too).
  double resized_length = 0;
  double region_begin = 0;  // normalised; tf_crop_and_resize only
  double region_end = 1;

  // True where the axis is copied as it is.
  bool is_identity() const { return input == output && scale == 1; }
  bool operator==(const ResizeAxis&) const = default;
};

struct ResizeParameters {
  ResizeMode mode = ResizeMode::kNearest;
  NearestMode nearest = NearestMode::kRoundPreferFloor;
  CoordinateTransformation transformation = CoordinateTransformation::kHalfPixel;
  float cubic_coefficient = -0.75f;
  bool exclude_outside = false;
  bool antialias = false;  // linear and cubic only: the filter widens by 1 / scale when shrinking
  float extrapolation_value = 0;
  std::vector<ResizeAxis> axes;  // one per axis of the data

  // The input coordinate that element `position` of the result's axis stands for (the formulas of
  // Resize 13, coordinate_transformation_mode).
  double source(const ResizeAxis& axis, int64_t position) const;
  // tf_crop_and_resize: whether a coordinate lies outside the input, where extrapolation_value is.
  bool is_outside(const ResizeAxis& axis, double coordinate) const;
  // mode nearest: the input element of that coordinate, clamped into the input.
  int64_t nearest_element(const ResizeAxis& axis, double coordinate) const;
};

// Operands are X, roi?, scales?, sizes?, as in Resize 18; those after X need their values. EINVAL
// where neither or both of scales and sizes are given, or lengths and values do not fit.
Result<ResizeParameters> resize_parameters(const Node& node, std::span<const Operand> operands);

}  // namespace geoneuron::perception
