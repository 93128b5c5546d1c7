// SPDX-License-Identifier: MIT
#include "cli/bench/tiny_model.hpp"

#include <cstdint>
#include <initializer_list>

namespace geoneuron::cli::bench {
namespace {

// Protocol Buffers' wire format, as far as this takes it.
std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

std::string number(uint32_t field, uint64_t value) {
  return varint(field << 3) + varint(value);
}

std::string text(uint32_t field, const std::string& bytes) {
  return varint(field << 3 | 2) + varint(bytes.size()) + bytes;
}

// onnx.proto: ValueInfoProto {name = 1, type = 2 {tensor_type = 1 {elem_type = 1, shape = 2}}}
std::string value_info(const std::string& name) {
  std::string shape;
  for (const int extent : {1, kTinyChannels, kTinyExtent, kTinyExtent})
    shape += text(1, number(1, static_cast<uint64_t>(extent)));
  return text(1, name) + text(2, text(1, number(1, 1) + text(2, shape)));
}

}  // namespace

// ModelProto {ir_version = 1, graph = 7, opset_import = 8}; GraphProto {node = 1, name = 2,
// input = 11, output = 12}; NodeProto {input = 1, output = 2, name = 3, op_type = 4}.
std::string tiny_model() {
  const std::string node = text(1, "x") + text(2, "y") + text(3, "relu") + text(4, "Relu");
  const std::string graph =
      text(1, node) + text(2, "tiny") + text(11, value_info("x")) + text(12, value_info("y"));
  return number(1, 8) + text(7, graph) + text(8, number(2, 13));
}

}  // namespace geoneuron::cli::bench
