// SPDX-License-Identifier: MIT
#include "client/kernel_transport.hpp"

#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <utility>

#include "base/device_control.hpp"

namespace geoneuron::client {
namespace {

const char* open_remedy(int code) {
  switch (code) {
    case ENOENT:
    case ENXIO:
    case ENODEV:
      return ": the module geoneuron is not loaded";
    case EACCES:
      return ": not for this user; who may use it is in the group geoneuron";
    case EDQUOT:
      return ": this user has as many contexts as it may";
    default:
      return "";
  }
}

}  // namespace

Result<std::unique_ptr<KernelTransport>> KernelTransport::open(const std::string& path,
                                                               uint32_t completion_entries) {
  UniqueFd device(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!device) {
    const int code = errno;
    return make_error(code, "%s: %s%s", path.c_str(), std::strerror(code), open_remedy(code));
  }
  std::unique_ptr<KernelTransport> transport(
      new KernelTransport(std::move(device), completion_entries));
  GN_TRY(with_context(transport->set_up(), path));
  return transport;
}

Result<void> KernelTransport::set_up() {
  geoneuron_info there = GN_TRY(info());
  if (there.abi_version != GEONEURON_ABI_VERSION)
    return make_error(EPROTO, "speaks version %u of the contract: must be %d", there.abi_version,
                      GEONEURON_ABI_VERSION);
  geoneuron_setup setup{};
  setup.submission_entries = entries_;
  setup.completion_entries = entries_;
  if (const int code = control(device_, GEONEURON_IOC_SETUP, setup); code != 0)
    return make_error(code, "SETUP: %s", std::strerror(code));
  submission_memory_ = GN_TRY(MappedMemory::map(device_.get(), setup.submission_offset,
                                                setup.submission_bytes, "the submission ring"));
  completion_memory_ = GN_TRY(MappedMemory::map(device_.get(), setup.completion_offset,
                                                setup.completion_bytes, "the completion ring"));
  submission_ = static_cast<geoneuron_ring*>(submission_memory_.data());
  completion_ = static_cast<geoneuron_ring*>(completion_memory_.data());
  commands_ = reinterpret_cast<geoneuron_command*>(static_cast<char*>(submission_memory_.data()) +
                                                   setup.submission_entries_at);
  completions_ = reinterpret_cast<const geoneuron_completion*>(
      static_cast<const char*>(completion_memory_.data()) + setup.completion_entries_at);
  return {};
}

bool KernelTransport::poll(Completions& arrived) {
  // Entries are read only after the tail that the kernel wrote behind them.
  const uint32_t tail = std::atomic_ref(completion_->tail).load(std::memory_order_acquire);
  if (tail == head_) return false;
  for (; head_ != tail; ++head_) arrived.push_back(completions_[head_ & (entries_ - 1)]);
  // The kernel may overwrite an entry only after it was copied.
  std::atomic_ref(completion_->head).store(head_, std::memory_order_release);
  return false;
}

Result<uint32_t> KernelTransport::submit(std::span<const Unit> units, Completions&) {
  uint32_t total = 0;
  while (!units.empty()) {
    // Whole units, as many as the ring holds; no unit has more commands than that.
    uint32_t count = 0;
    size_t taken = 0;
    for (; taken < units.size() && count + units[taken].commands.size() <= entries_; ++taken)
      count += static_cast<uint32_t>(units[taken].commands.size());
    Result<uint32_t> accepted = submit_ring(units.first(taken), count);
    // What was accepted before stays so.
    if (!accepted && total == 0) return accepted;
    total += accepted ? *accepted : 0;
    if (!accepted || *accepted < count) break;
    units = units.subspan(taken);
  }
  return total;
}

Result<uint32_t> KernelTransport::submit_ring(std::span<const Unit> units, uint32_t count) {
  uint32_t tail = tail_;
  for (const Unit& unit : units)
    for (const geoneuron_command& command : unit.commands)
      commands_[tail++ & (entries_ - 1)] = command;
  // The kernel reads entries after the tail behind them.
  std::atomic_ref(submission_->tail).store(tail, std::memory_order_release);
  geoneuron_submit ask{};
  ask.count = count;
  const int code = control(device_, GEONEURON_IOC_SUBMIT, ask);
  const uint32_t accepted = code == 0 ? ask.accepted : 0;
  tail_ += accepted;
  // What was not accepted is taken back: the caller has it still.
  if (accepted < count) std::atomic_ref(submission_->tail).store(tail_, std::memory_order_release);
  if (code == 0) return accepted;
  if (code == EKEYREJECTED)
    return make_error(code, "this context is banned for a while: its commands killed a server");
  return make_error(code, "SUBMIT: %s", std::strerror(code));
}

void KernelTransport::cancel(const std::shared_ptr<CancelCall>& call, Completions&) {
  if (call->is_done) return;
  control(device_, GEONEURON_IOC_CANCEL, call->answer);
  call->is_done = true;
}

Result<BufferMemory> KernelTransport::create_buffer(uint64_t size_bytes) {
  geoneuron_create_buffer ask{};
  ask.size = size_bytes;
  if (const int code = control(device_, GEONEURON_IOC_CREATE_BUFFER, ask); code != 0)
    return make_error(code, "a buffer of %llu bytes: %s",
                      static_cast<unsigned long long>(size_bytes), std::strerror(code));
  auto memory = MappedMemory::map(device_.get(), ask.mmap_offset, size_bytes, "a buffer");
  if (memory)
    return BufferMemory{ask.handle, std::make_shared<MappedMemory>(std::move(*memory)), size_bytes};
  GN_TRY(destroy_buffer(ask.handle));
  return std::move(memory).error();
}

Result<BufferMemory> KernelTransport::import_buffer(int fd, uint32_t flags) {
  geoneuron_import_buffer ask{};
  ask.fd = fd;
  ask.flags = flags;
  if (const int code = control(device_, GEONEURON_IOC_IMPORT_BUFFER, ask); code != 0)
    return make_error(code, "fd %d as dma-buf: %s", fd, std::strerror(code));
  return BufferMemory{ask.handle, nullptr, ask.size};
}

Result<void> KernelTransport::destroy_buffer(uint32_t handle) {
  geoneuron_destroy_buffer ask{};
  ask.handle = handle;
  if (const int code = control(device_, GEONEURON_IOC_DESTROY_BUFFER, ask); code != 0)
    return make_error(code, "buffer %u: no such handle", handle);
  return {};
}

Result<geoneuron_info> KernelTransport::info() {
  geoneuron_info there{};
  if (const int code = control(device_, GEONEURON_IOC_GET_INFO, there); code != 0)
    return make_error(code, "GET_INFO: %s", std::strerror(code));
  return there;
}

}  // namespace geoneuron::client
