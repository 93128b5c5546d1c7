// SPDX-License-Identifier: MIT
// Compiles a function for several instruction sets; the loader picks the best. Sanitizers do not
// get along with it and take the portable one.
#pragma once

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GEONEURON_CPU_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define GEONEURON_CPU_CLONES
#endif
