// SPDX-License-Identifier: MIT
// TextCache: parsed texts by content. Programs send the same text thousands of times, and parsing
// JSON takes longer than painting a small heatmap. Styles of heatmaps that mean the same become one
// object, so that equality is that of pointers. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"
#include "worker/command_text.hpp"

namespace geoneuron::worker {

class TextCache {
 public:
  // All is forgotten when there are more texts than this, or more bytes.
  static constexpr size_t kMaximumTexts = 4096;
  static constexpr size_t kMaximumBytes = 4u << 20;

  // Errors: parse_command_text's, which are not remembered.
  Result<std::shared_ptr<const CommandText>> parse(uint16_t opcode, std::string_view text);

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Texts =
      std::unordered_map<std::string, std::shared_ptr<const CommandText>, Hash, std::equal_to<>>;

  void share_style(CommandText& text);

  std::unordered_map<uint16_t, Texts> texts_;  // by opcode
  std::unordered_map<std::string, std::shared_ptr<const views::HeatmapStyle>> styles_;
  size_t count_ = 0, bytes_ = 0;
};

}  // namespace geoneuron::worker
