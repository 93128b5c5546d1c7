// SPDX-License-Identifier: MIT
#include "client/connect.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/surroundings.hpp"
#include "client/daemon_search.hpp"
#include "client/kernel_transport.hpp"
#include "client/poller.hpp"
#include "client/private_daemon.hpp"
#include "client/socket_transport.hpp"

namespace geoneuron::client {
namespace {

constexpr const char* kDevice = "/dev/geoneuron";

// Nothing there, or not for this user: no reason not to try the next way.
bool is_absence(const Error& error) {
  const int codes[] = {ENOENT, ENXIO, ENODEV, ENOTDIR, EACCES, EPERM, ECONNREFUSED};
  return std::ranges::find(codes, error.code) != std::end(codes);
}

SocketLimits limits_of(const ConnectOptions& options) {
  return {options.completion_entries, options.connect_ns, options.reconnect_ns};
}

Result<Connected> connect_kernel(const ConnectOptions& options) {
  return Connected{GN_TRY(KernelTransport::open(kDevice, options.completion_entries)),
                   Way::kKernel};
}

// A daemon to which many connect at once has a full queue for a moment.
Result<UniqueFd> open_patiently(Endpoint& endpoint, uint64_t connect_ns) {
  const uint64_t end_ns = now_ns() + connect_ns;
  for (;;) {
    auto connection = endpoint.open();
    if (connection || connection.error().code != EAGAIN || now_ns() >= end_ns) return connection;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

// Nothing, with the reason in `absence`, where no socket takes a connection; a daemon that takes it
// and then refuses is an error.
Result<std::optional<Connected>> connect_socket(const ConnectOptions& options, Error& absence) {
  for (const std::string& path : socket_paths(options.socket_path)) {
    auto endpoint = std::make_unique<SocketPath>(path);
    auto connection = open_patiently(*endpoint, options.connect_ns);
    if (!connection && !is_absence(connection.error())) return std::move(connection).error();
    if (!connection) {
      if (absence.message.empty()) absence = connection.error();
      continue;
    }
    return std::optional(
        Connected{GN_TRY(SocketTransport::connect(std::move(endpoint), std::move(*connection),
                                                  limits_of(options))),
                  Way::kSocket});
  }
  return std::optional<Connected>();
}

Result<Connected> connect_named_socket(const ConnectOptions& options) {
  Error absence;
  std::optional<Connected> connected = GN_TRY(connect_socket(options, absence));
  if (!connected) return absence;
  return std::move(*connected);
}

Result<Connected> connect_embedded(const ConnectOptions& options) {
  auto endpoint = std::make_unique<PrivateDaemon>(GN_TRY(find_daemon(options.daemon_path)),
                                                  options.daemon_arguments);
  UniqueFd connection = GN_TRY(endpoint->open());
  SocketLimits limits = limits_of(options);
  limits.connect_ns = options.start_ns;
  return Connected{
      GN_TRY(SocketTransport::connect(std::move(endpoint), std::move(connection), limits)),
      Way::kEmbedded};
}

// A kernel without a daemon would take commands and run none.
Result<std::optional<Connected>> connect_served_kernel(const ConnectOptions& options) {
  auto connected = connect_kernel(options);
  if (!connected && is_absence(connected.error())) return std::optional<Connected>();
  if (!connected) return std::move(connected).error();
  const geoneuron_info info = GN_TRY(connected->transport->info());
  if (info.server_attached == 0) return std::optional<Connected>();
  return std::optional(std::move(*connected));
}

Result<Connected> connect_auto(const ConnectOptions& options) {
  const bool is_named = !options.socket_path.empty() || !environment("GEONEURON_SOCKET").empty();
  // Who names a socket means it.
  if (is_named) return connect_named_socket(options);
  std::optional<Connected> kernel = GN_TRY(connect_served_kernel(options));
  if (kernel) return std::move(*kernel);
  Error absence;
  std::optional<Connected> served = GN_TRY(connect_socket(options, absence));
  if (served) return std::move(*served);
  auto embedded = connect_embedded(options);
  if (embedded) return embedded;
  return std::move(embedded).error().prefixed("no daemon serves, and none of its own");
}

}  // namespace

Result<Connected> connect(const ConnectOptions& options) {
  switch (options.way) {
    case Way::kKernel:
      return connect_kernel(options);
    case Way::kSocket:
      return connect_named_socket(options);
    case Way::kEmbedded:
      return connect_embedded(options);
    default:
      return connect_auto(options);
  }
}

}  // namespace geoneuron::client
