// SPDX-License-Identifier: MIT
#include "client/fake_kernel.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstring>

namespace geoneuron {
namespace {

// Where things lie in the device's memory.
constexpr uint64_t kSubmissionAt = 0;
constexpr uint64_t kCompletionAt = 4 << 20;
constexpr uint64_t kBuffersAt = 8 << 20;
constexpr uint64_t kBytes = 16 << 20;
constexpr uint32_t kEntriesAt = sizeof(geoneuron_ring);

FakeKernel* loaded = nullptr;

}  // namespace

FakeKernel::FakeKernel()
    : device_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), memory_(memfd_create("fake", MFD_CLOEXEC)) {
  if (ftruncate(memory_.get(), kBytes) != 0) std::abort();
  mapped_ = static_cast<std::byte*>(
      ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory_.get(), 0));
  loaded = this;
}

FakeKernel::~FakeKernel() {
  loaded = nullptr;
  munmap(mapped_, kBytes);
}

geoneuron_ring* FakeKernel::ring(uint64_t offset) const {
  return reinterpret_cast<geoneuron_ring*>(mapped_ + offset);
}

int FakeKernel::set_up(geoneuron_setup& ask) {
  entries_ = ask.completion_entries;
  ask.submission_offset = kSubmissionAt;
  ask.completion_offset = kCompletionAt;
  ask.submission_bytes = ask.completion_bytes = 4 << 20;
  ask.submission_entries_at = ask.completion_entries_at = kEntriesAt;
  return 0;
}

int FakeKernel::submit(geoneuron_submit& ask) {
  submits.push_back(ask.count);
  const auto* commands =
      reinterpret_cast<const geoneuron_command*>(mapped_ + kSubmissionAt + kEntriesAt);
  const uint32_t count = std::min({ask.count, unsubmitted(), room});
  if (count == 0) return full_error;
  for (uint32_t i = 0; i < count; ++i) {
    accepted.push_back(commands[head_++ & (entries_ - 1)]);
    if (answers_at_once) complete(accepted.back(), 0, 5);
  }
  room -= count;
  ring(kSubmissionAt)->head = head_;
  ask.accepted = count;
  return 0;
}

int FakeKernel::create_buffer(geoneuron_create_buffer& ask) {
  if (ask.size > 4096) return EDQUOT;
  ask.mmap_offset = kBuffersAt + 4096 * uint64_t{buffers_};
  ask.handle = ++buffers_;
  return 0;
}

uint32_t FakeKernel::unsubmitted() const {
  return std::atomic_ref(ring(kSubmissionAt)->tail).load() - head_;
}

uint32_t FakeKernel::unread() const {
  return tail_ - std::atomic_ref(ring(kCompletionAt)->head).load();
}

void FakeKernel::complete(const geoneuron_command& command, int result, uint64_t value) {
  auto* completions = reinterpret_cast<geoneuron_completion*>(mapped_ + kCompletionAt + kEntriesAt);
  completions[tail_++ & (entries_ - 1)] = {command.user_data, result, 0, value, next_id_++};
  std::atomic_ref(ring(kCompletionAt)->tail).store(tail_);
  eventfd_write(device_.get(), 1);
}

int FakeKernel::control(unsigned long code, void* argument) {
  switch (code) {
    case GEONEURON_IOC_GET_INFO: {
      geoneuron_info info{};
      info.abi_version = GEONEURON_ABI_VERSION;
      info.highest_class = GEONEURON_CLASS_INTERACTIVE;
      info.server_attached = server_attached ? 1 : 0;
      *static_cast<geoneuron_info*>(argument) = info;
      return 0;
    }
    case GEONEURON_IOC_SETUP:
      return set_up(*static_cast<geoneuron_setup*>(argument));
    case GEONEURON_IOC_SUBMIT:
      return submit(*static_cast<geoneuron_submit*>(argument));
    case GEONEURON_IOC_CREATE_BUFFER:
      return create_buffer(*static_cast<geoneuron_create_buffer*>(argument));
    case GEONEURON_IOC_DESTROY_BUFFER:
      destroyed.push_back(static_cast<geoneuron_destroy_buffer*>(argument)->handle);
      return 0;
    case GEONEURON_IOC_IMPORT_BUFFER:
      static_cast<geoneuron_import_buffer*>(argument)->handle = 77;
      static_cast<geoneuron_import_buffer*>(argument)->size = 123;
      return 0;
    case GEONEURON_IOC_CANCEL:
      static_cast<geoneuron_cancel*>(argument)->requested = 1;
      return 0;
    default:
      return ENOTTY;
  }
}

}  // namespace geoneuron

// The library's calls find these before those of the C library.
extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = va_arg(rest, mode_t);
  va_end(rest);
  if (geoneuron::loaded != nullptr && std::strcmp(path, "/dev/geoneuron") == 0)
    return fcntl(geoneuron::loaded->device_fd(), F_DUPFD_CLOEXEC, 0);
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int ioctl(int fd, unsigned long code, ...) {
  va_list rest;
  va_start(rest, code);
  void* argument = va_arg(rest, void*);
  va_end(rest);
  if (geoneuron::loaded == nullptr || ((code >> 8) & 0xFF) != GEONEURON_IOC)
    return static_cast<int>(syscall(SYS_ioctl, fd, code, argument));
  const int error = geoneuron::loaded->control(code, argument);
  errno = error;
  return error == 0 ? 0 : -1;
}

void* mmap(void* address, size_t length, int protection, int flags, int fd, off_t offset) {
  // The device's fd is an eventfd, which nobody else maps.
  const bool is_device = geoneuron::loaded != nullptr && fd >= 0 && (flags & MAP_SHARED) != 0 &&
                         fd != geoneuron::loaded->memory_fd();
  return reinterpret_cast<void*>(syscall(SYS_mmap, address, length, protection, flags,
                                         is_device ? geoneuron::loaded->memory_fd() : fd, offset));
}
}
