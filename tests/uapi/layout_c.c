/* SPDX-License-Identifier: MIT */
#include "uapi/layout.h"

int main(void) { return 0; }
