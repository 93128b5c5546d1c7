// SPDX-License-Identifier: MIT
// Tensors as .npy files (NumPy Enhancement Proposal 1 and numpy.lib.format:
// versions 1.0, 2.0, 3.0). Thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::cli {

// Larger files are refused before they are read.
inline constexpr size_t kMaximumNpyBytes = size_t{16} << 30;

// True for bytes that start as a .npy file does.
bool looks_like_npy(std::span<const std::byte> bytes);

// The array in `bytes`, in row-major order and this machine's byte order, whatever the file has.
// EINVAL where the header is malformed or does not match the number of bytes, ENOTSUP for element
// types that geoneuron does not have (complex, text, records, ...).
Result<perception::Tensor> parse_npy(std::span<const std::byte> bytes);

// The array in the file at `path`; errors name it.
Result<perception::Tensor> read_npy(const std::string& path);

// Magic, version 1.0 and header for elements of `info` in row-major, little-endian order; its
// length is a multiple of 64.
std::vector<std::byte> npy_header(const perception::TensorInfo& info);

// Writes header and elements; `path` is then complete or as it was.
Result<void> write_npy(const std::string& path, const perception::Tensor& tensor);

}  // namespace geoneuron::cli
