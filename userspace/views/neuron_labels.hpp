// SPDX-License-Identifier: MIT
// The words of a neuron graph: captions of columns and operators, and the legend, which states what
// is drawn and every choice made. Pure functions; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "views/neuron_scene.hpp"

namespace geoneuron::views {

// "1,645,408"
std::string grouped_digits(uint64_t number);
// "8 x 48 x 48" with a multiplication sign and without a leading batch of one.
std::string shape_caption(const perception::Shape& shape);
// What an edge's value is: "w·a", "|w|", "Σ|w|" ...
std::string value_caption(const NeuronEdges& edges);

// Lines under a column: name, shape and the largest |value| of its nodes that are finite.
std::vector<std::string> column_caption(const SceneColumn& column);
// Lines over an operator's edges.
std::vector<std::string> operator_caption(const std::string& name, const EdgeGroup& group,
                                          const NeuronEdges& edges, float limit);
// "1,000 of 1,645,408 edges" and how the level was chosen.
std::string edge_legend(const NeuronEdges& edges);
// The power that equalised brightness is raised to: many edges need more contrast than few.
uint32_t light_power(const NeuronEdges& edges);
// How values became light.
std::string light_legend(const NeuronEdges& edges);
// What the nodes' colours say. `reduced`: some maps are larger than their place.
std::string node_legend(const NeuronScene& scene, bool reduced);
// Which of the selected tensors are not drawn as targets, and why; "" where all are. Long names are
// cut.
std::string passed_over_legend(const NeuronScene& scene);

}  // namespace geoneuron::views
