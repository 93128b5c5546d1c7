// SPDX-License-Identifier: MIT
#include "perception/onnx_tensor.hpp"

#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

namespace geoneuron::perception {
namespace {

// raw_data and external data are little-endian and are taken as they are.
static_assert(std::endian::native == std::endian::little);

Result<TensorInfo> info_of(const onnx::TensorProto& proto) {
  if (proto.has_segment()) return make_error(ENOTSUP, "is a segment; must be a whole tensor");
  TensorInfo info;
  info.type = GN_TRY(data_type_from(proto.data_type()));
  if (proto.dims_size() > static_cast<int>(Shape::kMaximumRank))
    return invalid("has rank %d; at most %zu is supported", proto.dims_size(), Shape::kMaximumRank);
  info.shape = GN_TRY(Shape::checked({proto.dims().begin(), proto.dims().end()}));
  return info;
}

// Any byte but 0 and 1 in a bool would be undefined behaviour for whoever reads it.
void normalize_bools(Tensor& tensor) {
  if (tensor.type() != DataType::kBool) return;
  for (std::byte& byte : tensor.mutable_bytes()) byte = std::byte{byte != std::byte{0}};
}

Result<Tensor> copied(const TensorInfo& info, const void* bytes, size_t size) {
  if (size != info.size_bytes())
    return invalid("%s: has %zu bytes of data; must have %zu", info.to_string().c_str(), size,
                   info.size_bytes());
  Tensor tensor = GN_TRY(Tensor::allocate(info));
  if (size > 0) std::memcpy(tensor.mutable_bytes().data(), bytes, size);
  normalize_bools(tensor);
  return tensor;
}

struct Location {
  std::string file;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

Result<uint64_t> number_in(const std::string& text, const char* key) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, number);
  if (code != std::errc{} || stop != end || text.empty())
    return invalid("external data: %s %s must be a number", key, quoted(text).c_str());
  return number;
}

Result<Location> location_of(const onnx::TensorProto& proto) {
  Location location;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") location.file = entry.value();
    if (entry.key() == "offset") location.offset = GN_TRY(number_in(entry.value(), "offset"));
    if (entry.key() == "length") location.length = GN_TRY(number_in(entry.value(), "length"));
  }
  GN_TRY(check_name(location.file));
  return location;
}

Result<Tensor> external_tensor(const onnx::TensorProto& proto, const TensorInfo& info,
                               ExternalData& external) {
  const Location location = GN_TRY(location_of(proto));
  const uint64_t length = location.length.value_or(info.size_bytes());
  if (length != info.size_bytes())
    return invalid("external data %s: length %llu must be the %zu bytes of %s",
                   location.file.c_str(), static_cast<unsigned long long>(length),
                   info.size_bytes(), info.to_string().c_str());
  const ExternalBytes range = GN_TRY(external.range(location.file, location.offset, length));
  const bool aligned = location.offset % Tensor::kAlignmentBytes == 0;
  if (aligned && length > 0 && info.type != DataType::kBool)
    return Tensor::view(info, range.owner, range.bytes.data());
  return copied(info, range.bytes.data(), range.bytes.size());
}

// The typed field's numbers, each of which must fit into T.
template <typename T, typename Field>
Result<Tensor> converted(const TensorInfo& info, const Field& field) {
  if (field.size() != info.element_count())
    return invalid("%s: has %d elements of data; must have %lld", info.to_string().c_str(),
                   field.size(), static_cast<long long>(info.element_count()));
  Tensor tensor = GN_TRY(Tensor::allocate(info));
  const std::span<T> values(reinterpret_cast<T*>(tensor.mutable_bytes().data()),
                            static_cast<size_t>(field.size()));
  for (int i = 0; i < field.size(); ++i) {
    const T value = static_cast<T>(field.Get(i));
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
      if (std::cmp_not_equal(value, field.Get(i)))
        return invalid("%s: element %d does not fit into its type", info.to_string().c_str(), i);
    values[static_cast<size_t>(i)] = value;
  }
  return tensor;
}

Result<Tensor> typed_tensor(const onnx::TensorProto& proto, const TensorInfo& info) {
  switch (info.type) {
    case DataType::kFloat32:
      return converted<float>(info, proto.float_data());
    case DataType::kFloat64:
      return converted<double>(info, proto.double_data());
    case DataType::kInt64:
      return converted<int64_t>(info, proto.int64_data());
    case DataType::kUInt32:
      return converted<uint32_t>(info, proto.uint64_data());
    case DataType::kUInt64:
      return converted<uint64_t>(info, proto.uint64_data());
    case DataType::kInt32:
      return converted<int32_t>(info, proto.int32_data());
    case DataType::kInt16:
      return converted<int16_t>(info, proto.int32_data());
    case DataType::kInt8:
      return converted<int8_t>(info, proto.int32_data());
    case DataType::kUInt16:
    case DataType::kFloat16:  // the bits of each half
      return converted<uint16_t>(info, proto.int32_data());
    case DataType::kUInt8:
      return converted<uint8_t>(info, proto.int32_data());
    case DataType::kBool:
      return converted<bool>(info, proto.int32_data());
    case DataType::kUndefined:
      break;
  }
  return invalid("has no element type");
}

Result<Tensor> any_tensor(const onnx::TensorProto& proto, ExternalData& external) {
  const TensorInfo info = GN_TRY(info_of(proto));
  if (proto.data_location() == onnx::TensorProto::EXTERNAL)
    return external_tensor(proto, info, external);
  if (proto.has_raw_data()) return copied(info, proto.raw_data().data(), proto.raw_data().size());
  return typed_tensor(proto, info);
}

}  // namespace

Result<Tensor> tensor_from(const onnx::TensorProto& proto, ExternalData& external) {
  return with_context(any_tensor(proto, external), "tensor " + quoted(proto.name()));
}

}  // namespace geoneuron::perception
