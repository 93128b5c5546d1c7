// SPDX-License-Identifier: MIT
#include "cli/output_folder.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/file.hpp"
#include "cli/interrupt.hpp"
#include "cli/json.hpp"
#include "cli/npy.hpp"

namespace geoneuron::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kManifest = "manifest.json";
// A manifest that an earlier run left is read up to this size.
constexpr size_t kMaximumManifestBytes = 64u << 20;

Error cannot_write(const fs::path& path, int code) {
  return make_error(code, "%s: cannot be written: %s", path.c_str(), std::strerror(code));
}

// The files that an earlier manifest in `folder` names, as far as they are plain .npy names: the
// manifest may be anybody's, and what it says must not remove files elsewhere.
std::set<std::string> earlier_files(const fs::path& folder) {
  std::set<std::string> files;
  const auto bytes = read_file(folder / kManifest, kMaximumManifestBytes);
  if (!bytes.has_value()) return files;
  const auto* text = reinterpret_cast<const char*>(bytes->data());
  const auto manifest = ordered_json::parse(text, text + bytes->size(), nullptr, false);
  if (!manifest.is_object() || !manifest.contains("tensors")) return files;
  for (const auto& entry : manifest["tensors"]) {
    if (!entry.is_object() || !entry.contains("file") || !entry["file"].is_string()) continue;
    const std::string file = entry["file"];
    if (file == file_stem(file) && file.ends_with(".npy")) files.insert(file);
  }
  return files;
}

}  // namespace

std::string file_stem(const std::string& name) {
  constexpr size_t kMaximumLength = 200;  // with suffixes below the 255 bytes of file systems
  std::string stem = name.substr(0, kMaximumLength);
  for (char& c : stem) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '.' || c == '-';
    if (!plain) c = '_';
  }
  return stem;
}

Result<OutputFolder> OutputFolder::create(const std::string& target) {
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
  return OutputFolder(std::move(path), temporary);
}

OutputFolder::OutputFolder(OutputFolder&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      files_(std::move(other.files_)),
      tensors_(std::move(other.tensors_)) {}

OutputFolder::~OutputFolder() {
  if (temporary_.empty()) return;
  InterruptPause pause;
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
  pause.forget(temporary_);
}

Result<void> OutputFolder::add(const std::string& name, const perception::Tensor& tensor) {
  const std::string stem = file_stem(name);
  std::string file = stem + ".npy";
  for (int i = 2; files_.contains(file); ++i) file = stem + "_" + std::to_string(i) + ".npy";
  const Result<void> written = write_npy(temporary_ / file, tensor);
  if (!written.has_value()) return with_context(written, "tensor " + name);
  files_.insert(file);
  tensors_[name] = {
      {"file", file}, {"type", name_of(tensor.type())}, {"shape", tensor.shape().extents()}};
  return {};
}

Result<void> OutputFolder::replace_files() {
  std::error_code error;
  const std::set<std::string> earlier = earlier_files(target_);
  fs::remove(target_ / kManifest, error);
  for (const std::string& file : earlier)
    if (!error) fs::remove(target_ / file, error);
  for (const std::string& file : files_)
    if (!error) fs::rename(temporary_ / file, target_ / file, error);
  if (!error) fs::rename(temporary_ / kManifest, target_ / kManifest, error);
  if (error) return cannot_write(target_, error.value());
  return {};
}

Result<void> OutputFolder::commit(const ordered_json& facts) {
  ordered_json manifest = facts;
  manifest["tensors"] = tensors_;
  GN_TRY(write_file(temporary_ / kManifest, to_text(manifest)));
  InterruptPause pause;  // the target gets all files or none
  std::error_code error;
  if (fs::exists(target_, error)) return replace_files();
  if (target_.has_parent_path()) fs::create_directories(target_.parent_path(), error);
  if (!error) fs::rename(temporary_, target_, error);
  if (error) return cannot_write(target_, error.value());
  pause.forget(temporary_);
  temporary_.clear();
  return {};
}

}  // namespace geoneuron::cli
