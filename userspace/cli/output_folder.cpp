// SPDX-License-Identifier: MIT
#include "cli/output_folder.hpp"

#include "base/file.hpp"
#include "cli/json.hpp"
#include "cli/npy.hpp"

namespace geoneuron::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kManifest = "manifest.json";
// A manifest that an earlier run left is read up to this size.
constexpr size_t kMaximumManifestBytes = 64u << 20;

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
  return OutputFolder(GN_TRY(FolderDraft::create(target)));
}

Result<void> OutputFolder::add(const std::string& name, const perception::Tensor& tensor) {
  const std::string stem = file_stem(name);
  std::string file = stem + ".npy";
  for (int i = 2; files_.contains(file); ++i) file = stem + "_" + std::to_string(i) + ".npy";
  const Result<void> written = write_npy(draft_.path() / file, tensor);
  if (!written.has_value()) return with_context(written, "tensor " + name);
  files_.insert(file);
  tensors_[name] = {
      {"file", file}, {"type", name_of(tensor.type())}, {"shape", tensor.shape().extents()}};
  return {};
}

Result<void> OutputFolder::commit(const ordered_json& facts) {
  ordered_json manifest = facts;
  manifest["tensors"] = tensors_;
  GN_TRY(write_file(draft_.path() / kManifest, to_text(manifest)));
  std::set<std::string> outdated = earlier_files(draft_.target());
  outdated.insert(kManifest);
  return draft_.commit(kManifest, outdated);
}

}  // namespace geoneuron::cli
