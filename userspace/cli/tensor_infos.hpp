// SPDX-License-Identifier: MIT
// Types and shapes of tensors in a daemon's answer. Thread-safe.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::cli {

// By name, of an answer to QUERY perception or model: those whose shapes it tells. EPROTO.
Result<std::map<std::string, perception::TensorInfo>> parse_tensor_infos(
    const nlohmann::json& answer);

}  // namespace geoneuron::cli
