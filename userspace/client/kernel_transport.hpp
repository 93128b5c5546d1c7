// SPDX-License-Identifier: MIT
// KernelTransport: a context of /dev/geoneuron, by ioctl and mapped rings. See Transport.
#pragma once

#include <memory>
#include <string>

#include "base/unique_fd.hpp"
#include "client/mapped_memory.hpp"
#include "client/transport.hpp"

namespace geoneuron::client {

class KernelTransport final : public Transport {
 public:
  // Opens `path`. ENOENT: no module. EACCES: not for this user. EDQUOT: too many contexts.
  static Result<std::unique_ptr<KernelTransport>> open(const std::string& path,
                                                       uint32_t completion_entries);

  int event_fd() const override { return device_.get(); }
  bool poll(Completions& arrived) override;
  Result<uint32_t> submit(std::span<const Unit> units, Completions& arrived) override;
  void cancel(const std::shared_ptr<CancelCall>& call, Completions& arrived) override;
  Result<BufferMemory> create_buffer(uint64_t size_bytes) override;
  Result<BufferMemory> import_buffer(int fd, uint32_t flags) override;
  Result<void> destroy_buffer(uint32_t handle) override;
  Result<geoneuron_info> info() override;

 private:
  KernelTransport(UniqueFd device, uint32_t entries)
      : device_(std::move(device)), entries_(entries) {}

  Result<void> set_up();
  // Submits up to a ring of commands; the number accepted.
  Result<uint32_t> submit_ring(std::span<const Unit> units, uint32_t count);

  UniqueFd device_;
  const uint32_t entries_;  // of each ring
  MappedMemory submission_memory_;
  MappedMemory completion_memory_;
  geoneuron_ring* submission_ = nullptr;
  geoneuron_ring* completion_ = nullptr;
  geoneuron_command* commands_ = nullptr;
  const geoneuron_completion* completions_ = nullptr;
  uint32_t tail_ = 0;  // of the submission ring; what the kernel scribbles changes nothing
  uint32_t head_ = 0;  // of the completion ring
};

}  // namespace geoneuron::client
