// SPDX-License-Identifier: MIT
// Values of specialisation constants, shared by GLSL and C++.
#ifndef GEONEURON_SHADERS_OPERATORS_CONSTANTS_H
#define GEONEURON_SHADERS_OPERATORS_CONSTANTS_H

// Invocations per workgroup of every operator's shader.
#define GN_GROUP 64

// Loops of one invocation must stay far below 65,535 iterations together: llvmpipe silently leaves
// them there.
#define GN_LOOP_LIMIT 16384

// One operand (elementwise, fused activations).
#define GN_COPY 0
#define GN_ABS 1
#define GN_NEG 2
#define GN_SQRT 3
#define GN_EXP 4
#define GN_LOG 5
#define GN_TANH 6
#define GN_SIGMOID 7
#define GN_RELU 8
#define GN_CLIP 9
#define GN_LEAKY_RELU 10
#define GN_ELU 11
#define GN_HARD_SIGMOID 12
// Two operands.
#define GN_ADD 32
#define GN_SUB 33
#define GN_MUL 34
#define GN_DIV 35
#define GN_POW 36
#define GN_MAX 37
#define GN_MIN 38

// Reductions.
#define GN_REDUCE_SUM 0
#define GN_REDUCE_MAX 1
#define GN_REDUCE_SUM_EXP 2  // of exp(x - shift)
// Per-channel maps.
#define GN_NORMALISE_BATCH 0
#define GN_NORMALISE_SOFTMAX 1
// Pools.
#define GN_POOL_MAX 0
#define GN_POOL_AVERAGE 1
#define GN_POOL_AVERAGE_WITH_PADDING 2
// Casts, as pairs of GN_TYPE_*.
#define GN_TYPE_FLOAT 0
#define GN_TYPE_INT32 1
#define GN_TYPE_UINT32 2
#define GN_TYPE_INT64 3

#endif
