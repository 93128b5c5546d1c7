// SPDX-License-Identifier: MIT
// GN_ALL_MACHINES: a function compiled once for each instruction set worth it; the loader chooses.
#pragma once

// ThreadSanitizer is not ready yet when the loader chooses among the clones.
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define GN_ALL_MACHINES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define GN_ALL_MACHINES
#endif
