// SPDX-License-Identifier: MIT
// ProfileFile: the trace that --profile asks for. Move-only; not thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/file_draft.hpp"
#include "base/result.hpp"
#include "engine/profiler.hpp"

namespace geoneuron::cli {

class ProfileFile {
 public:
  // Begins the file before anything runs, so that a path that cannot be written is told at once.
  // "" is for none: then there is no profiler, and nothing is written.
  static Result<ProfileFile> create(const std::string& path);

  engine::Profiler* profiler() { return profiler_.get(); }
  // Writes what was profiled; the file appears when it is committed, after all other results.
  Result<void> write();
  Result<void> commit();

 private:
  std::unique_ptr<engine::Profiler> profiler_;
  std::optional<FileDraft> draft_;
};

}  // namespace geoneuron::cli
