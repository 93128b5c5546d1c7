// SPDX-License-Identifier: MIT
#include "daemon/kernel_session.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "base/device_control.hpp"

namespace geoneuron::daemon {
namespace {

// The kernel holds a killed server's files for a moment longer than it lives.
constexpr int kBusyTries = 200;
constexpr timespec kBusyPause = {.tv_sec = 0, .tv_nsec = 10'000'000};

const char* open_remedy(int code) {
  switch (code) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
      return ": the module geoneuron is not loaded";
    case EACCES:
    case EPERM:
      return ": it must be this user's (see kmod/60-geoneuron.rules)";
    default:
      return "";
  }
}

int attach_patiently(const UniqueFd& device, geoneuron_attach& ask) {
  int code = control(device, GEONEURON_IOC_ATTACH, ask);
  for (int i = 0; code == EBUSY && i < kBusyTries; ++i) {
    nanosleep(&kBusyPause, nullptr);
    code = control(device, GEONEURON_IOC_ATTACH, ask);
  }
  return code;
}

Error attach_error(const KernelSession::Options& options, int code) {
  if (code == EBUSY)
    return make_error(code, "%s: another daemon is the %s; end it%s", options.path.c_str(),
                      options.standby ? "standby" : "active one",
                      options.standby ? "" : ", or wait for its end with --standby");
  return make_error(code, "%s: ATTACH: %s", options.path.c_str(), std::strerror(code));
}

}  // namespace

Result<KernelSession> KernelSession::attach(const Options& options) {
  UniqueFd device(open(options.path.c_str(), O_RDWR | O_CLOEXEC));
  if (!device) {
    const int code = errno;
    return make_error(code, "%s: %s%s", options.path.c_str(), std::strerror(code),
                      open_remedy(code));
  }
  geoneuron_attach ask = {};
  ask.role = options.standby ? GEONEURON_ROLE_STANDBY : GEONEURON_ROLE_ACTIVE;
  ask.flags = GEONEURON_ATTACH_CONTEXTS;
  ask.lease_ns = options.lease_ns;
  if (const int code = attach_patiently(device, ask); code != 0) return attach_error(options, code);
  UniqueFd fence(ask.fence_fd);
  fcntl(fence.get(), F_SETFD, FD_CLOEXEC);
  ring::SealedMemory area = GN_TRY(ring::SealedMemory::map_trusted(
      device.get(), ask.area_bytes, ring::Access::kReadWrite, options.path.c_str()));
  return KernelSession(std::move(device), std::move(fence), std::move(area), options.lease_ns,
                       ask.epoch);
}

KernelSession::KernelSession(UniqueFd device, UniqueFd fence, ring::SealedMemory area,
                             uint64_t lease_ns, uint32_t epoch)
    : device_(std::move(device)),
      fence_(std::move(fence)),
      area_(std::move(area)),
      lease_ns_(lease_ns),
      epoch_(epoch) {}

Result<void> KernelSession::look() {
  geoneuron_session there = {};
  if (const int code = control(device_, GEONEURON_IOC_GET_SESSION, there); code != 0)
    return make_error(code, "the kernel has ended this daemon's session");
  epoch_ = there.epoch;
  return {};
}

const geoneuron_record* KernelSession::records() const {
  return reinterpret_cast<const geoneuron_record*>(area_.bytes().data() +
                                                   GEONEURON_AREA_RECORDS_AT);
}

Result<KernelBuffer> KernelSession::open_buffer(uint64_t command, size_t slot) const {
  geoneuron_get_buffer ask = {};
  ask.command_id = command;
  ask.epoch = epoch_;
  ask.slot = static_cast<uint32_t>(slot);
  if (const int code = control(device_, GEONEURON_IOC_GET_BUFFER, ask); code != 0)
    return make_error(code, "slot %zu: the kernel does not give its buffer: %s", slot,
                      std::strerror(code));
  return KernelBuffer{.fd = UniqueFd(ask.fd),
                      .size_bytes = ask.size,
                      .is_dmabuf = ask.kind == GEONEURON_BUFFER_DMABUF};
}

uint64_t KernelSession::touch(uint64_t command) const {
  auto* words = reinterpret_cast<uint64_t*>(area_.bytes().data() + GEONEURON_AREA_BREADCRUMBS_AT);
  // Before whatever is done with the command, and behind it.
  return std::atomic_ref(words[0]).exchange(command, std::memory_order_acq_rel);
}

void KernelSession::detach() {
  if (!device_) return;
  ioctl(device_.get(), GEONEURON_IOC_DETACH);
  epoch_ = 0;
}

}  // namespace geoneuron::daemon
