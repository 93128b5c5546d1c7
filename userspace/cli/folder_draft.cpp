// SPDX-License-Identifier: MIT
#include "cli/folder_draft.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "cli/interrupt.hpp"

namespace geoneuron::cli {
namespace {

namespace fs = std::filesystem;

Error cannot_write(const fs::path& path, int code) {
  return make_error(code, "%s: cannot be written: %s", path.c_str(), std::strerror(code));
}

}  // namespace

Result<FolderDraft> FolderDraft::create(const std::string& target) {
  fs::path path = fs::path(target).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // "out/"
  std::error_code error;
  if (path.empty()) return invalid("--out '%s': must name a folder", target.c_str());
  if (fs::exists(path, error) && !fs::is_directory(path, error))
    return make_error(ENOTDIR, "%s: is a file; --out must name a folder", target.c_str());
  // Inside "." or "..", where nothing can be put beside the target by its name.
  const bool is_dots = path.filename() == "." || path.filename() == "..";
  fs::path beside = is_dots ? path / ".geoneuron" : path;
  // Folders that are missing on the way are made at the end: a failed run must not leave them.
  while (beside.has_parent_path() && !fs::exists(beside.parent_path(), error))
    beside = beside.parent_path();
  std::string temporary = beside.string() + ".XXXXXX";
  InterruptPause pause;
  if (mkdtemp(temporary.data()) == nullptr) return cannot_write(target, errno);
  pause.remove_on_interrupt(temporary);
  const mode_t mask = umask(0);  // mkdtemp makes folders 0700
  umask(mask);
  (void)chmod(temporary.c_str(), 0777 & ~mask);
  return FolderDraft(std::move(path), temporary);
}

FolderDraft::FolderDraft(FolderDraft&& other) noexcept
    : target_(std::move(other.target_)), temporary_(std::exchange(other.temporary_, {})) {}

FolderDraft::~FolderDraft() {
  if (temporary_.empty()) return;
  InterruptPause pause;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
  pause.forget(temporary_);
}

Result<void> FolderDraft::replace_files(const std::string& last,
                                        const std::set<std::string>& outdated) {
  std::error_code error;
  std::vector<fs::path> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(temporary_, error))
    if (entry.path().filename() != last) names.push_back(entry.path().filename());
  names.emplace_back(last);
  for (const std::string& name : outdated)
    if (!error) fs::remove(target_ / name, error);
  for (const fs::path& name : names)
    if (!error) fs::rename(temporary_ / name, target_ / name, error);
  if (error) return cannot_write(target_, error.value());
  return {};
}

Result<void> FolderDraft::commit(const std::string& last, const std::set<std::string>& outdated) {
  InterruptPause pause;  // the target gets all files or none
  std::error_code error;
  if (fs::exists(target_, error)) return replace_files(last, outdated);
  if (target_.has_parent_path()) fs::create_directories(target_.parent_path(), error);
  if (!error) fs::rename(temporary_, target_, error);
  if (error) return cannot_write(target_, error.value());
  pause.forget(temporary_);
  temporary_.clear();
  return {};
}

}  // namespace geoneuron::cli
