// SPDX-License-Identifier: MIT
// Rewrites a node of any operator set to the canonical form that operator.hpp documents. For the
// importer's sources alone.
#pragma once

#include "base/result.hpp"
#include "perception/graph_draft.hpp"

namespace geoneuron::perception {

// The newest operator set that was compared with what geoneuron computes. Of the changes after set
// 18 that touch our operators, AveragePool 19 (dilations) and Pad 19 (wrap) are implemented, Resize
// 19's half_pixel_symmetric is refused as an unknown mode, and all others only add element types.
inline constexpr int64_t kGreatestKnownOpset = 23;

// ENOTSUP where `op` did not exist in, or is newer than, what is known.
Result<void> check_version(Operator op, int64_t opset);

// Changes `node` in place; constants and nodes that it needs beside it are added to `builder`
// first. ENOTSUP for forms that cannot be expressed, EINVAL for attributes that contradict.
Result<void> canonicalize(Node& node, int64_t opset, GraphDraft& builder);

}  // namespace geoneuron::perception
