// SPDX-License-Identifier: MIT
#include "simulator/program.hpp"

int main(int argc, char** argv) {
  return geoneuron::simulator::run_program(argc, argv);
}
