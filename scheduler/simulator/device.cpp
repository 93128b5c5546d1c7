// SPDX-License-Identifier: MIT
#include "simulator/device.hpp"

#include <algorithm>
#include <utility>

namespace geoneuron::simulator {

const SentBatch& SimulatedDevice::send(SentBatch batch, uint64_t now_ns) {
  batches_.push_back(std::move(batch));
  plan(batches_.size() - 1, now_ns);
  return batches_.back();
}

// From the batch before it back, those that still hold memory when it could be uploaded.
uint64_t SimulatedDevice::room_from_ns(size_t index, uint64_t now_ns) const {
  uint64_t held = std::min(batches_[index].staging_bytes, staging_bytes_);
  for (size_t i = index; i-- > 0;) {
    held += batches_[i].staging_bytes;
    if (held > staging_bytes_) return std::max(now_ns, batches_[i].end_ns());
  }
  return now_ns;
}

// What has begun stays as it is.
void SimulatedDevice::plan(size_t index, uint64_t now_ns) {
  SentBatch& batch = batches_[index];
  uint64_t ready_ns = room_from_ns(index, now_ns);
  for (size_t engine = 0; engine < kEngines; ++engine) {
    Span& span = batch.spans[engine];
    const uint64_t free_ns =
        index == 0 ? free_ns_[engine] : batches_[index - 1].spans[engine].end_ns;
    if (span.begin_ns == kNever_ns || span.begin_ns > now_ns) {
      span.begin_ns = std::max({ready_ns, free_ns, now_ns});
      const bool never = span.begin_ns == kNever_ns || batch.takes_ns[engine] == kNever_ns;
      span.end_ns = never ? kNever_ns : span.begin_ns + batch.takes_ns[engine];
    }
    ready_ns = span.end_ns;
  }
}

SentBatch SimulatedDevice::take_first() {
  SentBatch first = std::move(batches_.front());
  batches_.pop_front();
  for (size_t engine = 0; engine < kEngines; ++engine)
    free_ns_[engine] = first.spans[engine].end_ns;
  return first;
}

std::vector<SentBatch> SimulatedDevice::take_lost(policy::WorkerId worker, uint64_t now_ns) {
  std::vector<SentBatch> lost;
  std::deque<SentBatch> kept;
  for (SentBatch& batch : batches_)
    if (batch.batch.worker == worker)
      lost.push_back(std::move(batch));
    else
      kept.push_back(std::move(batch));
  batches_ = std::move(kept);
  for (size_t i = 0; i < batches_.size(); ++i) plan(i, now_ns);
  return lost;
}

}  // namespace geoneuron::simulator
