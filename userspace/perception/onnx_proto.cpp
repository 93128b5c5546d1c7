// SPDX-License-Identifier: MIT
#include "perception/onnx_proto.hpp"

#include <new>

#include "perception/text.hpp"

namespace geoneuron::perception {
namespace {

Result<Dimension> dimension_from(const onnx::TensorShapeProto::Dimension& proto) {
  if (proto.has_dim_param()) {
    GN_TRY(check_name(proto.dim_param()));
    return Dimension{std::nullopt, proto.dim_param()};
  }
  // Some exporters write -1 where the extent is unknown.
  if (!proto.has_dim_value() || proto.dim_value() == -1) return Dimension{};
  if (proto.dim_value() < 0 || proto.dim_value() > Shape::kMaximumElements)
    return invalid("extent %lld: must lie in [0, 2^40]", static_cast<long long>(proto.dim_value()));
  return Dimension{proto.dim_value(), ""};
}

// What protobuf throws ends here.
Result<void> parse(onnx::ModelProto& model, std::span<const std::byte> bytes) {
  try {
    if (model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return {};
  } catch (const std::bad_alloc&) {
    return make_error(ENOMEM, "takes more memory to be read than there is");
  } catch (const std::exception&) {
  }
  return invalid("is damaged, truncated or no ONNX model");
}

}  // namespace

Result<std::unique_ptr<onnx::ModelProto>> parse_model_proto(std::span<const std::byte> bytes) {
  if (bytes.empty()) return invalid("is empty; must be an ONNX model");
  if (bytes.size() > kMaximumModelBytes)
    return make_error(EFBIG, "has %zu bytes; at most %zu are read (put tensors into external data)",
                      bytes.size(), kMaximumModelBytes);
  auto model = std::make_unique<onnx::ModelProto>();
  GN_TRY(parse(*model, bytes));
  if (!model->has_graph()) return invalid("holds no graph; must be an ONNX model");
  return model;
}

Result<int64_t> default_opset(const onnx::ModelProto& model) {
  int64_t version = 0;
  for (const auto& set : model.opset_import()) {
    if (!set.domain().empty() && set.domain() != "ai.onnx") continue;
    if (version != 0 && version != set.version())
      return invalid("opset_import: names the default domain twice");
    version = set.version();
  }
  // Before IR version 3 there was no such field, and one operator set.
  if (version == 0 && model.opset_import().empty() && model.ir_version() < 3) return 1;
  if (version < 0)
    return invalid("opset_import: version %lld; must be 1 or more",
                   static_cast<long long>(version));
  return version;
}

Result<DataType> data_type_from(int32_t number) {
  const auto type = static_cast<DataType>(number);
  if (size_of(type) > 0) return type;
  std::string name = "number " + std::to_string(number);
  if (onnx::TensorProto_DataType_IsValid(number))
    name = onnx::TensorProto_DataType_Name(static_cast<onnx::TensorProto_DataType>(number));
  return make_error(ENOTSUP,
                    "element type %s is not supported; float16, float32, float64, (u)int8 to 64 "
                    "and bool are",
                    name.c_str());
}

Result<Declaration> declaration_from(const onnx::ValueInfoProto& info) {
  Declaration declaration;
  if (!info.has_type()) return declaration;
  if (!info.type().has_tensor_type())
    return make_error(ENOTSUP,
                      "%s: is a sequence, map, optional or sparse tensor; only tensors "
                      "are supported",
                      quoted(info.name()).c_str());
  const auto& tensor = info.type().tensor_type();
  if (tensor.elem_type() != 0)
    declaration.type =
        GN_TRY(with_context(data_type_from(tensor.elem_type()), quoted(info.name())));
  if (!tensor.has_shape()) return declaration;
  if (tensor.shape().dim_size() > static_cast<int>(Shape::kMaximumRank))
    return invalid("%s: has rank %d; at most %zu is supported", quoted(info.name()).c_str(),
                   tensor.shape().dim_size(), Shape::kMaximumRank);
  declaration.dimensions.emplace();
  for (const auto& dimension : tensor.shape().dim())
    declaration.dimensions->push_back(
        GN_TRY(with_context(dimension_from(dimension), quoted(info.name()))));
  return declaration;
}

Result<void> check_name(const std::string& name) {
  if (name.size() <= kMaximumNameBytes) return {};
  return invalid("name %s: has %zu bytes; at most %zu are allowed", quoted(name).c_str(),
                 name.size(), kMaximumNameBytes);
}

}  // namespace geoneuron::perception
