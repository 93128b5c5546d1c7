// SPDX-License-Identifier: MIT
// What the texts of commands say (uapi/geoneuron/commands.h), parsed and checked as far as they go
// by themselves. Plain values.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "perception/tensor.hpp"
#include "views/heatmaps.hpp"

namespace geoneuron::worker {

// Elements in a slot of the command.
struct SlotTensor {
  uint8_t slot = 0;
  uint64_t offset = 0;  // bytes
  perception::TensorInfo info;
};

// Where a tensor, or a count, is written to.
struct SlotPlace {
  uint8_t slot = 0;
  uint64_t offset = 0;  // bytes
};

// RGBA, 8 bits each.
struct SlotImage {
  uint8_t slot = 0;
  uint32_t width = 0, height = 0;
};

// Bytes of a slot.
struct SlotBytes {
  uint8_t slot = 0;
  uint64_t offset = 0;
  std::optional<uint64_t> count;  // else up to its end
};

struct LoadText {
  std::map<std::string, SlotBytes> files;  // by location
};

struct PerceiveText {
  enum class Keep : uint8_t { kOutputs, kAll, kNamed };
  std::map<std::string, SlotTensor> inputs;
  Keep keep = Keep::kOutputs;
  std::vector<std::string> names;  // kNamed
  std::map<std::string, SlotPlace> outputs;
  size_t pass_count = SIZE_MAX;        // of the optimiser
  uint64_t budget_bytes = UINT64_MAX;  // of the run
  bool profile = false;
  std::optional<SlotPlace> progress;
};

// A heatmap of one tensor in a slot: can be painted together with others of the same style.
struct BareHeatmap {
  std::shared_ptr<const views::HeatmapStyle> style;  // one object for all who mean the same
  views::HeatmapPlace place;
  uint8_t slot = 0;
  uint64_t offset = 0;  // bytes from the slot's begin to the map's first element
};

struct RenderText {
  std::string view;
  uint8_t pixels = 0;  // slot
  std::vector<std::string> select;
  std::map<std::string, std::string> parameters;
  std::map<std::string, SlotTensor> tensors;
  std::optional<SlotImage> image;
  std::optional<BareHeatmap> heatmap;
};

struct QueryText {
  enum class About : uint8_t { kModel, kPasses, kTrace, kPerception, kTensor };
  About about = About::kModel;
  std::string name;                                 // kTensor
  std::map<std::string, perception::Shape> shapes;  // kModel, of inputs
  bool passes = false;                              // kModel
};

using CommandText = std::variant<std::monostate, LoadText, PerceiveText, RenderText, QueryText>;

// Parses the text of a command with that opcode; an empty one is "{}". EINVAL: no JSON, a member
// that its opcode does not have, lacks or that is of another kind.
Result<CommandText> parse_command_text(uint16_t opcode, std::string_view text);

}  // namespace geoneuron::worker
