// SPDX-License-Identifier: MIT
// Rewrites a node of any operator set to the canonical form that operator.hpp documents. For the
// importer's sources alone.
#pragma once

#include "base/result.hpp"
#include "perception/graph_draft.hpp"

namespace geoneuron::perception {

// The newest operator set that was compared with what geoneuron computes: that of ONNX 1.22. Of the
// changes after set 18 that touch our operators, AveragePool 19 (dilations) and Pad 19 (wrap) are
// implemented, Resize 19's half_pixel_symmetric is refused, Cast 24's round_mode concerns
// float8e8m0 alone, and all others only add element types; sets 26 and 27 touch none. What later
// sets change nobody can know here, so that they are refused.
inline constexpr int64_t kGreatestKnownOpset = 27;

// ENOTSUP where `op` did not exist in, or is newer than, what is known.
Result<void> check_version(Operator op, int64_t opset);

// Changes `node` in place; constants and nodes that it needs beside it are added to `builder`
// first. ENOTSUP, with operator and set, for forms that cannot be expressed or are not implemented;
// EINVAL for attributes that contradict.
Result<void> canonicalize(Node& node, int64_t opset, GraphDraft& builder);

}  // namespace geoneuron::perception
