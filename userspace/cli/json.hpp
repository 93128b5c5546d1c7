// SPDX-License-Identifier: MIT
// Text for machines. Thread-safe.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "base/printable.hpp"

namespace geoneuron::cli {

// Indented by two, with a final newline. Names in models may hold any bytes: what is not UTF-8 is
// replaced by U+FFFD, because a parser would refuse the whole text, and control characters are
// escaped, because the text may be looked at in a terminal.
inline std::string to_text(const nlohmann::ordered_json& json) {
  using Json = nlohmann::ordered_json;
  return escaped_controls(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace geoneuron::cli
