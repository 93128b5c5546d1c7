// SPDX-License-Identifier: MIT
#include "base/file_draft.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

namespace geoneuron {
namespace {

// Names that are tried where others lie about from processes that were killed.
constexpr int kMaximumAttempts = 100;

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder;
}

// Why `path` cannot be written, by the `code` of the call that failed on what it leads to.
Error cannot_write(const std::string& path, const std::string& target, int code) {
  const std::string folder = folder_of(target);
  struct stat status {};
  if (code == ENOENT && stat(folder.c_str(), &status) != 0)
    return make_error(code, "%s: cannot be written: there is no folder %s; create it first",
                      path.c_str(), folder.c_str());
  return make_error(code, "%s: cannot be written: %s", path.c_str(), std::strerror(code));
}

Error cannot_write(const std::string& path, int code) {
  return cannot_write(path, path, code);
}

// Devices, pipes and sockets: a file renamed over one, /dev/null say, would destroy it. And a file
// without a name, that /dev/stdout may lead to, can be replaced by none.
bool takes_bytes_in_place(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || S_ISDIR(status.st_mode)) return false;
  return !S_ISREG(status.st_mode) || status.st_nlink == 0;
}

// The file that a link leads to, there or not, so that the link itself stays. ELOOP as open() has
// it; any other error is met again, and told, where the file is opened.
Result<std::string> behind_links(const std::string& path) {
  constexpr int kMaximumLinks = 40;  // as many as Linux follows
  std::filesystem::path target = path;
  for (int i = 0; i <= kMaximumLinks; ++i) {
    std::error_code error;
    const std::filesystem::path next = std::filesystem::read_symlink(target, error);
    if (error) return target.string();
    target = next.is_absolute() ? next : target.parent_path() / next;
  }
  return cannot_write(path, ELOOP);
}

// Calls `attempt` with names beside `path` until one of them is free or something else is wrong;
// true where it succeeded, and `name` holds the one. Else errno says why.
template <typename Attempt>
bool with_free_name(const std::string& path, std::string& name, const Attempt& attempt) {
  static std::atomic<uint32_t> count{0};
  for (int i = 0; i < kMaximumAttempts; ++i) {
    name = path + "." + std::to_string(getpid()) + "-" + std::to_string(++count);
    if (attempt(name)) return true;
    if (errno != EEXIST) break;
  }
  name.clear();
  return false;
}

// Gives the nameless file of `fd` a name that nothing has.
bool link_as(const UniqueFd& fd, const std::string& name) {
  const std::string file = "/proc/self/fd/" + std::to_string(fd.get());
  return linkat(AT_FDCWD, file.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

}  // namespace

// mkostemp would create files 0600, but a picture should get what the user's umask says, and asking
// for the umask means changing it under other threads.
Result<FileDraft> FileDraft::create(const std::string& path) {
  constexpr mode_t kMode = 0666;
  if (takes_bytes_in_place(path)) {
    UniqueFd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) return cannot_write(path, errno);
    return FileDraft(path, "", std::move(fd));
  }
  const std::string target = GN_TRY(behind_links(path));
  struct stat there {};
  if (stat(target.c_str(), &there) == 0 && S_ISDIR(there.st_mode))
    return cannot_write(path, EISDIR);
  UniqueFd fd(open(folder_of(target).c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, kMode));
  const bool is_named = !fd && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL);
  std::string name;
  if (is_named)
    with_free_name(target, name, [&fd](const std::string& free) {
      fd = UniqueFd(open(free.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
      return static_cast<bool>(fd);
    });
  if (!fd) return cannot_write(path, target, errno);
  FileDraft draft(path, target, std::move(fd));
  draft.temporary_ = std::move(name);
  return draft;
}

FileDraft::FileDraft(FileDraft&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      fd_(std::move(other.fd_)),
      temporary_(std::exchange(other.temporary_, {})) {}

FileDraft::~FileDraft() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Error FileDraft::failure() const {
  return cannot_write(path_, target_, errno);
}

Result<void> FileDraft::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure();
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return {};
}

Result<void> FileDraft::commit() {
  if (target_.empty()) return {};
  if (temporary_.empty()) {
    if (link_as(fd_, target_)) return {};
    const auto link = [this](const std::string& name) { return link_as(fd_, name); };
    if (errno != EEXIST || !with_free_name(target_, temporary_, link)) return failure();
  }
  if (rename(temporary_.c_str(), target_.c_str()) != 0) return failure();
  temporary_.clear();
  return {};
}

}  // namespace geoneuron
