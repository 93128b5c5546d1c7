// SPDX-License-Identifier: MIT
// The index of an invocation in a grid that may have more workgroups than one axis allows.
layout(local_size_x = GN_GROUP) in;

uint grid_index() {
  return (gl_WorkGroupID.y * gl_NumWorkGroups.x + gl_WorkGroupID.x) * GN_GROUP +
         gl_LocalInvocationID.x;
}
