// SPDX-License-Identifier: MIT
// OutputFolder: kept tensors as .npy files and manifest.json, which maps names to files. A run that
// fails leaves the target as it was. Move-only; not thread-safe.
#pragma once

#include <map>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "base/result.hpp"
#include "cli/folder_draft.hpp"
#include "perception/tensor.hpp"

namespace geoneuron::cli {

// `name` with every character outside [A-Za-z0-9_.-] replaced by '_' and cut to 200 characters.
std::string file_stem(const std::string& name);

class OutputFolder {
 public:
  // Errors name `target`: it is no folder, or nothing can be created beside it.
  static Result<OutputFolder> create(const std::string& target);

  // Writes one tensor; two names with one stem get different files.
  Result<void> add(const std::string& name, const perception::Tensor& tensor);

  // Moves everything to the target. An earlier run's files there (those that its manifest names)
  // are replaced; other files stay. `facts` are put before "tensors" in the manifest.
  Result<void> commit(const nlohmann::ordered_json& facts);

 private:
  explicit OutputFolder(FolderDraft draft) : draft_(std::move(draft)) {}

  FolderDraft draft_;
  std::set<std::string> files_;
  nlohmann::ordered_json tensors_ = nlohmann::ordered_json::object();
};

}  // namespace geoneuron::cli
