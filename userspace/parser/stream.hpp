// SPDX-License-Identifier: MIT
// Whole objects and runs of bytes over a stream socket. Thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

#include "base/mapped_region.hpp"
#include "base/result.hpp"

namespace geoneuron::parser {

// Errors: EPIPE where the peer is gone before all went through, and what read and write say. A
// write to a peer that is gone raises SIGPIPE as well, which is the caller's to block.
Result<void> write_all(int stream, std::span<const std::byte> bytes);
Result<void> read_all(int stream, std::span<std::byte> bytes);

// The next `size_bytes` of the stream, in memory of their own. ENOMEM where there is none.
Result<MappedRegion> read_region(int stream, size_t size_bytes, const std::string& name);

template <typename Object>
Result<void> write_object(int stream, const Object& object) {
  static_assert(std::is_trivially_copyable_v<Object>);
  return write_all(stream, std::as_bytes(std::span(&object, 1)));
}

template <typename Object>
Result<Object> read_object(int stream) {
  static_assert(std::is_trivially_copyable_v<Object>);
  Object object;
  GN_TRY(read_all(stream, std::as_writable_bytes(std::span(&object, 1))));
  return object;
}

}  // namespace geoneuron::parser
