// SPDX-License-Identifier: MIT
// ONNX models for tests, built from libonnx's message classes in a few lines.
#pragma once

#include <onnx/onnx_pb.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "perception/onnx_import.hpp"

namespace geoneuron::perception {

class ModelMaker {
 public:
  explicit ModelMaker(int64_t opset) {
    model_.set_ir_version(8);
    model_.add_opset_import()->set_version(opset);
    model_.mutable_graph()->set_name("graph");
  }

  onnx::ModelProto& proto() { return model_; }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  // Extents below 0 stay undeclared.
  ModelMaker& input(const std::string& name, std::initializer_list<int64_t> extents,
                    int type = onnx::TensorProto::FLOAT) {
    describe(*graph().add_input(), name, extents, type);
    return *this;
  }
  ModelMaker& output(const std::string& name) {
    graph().add_output()->set_name(name);
    return *this;
  }
  onnx::TensorProto& initializer(const std::string& name, std::initializer_list<int64_t> extents,
                                 int type = onnx::TensorProto::FLOAT) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    int64_t count = 1;
    for (const int64_t extent : extents) {
      tensor.add_dims(extent);
      count *= extent;
    }
    for (int64_t i = 0; i < count && type == onnx::TensorProto::FLOAT; ++i)
      tensor.add_float_data(1);
    return tensor;
  }
  onnx::NodeProto& node(const std::string& op, std::initializer_list<std::string> inputs,
                        std::initializer_list<std::string> outputs, const std::string& name = "") {
    onnx::NodeProto& node = *graph().add_node();
    node.set_op_type(op);
    node.set_name(name);
    for (const std::string& input : inputs) node.add_input(input);
    for (const std::string& output : outputs) node.add_output(output);
    return node;
  }

  std::string bytes() const { return model_.SerializeAsString(); }
  Result<Model> load(const std::string& folder = "") const {
    const std::string text = bytes();
    return parse_onnx(std::as_bytes(std::span(text.data(), text.size())), folder);
  }
  // The sentence with which the model is refused.
  std::string refusal(const std::string& folder = "") const {
    const auto model = load(folder);
    return model.has_value() ? "no error" : model.error().message;
  }

 private:
  static void describe(onnx::ValueInfoProto& info, const std::string& name,
                       std::initializer_list<int64_t> extents, int type) {
    info.set_name(name);
    auto& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    tensor.mutable_shape();
    for (const int64_t extent : extents) {
      auto* dimension = tensor.mutable_shape()->add_dim();
      if (extent >= 0) dimension->set_dim_value(extent);
    }
  }

  onnx::ModelProto model_;
};

inline onnx::AttributeProto& add_attribute(onnx::NodeProto& node, const std::string& name) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  return attribute;
}

inline void set_int(onnx::NodeProto& node, const std::string& name, int64_t value) {
  onnx::AttributeProto& attribute = add_attribute(node, name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

inline void set_float(onnx::NodeProto& node, const std::string& name, float value) {
  onnx::AttributeProto& attribute = add_attribute(node, name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

inline void set_string(onnx::NodeProto& node, const std::string& name, const std::string& value) {
  onnx::AttributeProto& attribute = add_attribute(node, name);
  attribute.set_type(onnx::AttributeProto::STRING);
  attribute.set_s(value);
}

inline void set_ints(onnx::NodeProto& node, const std::string& name,
                     std::initializer_list<int64_t> values) {
  onnx::AttributeProto& attribute = add_attribute(node, name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const int64_t value : values) attribute.add_ints(value);
}

}  // namespace geoneuron::perception
