// SPDX-License-Identifier: MIT
// Values as bits: classified and ordered by integers alone, since shaders may flush denormals.
#ifndef GEONEURON_SHADERS_VIEWS_VALUES_GLSL
#define GEONEURON_SHADERS_VIEWS_VALUES_GLSL

// Invocations per workgroup of every shader in this folder.
layout(local_size_x = 64) in;

// The bits of float32 values; read as texels, which is what is fastest on a CPU driver.
layout(set = 0, binding = 0) uniform utextureBuffer values;

bool is_finite(uint bits) { return (bits & 0x7fffffffu) < 0x7f800000u; }
bool is_nan_bits(uint bits) { return (bits & 0x7fffffffu) > 0x7f800000u; }

// As views/key.hpp.
uint key_of(uint bits) {
  if (bits == 0x80000000u) return 0x80000000u;
  return (bits & 0x80000000u) != 0u ? ~bits : bits | 0x80000000u;
}

// Workgroups are counted along x, then y, since one axis holds only 65,535.
uint group_index() { return gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x; }

#endif
