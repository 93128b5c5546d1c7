// SPDX-License-Identifier: MIT
#include "parser/stream.hpp"

#include <unistd.h>

#include <cstring>

namespace geoneuron::parser {

Result<void> write_all(int stream, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(stream, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return make_error(errno, "stream: %s", std::strerror(errno));
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return {};
}

Result<void> read_all(int stream, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = read(stream, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return make_error(errno, "stream: %s", std::strerror(errno));
    if (count == 0) return make_error(EPIPE, "stream: ended early");
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return {};
}

Result<MappedRegion> read_region(int stream, size_t size_bytes, const std::string& name) {
  return MappedRegion::fill(
      size_bytes, name, [stream](std::span<std::byte> bytes) { return read_all(stream, bytes); });
}

}  // namespace geoneuron::parser
