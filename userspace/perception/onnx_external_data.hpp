// SPDX-License-Identifier: MIT
// ExternalData: the files beside a model in which large tensors lie. Opens nothing outside the
// model's folder and follows no symbolic link. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/mapped_region.hpp"
#include "base/result.hpp"

namespace geoneuron::perception {

struct ExternalBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;  // keeps the mapping alive
};

// Copies of files, by location.
using ExternalFiles = std::map<std::string, std::shared_ptr<MappedRegion>>;

class ExternalData {
 public:
  static constexpr size_t kMaximumFiles = 4096;
  static constexpr size_t kMaximumPathParts = 64;
  static constexpr size_t kMaximumBytes = size_t{64} << 30;  // of one file

  // `folder` is the model's; "" allows no external data.
  explicit ExternalData(std::string folder) : folder_(std::move(folder)) {}

  // `files` by location, and nothing else.
  explicit ExternalData(ExternalFiles files) : files_(std::move(files)) {}

  // The range [offset, offset + length) of the file at `location`, a path relative to the folder.
  // EINVAL: absolute path, "..", ".", symbolic link, no regular file, range beyond its end. EFBIG
  // for a file over kMaximumBytes.
  Result<ExternalBytes> range(const std::string& location, uint64_t offset, uint64_t length);
  // Every range given out, in order.
  const std::vector<ExternalBytes>& used() const { return used_; }
  // Every file that a range lies in.
  const ExternalFiles& files() const { return files_; }

 private:
  Result<std::shared_ptr<MappedRegion>> open(const std::string& location);

  std::string folder_;
  ExternalFiles files_;
  std::vector<ExternalBytes> used_;
};

}  // namespace geoneuron::perception
