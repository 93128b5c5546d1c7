// SPDX-License-Identifier: MIT
// geoneuron-parser: reads ONNX files for geoneuron-worker, which starts it, in one process per
// file. It is of no use to anybody else.
#include <cstdio>

#include "parser/forker.hpp"
#include "parser/onnx_work.hpp"

int main() {
  using namespace geoneuron::parser;
  const auto served = serve_worker({}, warm_up_onnx, parse_onnx_from);
  if (served) return 0;
  std::fprintf(stderr, "geoneuron-parser: %s\n", served.error().message.c_str());
  return 1;
}
