// SPDX-License-Identifier: MIT
// Studio: draws each picture from every device's tensors on every device, checks that the same
// tensors give the same bytes, and writes the files. One thread at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/demo/engines.hpp"
#include "views/view.hpp"

namespace geoneuron::cli::demo {

struct Picture {
  std::string file;  // inside the output folder
  uint32_t width = 0, height = 0;
  uint32_t renderings = 0;  // that were compared byte by byte, per set of tensors
  // Between the pictures of the first two devices' tensors.
  uint64_t differing_pixels = 0;
  double seconds = 0;  // of all renderings

  double differing_share() const {
    return static_cast<double>(differing_pixels) / (double{1} * width * height);
  }
};

using Draw = std::function<Result<views::Image>(engine::NeuronVisualizationKernel& pictures,
                                                const TensorSet& tensors)>;

class Studio {
 public:
  // `engines` outlive the studio; `folder` exists.
  Studio(std::vector<Engine>& engines, std::string folder)
      : engines_(engines), folder_(std::move(folder)) {}

  // Writes `file` from the first set's tensors and says so on the terminal. EILSEQ where two
  // devices draw different bytes from the same tensors; what `draw` reports; write errors.
  Result<Picture> draw(const std::string& file, const std::vector<TensorSet>& sets,
                       const Draw& draw);
  // The same for a picture of the registry of views. `base` holds all but the tensors.
  Result<Picture> draw_view(const std::string& file, const std::vector<TensorSet>& sets,
                            const std::string& view, const views::ViewRequest& base);

  std::vector<Engine>& engines() { return engines_; }

 private:
  std::vector<Engine>& engines_;
  std::string folder_;
};

}  // namespace geoneuron::cli::demo
