// SPDX-License-Identifier: MIT
#include "worker/text_cache.hpp"

namespace geoneuron::worker {

Result<std::shared_ptr<const CommandText>> TextCache::parse(uint16_t opcode,
                                                            std::string_view text) {
  Texts& texts = texts_[opcode];
  if (const auto found = texts.find(text); found != texts.end()) return found->second;
  CommandText parsed = GN_TRY(parse_command_text(opcode, text));
  if (++count_ > kMaximumTexts || (bytes_ += text.size()) > kMaximumBytes) {
    for (auto& [key, entries] : texts_) entries.clear();
    styles_.clear();
    count_ = 1;
    bytes_ = text.size();
  }
  share_style(parsed);
  auto shared = std::make_shared<const CommandText>(std::move(parsed));
  texts.emplace(text, shared);
  return shared;
}

// Parameters have few spellings; those of a heatmap tell all that its style holds.
void TextCache::share_style(CommandText& text) {
  auto* render = std::get_if<RenderText>(&text);
  if (render == nullptr || !render->heatmap) return;
  std::string key;
  for (const auto& [name, value] : render->parameters)
    key.append(name).append(1, '\0').append(value).append(1, '\0');
  render->heatmap->style =
      styles_.try_emplace(std::move(key), render->heatmap->style).first->second;
}

}  // namespace geoneuron::worker
