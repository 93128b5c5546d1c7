// SPDX-License-Identifier: MIT
// AnswerReader: takes members out of a daemon's answer in JSON. What is missing or of another kind
// has its empty value, and is told at the end. Not thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace geoneuron::cli {

class AnswerReader {
 public:
  // `answer` outlives the reader; `what` names it in errors.
  AnswerReader(const nlohmann::json& answer, std::string what);

  std::string text(const char* name);
  uint64_t number(const char* name);
  int64_t signed_number(const char* name);
  bool flag(const char* name);
  std::vector<int64_t> extents(const char* name);
  // An object or array; else an empty one.
  const nlohmann::json& part(const char* name);
  // EPROTO where something was not as it must be.
  Result<void> finish() const;

 private:
  const nlohmann::json* find(const char* name, bool (nlohmann::json::*is_right)() const noexcept);

  const nlohmann::json& answer_;
  std::string what_;
  std::string wrong_;  // the first member that was not as it must be
};

// EPROTO where it is no JSON.
Result<nlohmann::json> parse_answer(const std::string& text);

}  // namespace geoneuron::cli
