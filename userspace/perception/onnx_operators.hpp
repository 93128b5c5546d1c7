// SPDX-License-Identifier: MIT
// The operators that a model asks for, also of models that cannot be loaded. Thread-safe.
#pragma once

#include <set>
#include <string>

#include "base/result.hpp"

namespace geoneuron::perception {

// ONNX's names of the operators of all nodes at `path`, without those inside subgraphs; operators
// of other domains as "domain.Name". EINVAL where the file is no ONNX model.
Result<std::set<std::string>> operator_names(const std::string& path);

}  // namespace geoneuron::perception
