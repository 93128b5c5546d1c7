// SPDX-License-Identifier: MIT
// Edges of a placed neuron graph as weighted lines, added up on a device. Thread-safe for distinct
// devices.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "views/neuron_layout.hpp"
#include "views/neuron_scene.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::views {

// The largest magnitude is drawn with this weight; smaller ones in proportion, but at least 1.
inline constexpr int32_t kFullWeight = 1 << 20;

// By element of a tensor of shape `to`: the element that it takes where `from` is broadcast to that
// shape; none where it is not.
std::vector<uint32_t> broadcast_sources(const perception::Shape& from, const perception::Shape& to);

// By operator: the largest magnitude of an edge's parts; 0 where none is drawn.
std::vector<float> edge_limits(const NeuronEdges& edges);

// The weight of `value` where `limit` has kFullWeight.
int32_t segment_weight(float value, float limit);

// The edges of operator `op` with weights by `limit`, over the part `box` of the canvas; edges
// between channels are three pixels wide. What the device reports is passed on.
Result<Accumulation> accumulate_edges(PixelDevice& device, const NeuronScene& scene,
                                      const NeuronLayout& layout, size_t op, float limit,
                                      const PixelBox& box);

// The smallest box around both columns of operator `op`.
PixelBox box_of(const NeuronScene& scene, const NeuronLayout& layout, size_t op);

// The thin links, each line of weight 1: unit to unit where two columns have as many units
// (Reshape, Add), plane to plane where they have as many planes (pooling), unit to unit where one
// is broadcast to the other, part to part where one has a multiple of the other's planes, else one
// line.
Result<Accumulation> accumulate_thin_links(PixelDevice& device, const NeuronScene& scene,
                                           const NeuronLayout& layout, uint32_t width,
                                           uint32_t height);

}  // namespace geoneuron::views
