// SPDX-License-Identifier: MIT
// ElementwiseChain: steps that follow each other and compute element by element, run together tile
// by tile, so that what passes between them never leaves the cache. The results are bit by bit
// those of the steps run one after the other. One thread at a time.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "engine/cpu/cpu_step.hpp"

namespace geoneuron::engine::cpu {

class ElementwiseChain {
 public:
  // The longest chain from the front of `steps` (which outlive it). `needed_after(value, n)` says
  // whether anybody but the first n steps reads the value; such values are stored in their memory,
  // others live in tiles only. Empty where not even two steps can be joined.
  using NeededAfter = std::function<bool(perception::ValueId value, size_t count)>;
  static ElementwiseChain find(std::span<CpuStep> steps, const NeededAfter& needed_after);

  size_t size() const { return links_.size(); }
  Result<void> run();

 private:
  static constexpr int64_t kTileElements = 8192;
  static constexpr int kElsewhere = -1;

  struct Link {
    CpuStep* step = nullptr;
    std::vector<int> sources;  // per operand: the link that made it, or kElsewhere
    bool stored = true;
  };

  static bool is_elementwise(const CpuStep& step);
  bool accepts(const CpuStep& step) const;
  bool is_safe() const;
  void append(CpuStep& step);
  void mark_stored(const NeededAfter& needed_after);
  Result<void> run_tile(int64_t begin, int64_t end, std::vector<Tensor>& scratch);
  Result<void> run_tiles(int64_t first, int64_t last);

  std::vector<Link> links_;
};

}  // namespace geoneuron::engine::cpu
