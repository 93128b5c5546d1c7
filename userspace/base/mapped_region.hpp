// SPDX-License-Identifier: MIT
// MappedRegion: owns one mmap of a file. Move-only; not thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.hpp"

namespace geoneuron {

class MappedRegion {
 public:
  // Maps the whole regular file at `path`, read-only and private; an empty file maps nothing.
  // Errors: errno of open or mmap; EINVAL where it is not a regular file.
  static Result<MappedRegion> map_file(const std::string& path);

  // The same of an open file, called `name` in errors; the descriptor may be closed afterwards.
  static Result<MappedRegion> map_descriptor(int fd, const std::string& name);

  MappedRegion() = default;
  MappedRegion(MappedRegion&& other) noexcept;
  MappedRegion& operator=(MappedRegion&& other) noexcept;
  ~MappedRegion();

  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  MappedRegion(std::byte* data, size_t size) : data_(data), size_(size) {}

  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace geoneuron
