// SPDX-License-Identifier: MIT
#include "daemon/supervisor.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "daemon/loop.hpp"

namespace geoneuron::daemon {

Supervisor::Supervisor() {
  uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) return;
  interval_ns_ = microseconds * 1000 / 2;
  next_ns_ = now_ns() + interval_ns_;
}

void Supervisor::ready() const {
  sd_notify(0, "READY=1");
}

void Supervisor::reloading() const {
  sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
             static_cast<unsigned long long>(now_ns() / 1000));
}

void Supervisor::stopping() const {
  sd_notify(0, "STOPPING=1");
}

void Supervisor::tick(uint64_t now_ns) {
  if (next_ns_ == 0 || now_ns < next_ns_) return;
  next_ns_ = now_ns + interval_ns_;
  sd_notify(0, "WATCHDOG=1");
}

Result<std::optional<UniqueFd>> Supervisor::listener() {
  const int count = sd_listen_fds(1);
  if (count <= 0) return std::optional<UniqueFd>();
  UniqueFd socket(SD_LISTEN_FDS_START);
  if (count > 1 || sd_is_socket(socket.get(), AF_UNIX, SOCK_SEQPACKET, 1) <= 0)
    return invalid(
        "socket activation: %d fds were left: must be one Unix socket of type SOCK_SEQPACKET that "
        "listens (ListenSequentialPacket=)",
        count);
  fcntl(socket.get(), F_SETFL, fcntl(socket.get(), F_GETFL) & ~O_NONBLOCK);
  return std::optional<UniqueFd>(std::move(socket));
}

}  // namespace geoneuron::daemon
