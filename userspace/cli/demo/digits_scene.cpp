// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/demo/atlas.hpp"
#include "cli/demo/hero.hpp"
#include "cli/demo/scene.hpp"
#include "cli/image_file.hpp"
#include "cli/image_tensor.hpp"
#include "cli/tensor_names.hpp"
#include "perception/onnx_import.hpp"
#include "views/neuron_labels.hpp"

namespace geoneuron::cli::demo {
namespace {

using perception::Model;
using perception::Tensor;

constexpr const char* kDigitNames[] = {"zero", "one", "two",   "three", "four",
                                       "five", "six", "seven", "eight", "nine"};

struct Answer {
  std::vector<float> probabilities;
  size_t digit = 0;

  std::string percent() const {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%.1f %%",
                  100 * static_cast<double>(probabilities[digit]));
    return text.data();
  }
};

Result<Answer> answer_of(const TensorSet& set) {
  const auto found = set.tensors.find("probabilities");
  if (found == set.tensors.end() || found->second.element_count() != 10)
    return invalid("digits.onnx: must have an output probabilities of ten values");
  const Tensor tensor = GN_TRY(found->second.to_float32());
  Answer answer;
  answer.probabilities.assign(tensor.values<float>().begin(), tensor.values<float>().end());
  answer.digit = static_cast<size_t>(std::ranges::max_element(answer.probabilities) -
                                     answer.probabilities.begin());
  return answer;
}

Result<views::Image> hero(views::PixelDevice& device, const Model& model, const TensorSet& set) {
  views::ViewRequest request;
  request.graph = &model.graph;
  request.tensors = set.tensors;
  const views::NeuronScene scene = GN_TRY(views::make_scene(request, {}));
  const Answer answer = GN_TRY(answer_of(set));
  const std::string edges = views::grouped_digits(scene.edges.total);
  const HeroText text{
      std::string("How a network reads a ") + kDigitNames[answer.digit],
      {"Each of the " + edges + " lines is one weight times the activation that it meets.",
       "Orange pushes its target up, blue pulls it down."},
      "digits.onnx, a network of " + views::grouped_digits(model.parameter_count) +
          " parameters. Sheets show activations, dark at zero. Brightness is equalised within "
          "each layer."};
  return draw_hero(device, scene, answer.probabilities, text);
}

// Draws figures one after the other.
class DigitsPictures {
 public:
  DigitsPictures(Studio& studio, const ModelPointer& model, const std::vector<TensorSet>& sets,
                 Scene& scene)
      : studio_(studio), model_(model), sets_(sets), scene_(scene) {}

  Result<void> draw_all();

 private:
  void add(Picture picture, std::string heading, std::string caption) {
    scene_.figures.push_back({std::move(picture), std::move(heading), std::move(caption)});
  }
  Result<Picture> view(const std::string& file, const std::string& kind,
                       std::vector<std::string> selected,
                       std::map<std::string, std::string> parameters) {
    views::ViewRequest request;
    request.selected = std::move(selected);
    request.parameters = std::move(parameters);
    return studio_.draw_view(file, sets_, model_, kind, request);
  }
  Result<void> draw_graphs();
  Result<void> draw_layers();

  Studio& studio_;
  const ModelPointer& model_;
  const std::vector<TensorSet>& sets_;
  Scene& scene_;
};

Result<void> DigitsPictures::draw_graphs() {
  add(GN_TRY(view("neuron_graph.png", "neuron_graph", {}, {})), "Every edge, every unit",
      "The same run without perspective. Columns are tensors, squares are their units; edges "
      "between two columns belong to the operator named above them. Nothing is sampled: all edges "
      "are drawn, and their sums per pixel are equalised.");
  add(GN_TRY(view("neuron_graph_channels.png", "neuron_graph", {}, {{"level", "channel"}})), "",
      "One level up: a node is a whole channel, coloured by its mean, and an edge sums the flow "
      "over all taps between two channels.");
  return {};
}

Result<void> DigitsPictures::draw_layers() {
  add(GN_TRY(studio_.draw_here("atlas.png", sets_,
                               [this](views::PixelDevice& cores, const TensorSet& set) {
                                 return draw_atlas(cores, model_->model.graph, set);
                               })),
      "The atlas of all layers",
      "Every tensor of the run, from the picture to the ten probabilities. Each layer is coloured "
      "to its own limit.");
  add(GN_TRY(view("features_relu1.png", "feature_grid", {"relu1"}, {})), "Feature grids",
      "What the eight filters of the first layer leave of the digit: edges of different "
      "directions, the strokes, the ground.");
  add(GN_TRY(view("features_relu2.png", "feature_grid", {"relu2"}, {{"colormap", "cividis"}})), "",
      "The second layer, in cividis, a colour map that colour-blind readers see alike.");
  add(GN_TRY(view("features_bn3.png", "feature_grid", {"bn3"}, {{"colormap", "diverging"}})), "",
      "The third layer before its activation, in the diverging map: white is exactly zero, so "
      "the signs can be read.");
  add(GN_TRY(view("histograms.png", "histogram", {"conv1", "bn1", "relu1", "logits"}, {})),
      "How values are distributed",
      "A convolution's results, normalised, then cut off at zero; and the ten numbers at the end "
      "from which the probabilities are made.");
  return {};
}

Result<void> DigitsPictures::draw_all() {
  const Answer answer = GN_TRY(answer_of(sets_[0]));
  add(GN_TRY(studio_.draw_here("hero.png", sets_,
                               [this](views::PixelDevice& cores, const TensorSet& set) {
                                 return hero(cores, model_->model, set);
                               })),
      "",
      std::string("From the picture at the left to the answer at the right: the network says ") +
          kDigitNames[answer.digit] + " with " + answer.percent() +
          ". Each sheet is a layer, each square on it a feature map. Light between the sheets is "
          "what flows: weight times activation, for every edge.");
  GN_TRY(draw_graphs());
  return draw_layers();
}

}  // namespace

Result<Scene> make_digits_scene(Studio& studio, const std::string& digits) {
  const ModelPointer model = GN_TRY(load_model(digits + "/digits.onnx"));
  const perception::Graph& graph = model->model.graph;
  const ImageFile picture = GN_TRY(read_image(digits + "/digit_5.png"));
  const perception::Value& input = graph.at(graph.inputs.at(0));
  const ImageTensor tensor = GN_TRY(make_image_tensor(picture, input.declared, {}));
  std::printf("digits.onnx: %s\n", tensor.description.c_str());
  Scene scene;
  scene.title = "A network reads a digit";
  scene.introduction =
      "A small convolutional network, trained on digits drawn from fonts, is shown a digit of a "
      "font that it has never seen. geoneuron keeps every tensor of the run and draws them.";
  const auto keep = GN_TRY(keep_set("all", graph));
  const std::vector<TensorSet> sets =
      GN_TRY(perceive_everywhere(studio, model, {{input.name, tensor.tensor}}, keep, scene));
  GN_TRY(DigitsPictures(studio, model, sets, scene).draw_all());
  return scene;
}

}  // namespace geoneuron::cli::demo
