// SPDX-License-Identifier: MIT
// ProfileFile: the trace that --profile asks for. Move-only; not thread-safe.
#pragma once

#include <optional>
#include <string>

#include "base/file_draft.hpp"
#include "base/result.hpp"
#include "cli/session.hpp"
#include "cli/trace_collection.hpp"

namespace geoneuron::cli {

class ProfileFile {
 public:
  // Begins the file before anything runs, so that a path that cannot be written is told at once.
  // "" is for none: then nothing is asked for, and nothing written.
  static Result<ProfileFile> create(const std::string& path);

  bool is_wanted() const { return draft_.has_value(); }
  // Adds the trace of what the session ran last.
  Result<void> add(Session& session);
  // Writes what was added; the file appears when it is committed, after all other results.
  Result<void> write();
  Result<void> commit();

 private:
  std::optional<FileDraft> draft_;
  TraceCollection traces_;
};

}  // namespace geoneuron::cli
