// SPDX-License-Identifier: MIT
#include "cli/program.hpp"

int main(int argc, char** argv) {
  return geoneuron::cli::run_program(argc, argv);
}
