/* SPDX-License-Identifier: MIT */
/* What the echo server understands beside the opcodes of geoneuron/commands.h. */
#ifndef TESTS_KMOD_OPCODES_H
#define TESTS_KMOD_OPCODES_H

#define OPCODE_CRASH 0xFFFF	/* the server that works on it aborts */

#endif
