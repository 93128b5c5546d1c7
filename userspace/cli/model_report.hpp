// SPDX-License-Identifier: MIT
// What `geoneuron inspect` tells of a model, for people and for machines. Thread-safe.
#pragma once

#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "perception/model_description.hpp"

namespace geoneuron::cli {

// The number of each tensor, as --tensor '#12' takes it; empty for a model that cannot be run.
using TensorNumbers = std::map<std::string, size_t>;

nlohmann::ordered_json to_json(const perception::ModelDescription& model,
                               const TensorNumbers& numbers);
std::string to_text(const perception::ModelDescription& model, const TensorNumbers& numbers);

}  // namespace geoneuron::cli
