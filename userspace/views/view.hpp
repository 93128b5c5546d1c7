// SPDX-License-Identifier: MIT
// ViewDefinition: one kind of picture, as a function from tensors to pixels, and the registry of
// all of them. A definition is constant and thread-safe; a PixelDevice is not.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "perception/graph.hpp"
#include "views/image.hpp"
#include "views/parameters.hpp"
#include "views/pixel_device.hpp"

namespace geoneuron::views {

struct ViewRequest {
  // The graph as imported, before any optimisation; outlives the call. Views that look only at
  // tensors work without one.
  const perception::Graph* graph = nullptr;
  // What the user chose, in order. May be empty for views of a whole network.
  std::vector<std::string> selected;
  // Elements by value name: the selected tensors, the graph's inputs, and whatever else
  // ViewDefinition::needs named. Any type; converted to float32 on the CPU by to_float32.
  std::map<std::string, perception::Tensor> tensors;
  // What the network was shown, for overlays.
  std::optional<Image> input_image;
  std::map<std::string, std::string> parameters;
};

struct ViewDefinition {
  std::string name;         // "activation_map"
  std::string description;  // one sentence
  std::vector<ViewParameter> parameters;
  bool needs_selection = true;  // false: of the whole network where nothing is selected
  bool takes_one = false;       // true: of one tensor, whatever is selected
  // What is wrong with parameters that are right one by one. EINVAL; null where nothing can be.
  Result<void> (*check)(const ViewParameters& parameters) = nullptr;
  // The names of all values whose elements `render` will read, given what the user selected;
  // constants of the graph are not among them. EINVAL where the selection does not suit the view.
  Result<std::vector<std::string>> (*needs)(const perception::Graph& graph,
                                            std::span<const std::string> selected,
                                            const ViewParameters& parameters) = nullptr;
  // The picture. EINVAL for a request that does not suit the view, ENOENT where a tensor is missing
  // from it, or what the device reports.
  Result<Image> (*render)(PixelDevice& device, const ViewRequest& request,
                          const ViewParameters& parameters) = nullptr;
};

// Every view, by name.
std::span<const ViewDefinition> all_views();
// EINVAL for an unknown name, with the nearest ones.
Result<const ViewDefinition*> find_view(const std::string& name);

// Parses request.parameters and renders.
Result<Image> render(PixelDevice& device, const std::string& view, const ViewRequest& request);

// For `needs`: what was selected, without the graph's constants; EINVAL where nothing is.
Result<std::vector<std::string>> selected_without_constants(const perception::Graph& graph,
                                                            std::span<const std::string> selected);
// The named tensor's elements as float32, row-major; ENOENT where the request lacks it.
Result<perception::Tensor> float32_tensor(const ViewRequest& request, const std::string& name);

}  // namespace geoneuron::views
