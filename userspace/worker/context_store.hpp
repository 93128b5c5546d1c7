// SPDX-License-Identifier: MIT
// ContextStore: the models and perceptions of all contexts, under budgets of the device's heap and
// of the host's, each of them whole and by context.
//
// A perception stays on the device. Where room is needed there, the context that needs it beyond
// its own budget, else the one that holds most, has what it has not used for longest evicted to the
// host, from where it comes back when it is used. Models are on the host from the beginning. Where
// room is needed on the host, the same context loses what it has not used for longest, perceptions
// before models: they are soft state, and whoever names a lost one gets ESTALE. One thread at a
// time, that of the device.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "engine/memory_manager.hpp"
#include "engine/neural_perception_kernel.hpp"
#include "engine/tensor_home.hpp"

namespace geoneuron::worker {

using ModelPointer = std::shared_ptr<const perception::Model>;

struct Perception {
  ModelPointer model;
  std::map<std::string, perception::Tensor> tensors;
  engine::PerceptionReport report;
  std::unique_ptr<engine::Profiler> profiler;  // of one that was to be profiled
};

// In bytes.
struct StoreBudgets {
  uint64_t device = 0, host = 0;
  uint64_t context_device = UINT64_MAX, context_host = UINT64_MAX;  // of each context
};

class ContextStore {
 public:
  static constexpr size_t kMaximumObjects = 4096;  // of one context

  // `home` outlives the store.
  ContextStore(const StoreBudgets& budgets, engine::TensorHome& home);

  // Puts it in place of what had that number before, which is gone also where this fails. ENOMEM:
  // larger than a budget, or a context's kMaximumObjects are there.
  Result<void> put_model(uint64_t context, uint64_t number, ModelPointer model, uint64_t bytes);
  Result<void> put_perception(uint64_t context, uint64_t number,
                              std::shared_ptr<Perception> perception, uint64_t bytes);
  // ESTALE where there is none. A perception comes back to the device, if that has room for it.
  Result<ModelPointer> model(uint64_t context, uint64_t number);
  Result<std::shared_ptr<const Perception>> perception(uint64_t context, uint64_t number);
  // A perception where it lies, which does not count as use; and whether that is on the device.
  struct Found {
    std::shared_ptr<const Perception> perception;
    bool is_on_device = false;
  };
  Result<Found> look_at(uint64_t context, uint64_t number) const;
  // Gives up the model and the perception of that number; all of the context where it is 0. ESTALE
  // where there is neither.
  Result<void> release(uint64_t context, uint64_t number);
  void drop(uint64_t context) { contexts_.erase(context); }

  uint64_t resident_bytes() const;
  uint64_t device_bytes() const { return memory_.used_bytes(engine::kDeviceHeap); }
  // The largest perception that can stay.
  uint64_t largest_bytes() const;
  uint64_t largest_model_bytes() const;

 private:
  // Each kind has numbers of its own.
  enum class Kind : uint8_t { kModel, kPerception };
  // Where it is: kHost for models; a perception is made kNowhere, goes to kDevice, or to kHost
  // where it is too large for that; kDevice <-> kHost by way of kNowhere; from kHost it is dropped.
  enum class Place : uint8_t { kNowhere, kDevice, kHost };
  struct Entry {
    ModelPointer model;                      // kModel
    std::shared_ptr<Perception> perception;  // kPerception
    uint64_t bytes = 0;
    uint64_t used = 0;  // when, in uses of the store
    Place place = Place::kNowhere;
    engine::MemoryLease lease;  // of the heap of that place
  };
  using Key = std::pair<Kind, uint64_t>;
  using Entries = std::map<Key, Entry>;
  struct Victim {
    uint64_t context = 0;
    Entries::iterator entry;
  };

  Result<Entry*> make_entry(uint64_t context, Key key, uint64_t bytes);
  static Error missing(const char* what, uint64_t number);
  Result<Entry*> find(uint64_t context, Key key, const char* what);
  Result<void> settle(uint64_t context, Entry& entry);
  bool try_device(uint64_t context, Entry& entry);
  Result<void> try_host(uint64_t context, Entry& entry);
  Result<engine::MemoryLease> room(engine::HeapId heap, uint64_t context, uint64_t bytes);
  void evict(const Victim& victim);
  bool find_victim(engine::HeapId heap, uint64_t context, uint64_t bytes, Victim& victim);
  uint64_t fullest_context(engine::HeapId heap) const;
  uint64_t limit(engine::HeapId heap) const;

  engine::TensorHome& home_;
  engine::MemoryManager memory_;  // before the entries, whose leases it outlives
  uint64_t uses_ = 0;
  std::map<uint64_t, Entries> contexts_;
};

}  // namespace geoneuron::worker
