// SPDX-License-Identifier: MIT
// Kernels work in the scratch memory that they foresaw, which budgets count, and allocate nothing
// that grows with their tensors.
#include "engine/cpu/scratch.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "engine/cpu/evaluate.hpp"
#include "engine/cpu/node_builder.hpp"
#include "engine/cpu/operands.hpp"
#include "engine/cpu/parallel.hpp"
#include "engine/cpu/prepared_kernel.hpp"

namespace {

std::atomic<size_t> largest_allocation_bytes = 0;

void* counted(size_t size) noexcept {
  size_t largest = largest_allocation_bytes;
  while (size > largest && !largest_allocation_bytes.compare_exchange_weak(largest, size)) {
  }
  return std::malloc(size);
}

}  // namespace

// All are replaced together; where GCC inlines one of them only, it takes them for a bad pair.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

void* operator new(size_t size) {
  void* memory = counted(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace geoneuron::engine::test {
namespace {

struct Costs {
  uint64_t scratch_bytes = 0;
  size_t largest_bytes = 0;  // allocated while it ran
};

Costs costs_of(const Node& node, const std::vector<Tensor>& inputs, int threads) {
  const cpu::ThreadScope scope(threads);
  const auto operands = cpu::operands_of(inputs);
  const auto infos = perception::infer(node, operands).value();
  std::vector<Tensor> outputs = {Tensor::allocate(infos[0]).value()};
  const auto kernel = cpu::prepare_kernel(node, operands, infos).value();
  const Tensor scratch = Tensor::allocate(cpu::bytes_info(kernel->scratch_bytes())).value();
  EXPECT_TRUE(kernel->bind(inputs, scratch).has_value());
  largest_allocation_bytes = 0;
  EXPECT_TRUE(kernel->run(inputs, outputs).has_value());
  return {kernel->scratch_bytes(), largest_allocation_bytes};
}

Tensor zeros(perception::DataType type, Shape shape) {
  return Tensor::allocate({type, std::move(shape)}).value();
}

constexpr size_t kSmall = 64 << 10;  // the tensors below take a MiB and more

TEST(CpuScratch, SmoothResizeTakesALineNotATensor) {
  const Tensor input = zeros(perception::DataType::kUInt8, {1, 4, 512, 512});
  const Node node = make_node(Operator::kResize, 3, {{"mode", std::string("linear")}});
  for (const int threads : {1, 3}) {
    const Costs costs = costs_of(node, {input, Tensor(), floats({4}, {1, 1, 1.5f, 1.5f})}, threads);
    EXPECT_EQ(costs.scratch_bytes, static_cast<uint64_t>(threads) * 512 * 8 +
                                       cpu::aligned_bytes(static_cast<uint64_t>(threads) * 8));
    EXPECT_LT(costs.largest_bytes, kSmall);
  }
}

TEST(CpuScratch, ProductsOfFloat16WidenTheirOperandsThere) {
  const Tensor a = zeros(perception::DataType::kFloat16, {1024, 512});
  const Tensor b = zeros(perception::DataType::kFloat16, {512, 768});
  for (const Operator op : {Operator::kMatMul, Operator::kGemm}) {
    const Costs costs = costs_of(make_node(op, 2), {a, b}, 1);
    EXPECT_EQ(costs.scratch_bytes, 4u * (1024 * 512 + 512 * 768 + 1024 * 768));
    EXPECT_LT(costs.largest_bytes, kSmall);
  }
}

TEST(CpuScratch, LoopsTurnTransposedOperandsThere) {
  const Tensor a = zeros(perception::DataType::kInt64, {4, 512});
  const Tensor b = zeros(perception::DataType::kInt64, {512, 512});
  const Costs costs = costs_of(make_node(Operator::kGemm, 2, {{"transB", int64_t{1}}}), {a, b}, 1);
  EXPECT_EQ(costs.scratch_bytes, 8u * 512 * 512);
  EXPECT_LT(costs.largest_bytes, kSmall);
}

TEST(CpuScratch, PoolsConvolutionsAndMeansSumThere) {
  const Tensor pixels = zeros(perception::DataType::kFloat16, {1, 2, 512, 512});
  const NamedAttributes window = {{"kernel_shape", std::vector<int64_t>{1, 1}}};
  const Costs pool = costs_of(make_node(Operator::kAveragePool, 1, window), {pixels}, 1);
  EXPECT_EQ(pool.scratch_bytes, 2u * 8 * 512 * 512);
  EXPECT_LT(pool.largest_bytes, kSmall);
  const Tensor weights = zeros(perception::DataType::kFloat16, {2, 2, 1, 1});
  const Costs convolution = costs_of(make_node(Operator::kConv, 2), {pixels, weights}, 2);
  EXPECT_EQ(convolution.scratch_bytes, 2u * 4 * 512 * 512);
  EXPECT_LT(convolution.largest_bytes, kSmall);
  const Costs mean =
      costs_of(make_node(Operator::kReduceMean, 2), {pixels, Tensor::from_int64s({1})}, 1);
  EXPECT_EQ(mean.scratch_bytes, 8u * 512 * 512);
  EXPECT_LT(mean.largest_bytes, kSmall);
}

TEST(CpuScratch, GatherReadsItsIndicesInPlace) {
  const Tensor indices = zeros(perception::DataType::kInt64, {1 << 17});
  const Costs costs = costs_of(make_node(Operator::kGather, 2), {floats({2}, {1, 2}), indices}, 1);
  EXPECT_EQ(costs.scratch_bytes, 0u);
  EXPECT_LT(costs.largest_bytes, kSmall);
}

TEST(CpuScratch, ConvolutionsInDoubleSumInPlace) {
  const Tensor pixels = zeros(perception::DataType::kFloat64, {1, 2, 512, 512});
  const Tensor weights = zeros(perception::DataType::kFloat64, {2, 2, 1, 1});
  const Costs costs = costs_of(make_node(Operator::kConv, 2), {pixels, weights}, 2);
  EXPECT_EQ(costs.scratch_bytes, 0u);
  EXPECT_LT(costs.largest_bytes, kSmall);
}

// Of a step that a device leaves to the host, before its operands are there.
TEST(CpuScratch, OfASingleNodeIsKnownBeforeItsOperands) {
  const Tensor pixels = zeros(perception::DataType::kFloat32, {1, 13, 40, 40});
  const Tensor weights = zeros(perception::DataType::kFloat32, {21, 13, 3, 3});
  const Node node = make_node(Operator::kConv, 2);
  const std::vector<perception::Operand> known = {{pixels.info(), &pixels},
                                                  {weights.info(), &weights}};
  const std::vector<perception::Operand> unknown = {{pixels.info(), nullptr},
                                                    {weights.info(), nullptr}};
  const auto results = perception::infer(node, unknown).value();
  const uint64_t bytes = working_bytes_on_cpu(node, unknown, results).value();
  EXPECT_EQ(bytes, working_bytes_on_cpu(node, known, results).value());
  const cpu::ThreadScope one(1);
  const auto kernel = cpu::prepare_kernel(node, known, results).value();
  EXPECT_EQ(bytes, kernel->packed_bytes() + kernel->scratch_bytes());
  EXPECT_GT(bytes, 0u);
}

}  // namespace
}  // namespace geoneuron::engine::test
