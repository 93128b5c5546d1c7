// SPDX-License-Identifier: MIT
#include <cstdio>

int main() {
  std::puts("geoneuron " GEONEURON_VERSION);
  return 0;
}
