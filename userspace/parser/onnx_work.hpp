// SPDX-License-Identifier: MIT
// What a parser does: reads a model and its files from the stream, and answers with a flat model,
// or with why there is none.
#pragma once

#include "base/result.hpp"

namespace geoneuron::parser {

// Returns the exit status: 0 where the answer went through.
int parse_onnx_from(int stream);

// Parses a small model, so that protobuf's tables are there. Errors: our own bug.
Result<void> warm_up_onnx();

}  // namespace geoneuron::parser
