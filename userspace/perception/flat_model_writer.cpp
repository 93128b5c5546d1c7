// SPDX-License-Identifier: MIT
#include <array>
#include <bit>
#include <cstring>

#include "base/alignment.hpp"
#include "base/utf8.hpp"
#include "perception/flat_model.hpp"
#include "perception/text.hpp"

namespace geoneuron::perception {
namespace {

static_assert(std::endian::native == std::endian::little);

class Writer {
 public:
  template <typename Number>
  void number(Number value) {
    static_assert(std::is_arithmetic_v<Number>);
    raw(std::as_bytes(std::span(&value, 1)));
  }
  void count(size_t value) { number(static_cast<uint32_t>(value)); }
  Result<void> text(const std::string& value) {
    if (!is_utf8(value))
      return invalid("%s: is no UTF-8; names and texts of a model must be", quoted(value).c_str());
    count(value.size());
    raw(std::as_bytes(std::span(value)));
    return {};
  }
  void ids(const std::vector<ValueId>& values) {
    count(values.size());
    for (const ValueId id : values) number(static_cast<uint32_t>(id));
  }
  void raw(std::span<const std::byte> more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

  std::vector<std::byte> bytes;
};

Result<void> put_dimensions(Writer& out, const std::vector<Dimension>& dimensions) {
  out.number(static_cast<uint8_t>(dimensions.size()));
  for (const Dimension& dimension : dimensions) {
    out.number(static_cast<uint8_t>(dimension.extent ? 1 : dimension.symbol.empty() ? 0 : 2));
    if (dimension.extent)
      out.number(*dimension.extent);
    else if (!dimension.symbol.empty())
      GN_TRY(out.text(dimension.symbol));
  }
  return {};
}

Result<void> put_value(Writer& out, const Value& value) {
  GN_TRY(out.text(value.name));
  out.number(static_cast<uint32_t>(value.declared.type));
  out.number(static_cast<uint8_t>(value.declared.dimensions ? 1 : 0));
  if (value.declared.dimensions) GN_TRY(put_dimensions(out, *value.declared.dimensions));
  out.number(static_cast<uint8_t>(value.constant ? 1 : 0));
  if (!value.constant) return {};
  out.number(static_cast<uint32_t>(value.constant->type()));
  out.number(static_cast<uint8_t>(value.constant->shape().rank()));
  for (const int64_t extent : value.constant->shape().extents()) out.number(extent);
  return {};
}

struct AttributeWriter {
  Writer& out;

  Result<void> operator()(const std::string& value) const { return out.text(value); }
  Result<void> operator()(const std::vector<std::string>& values) const {
    out.count(values.size());
    for (const std::string& value : values) GN_TRY(out.text(value));
    return {};
  }
  template <typename Number>
  Result<void> operator()(const std::vector<Number>& values) const {
    out.count(values.size());
    out.raw(std::as_bytes(std::span(values)));
    return {};
  }
  template <typename Number>
  Result<void> operator()(Number value) const {
    out.number(value);
    return {};
  }
};

Result<void> put_node(Writer& out, const Node& node) {
  GN_TRY(out.text(std::string(name_of(node.op))));
  GN_TRY(out.text(node.name));
  out.ids(node.inputs);
  out.ids(node.outputs);
  out.count(node.attributes.all().size());
  for (const auto& [name, value] : node.attributes.all()) {
    GN_TRY(out.text(name));
    out.number(static_cast<uint8_t>(value.index()));
    GN_TRY(std::visit(AttributeWriter{out}, value));
  }
  return {};
}

Result<void> put_structure(Writer& out, const Model& model) {
  GN_TRY(out.text(model.producer));
  out.number(model.ir_version);
  out.number(model.opset);
  out.number(model.parameter_count);
  GN_TRY(out.text(model.graph.name));
  out.count(model.graph.values.size());
  for (const Value& value : model.graph.values) GN_TRY(put_value(out, value));
  out.count(model.graph.nodes.size());
  for (const Node& node : model.graph.nodes) GN_TRY(put_node(out, node));
  out.ids(model.graph.inputs);
  out.ids(model.graph.outputs);
  return {};
}

// Where the constants end that begin behind `structure_bytes`.
uint64_t end_of_constants(const Graph& graph, uint64_t structure_bytes) {
  uint64_t end = structure_bytes;
  for (const Value& value : graph.values)
    if (value.constant) end = aligned(end, Tensor::kAlignmentBytes) + value.constant->size_bytes();
  return end;
}

}  // namespace

Result<void> write_flat_model(const Model& model, const ByteSink& sink) {
  Writer out;
  FlatHeader header;
  out.raw(std::as_bytes(std::span(&header, 1)));
  GN_TRY(put_structure(out, model));
  header.structure_bytes = out.bytes.size();
  header.size_bytes = end_of_constants(model.graph, header.structure_bytes);
  std::memcpy(out.bytes.data(), &header, sizeof header);
  GN_TRY(sink(out.bytes));
  uint64_t end = header.structure_bytes;
  constexpr std::array<std::byte, Tensor::kAlignmentBytes> kGap{};
  for (const Value& value : model.graph.values) {
    if (!value.constant) continue;
    const uint64_t begin = aligned(end, Tensor::kAlignmentBytes);
    GN_TRY(sink(std::span(kGap).first(begin - end)));
    GN_TRY(sink(value.constant->bytes()));
    end = begin + value.constant->size_bytes();
  }
  return {};
}

}  // namespace geoneuron::perception
