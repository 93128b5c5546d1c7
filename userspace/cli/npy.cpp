// SPDX-License-Identifier: MIT
#include "cli/npy.hpp"

#include <bit>
#include <cstring>

#include "base/file.hpp"
#include "base/mapped_region.hpp"
#include "cli/npy_header.hpp"

namespace geoneuron::cli {
namespace {

using perception::DataType;
using perception::Shape;
using perception::Tensor;
using perception::TensorInfo;

static_assert(std::endian::native == std::endian::little, "npy_header() says little-endian");

// NumPy's letters for kinds of numbers are the first ones of our names: f, i, u, b.
std::string code_of(DataType type) {
  assert(type != DataType::kUndefined);
  const size_t bytes = perception::size_of(type);
  return (bytes == 1 ? "|" : "<") + std::string(1, perception::name_of(type)[0]) +
         std::to_string(bytes);
}

void swap_elements(std::span<std::byte> bytes, size_t element_bytes) {
  for (size_t first = 0; first < bytes.size(); first += element_bytes)
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(first),
                 bytes.begin() + static_cast<std::ptrdiff_t>(first + element_bytes));
}

// Copies column-major `source` to row-major `target`, walking the target in order and keeping the
// source's offset as an odometer.
void copy_transposed(std::span<const std::byte> source, Tensor& target) {
  const Shape& shape = target.shape();
  const size_t element_bytes = size_of(target.type());
  const size_t rank = shape.rank();
  std::vector<int64_t> stride(rank, 1), index(rank, 0);
  for (size_t axis = 1; axis < rank; ++axis) stride[axis] = stride[axis - 1] * shape[axis - 1];
  int64_t offset = 0;
  for (int64_t i = 0; i < shape.element_count(); ++i) {
    std::memcpy(target.mutable_bytes().data() + static_cast<size_t>(i) * element_bytes,
                source.data() + static_cast<size_t>(offset) * element_bytes, element_bytes);
    for (size_t axis = rank; axis-- > 0;) {
      offset += stride[axis];
      if (++index[axis] < shape[axis]) break;
      offset -= stride[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

// Any non-zero byte is true in a file; in memory a bool must be 0 or 1.
void make_bools_valid(std::span<std::byte> bytes) {
  for (std::byte& byte : bytes) byte = byte == std::byte{0} ? byte : std::byte{1};
}

}  // namespace

bool looks_like_npy(std::span<const std::byte> bytes) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size())
      .starts_with(kMagic);
}

Result<Tensor> parse_npy(std::span<const std::byte> bytes) {
  const NpyHeader header = GN_TRY(NpyHeader::parse(bytes));
  const auto data = bytes.subspan(header.data_offset);
  if (data.size() != header.info.size_bytes()) {
    return invalid("has %zu bytes of elements where its header, %s, says %zu", data.size(),
                   header.info.to_string().c_str(), header.info.size_bytes());
  }
  Tensor tensor = GN_TRY(Tensor::allocate(header.info));
  if (header.column_major) {
    copy_transposed(data, tensor);
  } else if (!data.empty()) {
    std::memcpy(tensor.mutable_bytes().data(), data.data(), data.size());
  }
  if (header.swapped) swap_elements(tensor.mutable_bytes(), size_of(tensor.type()));
  if (tensor.type() == DataType::kBool) make_bools_valid(tensor.mutable_bytes());
  return tensor;
}

Result<Tensor> read_npy(const std::string& path) {
  const MappedRegion region = GN_TRY(MappedRegion::copy_file(path, kMaximumNpyBytes));
  return with_context(parse_npy(region.bytes()), path);
}

std::vector<std::byte> npy_header(const TensorInfo& info) {
  std::string shape;
  for (const int64_t extent : info.shape.extents()) shape += std::to_string(extent) + ", ";
  if (shape.size() > 2) shape.resize(shape.size() - (info.shape.rank() == 1 ? 1 : 2));
  std::string text = std::string("{'descr': '") + code_of(info.type) +
                     "', 'fortran_order': False, 'shape': (" + shape + "), }";
  const size_t prefix = 10;  // magic, version and length
  text.append(63 - (prefix + text.size()) % 64, ' ');
  text += '\n';
  std::string header = "\x93NUMPY";
  header +=
      {'\1', '\0', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  header += text;
  const auto bytes = std::as_bytes(std::span(header.data(), header.size()));
  return {bytes.begin(), bytes.end()};
}

Result<void> write_npy(const std::string& path, const Tensor& tensor) {
  const std::vector<std::byte> header = npy_header(tensor.info());
  return write_file(path, {header, tensor.bytes()});
}

}  // namespace geoneuron::cli
