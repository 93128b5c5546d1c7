// SPDX-License-Identifier: MIT
// NpyHeader: the dictionary at the start of a .npy file. A plain value.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::cli {

struct NpyHeader {
  perception::TensorInfo info;
  bool swapped = false;       // elements are in the byte order that this machine has not
  bool column_major = false;  // fortran_order
  size_t data_offset = 0;     // where the elements start

  // Reads magic, version and dictionary: a Python literal with exactly the keys descr,
  // fortran_order and shape. EINVAL with what is malformed, ENOTSUP for foreign element types.
  static Result<NpyHeader> parse(std::span<const std::byte> bytes);
};

}  // namespace geoneuron::cli
