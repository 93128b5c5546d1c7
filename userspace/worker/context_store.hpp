// SPDX-License-Identifier: MIT
// ContextStore: the models and perceptions of all contexts, under one budget. They are soft state:
// where room is needed, the context that holds most loses what it has not used for longest. One
// thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "engine/neural_perception_kernel.hpp"

namespace geoneuron::worker {

using ModelPointer = std::shared_ptr<const perception::Model>;

struct Perception {
  ModelPointer model;
  std::map<std::string, perception::Tensor> tensors;
  engine::PerceptionReport report;
  std::unique_ptr<engine::Profiler> profiler;  // of one that was to be profiled
};

class ContextStore {
 public:
  static constexpr size_t kMaximumObjects = 4096;  // of one context

  explicit ContextStore(uint64_t budget_bytes) : budget_bytes_(budget_bytes) {}

  // Puts it in place of what had that number before. ENOMEM: larger than the budget, or a context's
  // kMaximumObjects are there.
  Result<void> put_model(uint64_t context, uint64_t number, ModelPointer model, uint64_t bytes);
  Result<void> put_perception(uint64_t context, uint64_t number,
                              std::shared_ptr<const Perception> perception, uint64_t bytes);
  // ESTALE where there is none.
  Result<ModelPointer> model(uint64_t context, uint64_t number);
  Result<std::shared_ptr<const Perception>> perception(uint64_t context, uint64_t number);
  // Gives up the model and the perception of that number; all of the context where it is 0. ESTALE
  // where there is neither.
  Result<void> release(uint64_t context, uint64_t number);
  void drop(uint64_t context);

  uint64_t resident_bytes() const { return resident_bytes_; }
  uint64_t budget_bytes() const { return budget_bytes_; }

 private:
  // Each kind has numbers of its own.
  enum class Kind : uint8_t { kModel, kPerception };
  struct Entry {
    ModelPointer model;                            // kModel
    std::shared_ptr<const Perception> perception;  // kPerception
    uint64_t bytes = 0;
    uint64_t used = 0;  // when, in uses of the store
  };
  using Key = std::pair<Kind, uint64_t>;
  struct Context {
    std::map<Key, Entry> entries;
    uint64_t bytes = 0;
  };

  Result<void> put(uint64_t context, Key key, Entry entry);
  Result<Entry*> find(uint64_t context, Key key, const char* what);
  bool erase(Context& context, const Key& key);
  void evict_one();

  uint64_t budget_bytes_;
  uint64_t resident_bytes_ = 0;
  uint64_t uses_ = 0;
  std::map<uint64_t, Context> contexts_;
};

}  // namespace geoneuron::worker
