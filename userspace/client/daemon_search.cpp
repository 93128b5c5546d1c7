// SPDX-License-Identifier: MIT
#include "client/daemon_search.hpp"

#include <dlfcn.h>
#include <geoneuron/geoneuron.h>
#include <geoneuron/socket.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <vector>

#include "base/surroundings.hpp"
#include "base/text.hpp"

namespace geoneuron::client {
namespace {

constexpr const char* kProgram = "geoneurond";

bool is_program(const std::string& path) {
  std::error_code ignored;
  return access(path.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(path, ignored);
}

// The folder that libgeoneuron was loaded from; "" where nobody knows.
std::filesystem::path library_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&geoneuron_connect), &info) == 0 || info.dli_fname == nullptr)
    return {};
  std::error_code error;
  const auto path = std::filesystem::canonical(info.dli_fname, error);
  return error ? std::filesystem::path{} : path.parent_path();
}

std::vector<std::string> candidates() {
  std::vector<std::string> paths;
  const auto add = [&](const std::filesystem::path& folder) {
    paths.push_back((folder / kProgram).lexically_normal());
  };
  if (const auto programs = program_folder(); !programs.empty()) {
    add(programs);
    add(programs / "../sbin");
  }
  const auto library = library_folder();
  if (!library.empty()) {
    add(library / "../bin");
    add(library / "../sbin");
    add(library / "../../sbin");  // Debian's libraries are one folder deeper: lib/x86_64-linux-gnu
  }
  std::istringstream folders(environment("PATH"));
  for (std::string folder; std::getline(folders, folder, ':');)
    if (!folder.empty()) paths.push_back(std::filesystem::path(folder) / kProgram);
  return paths;
}

}  // namespace

std::vector<std::string> socket_paths(const std::string& wanted) {
  if (!wanted.empty()) return {wanted};
  if (std::string named = environment("GEONEURON_SOCKET"); !named.empty()) return {named};
  std::vector<std::string> paths;
  const std::string own = environment("XDG_RUNTIME_DIR");
  if (!own.empty()) paths.push_back(own + "/geoneuron/socket");
  if (paths.empty() || paths[0] != GEONEURON_SOCKET_PATH) paths.emplace_back(GEONEURON_SOCKET_PATH);
  return paths;
}

Result<std::string> find_daemon(const std::string& wanted) {
  const std::string named = !wanted.empty() ? wanted : environment("GEONEURON_DAEMON");
  if (!named.empty()) {
    if (is_program(named)) return named;
    return make_error(ENOENT, "%s: no program to start as daemon", named.c_str());
  }
  const std::vector<std::string> paths = candidates();
  for (const std::string& path : paths)
    if (is_program(path)) return path;
  return make_error(ENOENT, "no geoneurond to start: looked for %s; GEONEURON_DAEMON names another",
                    joined(paths, ", ").c_str());
}

}  // namespace geoneuron::client
