// SPDX-License-Identifier: MIT
// ImageTensor: a picture as the tensor that a network's input declares: resized, channels chosen,
// scaled and laid out. What the caller leaves open is guessed from the declaration, and said.
// Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/image_file.hpp"
#include "perception/graph.hpp"

namespace geoneuron::cli {

enum class Resize {
  kStretch,  // each axis by itself
  kFit,      // the whole picture, its proportions kept, centred on the background
  kCrop,     // the middle part that has the target's proportions
};
enum class Channels { kRgb, kBgr, kGray };
enum class Layout { kNchw, kNhwc };

// element = (pixel * scale - mean[channel]) / std[channel], pixels from 0 to 255.
struct ImageTensorOptions {
  std::optional<Resize> resize;        // else fit
  std::optional<Channels> channels;    // else gray where the input has one channel, rgb where three
  std::optional<double> scale;         // else 1/255 for floating-point inputs, 1 for integers
  std::vector<double> mean;            // one for all channels or one each; else 0
  std::vector<double> deviation;       // the same; else 1
  std::optional<Layout> layout;        // else where the input declares 1 or 3 channels, else nchw
  uint8_t background = 255;            // grey level behind transparent pixels and around `fit`
  uint64_t budget_bytes = UINT64_MAX;  // most that the tensor may take
};

struct ImageTensor {
  perception::Tensor tensor;
  // The part of the picture that the network sees, opaque, in the picture's own resolution and the
  // tensor's proportions (but for kStretch): what overlays are laid over.
  views::Image shown;
  // "640x480 PNG -> fit to 48x48, gray, scale 1/255, layout NCHW (from the model's shape
  // 1x1x48x48)"
  std::string description;
  // The model leaves a side open, so that it became the picture's own.
  bool has_own_size = false;
};

// Extents that `declared` leaves open are the picture's own. EINVAL where no such tensor can be
// made: a batch of several, 2 or more than 4 axes that are no picture, a number of channels that is
// neither 1 nor 3, element type bool. ENOMEM where the tensor would take more than the budget,
// before the picture is enlarged to it.
Result<ImageTensor> make_image_tensor(const ImageFile& file,
                                      const perception::Declaration& declared,
                                      const ImageTensorOptions& options);

}  // namespace geoneuron::cli
