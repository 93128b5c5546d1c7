// SPDX-License-Identifier: MIT
// Shape: the extents of a tensor, outermost first; rank 0 is a scalar. A plain value.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::perception {

class Shape {
 public:
  // More axes than any network has; bounds every loop over axes.
  static constexpr size_t kMaximumRank = 16;
  // No tensor has more elements: products of extents and their byte sizes then fit in int64.
  static constexpr int64_t kMaximumElements = int64_t{1} << 40;

  Shape() = default;
  Shape(std::initializer_list<int64_t> extents) : extents_(extents) {}
  explicit Shape(std::vector<int64_t> extents) : extents_(std::move(extents)) {}

  // Checks rank, sign and the number of elements; EINVAL with a sentence otherwise.
  static Result<Shape> checked(std::vector<int64_t> extents);

  size_t rank() const { return extents_.size(); }
  int64_t operator[](size_t axis) const { return extents_[axis]; }
  int64_t& operator[](size_t axis) { return extents_[axis]; }
  const std::vector<int64_t>& extents() const { return extents_; }

  // Product of all extents; 1 for a scalar.
  int64_t element_count() const { return count(0, rank()); }
  // Product of the extents of axes [first, last).
  int64_t count(size_t first, size_t last) const;
  // Row-major strides, in elements.
  std::vector<int64_t> strides() const;
  // "1x3x48x48"; "scalar" for rank 0.
  std::string to_string() const;

  bool operator==(const Shape&) const = default;

 private:
  std::vector<int64_t> extents_;
};

// The shape that two operands broadcast to (numpy's rule, ONNX Broadcasting.md); EINVAL if none.
Result<Shape> broadcast(const Shape& a, const Shape& b);

// Maps an axis in [-rank, rank) to [0, rank); EINVAL outside.
Result<size_t> normalized_axis(int64_t axis, size_t rank);

}  // namespace geoneuron::perception
