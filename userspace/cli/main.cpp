// SPDX-License-Identifier: MIT
#include "cli/interrupt.hpp"
#include "cli/program.hpp"

int main(int argc, char** argv) {
  geoneuron::cli::watch_interrupts();
  return geoneuron::cli::run_program(argc, argv);
}
