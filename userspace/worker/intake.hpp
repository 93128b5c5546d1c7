// SPDX-License-Identifier: MIT
// Intake: the thread that takes requests from the daemon, checks them and hands them on as batches.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "ring/channel.hpp"
#include "worker/buffer_table.hpp"
#include "worker/cancellations.hpp"
#include "worker/job.hpp"
#include "worker/loader.hpp"
#include "worker/text_cache.hpp"

namespace geoneuron::worker {

class Intake {
 public:
  // All outlive the intake. `control` is the worker's end of the control socket, non-blocking.
  Intake(ring::RingConsumer<ring::Request, ring::kRequestEntries>& requests,
         const ring::Doorbell& doorbell, int control, Loader& loader, Cancellations& cancellations)
      : requests_(requests),
        doorbell_(doorbell),
        control_(control),
        loader_(loader),
        cancellations_(cancellations) {}

  // Returns when the daemon asks for the end, and closes the loader. EPIPE where the daemon is
  // gone, EPROTO where it broke the protocol.
  Result<void> run();

 private:
  // Whether to go on.
  Result<bool> take_all();
  Result<bool> handle(const ring::Request& request);
  Result<void> handle_job(const ring::Request& request);
  void hand_on();
  Result<void> receive_buffers();
  Result<void> wait();

  ring::RingConsumer<ring::Request, ring::kRequestEntries>& requests_;
  const ring::Doorbell& doorbell_;
  int control_;
  Loader& loader_;
  Cancellations& cancellations_;
  BufferTable buffers_;
  TextCache texts_;
  std::unique_ptr<Batch> batch_ = std::make_unique<Batch>();
};

}  // namespace geoneuron::worker
