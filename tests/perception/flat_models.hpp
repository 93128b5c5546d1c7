// SPDX-License-Identifier: MIT
// Flat models for tests: written into memory, read from it, and compared with what they were made
// from.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cstring>

#include "perception/flat_model.hpp"

namespace geoneuron::perception {

inline Result<std::vector<std::byte>> flat_bytes(const Model& model) {
  std::vector<std::byte> bytes;
  GN_TRY(write_flat_model(model, [&](std::span<const std::byte> more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return Result<void>();
  }));
  return bytes;
}

// From memory of just that size: whoever reads behind its end reads another's.
inline Result<Model> read_flat(std::span<const std::byte> bytes) {
  return read_flat_model(
      std::make_shared<MappedRegion>(MappedRegion::copy_bytes(bytes, "test").value()));
}

// Numbers by their bits, so that a NaN equals itself.
struct SameBits {
  bool operator()(float a, float b) const {
    return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
  }
  bool operator()(const std::vector<float>& a, const std::vector<float>& b) const {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
  }
  template <typename T>
  bool operator()(const T& a, const T& b) const {
    return a == b;
  }
  template <typename T, typename U>
  bool operator()(const T&, const U&) const {
    return false;
  }
};

inline void expect_same(const Value& a, const Value& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.declared.type, b.declared.type);
  ASSERT_EQ(a.declared.dimensions.has_value(), b.declared.dimensions.has_value());
  for (size_t i = 0; a.declared.dimensions && i < a.declared.dimensions->size(); ++i) {
    EXPECT_EQ(a.declared.dimensions->at(i).extent, b.declared.dimensions->at(i).extent);
    EXPECT_EQ(a.declared.dimensions->at(i).symbol, b.declared.dimensions->at(i).symbol);
  }
  ASSERT_EQ(a.constant.has_value(), b.constant.has_value());
  if (!a.constant) return;
  ASSERT_EQ(a.constant->info(), b.constant->info());
  const auto bytes = b.constant->bytes();
  EXPECT_TRUE(bytes.empty() ||
              std::memcmp(a.constant->bytes().data(), bytes.data(), bytes.size()) == 0);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes.data()) % Tensor::kAlignmentBytes, 0u);
}

inline void expect_same(const Node& a, const Node& b) {
  EXPECT_EQ(a.op, b.op);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.inputs, b.inputs);
  EXPECT_EQ(a.outputs, b.outputs);
  EXPECT_EQ(a.fused.has_value(), b.fused.has_value());
  ASSERT_EQ(a.attributes.all().size(), b.attributes.all().size());
  for (const auto& [name, value] : a.attributes.all()) {
    ASSERT_TRUE(b.attributes.has(name)) << name;
    EXPECT_TRUE(std::visit(SameBits(), value, b.attributes.all().at(name))) << name;
  }
}

// All but the digests, which are taken of different bytes.
inline void expect_same(const Model& a, const Model& b) {
  EXPECT_EQ(a.producer, b.producer);
  EXPECT_EQ(a.ir_version, b.ir_version);
  EXPECT_EQ(a.opset, b.opset);
  EXPECT_EQ(a.parameter_count, b.parameter_count);
  EXPECT_EQ(a.graph.name, b.graph.name);
  EXPECT_EQ(a.graph.inputs, b.graph.inputs);
  EXPECT_EQ(a.graph.outputs, b.graph.outputs);
  ASSERT_EQ(a.graph.values.size(), b.graph.values.size());
  for (size_t i = 0; i < a.graph.values.size(); ++i)
    expect_same(a.graph.values[i], b.graph.values[i]);
  ASSERT_EQ(a.graph.nodes.size(), b.graph.nodes.size());
  for (size_t i = 0; i < a.graph.nodes.size(); ++i) expect_same(a.graph.nodes[i], b.graph.nodes[i]);
}

}  // namespace geoneuron::perception
