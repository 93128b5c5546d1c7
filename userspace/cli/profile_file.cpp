// SPDX-License-Identifier: MIT
#include "cli/profile_file.hpp"

#include <span>

#include "cli/interrupt.hpp"

namespace geoneuron::cli {

Result<ProfileFile> ProfileFile::create(const std::string& path) {
  ProfileFile file;
  if (path.empty()) return file;
  file.draft_.emplace(GN_TRY(with_context(FileDraft::create(path), "--profile")));
  return file;
}

Result<void> ProfileFile::add(Session& session) {
  if (!draft_) return {};
  const std::string trace = GN_TRY(session.trace());
  return traces_.add(trace);
}

Result<void> ProfileFile::write() {
  if (!draft_) return {};
  const std::string trace = traces_.to_text();
  return draft_->write(std::as_bytes(std::span(trace.data(), trace.size())));
}

Result<void> ProfileFile::commit() {
  if (!draft_) return {};
  const InterruptPause pause;
  return draft_->commit();
}

}  // namespace geoneuron::cli
