// SPDX-License-Identifier: MIT
// A model as one run of bytes, which needs no parser: what the process that reads a stranger's file
// hands to the worker (DESIGN's flat plan). Self-contained and versioned; the reader trusts nothing
// in it. Thread-safe.
//
// Little-endian, without gaps, in this order; text is a u32 of bytes and these, lists a u32 of
// entries and these:
//   FlatHeader
//   texts producer; i64 ir_version, opset; u64 parameter_count; text name of the graph
//   list of values: text name; u32 type; dimensions: u8 0, or 1 and u8 rank, per extent u8 0, or 1
//     and i64, or 2 and text; constant: u8 0, or 1 and u32 type, u8 rank, i64 extents
//   list of nodes: text operator, text name, lists of u32 operands and results, list of attributes:
//     text name, u8 alternative of Attribute, value
//   lists of u32 inputs and outputs
//   elements of the constants, in the order of their values, each at the next multiple of
//     Tensor::kAlignmentBytes; bytes between are 0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/mapped_region.hpp"
#include "base/result.hpp"
#include "perception/model.hpp"

namespace geoneuron::perception {

inline constexpr uint32_t kFlatModelVersion = 1;
inline constexpr uint64_t kFlatModelMagic = 0x4c444f4d54414c46;  // "FLATMODL"

struct FlatHeader {
  uint64_t magic = kFlatModelMagic;
  uint32_t version = kFlatModelVersion;
  uint32_t padding = 0;
  uint64_t size_bytes = 0;       // of all, this header included
  uint64_t structure_bytes = 0;  // up to the last list, this header included
};
static_assert(sizeof(FlatHeader) == 32);

// Receives the bytes, in order; an error of its ends the writing.
using ByteSink = std::function<Result<void>(std::span<const std::byte>)>;

// Writes the model. EINVAL where a text in it is no UTF-8; what `sink` returned. The digest is not
// written: it is the reader's to take.
Result<void> write_flat_model(const Model& model, const ByteSink& sink);

// The model that these bytes hold; its constants lie in them, so that they are kept as long as any
// of these. digest is that of the bytes. EINVAL, in one sentence, for bytes that are none, hold
// another version, go on behind the end, or whose graph breaks a rule of graph_check.hpp.
Result<Model> read_flat_model(std::shared_ptr<const MappedRegion> bytes);

}  // namespace geoneuron::perception
