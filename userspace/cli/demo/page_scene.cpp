// SPDX-License-Identifier: MIT
#include <cstdio>

#include "cli/demo/scene.hpp"
#include "cli/demo/text_page.hpp"
#include "cli/image_file.hpp"
#include "cli/image_tensor.hpp"
#include "perception/onnx_import.hpp"

namespace geoneuron::cli::demo {
namespace {

using perception::Graph;

// PP-OCRv4's detector wants blue first, with these means and deviations (its inference.yml).
ImageTensorOptions detector_options() {
  ImageTensorOptions options;
  options.resize = Resize::kStretch;
  options.channels = Channels::kBgr;
  options.scale = 1.0 / 255;
  options.mean = {0.485, 0.456, 0.406};
  options.deviation = {0.229, 0.224, 0.225};
  options.layout = Layout::kNchw;
  return options;
}

// The first Conv's result, and that of the last one in the network with few enough channels to be
// seen one by one.
std::vector<std::string> interesting_layers(const Graph& graph) {
  std::vector<std::string> convolutions;
  for (const perception::Node& node : graph.nodes) {
    if (node.op != perception::Operator::kConv) continue;
    const auto& weights = graph.at(node.inputs.at(1)).constant;
    const int64_t channels = weights ? weights->shape()[0] : 0;
    if (channels > 1 && channels <= 32) convolutions.push_back(graph.at(node.outputs[0]).name);
  }
  if (convolutions.size() < 2) return convolutions;
  return {convolutions.front(), convolutions.back()};
}

// The probability map of `answer` laid over the page.
Result<Figure> overlay_figure(Studio& studio, const ModelPointer& model,
                              const std::vector<TensorSet>& sets, views::ViewRequest request,
                              const std::string& answer) {
  request.selected = {answer};
  request.parameters = {{"overlay", "input"}, {"colormap", "diverging"},
                        {"opacity", "0.65"},  {"normalisation", "fixed"},
                        {"low", "0"},         {"high", "1"}};
  return Figure{
      GN_TRY(studio.draw_view("page_overlay.png", sets, model, "activation_map", request)), "",
      "The probability map laid over the page: white where the network sees none, dark red where "
      "it is sure. It is trained to mark the core of each line of text, and nothing else."};
}

// All maps of one layer inside the network.
Result<Figure> layer_figure(Studio& studio, const ModelPointer& model,
                            const std::vector<TensorSet>& sets, views::ViewRequest request,
                            const std::string& layer, bool is_first) {
  request.selected = {layer};
  request.parameters = {{"scope", "map"}, {"colormap", "cividis"}};
  const char* file = is_first ? "page_first_layer.png" : "page_last_layer.png";
  return Figure{
      GN_TRY(studio.draw_view(file, sets, model, "feature_grid", request)),
      is_first ? "Inside the detector" : "",
      is_first ? "The page after the first convolution: light and dark, colours, strokes of some "
                 "directions. Each map is coloured to its own limits."
               : "Just before the answer: strokes are gone, lines of text have become bars."};
}

}  // namespace

Result<Scene> make_page_scene(Studio& studio, const std::string& networks) {
  const ModelPointer model = GN_TRY(load_model(networks + "/detector.onnx"));
  const Graph& graph = model->model.graph;
  const perception::Value& input = graph.at(graph.inputs.at(0));
  ImageFile page;
  page.format = "PNG";
  page.image = GN_TRY(draw_text_page());
  const ImageTensor tensor = GN_TRY(make_image_tensor(page, input.declared, detector_options()));
  std::printf("detector.onnx: %s\n", tensor.description.c_str());
  Scene scene;
  scene.title = "A network finds the words on a page";
  scene.introduction =
      "PP-OCRv4's text detector, a network of another maker with " +
      std::to_string(graph.nodes.size()) +
      " operators, looks at a page that geoneuron has just set. It answers with one map: how "
      "probable is it that a pixel belongs to a line of text?";
  const std::string answer = graph.at(graph.outputs.at(0)).name;
  const std::vector<std::string> layers = interesting_layers(graph);
  std::set<std::string> keep(layers.begin(), layers.end());
  keep.insert(answer);
  const std::vector<TensorSet> sets =
      GN_TRY(perceive_everywhere(studio, model, {{input.name, tensor.tensor}}, keep, scene));
  views::ViewRequest request;
  request.input_image = page.image;
  scene.figures.push_back(GN_TRY(overlay_figure(studio, model, sets, request, answer)));
  for (const std::string& layer : layers)
    scene.figures.push_back(
        GN_TRY(layer_figure(studio, model, sets, request, layer, layer == layers.front())));
  return scene;
}

}  // namespace geoneuron::cli::demo
