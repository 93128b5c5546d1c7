// SPDX-License-Identifier: MIT
#include "perception/onnx_legacy.hpp"

#include "perception/onnx_legacy_forms.hpp"

namespace geoneuron::perception {

Result<void> check_version(Operator op, int64_t opset) {
  const int64_t first = op == Operator::kResize ? 10 : 1;
  if (opset >= first && opset <= kGreatestKnownOpset) return {};
  return make_error(ENOTSUP, "%s of operator set %lld is not supported; sets %lld to %lld are",
                    std::string(name_of(op)).c_str(), static_cast<long long>(opset),
                    static_cast<long long>(first), static_cast<long long>(kGreatestKnownOpset));
}

namespace {

Result<void> rewrite(Node& node, int64_t opset, GraphDraft& builder) {
  node.attributes.erase("consumed_inputs");
  legacy_forms::Draft draft{node, opset, builder};
  switch (node.op) {
    case Operator::kAdd:
    case Operator::kDiv:
    case Operator::kMul:
    case Operator::kPow:
    case Operator::kSub:
      return legacy_forms::broadcast_axis(draft);
    case Operator::kBatchNormalization:
      return legacy_forms::batch_normalization(draft);
    case Operator::kCast:
      return legacy_forms::cast(draft);
    case Operator::kClip:
      return legacy_forms::clip(draft);
    case Operator::kConcat:
      if (opset < 4 && !node.attributes.has("axis")) node.attributes.set("axis", int64_t{1});
      return {};
    case Operator::kDropout:
      return legacy_forms::dropout(draft);
    case Operator::kGemm:
      node.attributes.erase("broadcast");  // C broadcasts in any case
      return {};
    case Operator::kPad:
      return legacy_forms::pad(draft);
    case Operator::kReduceMean:
    case Operator::kSqueeze:
    case Operator::kUnsqueeze:
      return legacy_forms::list_operand(draft, "axes", 1);
    case Operator::kReshape:
      return legacy_forms::list_operand(draft, "shape", 1);
    case Operator::kResize:
      return legacy_forms::resize(draft);
    case Operator::kSlice:
      return legacy_forms::slice(draft);
    case Operator::kSoftmax:
      return legacy_forms::softmax(draft);
    case Operator::kSplit:
      return legacy_forms::split(draft);
    default:
      return {};
  }
}

}  // namespace

Result<void> canonicalize(Node& node, int64_t opset, GraphDraft& builder) {
  const std::string form = std::string(name_of(node.op)) + " of operator set ";
  auto rewritten = rewrite(node, opset, builder);
  if (rewritten.has_value() || rewritten.error().code != ENOTSUP) return rewritten;
  return rewritten.error().prefixed(form + std::to_string(opset));
}

}  // namespace geoneuron::perception
