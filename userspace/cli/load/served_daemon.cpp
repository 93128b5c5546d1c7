// SPDX-License-Identifier: MIT
#include "cli/load/served_daemon.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cli/interrupt.hpp"
#include "cli/load/clock.hpp"
#include "client/daemon_search.hpp"

namespace geoneuron::cli::load {
namespace {

constexpr uint64_t kPatience_ns = 60 * kSecond_ns;  // to list the devices and listen

}  // namespace

Result<ServedDaemon::Folder> ServedDaemon::Folder::create() {
  std::error_code error;
  std::string pattern =
      (std::filesystem::temp_directory_path(error) / "geoneuron-daemon.XXXXXX").string();
  InterruptPause pause;
  if (error || mkdtemp(pattern.data()) == nullptr)
    return make_error(errno, "%s: no folder for a daemon's socket: %s", pattern.c_str(),
                      std::strerror(errno));
  pause.remove_on_interrupt(pattern);
  Folder folder;
  folder.path = pattern;
  return folder;
}

ServedDaemon::Folder::~Folder() {
  if (path.empty()) return;
  InterruptPause pause;
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
  pause.forget(path);
}

Result<ServedDaemon> ServedDaemon::start() {
  const std::string program = GN_TRY(client::find_daemon(""));
  Folder folder = GN_TRY(Folder::create());
  ChildProgram child =
      GN_TRY(ChildProgram::start({program, "--socket", folder.path / "socket", "--kernel", "no"}));
  GN_TRY(child.read_line(kPatience_ns));  // "listening at ..."
  return ServedDaemon(std::move(folder), std::move(child));
}

}  // namespace geoneuron::cli::load
