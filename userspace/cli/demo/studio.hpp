// SPDX-License-Identifier: MIT
// Studio: draws each view from every device's tensors on every device, checks that the same tensors
// give the same bytes, and writes the files. One thread at a time.
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

using DrawOnEngine = std::function<Result<views::Image>(Engine& engine, const TensorSet& tensors)>;
using DrawHere =
    std::function<Result<views::Image>(views::PixelDevice& cores, const TensorSet& tensors)>;

class Studio {
 public:
  // `engines` outlive the studio; `folder` exists.
  Studio(std::vector<Engine>& engines, std::string folder)
      : engines_(engines), folder_(std::move(folder)) {}

  // Writes `file` from the first set's tensors and says so on the terminal. EILSEQ where two
  // devices draw different bytes from the same tensors; what `draw` reports; write errors.
  Result<Picture> draw(const std::string& file, const std::vector<TensorSet>& sets,
                       const DrawOnEngine& draw);
  // The same for a picture of the registry of views. `base` holds all but the tensors.
  Result<Picture> draw_view(const std::string& file, const std::vector<TensorSet>& sets,
                            const ModelPointer& model, const std::string& view,
                            const views::ViewRequest& base);
  // The same for a picture that is no view of the registry: this program draws it, on the cores.
  Result<Picture> draw_here(const std::string& file, const std::vector<TensorSet>& sets,
                            const DrawHere& draw);

  std::vector<Engine>& engines() { return engines_; }

 private:
  // Draws every set and writes the first one's picture.
  Result<Picture> finish(const std::string& file, const std::vector<TensorSet>& sets,
                         uint32_t renderings,
                         const std::function<Result<views::Image>(const TensorSet&)>& draw);

  std::vector<Engine>& engines_;
  std::string folder_;
};

}  // namespace geoneuron::cli::demo
