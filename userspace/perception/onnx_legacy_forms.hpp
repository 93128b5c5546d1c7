// SPDX-License-Identifier: MIT
// One function per operator with forms of its own in old sets. Private to onnx_legacy.
#pragma once

#include "base/result.hpp"
#include "perception/graph_draft.hpp"

namespace geoneuron::perception::legacy_forms {

struct Draft {
  Node& node;
  int64_t opset;
  GraphDraft& builder;
};

// Turns the integer list attribute `name`, where there is one, into operand `position`.
Result<void> list_operand(Draft& draft, const char* name, size_t position);
// Turns the number attribute `name`, where there is one, into a scalar operand of operand 0's type.
Result<void> number_operand(Draft& draft, const char* name, size_t position);

// Sets 1-6: broadcast and axis.
Result<void> broadcast_axis(Draft& draft);
// Sets 1-13: is_test, spatial, and up to five results.
Result<void> batch_normalization(Draft& draft);
// Sets 1-5: the type as a string. ENOTSUP for types that geoneuron lacks.
Result<void> cast(Draft& draft);
Result<void> clip(Draft& draft);
// All sets: inference form, Identity where there is no mask.
Result<void> dropout(Draft& draft);
Result<void> pad(Draft& draft);
// Set 10: X, scales; asymmetric and floor. ENOTSUP for half_pixel_symmetric (19).
Result<void> resize(Draft& draft);
Result<void> slice(Draft& draft);
// Sets 1-12: flattens to 2-D at `axis`, which is 1 by default.
Result<void> softmax(Draft& draft);
// Sets 1-12 by attribute, 18 on with num_outputs.
Result<void> split(Draft& draft);

}  // namespace geoneuron::perception::legacy_forms
