// SPDX-License-Identifier: MIT
#include "cli/tensor_infos.hpp"

#include <algorithm>

#include "cli/answer_reader.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::json;
using perception::DataType;
using perception::Shape;
using perception::TensorInfo;
using Infos = std::map<std::string, TensorInfo>;

// Open extents are names or null, and so is a shape of which nothing is known.
bool is_known(const json& shape) {
  const auto is_extent = [](const json& extent) { return extent.is_number_integer(); };
  return shape.is_array() && std::ranges::all_of(shape, is_extent);
}

// kUndefined where there is no type of that name.
DataType type_named(const std::string& name) {
  for (auto number = static_cast<int32_t>(DataType::kFloat32);
       number <= static_cast<int32_t>(DataType::kUInt64); ++number) {
    const auto type = static_cast<DataType>(number);
    if (perception::size_of(type) > 0 && perception::name_of(type) == name) return type;
  }
  return DataType::kUndefined;
}

Result<void> take(const json& tensors, Infos& infos) {
  for (const json& tensor : tensors) {
    if (!is_known(tensor.is_object() ? tensor.value("shape", json()) : json())) continue;
    AnswerReader reader(tensor, "a tensor");
    TensorInfo info;
    info.type = type_named(reader.text("type"));
    info.shape = GN_TRY(Shape::checked(reader.extents("shape")));
    const std::string name = reader.text("name");
    GN_TRY(reader.finish());
    if (info.type != DataType::kUndefined) infos[name] = std::move(info);
  }
  return {};
}

}  // namespace

Result<Infos> parse_tensor_infos(const json& answer) {
  Infos infos;
  if (!answer.is_object()) return infos;
  for (const char* member : {"tensors", "inputs", "outputs"})
    if (answer.contains(member)) GN_TRY(take(answer[member], infos));
  for (const json& layer : answer.value("layers", json::array()))
    if (layer.is_object()) GN_TRY(take(layer.value("outputs", json::array()), infos));
  return infos;
}

}  // namespace geoneuron::cli
