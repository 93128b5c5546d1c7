// SPDX-License-Identifier: MIT
#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/mapped_region.hpp"
#include "base/unique_fd.hpp"

namespace geoneuron {
namespace {

// Names that are tried where others lie about from processes that were killed.
constexpr int kMaximumAttempts = 100;

Error errno_error(const std::string& path, const char* what) {
  const int code = errno;
  return make_error(code, "%s: cannot be %s: %s", path.c_str(), what, std::strerror(code));
}

Result<void> write_all(int fd, const std::string& path, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_error(path, "written");
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return {};
}

// Creates a file beside `path` and says in `name` how it is called. mkostemp would create it 0600,
// but a picture should get what the user's umask says, and asking for the umask means changing it
// under other threads. Where no descriptor comes back, errno says why.
UniqueFd create_beside(const std::string& path, std::string& name) {
  static std::atomic<uint32_t> count{0};
  UniqueFd fd;
  for (int attempt = 0; attempt < kMaximumAttempts && !fd; ++attempt) {
    name = path + "." + std::to_string(getpid()) + "-" + std::to_string(++count);
    fd = UniqueFd(open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!fd && errno != EEXIST) break;
  }
  return fd;
}

// Devices, pipes and sockets: a file renamed over one, /dev/null say, would destroy it.
bool takes_bytes_in_place(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

Result<void> write_in_place(const std::string& path,
                            std::initializer_list<std::span<const std::byte>> parts) {
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return errno_error(path, "written");
  for (const auto part : parts) GN_TRY(write_all(fd.get(), path, part));
  return {};
}

// The file that a link leads to, so that the link itself stays.
std::string behind_links(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

}  // namespace

Result<std::vector<std::byte>> read_file(const std::string& path, size_t maximum_bytes) {
  const MappedRegion region = GN_TRY(MappedRegion::map_file(path));
  const auto bytes = region.bytes();
  if (bytes.size() > maximum_bytes)
    return make_error(EFBIG, "%s: has %zu bytes; at most %zu are read", path.c_str(), bytes.size(),
                      maximum_bytes);
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

Result<void> write_file(const std::string& path,
                        std::initializer_list<std::span<const std::byte>> parts) {
  if (takes_bytes_in_place(path)) return write_in_place(path, parts);
  const std::string target = behind_links(path);
  std::string temporary;
  const UniqueFd fd = create_beside(target, temporary);
  if (!fd) return errno_error(path, "written");
  Result<void> written;
  for (const auto part : parts)
    if (written.has_value()) written = write_all(fd.get(), path, part);
  if (written.has_value() && rename(temporary.c_str(), target.c_str()) != 0)
    written = errno_error(path, "written");
  if (!written.has_value()) unlink(temporary.c_str());
  return written;
}

Result<void> write_file(const std::string& path, std::span<const std::byte> bytes) {
  return write_file(path, std::initializer_list<std::span<const std::byte>>{bytes});
}

Result<void> write_file(const std::string& path, std::string_view text) {
  return write_file(path, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace geoneuron
