// SPDX-License-Identifier: MIT
#include "cli/load/daemon_place.hpp"

#include <vector>

#include "base/surroundings.hpp"
#include "base/text.hpp"
#include "client/daemon_search.hpp"

namespace geoneuron::cli::load {
namespace {

bool is_absence(int result) {
  return result == -ENOENT || result == -ECONNREFUSED || result == -ENXIO || result == -ENODEV ||
         result == -ENOTDIR;
}

int connect_by(client::Connection& connection, const std::string& socket,
               uint32_t completion_entries = 0) {
  geoneuron_options options{};
  options.size = sizeof options;
  options.way = socket.empty() ? GEONEURON_WAY_KERNEL : GEONEURON_WAY_SOCKET;
  options.socket_path = socket.empty() ? nullptr : socket.c_str();
  options.completion_entries = completion_entries;
  return connection.connect(&options);
}

// A kernel module without a daemon would take commands and run none.
bool serves(const client::Connection& connection) {
  geoneuron_info info{};
  return connection.info(info) == 0 && info.server_attached != 0;
}

}  // namespace

std::string usual_socket() {
  return client::socket_paths("").front();
}

Result<Reached> reach_running(const std::string& socket) {
  if (socket.empty() && environment("GEONEURON_SOCKET").empty()) {
    client::Connection kernel;
    if (connect_by(kernel, "") == 0 && serves(kernel)) return Reached{std::move(kernel), ""};
  }
  const std::vector<std::string> sockets = client::socket_paths(socket);
  for (const std::string& path : sockets) {
    client::Connection connection;
    const int result = connect_by(connection, path);
    if (result == 0) return Reached{std::move(connection), path};
    if (!is_absence(result)) return library_error(result, path);
  }
  return make_error(ENOENT,
                    "no daemon serves at %s; start one with `geoneuron serve`, or name the socket "
                    "of one with --socket PATH",
                    joined(sockets, " or ").c_str());
}

Result<client::Connection> connect_again(const std::string& socket, uint32_t completion_entries) {
  client::Connection connection;
  const int result = connect_by(connection, socket, completion_entries);
  if (result < 0) return library_error(result, socket.empty() ? "/dev/geoneuron" : socket);
  return connection;
}

Error library_error(int result, const std::string& what) {
  const std::string sentence = geoneuron_error();
  const bool has_name = sentence.starts_with(what);
  return make_error(-result, "%s%s%s", has_name ? "" : what.c_str(), has_name ? "" : ": ",
                    sentence.c_str());
}

}  // namespace geoneuron::cli::load
