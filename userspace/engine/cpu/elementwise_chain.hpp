// SPDX-License-Identifier: MIT
// ElementwiseChain: steps that follow each other and compute element by element, run together tile
// by tile, so that what passes between them never leaves the cache. The results are bit by bit
// those of the steps run one after the other. One thread at a time.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "engine/cpu/cpu_step.hpp"
#include "engine/cpu/float_loops.hpp"

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
  // Half a dozen tiles fit into the innermost cache.
  static constexpr int64_t kTileElements = 1024;
  static constexpr int kElsewhere = -1;

  struct Link {
    CpuStep* step = nullptr;
    std::vector<int> sources;  // per operand: the link that made it, or kElsewhere
    FloatLoop loop = nullptr;  // a shorter way than the kernel, where there is one
    bool stored = true;
  };

  static bool is_elementwise(const CpuStep& step);
  bool accepts(const CpuStep& step) const;
  bool is_safe() const;
  void append(CpuStep& step);
  void mark_stored(const NeededAfter& needed_after);
  // The first element of an operand of link `k` for the tile that begins at `begin`.
  const float* operand_at(size_t k, size_t operand, int64_t begin,
                          const std::vector<float*>& results) const;
  Result<void> run_kernel(size_t k, int64_t begin, int64_t count,
                          const std::vector<float*>& results) const;
  Result<void> run_tile(int64_t begin, int64_t count, std::vector<float>& scratch);
  Result<void> run_tiles(int64_t first, int64_t last);

  std::vector<Link> links_;
};

}  // namespace geoneuron::engine::cpu
