// SPDX-License-Identifier: MIT
// ONNX's protobuf messages, for the importer's sources alone: no other header includes this one.
// Thread-safe.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "perception/data_type.hpp"
#include "perception/graph.hpp"
#include "perception/limits.hpp"
#include "perception/text.hpp"

namespace geoneuron::perception {

// Protobuf's own limit: lengths are int.
inline constexpr size_t kMaximumModelBytes = 0x7fffffff;

// The model in `bytes`; EINVAL where they are none, EFBIG beyond kMaximumModelBytes, ENOMEM.
Result<std::unique_ptr<onnx::ModelProto>> parse_model_proto(std::span<const std::byte> bytes);

// The version of the default domain's operator set; 0 where there is none, which is right only for
// models without a node of that domain. EINVAL where there are several.
Result<int64_t> default_opset(const onnx::ModelProto& model);

// The element type of that number; ENOTSUP, with its name, for those that geoneuron lacks.
Result<DataType> data_type_from(int32_t number);

// Type and shape of an input or output. ENOTSUP for sequences, maps and the like.
Result<Declaration> declaration_from(const onnx::ValueInfoProto& info);

// EINVAL where the name is longer than kMaximumNameBytes.
Result<void> check_name(const std::string& name);

}  // namespace geoneuron::perception
