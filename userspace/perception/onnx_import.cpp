// SPDX-License-Identifier: MIT
#include "perception/onnx_import.hpp"

#include "base/mapped_region.hpp"
#include "perception/onnx_proto.hpp"
#include "perception/onnx_reader.hpp"
#include "perception/onnx_tensor.hpp"

namespace geoneuron::perception {
namespace {

Result<Model> supported(OnnxReading reading) {
  if (reading.unsupported.empty()) return std::move(reading.model);
  const size_t others = reading.unsupported.size() - 1;
  std::string sentence = reading.unsupported[0].sentence;
  if (others > 0) sentence += " (and " + std::to_string(others) + " more)";
  return Error{ENOTSUP, std::move(sentence)};
}

bool parse(onnx::TensorProto& proto, std::span<const std::byte> bytes) {
  if (bytes.empty() || bytes.size() > kMaximumModelBytes) return false;
  try {
    return proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

Result<Model> load_onnx(const std::string& path) {
  return with_context(supported(GN_TRY(read_onnx_file(path))), path);
}

Result<ModelFile> load_onnx_file(const std::string& path) {
  ModelFile file;
  file.bytes = GN_TRY(MappedRegion::copy_file(path, kMaximumModelBytes));
  OnnxReading reading = GN_TRY(read_onnx_file(file.bytes, path));
  file.external = std::move(reading.external);
  file.model = GN_TRY(with_context(supported(std::move(reading)), path));
  return file;
}

Result<Model> parse_onnx(std::span<const std::byte> bytes, const std::string& folder) {
  return supported(GN_TRY(read_onnx(bytes, ExternalData(folder))));
}

Result<Model> parse_onnx(std::span<const std::byte> bytes, ExternalFiles files) {
  return supported(GN_TRY(read_onnx(bytes, ExternalData(std::move(files)))));
}

Result<std::vector<UnsupportedNode>> unsupported_nodes(const std::string& path) {
  return GN_TRY(read_onnx_file(path)).unsupported;
}

Result<Tensor> load_tensor_proto(const std::string& path) {
  const MappedRegion file = GN_TRY(MappedRegion::copy_file(path, kMaximumModelBytes));
  onnx::TensorProto proto;
  if (!parse(proto, file.bytes())) return invalid("%s: is no ONNX tensor file", path.c_str());
  ExternalData none("");
  return with_context(tensor_from(proto, none), path);
}

}  // namespace geoneuron::perception
