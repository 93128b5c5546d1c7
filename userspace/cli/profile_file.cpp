// SPDX-License-Identifier: MIT
#include "cli/profile_file.hpp"

#include "cli/interrupt.hpp"

namespace geoneuron::cli {

Result<ProfileFile> ProfileFile::create(const std::string& path) {
  ProfileFile file;
  if (path.empty()) return file;
  file.draft_.emplace(GN_TRY(with_context(FileDraft::create(path), "--profile")));
  file.profiler_ = std::make_unique<engine::Profiler>();
  return file;
}

Result<void> ProfileFile::write() {
  if (!draft_) return {};
  const std::string trace = profiler_->to_json();
  return draft_->write(std::as_bytes(std::span(trace.data(), trace.size())));
}

Result<void> ProfileFile::commit() {
  if (!draft_) return {};
  const InterruptPause pause;
  return draft_->commit();
}

}  // namespace geoneuron::cli
