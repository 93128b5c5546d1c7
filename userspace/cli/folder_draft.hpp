// SPDX-License-Identifier: MIT
// FolderDraft: a folder of results that is filled beside its target and moved there at the end.
// What fails, or is interrupted, leaves the target as it was. Move-only; not thread-safe.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "base/result.hpp"

namespace geoneuron::cli {

class FolderDraft {
 public:
  // Makes the temporary folder. Errors name `target`: it is no folder, or nothing can be created
  // beside it.
  static Result<FolderDraft> create(const std::string& target);

  FolderDraft(FolderDraft&& other) noexcept;
  FolderDraft& operator=(FolderDraft&&) = delete;
  // Removes the temporary folder, if it was not committed.
  ~FolderDraft();

  const std::filesystem::path& path() const { return temporary_; }
  const std::filesystem::path& target() const { return target_; }

  // Moves all files to the target, the one named `last` at the end. Those of the target's files
  // that are `outdated` are removed first, those of the same names replaced; others stay.
  Result<void> commit(const std::string& last, const std::set<std::string>& outdated);

 private:
  FolderDraft(std::filesystem::path target, std::filesystem::path temporary)
      : target_(std::move(target)), temporary_(std::move(temporary)) {}
  Result<void> replace_files(const std::string& last, const std::set<std::string>& outdated);

  std::filesystem::path target_, temporary_;
};

}  // namespace geoneuron::cli
