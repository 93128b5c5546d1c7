// SPDX-License-Identifier: MIT
#include "engine/cpu/elementwise_chain.hpp"

#include <algorithm>
#include <mutex>

#include "engine/cpu/parallel.hpp"

namespace geoneuron::engine::cpu {
namespace {

using perception::Operator;

struct Range {
  const std::byte* begin = nullptr;
  const std::byte* end = nullptr;
};

Range range_of(const Tensor& tensor) {
  const auto bytes = tensor.bytes();
  return {bytes.data(), bytes.data() + bytes.size()};
}

bool overlap(const Range& a, const Range& b) {
  return a.begin < b.end && b.begin < a.end;
}
bool equal(const Range& a, const Range& b) {
  return a.begin == b.begin && a.end == b.end;
}

bool is_dense(const Tensor& operand, const Tensor& output) {
  return operand.info() == output.info();
}

// A tile as a tensor of one axis.
Tensor tile_at(const float* data, int64_t count) {
  return Tensor::view({DataType::kFloat32, Shape({count})}, nullptr,
                      reinterpret_cast<const std::byte*>(data));
}

bool is_one(const Tensor& operand) {
  return operand.element_count() == 1;
}

FloatLoop loop_of(const CpuStep& step) {
  const Operator op = step.node->op;
  if (op == Operator::kAbs || op == Operator::kRelu) return float_loop(op, FloatOperands::kBoth);
  if (step.inputs.size() != 2) return nullptr;
  if (is_one(step.inputs[0])) return float_loop(step.node->op, FloatOperands::kOneA);
  return float_loop(step.node->op,
                    is_one(step.inputs[1]) ? FloatOperands::kOneB : FloatOperands::kBoth);
}

bool is_clip_with_bounds(const CpuStep& step) {
  return step.node->op == Operator::kClip && step.inputs.size() == 3 &&
         step.inputs[1].is_defined() && step.inputs[2].is_defined();
}

}  // namespace

bool ElementwiseChain::is_elementwise(const CpuStep& step) {
  using enum Operator;
  static constexpr Operator kOperators[] = {kAbs,         kAdd,       kClip,    kDiv, kElu,  kExp,
                                            kHardSigmoid, kLeakyRelu, kLog,     kMax, kMin,  kMul,
                                            kNeg,         kRelu,      kSigmoid, kSub, kSqrt, kTanh};
  const bool known = std::find(std::begin(kOperators), std::end(kOperators), step.node->op) !=
                     std::end(kOperators);
  if (!known || step.kernel == nullptr || step.outputs.size() != 1 || step.before.is_defined())
    return false;
  if (!step.changes_before.empty() || !step.changes_after.empty()) return false;
  const Tensor& output = step.outputs[0];
  if (output.type() != DataType::kFloat32 || output.element_count() < 2) return false;
  return std::all_of(step.inputs.begin(), step.inputs.end(), [&](const Tensor& input) {
    return !input.is_defined() || input.element_count() == 1 || is_dense(input, output);
  });
}

bool ElementwiseChain::accepts(const CpuStep& step) const {
  if (!is_elementwise(step)) return false;
  return links_.empty() ||
         step.outputs[0].element_count() == links_[0].step->outputs[0].element_count();
}

void ElementwiseChain::append(CpuStep& step) {
  Link link;
  link.step = &step;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    link.sources.push_back(kElsewhere);
    for (size_t k = 0; k < links_.size(); ++k)
      if (step.node->inputs[i] == links_[k].step->node->outputs[0])
        link.sources.back() = static_cast<int>(k);
  }
  link.loop = loop_of(step);
  links_.push_back(std::move(link));
}

void ElementwiseChain::mark_stored(const NeededAfter& needed_after) {
  for (Link& link : links_) link.stored = needed_after(link.step->node->outputs[0], links_.size());
}

// A tile's results are stored before the next tile is read. So no stored result may lie over
// another one, and over an operand only where each element takes the place of the one that it is
// computed from, after its last use.
bool ElementwiseChain::is_safe() const {
  for (size_t k = 0; k < links_.size(); ++k) {
    if (!links_[k].stored) continue;
    const Range result = range_of(links_[k].step->outputs[0]);
    for (size_t j = 0; j < links_.size(); ++j) {
      const CpuStep& other = *links_[j].step;
      if (j != k && links_[j].stored && overlap(result, range_of(other.outputs[0]))) return false;
      for (size_t i = 0; i < other.inputs.size(); ++i) {
        if (links_[j].sources[i] != kElsewhere || !other.inputs[i].is_defined()) continue;
        const Range operand = range_of(other.inputs[i]);
        if (overlap(result, operand) && !(equal(result, operand) && j <= k)) return false;
      }
    }
  }
  return true;
}

ElementwiseChain ElementwiseChain::find(std::span<CpuStep> steps, const NeededAfter& needed_after) {
  ElementwiseChain chain;
  for (CpuStep& step : steps) {
    if (!chain.accepts(step)) break;
    chain.append(step);
  }
  while (chain.links_.size() > 1) {
    chain.mark_stored(needed_after);
    if (chain.is_safe()) return chain;
    chain.links_.pop_back();
  }
  chain.links_.clear();
  return chain;
}

const float* ElementwiseChain::operand_at(size_t k, size_t operand, int64_t begin,
                                          const std::vector<float*>& results) const {
  const int source = links_[k].sources[operand];
  if (source != kElsewhere) return results[static_cast<size_t>(source)];
  const Tensor& tensor = links_[k].step->inputs[operand];
  return elements<float>(tensor) + (is_one(tensor) ? 0 : begin);
}

Result<void> ElementwiseChain::run_kernel(size_t k, int64_t begin, int64_t count,
                                          const std::vector<float*>& results) const {
  const CpuStep& step = *links_[k].step;
  std::vector<Tensor> operands;
  for (size_t i = 0; i < step.inputs.size(); ++i) {
    const bool whole = !step.inputs[i].is_defined() || is_one(step.inputs[i]);
    operands.push_back(whole ? step.inputs[i] : tile_at(operand_at(k, i, begin, results), count));
  }
  Tensor result = tile_at(results[k], count);
  return step.kernel->run(operands, std::span(&result, 1));
}

Result<void> ElementwiseChain::run_tile(int64_t begin, int64_t count, std::vector<float>& scratch) {
  std::vector<float*> results(links_.size());
  for (size_t k = 0; k < links_.size(); ++k) {
    const Link& link = links_[k];
    results[k] = link.stored ? mutable_elements<float>(link.step->outputs[0]) + begin
                             : scratch.data() + static_cast<int64_t>(k) * kTileElements;
    if (link.loop != nullptr)
      link.loop(operand_at(k, 0, begin, results),
                operand_at(k, link.sources.size() - 1, begin, results), results[k], count);
    else if (is_clip_with_bounds(*link.step))
      clip_floats(operand_at(k, 0, begin, results), operand_at(k, 1, begin, results),
                  operand_at(k, 2, begin, results), results[k], count);
    else
      GN_TRY(run_kernel(k, begin, count, results));
    const auto& fused = link.step->node->fused;
    if (!fused || activate_floats(*fused, results[k], results[k], count)) continue;
    Tensor result = tile_at(results[k], count);
    GN_TRY(activate(*fused, result, result));
  }
  return {};
}

Result<void> ElementwiseChain::run_tiles(int64_t first, int64_t last) {
  const int64_t count = links_[0].step->outputs[0].element_count();
  std::vector<float> scratch(links_.size() * kTileElements);
  for (int64_t tile = first; tile < last; ++tile) {
    const int64_t begin = tile * kTileElements;
    GN_TRY(run_tile(begin, std::min(count - begin, kTileElements), scratch));
  }
  return {};
}

Result<void> ElementwiseChain::run() {
  const int64_t count = links_[0].step->outputs[0].element_count();
  const int64_t tiles = (count + kTileElements - 1) / kTileElements;
  std::mutex mutex;  // guards `result` against the threads of the loop
  Result<void> result;
  parallel_for(tiles, kTileElements * static_cast<int64_t>(links_.size()),
               [&](int64_t first, int64_t last) {
                 Result<void> done = run_tiles(first, last);
                 const std::lock_guard lock(mutex);
                 if (!done.has_value()) result = std::move(done);
               });
  return result;
}

}  // namespace geoneuron::engine::cpu
