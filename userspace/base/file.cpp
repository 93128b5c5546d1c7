// SPDX-License-Identifier: MIT
#include "base/file.hpp"

#include "base/file_draft.hpp"
#include "base/mapped_region.hpp"

namespace geoneuron {

Result<std::vector<std::byte>> read_file(const std::string& path, size_t maximum_bytes) {
  const MappedRegion region = GN_TRY(MappedRegion::copy_file(path, maximum_bytes));
  const auto bytes = region.bytes();
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

Result<void> write_file(const std::string& path,
                        std::initializer_list<std::span<const std::byte>> parts) {
  FileDraft draft = GN_TRY(FileDraft::create(path));
  for (const auto part : parts) GN_TRY(draft.write(part));
  return draft.commit();
}

Result<void> write_file(const std::string& path, std::span<const std::byte> bytes) {
  return write_file(path, std::initializer_list<std::span<const std::byte>>{bytes});
}

Result<void> write_file(const std::string& path, std::string_view text) {
  return write_file(path, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace geoneuron
