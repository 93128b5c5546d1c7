// SPDX-License-Identifier: MIT
#include "cli/image_tensor.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "base/text.hpp"
#include "cli/byte_size.hpp"
#include "cli/resample.hpp"

namespace geoneuron::cli {
namespace {

using perception::DataType;
using perception::Declaration;
using perception::Dimension;
using perception::Shape;
using perception::Tensor;

// What remains to be done once nothing is left open.
struct Recipe {
  Resize resize = Resize::kFit;
  Channels channels = Channels::kRgb;
  Layout layout = Layout::kNchw;
  double scale = 1.0;
  std::vector<double> mean, deviation;  // one per channel
  uint32_t width = 0, height = 0;
  bool has_own_size = false;
  Shape shape;
  DataType type = DataType::kFloat32;

  uint32_t channel_count() const { return channels == Channels::kGray ? 1 : 3; }
};

std::string to_string(const Declaration& declared) {
  if (!declared.dimensions) return "undeclared";
  std::string text;
  for (const Dimension& d : *declared.dimensions) {
    const std::string name = d.symbol.empty() ? "?" : d.symbol;
    text += (text.empty() ? "" : "x") + (d.extent ? std::to_string(*d.extent) : name);
  }
  return text.empty() ? "scalar" : text;
}

// The last axes of the input as [C,H,W] or [H,W,C] or [H,W]; an extent of 0 is open.
struct Extents {
  int64_t channels = 0, height = 0, width = 0;
};

bool may_be_channels(const Dimension& d) {
  return d.extent && (*d.extent == 1 || *d.extent == 3);
}

Layout guessed_layout(const std::vector<Dimension>& d) {
  if (d.size() < 3) return Layout::kNchw;
  const bool first = may_be_channels(d[d.size() - 3]);
  return !first && may_be_channels(d.back()) ? Layout::kNhwc : Layout::kNchw;
}

Result<Extents> extents_of(const std::vector<Dimension>& d, Layout layout) {
  if (d.size() < 2 || d.size() > 4)
    return invalid("a picture has 2 to 4 axes; give this input as .npy");
  if (d.size() == 4 && d[0].extent && *d[0].extent != 1)
    return invalid("a picture fills a batch of 1; give a batch of %lld as .npy",
                   static_cast<long long>(*d[0].extent));
  const auto extent = [&](size_t from_end) {
    return from_end > d.size() ? 1 : d[d.size() - from_end].extent.value_or(0);
  };
  if (layout == Layout::kNchw || d.size() == 2) return Extents{extent(3), extent(2), extent(1)};
  return Extents{extent(1), extent(3), extent(2)};
}

Result<uint32_t> side(int64_t extent, uint32_t own) {
  if (extent < 0 || extent > int64_t{kMaximumImageSide})
    return invalid("a side of %lld pixels; at most %u are made", static_cast<long long>(extent),
                   kMaximumImageSide);
  return extent == 0 ? own : static_cast<uint32_t>(extent);
}

// Which of the two options may have been meant: another layout only where that has channels.
std::string channel_remedy(const std::vector<Dimension>& d, Layout layout, int64_t extent) {
  if (extent == 1 || extent == 3)
    return extent == 1 ? "give --channels gray" : "give --channels rgb or bgr";
  const bool planar = layout == Layout::kNchw;
  if (d.size() >= 3 && may_be_channels(planar ? d.back() : d[d.size() - 3]))
    return planar ? "give --layout nhwc" : "give --layout nchw";
  return "give this input as .npy";
}

Result<Channels> chosen_channels(const std::vector<Dimension>& d, Layout layout, int64_t extent,
                                 std::optional<Channels> wanted) {
  const Channels channels = wanted.value_or(extent == 1 ? Channels::kGray : Channels::kRgb);
  const int64_t count = channels == Channels::kGray ? 1 : 3;
  if (extent == 0 || extent == count) return channels;
  static constexpr const char* kNames[] = {"rgb", "bgr", "gray"};
  return invalid("the input has %lld channel%s in the layout %s, where %s has %lld: %s",
                 static_cast<long long>(extent), extent == 1 ? "" : "s",
                 layout == Layout::kNchw ? "nchw" : "nhwc", kNames[static_cast<int>(channels)],
                 static_cast<long long>(count), channel_remedy(d, layout, extent).c_str());
}

Result<std::vector<double>> per_channel(const std::vector<double>& given, double fallback,
                                        uint32_t channels, const char* option) {
  if (given.empty()) return std::vector<double>(channels, fallback);
  if (given.size() == 1) return std::vector<double>(channels, given[0]);
  if (given.size() == channels) return given;
  if (channels == 1)
    return invalid("%s has %zu numbers, but the input has one channel: give one number", option,
                   given.size());
  return invalid("%s has %zu numbers: give one for all channels, or %u, one for each", option,
                 given.size(), channels);
}

Shape shape_of(const Recipe& recipe, size_t rank) {
  const int64_t c = recipe.channel_count(), h = recipe.height, w = recipe.width;
  if (rank == 2) return Shape{h, w};
  std::vector<int64_t> extents{c, h, w};
  if (recipe.layout == Layout::kNhwc) extents = {h, w, c};
  if (rank == 4) extents.insert(extents.begin(), 1);
  return Shape(std::move(extents));
}

Result<void> choose_values(const ImageTensorOptions& options, Recipe& recipe) {
  const bool floating = perception::is_floating(recipe.type);
  recipe.scale = options.scale.value_or(floating ? 1.0 / 255.0 : 1.0);
  recipe.mean = GN_TRY(per_channel(options.mean, 0.0, recipe.channel_count(), "--mean"));
  recipe.deviation = GN_TRY(per_channel(options.deviation, 1.0, recipe.channel_count(), "--std"));
  for (const double deviation : recipe.deviation)
    if (deviation == 0.0) return invalid("--std holds 0; elements are divided by it");
  return {};
}

Result<Recipe> choose(const ImageFile& file, const Declaration& declared,
                      const ImageTensorOptions& options) {
  const auto dimensions = declared.dimensions.value_or(std::vector<Dimension>(4));
  Recipe recipe;
  recipe.type = declared.type == DataType::kUndefined ? DataType::kFloat32 : declared.type;
  if (recipe.type == DataType::kBool)
    return invalid("a picture is no bool tensor; give it as .npy");
  recipe.layout = options.layout.value_or(guessed_layout(dimensions));
  recipe.resize = options.resize.value_or(Resize::kFit);
  const Extents extents = GN_TRY(extents_of(dimensions, recipe.layout));
  recipe.channels =
      GN_TRY(chosen_channels(dimensions, recipe.layout, extents.channels, options.channels));
  recipe.width = GN_TRY(side(extents.width, file.image.width));
  recipe.height = GN_TRY(side(extents.height, file.image.height));
  recipe.has_own_size = extents.width == 0 || extents.height == 0;
  recipe.shape = shape_of(recipe, dimensions.size());
  GN_TRY(choose_values(options, recipe));
  return recipe;
}

// A part of a picture, in pixels.
struct Box {
  uint32_t x = 0, y = 0, width = 0, height = 0;
};

// The largest box of the proportions `width` : `height` in the middle of `outer`.
Box largest_inside(uint32_t outer_width, uint32_t outer_height, uint32_t width, uint32_t height) {
  const auto scaled = [](uint32_t a, uint32_t b, uint32_t c) {
    const uint64_t rounded = (uint64_t{a} * b + c / 2) / c;
    return static_cast<uint32_t>(std::max<uint64_t>(rounded, 1));
  };
  Box box;
  box.width = std::min(outer_width, scaled(outer_height, width, height));
  box.height = std::min(outer_height, scaled(outer_width, height, width));
  box.x = (outer_width - box.width) / 2;
  box.y = (outer_height - box.height) / 2;
  return box;
}

views::Rgba8 opaque(const views::Rgba8& pixel, uint8_t background) {
  const auto over = [&](uint8_t source) {
    const uint32_t sum =
        uint32_t{source} * pixel.alpha + uint32_t{background} * (255u - pixel.alpha);
    return static_cast<uint8_t>((sum + 127) / 255);
  };
  return {over(pixel.red), over(pixel.green), over(pixel.blue), 255};
}

Plane plane_of(const views::Image& image, const Box& box, const Recipe& recipe,
               uint8_t background) {
  Plane plane{box.width, box.height, recipe.channel_count(), {}};
  plane.values.reserve(size_t{box.width} * box.height * plane.channels);
  for (uint32_t y = box.y; y < box.y + box.height; ++y) {
    for (uint32_t x = box.x; x < box.x + box.width; ++x) {
      const views::Rgba8 p = opaque(image.at(x, y), background);
      const uint32_t rgb[] = {p.red, p.green, p.blue};
      // Luma of ITU-R BT.601; in whole thousandths, so that grey pixels keep their exact level.
      const uint32_t luma = 299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2];
      if (plane.channels == 1) plane.values.push_back(static_cast<float>(luma) / 1000.0f);
      for (size_t c = 0; c < 3 && plane.channels == 3; ++c)
        plane.values.push_back(
            static_cast<float>(rgb[recipe.channels == Channels::kBgr ? 2 - c : c]));
    }
  }
  return plane;
}

Plane resized(const views::Image& image, const Recipe& recipe, uint8_t background) {
  Box source{0, 0, image.width, image.height};
  Box target{0, 0, recipe.width, recipe.height};
  if (recipe.resize == Resize::kCrop)
    source = largest_inside(image.width, image.height, recipe.width, recipe.height);
  if (recipe.resize == Resize::kFit)
    target = largest_inside(recipe.width, recipe.height, image.width, image.height);
  const Plane plane =
      resample(plane_of(image, source, recipe, background), target.width, target.height);
  Plane canvas{recipe.width, recipe.height, plane.channels, {}};
  canvas.values.assign(size_t{canvas.width} * canvas.height * canvas.channels, background);
  for (uint32_t y = 0; y < target.height; ++y) {
    const size_t row = size_t{plane.width} * plane.channels;
    const size_t at = (size_t{target.y + y} * canvas.width + target.x) * canvas.channels;
    std::copy_n(plane.values.begin() + static_cast<std::ptrdiff_t>(y * row), row,
                canvas.values.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return canvas;
}

// Where a picture lies on the canvas that has the tensor's proportions, as resized() places it.
struct Placement {
  Box source;                      // the part that is seen
  uint32_t width = 0, height = 0;  // of the canvas
  uint32_t x = 0, y = 0;           // of the part on the canvas
};

Placement placement_of(const views::Image& image, const Recipe& recipe) {
  Placement place{{0, 0, image.width, image.height}, image.width, image.height, 0, 0};
  if (recipe.resize == Resize::kCrop) {
    place.source = largest_inside(image.width, image.height, recipe.width, recipe.height);
    place.width = place.source.width;
    place.height = place.source.height;
  }
  if (recipe.resize == Resize::kFit) {
    const Box inner = largest_inside(recipe.width, recipe.height, image.width, image.height);
    const auto grown = [](uint32_t side, uint32_t whole, uint32_t part) {
      return static_cast<uint32_t>(uint64_t{side} * whole / part);
    };
    place.width = grown(image.width, recipe.width, inner.width);
    place.height = grown(image.height, recipe.height, inner.height);
    place.x = (place.width - image.width) / 2;
    place.y = (place.height - image.height) / 2;
  }
  return place;
}

views::Image shown(const views::Image& image, const Recipe& recipe, uint8_t background) {
  const Placement place = placement_of(image, recipe);
  views::Image canvas =
      views::Image::filled(place.width, place.height, {background, background, background, 255});
  for (uint32_t y = 0; y < place.source.height; ++y)
    for (uint32_t x = 0; x < place.source.width; ++x)
      canvas.at(place.x + x, place.y + y) =
          opaque(image.at(place.source.x + x, place.source.y + y), background);
  return canvas;
}

template <typename T>
T element_of(double value) {
  if constexpr (std::is_integral_v<T>) {
    const double low = static_cast<double>(std::numeric_limits<T>::min());
    const double high = static_cast<double>(std::numeric_limits<T>::max());
    // The largest 64-bit integers are no doubles: at or above them the cast would overflow.
    if (value >= high) return std::numeric_limits<T>::max();
    return static_cast<T>(std::round(std::max(value, low)));
  } else {
    return static_cast<T>(value);
  }
}

void fill(const Plane& plane, const Recipe& recipe, Tensor& tensor) {
  perception::dispatch(recipe.type, [&]<typename T>() {
    const auto elements = tensor.mutable_values<T>();
    const size_t pixels = size_t{plane.width} * plane.height;
    for (size_t i = 0; i < pixels; ++i) {
      for (size_t c = 0; c < plane.channels; ++c) {
        const double pixel = plane.values[i * plane.channels + c];
        const double value = (pixel * recipe.scale - recipe.mean[c]) / recipe.deviation[c];
        const bool planar = recipe.layout == Layout::kNchw;
        elements[planar ? c * pixels + i : i * plane.channels + c] = element_of<T>(value);
      }
    }
  });
}

std::string number(double value) {
  return number_text(value, 6);
}

std::string list(const std::vector<double>& values) {
  std::vector<std::string> numbers;
  numbers.reserve(values.size());
  for (const double value : values) numbers.push_back(number(value));
  return joined(numbers, ",");
}

std::string describe(const ImageFile& file, const Recipe& recipe, const Declaration& declared,
                     const ImageTensorOptions& options) {
  static constexpr const char* kResizes[] = {"stretched to ", "fit to ", "cropped to "};
  static constexpr const char* kChannels[] = {"rgb", "bgr", "gray"};
  const bool same = recipe.width == file.image.width && recipe.height == file.image.height;
  std::string text = file.to_string() + " -> ";
  text += same ? "kept at " : kResizes[static_cast<int>(recipe.resize)];
  text += std::to_string(recipe.width) + "x" + std::to_string(recipe.height) + ", ";
  text += kChannels[static_cast<int>(recipe.channels)];
  text += recipe.scale == 1.0 / 255.0 ? ", scale 1/255" : ", scale " + number(recipe.scale);
  if (!options.mean.empty()) text += ", mean " + list(recipe.mean);
  if (!options.deviation.empty()) text += ", std " + list(recipe.deviation);
  if (file.has_alpha) text += ", over grey level " + std::to_string(options.background);
  text += recipe.layout == Layout::kNchw ? ", layout NCHW" : ", layout NHWC";
  return text + " (from the model's shape " + to_string(declared) + ")";
}

Result<void> check_budget(const Recipe& recipe, uint64_t budget_bytes) {
  const perception::TensorInfo info{recipe.type, recipe.shape};
  if (info.size_bytes() <= budget_bytes) return {};
  return make_error(ENOMEM,
                    "as %s takes %s of memory where %s are left of --budget: give smaller "
                    "extents with --shape, or a larger --budget",
                    info.to_string().c_str(), format_bytes(info.size_bytes()).c_str(),
                    format_bytes(budget_bytes).c_str());
}

}  // namespace

Result<ImageTensor> make_image_tensor(const ImageFile& file, const Declaration& declared,
                                      const ImageTensorOptions& options) {
  const Recipe recipe = GN_TRY(choose(file, declared, options));
  GN_TRY(check_budget(recipe, options.budget_bytes));
  ImageTensor result;
  result.tensor = GN_TRY(Tensor::allocate({recipe.type, recipe.shape}));
  fill(resized(file.image, recipe, options.background), recipe, result.tensor);
  result.shown = shown(file.image, recipe, options.background);
  result.description = describe(file, recipe, declared, options);
  result.has_own_size = recipe.has_own_size;
  return result;
}

}  // namespace geoneuron::cli
