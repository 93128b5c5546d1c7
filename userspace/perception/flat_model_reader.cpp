// SPDX-License-Identifier: MIT
#include <algorithm>
#include <bit>
#include <utility>

#include "base/alignment.hpp"
#include "perception/digest.hpp"
#include "perception/flat_model.hpp"
#include "perception/flat_model_cursor.hpp"
#include "perception/graph_check.hpp"
#include "perception/text.hpp"

namespace geoneuron::perception {
namespace {

static_assert(std::endian::native == std::endian::little);

// What entries take at least: lists are refused that cannot have so many.
constexpr size_t kValueBytes = 4 + 4 + 1 + 1;
constexpr size_t kNodeBytes = 5 * sizeof(uint32_t);
constexpr size_t kAttributeBytes = 4 + 1;

Result<DataType> take_type(FlatCursor& in, bool may_be_open) {
  const auto number = GN_TRY(in.number<uint32_t>("element type"));
  const auto type = static_cast<DataType>(number);
  if (size_of(type) > 0 || (may_be_open && number == 0)) return type;
  return invalid("element type %u: is none", number);
}

class Reader {
 public:
  Reader(std::shared_ptr<const MappedRegion> bytes, size_t structure_bytes)
      : bytes_(std::move(bytes)),
        in_(bytes_->bytes().first(structure_bytes), sizeof(FlatHeader)),
        constants_end_(structure_bytes) {}

  Result<Model> read();

 private:
  Result<void> read_values(Graph& graph);
  Result<Value> read_value();
  Result<Declaration> read_declaration();
  Result<Dimension> read_dimension();
  Result<Tensor> read_constant();
  Result<std::span<const std::byte>> next_constant(size_t size_bytes);
  Result<void> read_nodes(Graph& graph);
  Result<Node> read_node();
  Result<Attribute> read_attribute();
  Result<std::vector<ValueId>> read_ids(const char* what, size_t most);

  std::shared_ptr<const MappedRegion> bytes_;
  FlatCursor in_;
  size_t constants_end_;  // of those read so far
};

Result<Dimension> Reader::read_dimension() {
  switch (GN_TRY(in_.choice("dimension", 3))) {
    case 0:
      return Dimension{};
    case 1: {
      const auto extent = GN_TRY(in_.number<int64_t>("extent"));
      if (extent < 0 || extent > Shape::kMaximumElements)
        return invalid("extent %lld: must lie in [0, 2^40]", static_cast<long long>(extent));
      return Dimension{extent, ""};
    }
    default:
      break;
  }
  Dimension dimension{std::nullopt, GN_TRY(in_.text("symbol"))};
  if (dimension.symbol.empty()) return invalid("symbol: is empty");
  return dimension;
}

Result<Declaration> Reader::read_declaration() {
  Declaration declaration;
  declaration.type = GN_TRY(take_type(in_, true));
  if (GN_TRY(in_.choice("dimensions", 2)) == 0) return declaration;
  const auto rank = GN_TRY(in_.choice("rank", Shape::kMaximumRank + 1));
  declaration.dimensions.emplace();
  for (uint8_t i = 0; i < rank; ++i) declaration.dimensions->push_back(GN_TRY(read_dimension()));
  return declaration;
}

// The gap before it is checked too: bytes have one reading, and that has these bytes.
Result<std::span<const std::byte>> Reader::next_constant(size_t size_bytes) {
  const auto all = bytes_->bytes();
  const uint64_t begin = aligned(constants_end_, Tensor::kAlignmentBytes);
  if (begin > all.size() || size_bytes > all.size() - begin)
    return invalid("constant: %zu bytes from %llu on: must lie inside the %zu", size_bytes,
                   static_cast<unsigned long long>(begin), all.size());
  const auto gap = all.subspan(constants_end_, begin - constants_end_);
  if (std::ranges::any_of(gap, [](std::byte byte) { return byte != std::byte{0}; }))
    return invalid("bytes before %llu: lie between constants and must be 0",
                   static_cast<unsigned long long>(begin));
  constants_end_ = begin + size_bytes;
  return all.subspan(begin, size_bytes);
}

Result<Tensor> Reader::read_constant() {
  TensorInfo info;
  info.type = GN_TRY(take_type(in_, false));
  const auto rank = GN_TRY(in_.choice("constant's rank", Shape::kMaximumRank + 1));
  std::vector<int64_t> extents;
  for (uint8_t i = 0; i < rank; ++i) extents.push_back(GN_TRY(in_.number<int64_t>("extent")));
  info.shape = GN_TRY(Shape::checked(std::move(extents)));
  const auto bytes = GN_TRY(next_constant(info.size_bytes()));
  // Any other byte in a bool would be undefined behaviour for whoever reads it.
  if (info.type == DataType::kBool &&
      std::ranges::any_of(bytes, [](std::byte byte) { return byte > std::byte{1}; }))
    return invalid("constant of bools: has bytes other than 0 and 1");
  return Tensor::view(std::move(info), bytes_, bytes.data());
}

Result<Value> Reader::read_value() {
  Value value;
  value.name = GN_TRY(in_.text("value's name"));
  value.declared = GN_TRY(with_context(read_declaration(), quoted(value.name)));
  if (GN_TRY(in_.choice("constant", 2)) == 1)
    value.constant = GN_TRY(with_context(read_constant(), quoted(value.name)));
  return value;
}

Result<void> Reader::read_values(Graph& graph) {
  const auto count = GN_TRY(in_.count("values", kValueBytes));
  graph.values.reserve(count);
  for (uint32_t i = 0; i < count; ++i) graph.values.push_back(GN_TRY(read_value()));
  return {};
}

Result<std::vector<ValueId>> Reader::read_ids(const char* what, size_t most) {
  const auto numbers = GN_TRY(in_.numbers<uint32_t>(what, most));
  std::vector<ValueId> ids;
  ids.reserve(numbers.size());
  for (const uint32_t number : numbers) ids.push_back(ValueId{number});
  return ids;
}

Result<Attribute> Reader::read_attribute() {
  constexpr size_t kMost = kMaximumAttributeEntries;
  switch (GN_TRY(in_.choice("attribute's type", std::variant_size_v<Attribute>))) {
    case 0:
      return Attribute(GN_TRY(in_.number<int64_t>("attribute")));
    case 1:
      return Attribute(GN_TRY(in_.number<float>("attribute")));
    case 2:
      return Attribute(GN_TRY(in_.text("attribute")));
    case 3:
      return Attribute(GN_TRY(in_.numbers<int64_t>("attribute", kMost)));
    case 4:
      return Attribute(GN_TRY(in_.numbers<float>("attribute", kMost)));
    default:
      break;
  }
  std::vector<std::string> texts(GN_TRY(in_.count("attribute", sizeof(uint32_t))));
  for (std::string& text : texts) text = GN_TRY(in_.text("attribute"));
  return Attribute(std::move(texts));
}

Result<Node> Reader::read_node() {
  Node node;
  const std::string op = GN_TRY(in_.text("operator"));
  const auto known = operator_named(op);
  if (!known) return invalid("operator %s: is none", quoted(op).c_str());
  node.op = *known;
  node.name = GN_TRY(in_.text("node's name"));
  node.inputs = GN_TRY(read_ids("operands", kMaximumNodeOperands));
  node.outputs = GN_TRY(read_ids("results", kMaximumNodeOperands));
  const auto count = GN_TRY(in_.count("attributes", kAttributeBytes));
  for (uint32_t i = 0; i < count; ++i) {
    const std::string name = GN_TRY(in_.text("attribute's name"));
    if (node.attributes.has(name))
      return invalid("%s: attribute %s: is given twice", quoted(node.name).c_str(),
                     quoted(name).c_str());
    node.attributes.set(name, GN_TRY(with_context(read_attribute(), quoted(node.name))));
  }
  return node;
}

Result<void> Reader::read_nodes(Graph& graph) {
  const auto count = GN_TRY(in_.count("nodes", kNodeBytes));
  graph.nodes.reserve(count);
  for (uint32_t i = 0; i < count; ++i) graph.nodes.push_back(GN_TRY(read_node()));
  return {};
}

Result<Model> Reader::read() {
  Model model;
  model.producer = GN_TRY(in_.text("producer"));
  model.ir_version = GN_TRY(in_.number<int64_t>("ir_version"));
  model.opset = GN_TRY(in_.number<int64_t>("opset"));
  model.parameter_count = GN_TRY(in_.number<uint64_t>("parameter count"));
  model.graph.name = GN_TRY(in_.text("graph's name"));
  GN_TRY(read_values(model.graph));
  GN_TRY(read_nodes(model.graph));
  model.graph.inputs = GN_TRY(read_ids("inputs", SIZE_MAX));
  model.graph.outputs = GN_TRY(read_ids("outputs", SIZE_MAX));
  if (!in_.at_end()) return invalid("the structure goes on behind its end, byte %zu", in_.place());
  if (constants_end_ != bytes_->bytes().size())
    return invalid("the constants end at byte %zu; must at the last, %zu", constants_end_,
                   bytes_->bytes().size());
  GN_TRY(check_graph(model.graph));
  return model;
}

Result<Model> read_checked(std::shared_ptr<const MappedRegion> bytes) {
  const auto all = bytes->bytes();
  if (all.size() < sizeof(FlatHeader))
    return invalid("has %zu bytes, fewer than its header", all.size());
  FlatHeader header;
  std::memcpy(&header, all.data(), sizeof header);
  if (header.magic != kFlatModelMagic) return invalid("does not begin as one");
  if (header.version != kFlatModelVersion || header.padding != 0)
    return invalid("is of version %u; must be of %u", header.version, kFlatModelVersion);
  if (header.size_bytes != all.size())
    return invalid("has %zu bytes, and says that it has %llu", all.size(),
                   static_cast<unsigned long long>(header.size_bytes));
  if (header.structure_bytes < sizeof header || header.structure_bytes > all.size())
    return invalid("structure of %llu bytes: must lie inside the %zu",
                   static_cast<unsigned long long>(header.structure_bytes), all.size());
  Model model = GN_TRY(Reader(bytes, header.structure_bytes).read());
  Digest digest;
  digest.add(all);
  model.digest = digest.text();
  return model;
}

}  // namespace

Result<Model> read_flat_model(std::shared_ptr<const MappedRegion> bytes) {
  return with_context(read_checked(std::move(bytes)), "flat model");
}

}  // namespace geoneuron::perception
