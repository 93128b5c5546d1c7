// SPDX-License-Identifier: MIT
#include "worker/command_text.hpp"

#include <geoneuron/commands.h>

#include <utility>

#include "base/text.hpp"
#include "views/view.hpp"
#include "worker/json_reader.hpp"

namespace geoneuron::worker {
namespace {

using nlohmann::json;
using perception::DataType;

constexpr uint64_t kMaximumSlot = GEONEURON_COMMAND_BUFFERS - 1;
// Offsets and sizes stay far from where sums of them overflow.
constexpr uint64_t kMaximumOffset = uint64_t{1} << 48;

Result<DataType> type_named(const std::string& tensor, const std::string& name) {
  std::vector<std::string> names;
  for (int32_t number = 1; number <= static_cast<int32_t>(DataType::kUInt64); ++number) {
    const auto type = static_cast<DataType>(number);
    if (perception::size_of(type) == 0) continue;
    if (perception::name_of(type) == name) return type;
    names.emplace_back(perception::name_of(type));
  }
  return invalid("tensor %s: type \"%s\": must be one of %s", tensor.c_str(), name.c_str(),
                 joined(names).c_str());
}

Result<SlotTensor> slot_tensor(const std::string& name, const json& value) {
  ObjectReader reader = GN_TRY(ObjectReader::of(value, "tensor " + name));
  SlotTensor tensor;
  tensor.slot = static_cast<uint8_t>(GN_TRY(reader.number("slot", kMaximumSlot)));
  if (reader.has("offset")) tensor.offset = GN_TRY(reader.number("offset", kMaximumOffset));
  const std::string type = GN_TRY(reader.text("type"));
  tensor.info.type = GN_TRY(type_named(name, type));
  auto extents = GN_TRY(reader.extents("shape"));
  tensor.info.shape =
      GN_TRY(with_context(perception::Shape::checked(std::move(extents)), "tensor " + name));
  GN_TRY(reader.finish());
  return tensor;
}

Result<SlotPlace> slot_place(const std::string& what, const json& value) {
  ObjectReader reader = GN_TRY(ObjectReader::of(value, what));
  SlotPlace place;
  place.slot = static_cast<uint8_t>(GN_TRY(reader.number("slot", kMaximumSlot)));
  if (reader.has("offset")) place.offset = GN_TRY(reader.number("offset", kMaximumOffset));
  GN_TRY(reader.finish());
  return place;
}

Result<SlotImage> slot_image(const json& value) {
  ObjectReader reader = GN_TRY(ObjectReader::of(value, "image"));
  SlotImage image;
  image.slot = static_cast<uint8_t>(GN_TRY(reader.number("slot", kMaximumSlot)));
  image.width = static_cast<uint32_t>(GN_TRY(reader.number("width", views::kMaximumExtent)));
  image.height = static_cast<uint32_t>(GN_TRY(reader.number("height", views::kMaximumExtent)));
  GN_TRY(reader.finish());
  return image;
}

Result<SlotBytes> slot_bytes(const std::string& name, const json& value) {
  SlotBytes place;
  if (value.is_number_unsigned() && value.get<uint64_t>() <= kMaximumSlot) {
    place.slot = value.get<uint8_t>();
    return place;
  }
  if (!value.is_object())
    return invalid("files: \"%s\" must be the number of a slot, or say where in a slot",
                   name.c_str());
  ObjectReader reader = GN_TRY(ObjectReader::of(value, "file " + name));
  place.slot = static_cast<uint8_t>(GN_TRY(reader.number("slot", kMaximumSlot)));
  place.offset = GN_TRY(reader.number("offset", kMaximumOffset));
  place.count = GN_TRY(reader.number("bytes", kMaximumOffset));
  GN_TRY(reader.finish());
  return place;
}

Result<LoadText> parse_load(ObjectReader& reader) {
  LoadText text;
  const auto read_file = [&](const std::string& key, const json& value) -> Result<void> {
    text.files[key] = GN_TRY(slot_bytes(key, value));
    return {};
  };
  GN_TRY(reader.each("files", read_file));
  return text;
}

Result<void> parse_keep(ObjectReader& reader, PerceiveText& text) {
  if (!reader.has("keep")) return {};
  const json* value = GN_TRY(reader.member("keep"));
  if (value->is_string() && *value == "outputs") return {};
  if (value->is_string() && *value == "all") {
    text.keep = PerceiveText::Keep::kAll;
    return {};
  }
  if (!value->is_array()) return invalid("keep: must be \"all\", \"outputs\" or a list of names");
  text.keep = PerceiveText::Keep::kNamed;
  text.names = GN_TRY(reader.texts("keep"));
  return {};
}

Result<void> parse_run(ObjectReader& reader, PerceiveText& text) {
  if (reader.has("optimize")) {
    const json* value = GN_TRY(reader.member("optimize"));
    if (value->is_boolean()) {
      text.pass_count = value->get<bool>() ? SIZE_MAX : 0;
    } else if (value->is_number_unsigned()) {
      text.pass_count = value->get<size_t>();
    } else {
      return invalid("optimize: must be true, false or how many of the passes");
    }
  }
  if (reader.has("budget")) text.budget_bytes = GN_TRY(reader.number("budget", UINT64_MAX));
  if (reader.has("profile")) text.profile = GN_TRY(reader.truth("profile"));
  if (reader.has("progress")) {
    const json* place = GN_TRY(reader.member("progress"));
    text.progress = GN_TRY(slot_place("progress", *place));
  }
  return {};
}

Result<PerceiveText> parse_perceive(ObjectReader& reader) {
  PerceiveText text;
  const auto read_input = [&](const std::string& key, const json& value) -> Result<void> {
    text.inputs[key] = GN_TRY(slot_tensor(key, value));
    return {};
  };
  GN_TRY(reader.each("inputs", read_input));
  const auto read_output = [&](const std::string& key, const json& value) -> Result<void> {
    text.outputs[key] = GN_TRY(slot_place("tensor " + key, value));
    return {};
  };
  GN_TRY(reader.each("outputs", read_output));
  GN_TRY(parse_keep(reader, text));
  GN_TRY(parse_run(reader, text));
  return text;
}

// Numbers and truth are as good as their texts.
Result<std::string> parameter(const std::string& name, const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return invalid("parameters: \"%s\" must be a text or a number", name.c_str());
}

// Only a view of one float32 tensor in a slot can be told without looking at anything else.
Result<std::optional<BareHeatmap>> bare_heatmap(const RenderText& text,
                                                const views::ViewParameters& parameters) {
  if (text.view != "activation_map" || text.select.size() != 1) return std::optional<BareHeatmap>();
  const auto tensor = text.tensors.find(text.select[0]);
  if (tensor == text.tensors.end() || tensor->second.info.type != DataType::kFloat32)
    return std::optional<BareHeatmap>();
  const auto style = GN_TRY(with_context(views::HeatmapStyle::from(parameters), text.view));
  if (!style) return std::optional<BareHeatmap>();
  BareHeatmap heatmap;
  heatmap.place = GN_TRY(
      with_context(views::HeatmapPlace::of(tensor->first, tensor->second.info, *style), text.view));
  heatmap.style = std::make_shared<const views::HeatmapStyle>(*style);
  heatmap.slot = tensor->second.slot;
  heatmap.offset = tensor->second.offset + heatmap.place.first_element * sizeof(float);
  return std::optional(std::move(heatmap));
}

Result<RenderText> parse_render(ObjectReader& reader) {
  RenderText text;
  text.view = GN_TRY(reader.text("view"));
  text.pixels = static_cast<uint8_t>(GN_TRY(reader.number("pixels", kMaximumSlot)));
  if (reader.has("select")) text.select = GN_TRY(reader.texts("select"));
  const auto read_parameter = [&](const std::string& key, const json& value) -> Result<void> {
    text.parameters[key] = GN_TRY(parameter(key, value));
    return {};
  };
  GN_TRY(reader.each("parameters", read_parameter));
  const auto read_tensor = [&](const std::string& key, const json& value) -> Result<void> {
    text.tensors[key] = GN_TRY(slot_tensor(key, value));
    return {};
  };
  GN_TRY(reader.each("tensors", read_tensor));
  if (reader.has("image")) {
    const json* image = GN_TRY(reader.member("image"));
    text.image = GN_TRY(slot_image(*image));
  }
  const views::ViewDefinition* view = GN_TRY(views::find_view(text.view));
  const auto parameters = GN_TRY(
      with_context(views::ViewParameters::parse(view->parameters, text.parameters), text.view));
  text.heatmap = GN_TRY(bare_heatmap(text, parameters));
  return text;
}

// How a model is to be described.
Result<void> parse_description(ObjectReader& reader, QueryText& text) {
  if (reader.has("passes")) text.passes = GN_TRY(reader.truth("passes"));
  if (!reader.has("shapes")) return {};
  const json* shapes = GN_TRY(reader.member("shapes"));
  ObjectReader inputs = GN_TRY(ObjectReader::of(*shapes, "shapes"));
  for (const auto& [name, unused] : shapes->items()) {
    auto extents = GN_TRY(inputs.extents(name.c_str()));
    text.shapes[name] =
        GN_TRY(with_context(perception::Shape::checked(std::move(extents)), "input " + name));
  }
  return inputs.finish();
}

Result<QueryText> parse_query(ObjectReader& reader) {
  using About = QueryText::About;
  const std::string about = GN_TRY(reader.text("about"));
  QueryText text;
  if (about == "model") {
    text.about = About::kModel;
    GN_TRY(parse_description(reader, text));
  } else if (about == "passes") {
    text.about = About::kPasses;
  } else if (about == "trace") {
    text.about = About::kTrace;
  } else if (about == "perception") {
    text.about = About::kPerception;
  } else if (about == "tensor") {
    text.about = About::kTensor;
    text.name = GN_TRY(reader.text("name"));
  } else {
    return invalid("about \"%s\": a worker knows of model, passes, trace, perception and tensor",
                   about.c_str());
  }
  return text;
}

Result<CommandText> parse_members(uint16_t opcode, ObjectReader& reader) {
  switch (opcode) {
    case GEONEURON_LOAD_MODEL:
      return CommandText(GN_TRY(parse_load(reader)));
    case GEONEURON_PERCEIVE:
      return CommandText(GN_TRY(parse_perceive(reader)));
    case GEONEURON_RENDER:
      return CommandText(GN_TRY(parse_render(reader)));
    case GEONEURON_QUERY:
      return CommandText(GN_TRY(parse_query(reader)));
    default:
      return CommandText();
  }
}

}  // namespace

Result<CommandText> parse_command_text(uint16_t opcode, std::string_view text) {
  // Without exceptions; the parser keeps its own stack, however deep the text nests.
  const json parsed = text.empty() ? json::object() : json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return invalid("text: is no JSON");
  ObjectReader reader = GN_TRY(ObjectReader::of(parsed, "text"));
  CommandText result = GN_TRY(parse_members(opcode, reader));
  GN_TRY(reader.finish());
  return result;
}

}  // namespace geoneuron::worker
