/* SPDX-License-Identifier: MIT */
/* What the echo server understands. */
#ifndef TESTS_KMOD_OPCODES_H
#define TESTS_KMOD_OPCODES_H

#define OPCODE_NOP 0
#define OPCODE_CRASH 1	/* the server that works on it aborts */

#endif
