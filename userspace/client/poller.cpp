// SPDX-License-Identifier: MIT
#include "client/poller.hpp"

#include <poll.h>

#include <cstring>
#include <ctime>
#include <utility>

namespace geoneuron::client {

Result<Poller> Poller::create() {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return make_error(errno, "epoll_create1: %s", std::strerror(errno));
  return Poller(std::move(epoll));
}

Result<void> Poller::add(int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
    return make_error(errno, "epoll_ctl: %s", std::strerror(errno));
  return {};
}

void Poller::change(int fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Poller::remove(int fd) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

uint64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

bool wait_readable(int fd, std::optional<uint64_t> deadline_ns) {
  pollfd entry{fd, POLLIN, 0};
  timespec left{};
  if (deadline_ns) {
    const uint64_t now = now_ns();
    const uint64_t left_ns = *deadline_ns > now ? *deadline_ns - now : 0;
    left.tv_sec = static_cast<time_t>(left_ns / 1'000'000'000);
    left.tv_nsec = static_cast<long>(left_ns % 1'000'000'000);
  }
  return ppoll(&entry, 1, deadline_ns ? &left : nullptr, nullptr) > 0;
}

}  // namespace geoneuron::client
