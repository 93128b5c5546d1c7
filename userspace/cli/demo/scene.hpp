// SPDX-License-Identifier: MIT
// A scene of the demo: one network on one input, and the pictures of it. Plain values.
#pragma once

#include <string>
#include <vector>

#include "cli/demo/studio.hpp"

namespace geoneuron::cli::demo {

struct Figure {
  Picture picture;
  std::string heading;  // "" = belongs to the figure before
  std::string caption;  // sentences for a reader who knows nothing of the project
};

struct Scene {
  std::string title;
  std::string introduction;
  std::vector<Figure> figures;
  // How far devices are apart, as sentences; empty with one device.
  std::vector<std::string> comparison;
};

// Runs the model on every engine and says on the terminal how long each took and how far they are
// apart; the latter also goes to `scene`.
Result<std::vector<TensorSet>> perceive_everywhere(
    Studio& studio, const ModelPointer& model,
    const std::map<std::string, perception::Tensor>& inputs, const std::set<std::string>& keep,
    Scene& scene);

// `digits`: the folder of digits.onnx and digit_5.png.
Result<Scene> make_digits_scene(Studio& studio, const std::string& digits);

// `networks`: the folder of detector.onnx (PP-OCRv4), as `./dev models` leaves it.
Result<Scene> make_page_scene(Studio& studio, const std::string& networks);

}  // namespace geoneuron::cli::demo
