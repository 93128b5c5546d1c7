// SPDX-License-Identifier: MIT
#include "uapi/layout.h"

int main() { return 0; }
