// SPDX-License-Identifier: MIT
#include "engine/neuron_visualization_kernel.hpp"

#include <utility>

#include "engine/vulkan/pixels/vulkan_pixels.hpp"
#include "views/cpu_pixels.hpp"

namespace geoneuron::engine {

// Passes every primitive on and notes a span for it.
class NeuronVisualizationKernel::TracedPixels final : public views::PixelDevice {
 public:
  TracedPixels(std::unique_ptr<views::PixelDevice> device, std::string track, Profiler* profiler)
      : device_(std::move(device)), track_(std::move(track)), profiler_(profiler) {}

  // Notes in another profiler from now on; returns the one before.
  Profiler* exchange_profiler(Profiler* profiler) { return std::exchange(profiler_, profiler); }
  Profiler* profiler() const { return profiler_; }

  // Runs `work` and notes how long it took. `size` says how much there was to do.
  template <typename Work>
  auto traced(const std::string& name, const std::string& unit, uint64_t size, Work&& work) {
    if (profiler_ == nullptr) return work();
    const uint64_t begin = now_ns();
    auto result = work();
    TraceSpan span{name, "view", track_, begin, now_ns() - begin, {{unit, std::to_string(size)}}};
    if (!result) span.details["error"] = result.error().message;
    profiler_->add(std::move(span));
    return result;
  }

  Result<std::vector<views::KeyStatistics>> statistics(
      std::span<const float> elements, std::span<const views::ElementRange> ranges) override {
    return traced("view.statistics", "elements", elements.size(),
                  [&] { return device_->statistics(elements, ranges); });
  }
  Result<std::vector<uint32_t>> keys_of_rank(std::span<const float> elements,
                                             std::span<const views::RankQuery> queries) override {
    return traced("view.keys_of_rank", "queries", queries.size(),
                  [&] { return device_->keys_of_rank(elements, queries); });
  }
  Result<std::vector<uint64_t>> histogram(std::span<const float> elements,
                                          views::ElementRange range,
                                          std::span<const uint32_t> edges) override {
    return traced("view.histogram", "elements", range.count,
                  [&] { return device_->histogram(elements, range, edges); });
  }
  Result<void> paint(std::span<const float> elements, std::span<const views::Tile> tiles,
                     std::span<const views::Normalisation> normalisations,
                     const views::Palette& palette, views::Image& canvas) override {
    return traced("view.paint", "tiles", tiles.size(),
                  [&] { return device_->paint(elements, tiles, normalisations, palette, canvas); });
  }
  Result<void> paint_heatmaps(std::span<const views::Heatmap> maps,
                              const views::NormalisationChoice& choice,
                              const views::Palette& palette) override {
    return traced("view.paint_heatmaps", "maps", maps.size(),
                  [&] { return device_->paint_heatmaps(maps, choice, palette); });
  }
  Result<views::Accumulation> accumulate(std::span<const views::Segment> segments, uint32_t width,
                                         uint32_t height) override {
    return traced("view.accumulate", "segments", segments.size(),
                  [&] { return device_->accumulate(segments, width, height); });
  }

 private:
  std::unique_ptr<views::PixelDevice> device_;
  std::string track_;
  Profiler* profiler_;
};

std::unique_ptr<NeuronVisualizationKernel> NeuronVisualizationKernel::on(const OpenedUnit& opened,
                                                                         Profiler* profiler) {
  std::unique_ptr<views::PixelDevice> device;
  if (opened.vulkan)
    device = std::make_unique<vulkan::VulkanPixels>(opened.vulkan);
  else
    device = std::make_unique<views::CpuPixels>();
  return std::make_unique<NeuronVisualizationKernel>(std::move(device),
                                                     opened.unit->description().id, profiler);
}

NeuronVisualizationKernel::NeuronVisualizationKernel(std::unique_ptr<views::PixelDevice> device,
                                                     std::string track, Profiler* profiler)
    : device_(std::make_unique<TracedPixels>(std::move(device), std::move(track), profiler)) {}

NeuronVisualizationKernel::~NeuronVisualizationKernel() = default;

Result<views::Image> NeuronVisualizationKernel::render(const std::string& view,
                                                       const views::ViewRequest& request,
                                                       Profiler* profiler) {
  Profiler* own = device_->profiler();
  if (profiler != nullptr) device_->exchange_profiler(profiler);
  auto image = device_->traced(view, "tensors", request.tensors.size(),
                               [&] { return views::render(*device_, view, request); });
  device_->exchange_profiler(own);
  return image;
}

views::PixelDevice& NeuronVisualizationKernel::device() {
  return *device_;
}

}  // namespace geoneuron::engine
