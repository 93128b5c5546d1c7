// SPDX-License-Identifier: MIT
#include "perception/onnx_reader.hpp"

#include <algorithm>
#include <set>

#include "base/mapped_region.hpp"
#include "perception/graph_check.hpp"
#include "perception/graph_draft.hpp"
#include "perception/onnx_attributes.hpp"
#include "perception/onnx_constant.hpp"
#include "perception/onnx_digest.hpp"
#include "perception/onnx_legacy.hpp"
#include "perception/onnx_order.hpp"
#include "perception/onnx_proto.hpp"
#include "perception/onnx_tensor.hpp"

namespace geoneuron::perception {
namespace {

class OnnxReader {
 public:
  OnnxReader(onnx::ModelProto& proto, ExternalData external)
      : proto_(proto), graph_(*proto.mutable_graph()), external_(std::move(external)) {}

  Result<OnnxReading> read();
  const ExternalData& external() const { return external_; }

 private:
  Result<void> read_header();
  Result<void> read_initializers();
  Result<void> read_inputs();
  Result<void> read_value_infos();
  Result<void> read_constants(const std::vector<int>& order);
  Result<void> read_nodes(const std::vector<int>& order);
  Result<void> read_outputs();
  Result<void> add_constant(const std::string& name, Tensor tensor);
  Result<Node> node_from(const onnx::NodeProto& node, const std::string& name);
  Result<Operator> operator_of(const onnx::NodeProto& node) const;

  onnx::ModelProto& proto_;
  onnx::GraphProto& graph_;
  ExternalData external_;
  GraphDraft builder_;
  OnnxReading reading_;
  std::set<std::pair<std::string, std::string>> functions_;  // domain, name
};

bool is_default(const std::string& domain) {
  return domain.empty() || domain == "ai.onnx";
}

bool is_constant(const onnx::NodeProto& node) {
  return is_default(node.domain()) && node.op_type() == "Constant";
}

Result<void> check_node_names(const onnx::NodeProto& node) {
  GN_TRY(check_name(node.name()));
  GN_TRY(check_name(node.op_type()));
  for (const std::string& name : node.input()) GN_TRY(check_name(name));
  for (const std::string& name : node.output()) GN_TRY(check_name(name));
  return {};
}

// Operands that old exporters leave out by empty names at the end are not there at all.
void drop_absent_tail(std::vector<ValueId>& ids) {
  while (!ids.empty() && ids.back() == kNoValue) ids.pop_back();
}

// The number of Split's results decides how large its parts are: none of them may be dropped.
bool counts_results(const Node& node) {
  return node.op == Operator::kSplit;
}

// Results left out before or among others are computed all the same, under a name of their own
// that nobody reads: engines then have no case for them.
void name_absent_results(Node& node, GraphDraft& builder) {
  for (size_t i = 0; i < node.outputs.size(); ++i)
    if (node.outputs[i] == kNoValue)
      node.outputs[i] = builder.add_result(node.name + ".result" + std::to_string(i));
}

Result<void> OnnxReader::read_header() {
  Model& model = reading_.model;
  model.ir_version = proto_.ir_version();
  model.opset = GN_TRY(default_opset(proto_));
  GN_TRY(check_name(graph_.name()));
  GN_TRY(check_name(proto_.producer_name()));
  model.producer = proto_.producer_name();
  builder_.graph().name = graph_.name();
  for (const auto& function : proto_.functions())
    functions_.emplace(function.domain(), function.name());
  return {};
}

Result<void> OnnxReader::add_constant(const std::string& name, Tensor tensor) {
  GN_TRY(check_name(name));
  if (name.empty()) return invalid("an initialiser or constant has no name; must have one");
  if (is_floating(tensor.type()))
    reading_.model.parameter_count += static_cast<uint64_t>(tensor.element_count());
  if (builder_.constant(builder_.value(name)) != nullptr)
    return invalid("initialiser %s: is given twice", quoted(name).c_str());
  builder_.set_constant(name, std::move(tensor));
  return {};
}

Result<void> OnnxReader::read_initializers() {
  if (graph_.sparse_initializer_size() > 0)
    return make_error(ENOTSUP, "sparse initialisers are not supported; store them dense");
  for (auto& proto : *graph_.mutable_initializer()) {
    Tensor tensor = GN_TRY(tensor_from(proto, external_));
    GN_TRY(add_constant(proto.name(), std::move(tensor)));
    // The bytes live in the tensor now; large models should not be held twice.
    proto.clear_raw_data();
  }
  return {};
}

Result<void> OnnxReader::read_inputs() {
  for (const auto& info : graph_.input()) {
    GN_TRY(check_name(info.name()));
    if (info.name().empty()) return invalid("an input has no name; must have one");
    const ValueId id = builder_.value(info.name());
    if (builder_.constant(id) != nullptr) continue;
    Declaration declaration = GN_TRY(with_context(declaration_from(info), "input"));
    if (declaration.type == DataType::kUndefined)
      return invalid("input %s: declares no element type", quoted(info.name()).c_str());
    builder_.add_input(id, std::move(declaration));
  }
  return {};
}

// What a model says of inner values is a help (legacy broadcasting needs ranks), not a need: what
// cannot be read is left to shape inference.
Result<void> OnnxReader::read_value_infos() {
  if (graph_.value_info_size() > kMaximumValues)
    return invalid("has %d value infos; at most %d are allowed", graph_.value_info_size(),
                   kMaximumValues);
  for (const auto& info : graph_.value_info()) {
    if (!builder_.has(info.name()) || builder_.constant(builder_.value(info.name()))) continue;
    auto declaration = declaration_from(info);
    if (declaration.has_value())
      builder_.declare(builder_.value(info.name()), std::move(declaration).value());
  }
  return {};
}

Result<void> OnnxReader::read_constants(const std::vector<int>& order) {
  for (const int place : order) {
    const auto& node = graph_.node(place);
    if (!is_constant(node)) {
      for (const std::string& output : node.output()) (void)builder_.value(output);
      continue;
    }
    const std::string name = node_name(node, place);
    GN_TRY(with_context(check_node_names(node), quoted(name)));
    if (node.output_size() != 1) return invalid("%s: must have one result", name.c_str());
    auto tensor = with_context(constant_from(node, reading_.model.opset, external_), name);
    if (!tensor.has_value() && tensor.error().code == ENOTSUP) {
      reading_.unsupported.push_back({name, tensor.error().message});
      continue;
    }
    if (!tensor.has_value()) return std::move(tensor).error();
    GN_TRY(add_constant(node.output(0), std::move(tensor).value()));
  }
  return {};
}

Result<Operator> OnnxReader::operator_of(const onnx::NodeProto& node) const {
  const std::string kind = quoted(node.op_type());
  if (functions_.contains({node.domain(), node.op_type()}))
    return make_error(ENOTSUP, "calls the model's function %s; functions are not supported",
                      kind.c_str());
  if (!is_default(node.domain()))
    return make_error(ENOTSUP, "operator %s of domain %s is not supported; those of ai.onnx are",
                      kind.c_str(), quoted(node.domain()).c_str());
  if (reading_.model.opset == 0)
    return invalid("opset_import: has no version of the default domain; must be 1 or more");
  for (const auto& attribute : node.attribute())
    if (attribute.has_g() || attribute.graphs_size() > 0)
      return make_error(ENOTSUP, "operator %s of set %lld has a subgraph, which is not supported",
                        kind.c_str(), static_cast<long long>(reading_.model.opset));
  const auto op = operator_named(node.op_type());
  if (!op.has_value())
    return make_error(ENOTSUP, "operator %s of set %lld is not supported", kind.c_str(),
                      static_cast<long long>(reading_.model.opset));
  GN_TRY(check_version(*op, reading_.model.opset));
  return *op;
}

Result<Node> OnnxReader::node_from(const onnx::NodeProto& proto, const std::string& name) {
  Node node;
  node.op = GN_TRY(operator_of(proto));
  node.name = name;
  node.attributes = GN_TRY(attributes_from(proto, node.op, reading_.model.opset));
  for (const std::string& input : proto.input()) node.inputs.push_back(builder_.value(input));
  for (const std::string& output : proto.output()) node.outputs.push_back(builder_.value(output));
  drop_absent_tail(node.inputs);
  const bool has_results = std::any_of(node.outputs.begin(), node.outputs.end(),
                                       [](ValueId id) { return id != kNoValue; });
  if (!counts_results(node)) drop_absent_tail(node.outputs);
  if (node.inputs.empty() || node.inputs[0] == kNoValue)
    return invalid("operand 0 is missing; %s needs it", std::string(name_of(node.op)).c_str());
  if (!has_results) return invalid("has no results; must have at least one");
  GN_TRY(canonicalize(node, reading_.model.opset, builder_));
  name_absent_results(node, builder_);
  GN_TRY(check_counts(node));
  return node;
}

Result<void> OnnxReader::read_nodes(const std::vector<int>& order) {
  for (const int place : order) {
    const auto& proto = graph_.node(place);
    if (is_constant(proto)) continue;
    const std::string name = node_name(proto, place);
    GN_TRY(with_context(check_node_names(proto), quoted(name)));
    reading_.nodes.push_back(
        {proto.op_type(), name, {proto.output().begin(), proto.output().end()}});
    auto node = with_context(node_from(proto, name), name);
    if (node.has_value())
      builder_.add_node(std::move(node).value());
    else if (node.error().code == ENOTSUP)
      reading_.unsupported.push_back({name, node.error().message});
    else
      return std::move(node).error();
  }
  return {};
}

Result<void> OnnxReader::read_outputs() {
  if (graph_.output().empty()) return invalid("has no outputs; a graph must have one");
  for (const auto& info : graph_.output()) {
    if (!builder_.has(info.name()))
      return invalid("output %s: nothing produces it", quoted(info.name()).c_str());
    const ValueId id = builder_.value(info.name());
    Declaration declaration = GN_TRY(with_context(declaration_from(info), "output"));
    if (builder_.constant(id) == nullptr && !builder_.is_input(id))
      builder_.declare(id, std::move(declaration));
    builder_.graph().outputs.push_back(id);
  }
  return {};
}

Result<OnnxReading> OnnxReader::read() {
  GN_TRY(read_header());
  const std::vector<int> order = GN_TRY(running_order(graph_));
  GN_TRY(read_initializers());
  GN_TRY(read_inputs());
  GN_TRY(read_constants(order));
  GN_TRY(read_value_infos());
  GN_TRY(read_nodes(order));
  GN_TRY(read_outputs());
  reading_.model.graph = std::move(builder_.graph());
  return std::move(reading_);
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<OnnxReading> read_onnx(std::span<const std::byte> bytes, ExternalData external) {
  const auto proto = GN_TRY(parse_model_proto(bytes));
  OnnxReader reader(*proto, std::move(external));
  OnnxReading reading = GN_TRY(reader.read());
  reading.model.digest = model_digest(bytes, reader.external());
  reading.external = reader.external().files();
  return reading;
}

Result<OnnxReading> read_onnx_file(const std::string& path) {
  return read_onnx_file(GN_TRY(MappedRegion::copy_file(path, kMaximumModelBytes)), path);
}

Result<OnnxReading> read_onnx_file(const MappedRegion& file, const std::string& path) {
  return with_context(read_onnx(file.bytes(), ExternalData(folder_of(path))), path);
}

}  // namespace geoneuron::perception
