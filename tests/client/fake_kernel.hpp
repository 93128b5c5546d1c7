// SPDX-License-Identifier: MIT
// FakeKernel: /dev/geoneuron as this process sees it: while there is one, open, ioctl and mmap of
// the device come here. It keeps no ledger and runs nothing; the test does, step by step. How the
// module itself behaves is shown in guests.
#pragma once

#include <linux/geoneuron.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/unique_fd.hpp"

namespace geoneuron {

class FakeKernel {
 public:
  FakeKernel();
  FakeKernel(const FakeKernel&) = delete;
  ~FakeKernel();

  // What SUBMIT accepted, in order.
  std::vector<geoneuron_command> accepted;
  // Commands that the next SUBMITs accept, and what they fail with at 0.
  uint32_t room = GEONEURON_MAX_RING_ENTRIES;
  int full_error = EAGAIN;
  std::vector<uint32_t> submits;  // the count of each SUBMIT
  bool server_attached = true;
  bool answers_at_once = false;     // SUBMIT completes what it accepts, with value 5
  std::vector<uint32_t> destroyed;  // handles

  // Puts a completion into the ring.
  void complete(const geoneuron_command& command, int result, uint64_t value = 0);
  // Completions that the client has not taken.
  uint32_t unread() const;
  // Of the submission ring: entries between head and tail.
  uint32_t unsubmitted() const;

  // What the calls come to. 0, or a positive errno.
  int control(unsigned long code, void* argument);
  int device_fd() const { return device_.get(); }
  int memory_fd() const { return memory_.get(); }

 private:
  int set_up(geoneuron_setup& ask);
  int submit(geoneuron_submit& ask);
  int create_buffer(geoneuron_create_buffer& ask);
  geoneuron_ring* ring(uint64_t offset) const;

  UniqueFd device_;  // an eventfd, readable once there were completions
  UniqueFd memory_;  // rings and buffers
  std::byte* mapped_ = nullptr;
  uint32_t entries_ = 0;
  uint32_t head_ = 0;
  uint32_t tail_ = 0;
  uint32_t buffers_ = 0;
  uint64_t next_id_ = 1;
};

}  // namespace geoneuron
