// SPDX-License-Identifier: MIT
// Reading the operands whose elements decide shapes. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "perception/shape_inference.hpp"

namespace geoneuron::perception {

// Whether the operand at `position` is there at all (trailing ones may be left out).
bool is_present(std::span<const Operand> operands, size_t position);

// The elements of a rank 0 or 1 integer operand called `name`. EAGAIN where its value is unknown;
// EINVAL where it is absent, not of integers, of another rank, or has more than kMaximumListLength.
Result<std::vector<int64_t>> integer_list(std::span<const Operand> operands, size_t position,
                                          const char* name);
// The same for a floating-point operand, as float.
Result<std::vector<float>> number_list(std::span<const Operand> operands, size_t position,
                                       const char* name);

// No list that decides a shape is longer (Split's may have one entry per output).
inline constexpr int64_t kMaximumListLength = 65536;

}  // namespace geoneuron::perception
