// SPDX-License-Identifier: MIT
// neuron_graph: the network as columns of units, joined by edges that glow with what flows through
// them (DESIGN.md, "Neuron graph"). Thread-safe for distinct devices.
#pragma once

#include "views/view.hpp"

namespace geoneuron::views {

ViewDefinition neuron_graph_view();

}  // namespace geoneuron::views
