// SPDX-License-Identifier: MIT
// MappedRegion: owns one mapping, which holds a copy of a file or of foreign memory. The file
// itself is never mapped: whoever made it shorter would end this process by SIGBUS. Move-only; not
// thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "base/result.hpp"

namespace geoneuron {

class MappedRegion {
 public:
  // Reads the whole regular file at `path`; an empty one maps nothing. What it grows by meanwhile
  // is not read. Errors: errno of open, mmap or read; EFBIG, before anything is read, where it
  // holds more than `maximum_bytes`; EINVAL where it is not a regular file but a pipe, say, whose
  // end nobody knows; EIO where it became shorter meanwhile.
  static Result<MappedRegion> copy_file(const std::string& path, size_t maximum_bytes);

  // The same of an open file, called `name` in errors; the descriptor may be closed afterwards.
  static Result<MappedRegion> copy_descriptor(int fd, const std::string& name,
                                              size_t maximum_bytes);

  // A copy of memory that somebody else may be writing to: whatever is read of it is read once.
  // Errors: mmap's.
  static Result<MappedRegion> copy_bytes(std::span<const std::byte> bytes, const std::string& name);

  // New memory that `write` fills. Errors: mmap's, and those of `write`.
  static Result<MappedRegion> fill(size_t size, const std::string& name,
                                   const std::function<Result<void>(std::span<std::byte>)>& write);

  MappedRegion() = default;
  MappedRegion(MappedRegion&& other) noexcept;
  MappedRegion& operator=(MappedRegion&& other) noexcept;
  ~MappedRegion();

  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  static Result<MappedRegion> allocate(size_t size, const std::string& name);
  MappedRegion(std::byte* data, size_t size) : data_(data), size_(size) {}

  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace geoneuron
