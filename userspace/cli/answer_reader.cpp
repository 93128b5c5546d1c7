// SPDX-License-Identifier: MIT
#include "cli/answer_reader.hpp"

#include <utility>

namespace geoneuron::cli {

using nlohmann::json;

AnswerReader::AnswerReader(const json& answer, std::string what)
    : answer_(answer), what_(std::move(what)) {
  if (!answer.is_object()) wrong_ = "an object";
}

const json* AnswerReader::find(const char* name, bool (json::*is_right)() const noexcept) {
  if (answer_.is_object())
    if (const auto member = answer_.find(name); member != answer_.end() && ((*member).*is_right)())
      return &*member;
  if (wrong_.empty()) wrong_ = std::string("\"") + name + "\" as geoneuron/commands.h says";
  return nullptr;
}

std::string AnswerReader::text(const char* name) {
  const json* member = find(name, &json::is_string);
  return member == nullptr ? "" : member->get<std::string>();
}

uint64_t AnswerReader::number(const char* name) {
  const json* member = find(name, &json::is_number_unsigned);
  return member == nullptr ? 0 : member->get<uint64_t>();
}

int64_t AnswerReader::signed_number(const char* name) {
  const json* member = find(name, &json::is_number_integer);
  return member == nullptr ? 0 : member->get<int64_t>();
}

bool AnswerReader::flag(const char* name) {
  const json* member = find(name, &json::is_boolean);
  return member != nullptr && member->get<bool>();
}

std::vector<int64_t> AnswerReader::extents(const char* name) {
  std::vector<int64_t> result;
  for (const json& extent : part(name))
    if (extent.is_number_integer()) result.push_back(extent.get<int64_t>());
  return result;
}

const json& AnswerReader::part(const char* name) {
  static const json kNothing = json::array();
  const json* member = find(name, &json::is_structured);
  return member == nullptr ? kNothing : *member;
}

Result<void> AnswerReader::finish() const {
  if (wrong_.empty()) return {};
  return make_error(EPROTO, "the daemon's answer about %s: must have %s", what_.c_str(),
                    wrong_.c_str());
}

Result<json> parse_answer(const std::string& text) {
  json answer = json::parse(text, nullptr, false);
  if (answer.is_discarded()) return make_error(EPROTO, "the daemon's answer is no JSON");
  return answer;
}

}  // namespace geoneuron::cli
