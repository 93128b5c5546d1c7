// SPDX-License-Identifier: MIT
// geoneuron-own-device DEVICE EXTENT THREADS engine|plain: draws heatmaps of EXTENT x EXTENT
// without a daemon. It says "ready"; for each line with a number of seconds that it reads, it draws
// for so long and says: jobs, nanoseconds, and of one job the 50th and 99th percentile in
// nanoseconds.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <thread>
#include <vector>

#include "engine/devices.hpp"
#include "engine/profiler.hpp"
#include "engine/vulkan/pixels/vulkan_pixels.hpp"
#include "views/colour_map.hpp"
#include "views/cpu_pixels.hpp"
#include "views/normalisation.hpp"

namespace geoneuron::bench {
namespace {

// One thread's device, tensor and picture.
class Painter {
 public:
  static Result<std::unique_ptr<Painter>> create(const std::string& device, uint32_t extent,
                                                 bool plain) {
    auto painter = std::unique_ptr<Painter>(new Painter(extent, plain));
    painter->palette_ = GN_TRY(views::palette_named("viridis"));
    if (device == "cpu") {
      painter->device_ = std::make_unique<views::CpuPixels>();
    } else {
      painter->opened_ = GN_TRY(engine::open_unit(device));
      if (!painter->opened_.vulkan)
        return make_error(ENODEV, "%s: is no Vulkan device; give cpu for the cores",
                          device.c_str());
      painter->device_ = std::make_unique<engine::vulkan::VulkanPixels>(painter->opened_.vulkan);
    }
    GN_TRY(painter->paint());
    return painter;
  }

  Result<void> paint() {
    if (plain_) {
      paint_plainly();
      return {};
    }
    GN_TRY(device_->paint(tensor_, {&tile_, 1}, {&normalisation_, 1}, palette_, picture_));
    return {};
  }

 private:
  Painter(uint32_t extent, bool plain)
      : plain_(plain),
        tensor_(size_t{extent} * extent),
        picture_(views::Image::filled(extent, extent, {})) {
    tile_ = {0, extent, extent, extent, 0, 0, 1, 0};
    for (size_t i = 0; i < tensor_.size(); ++i)
      tensor_[i] = std::sin(
          0.3f * std::hypot(static_cast<float>(i % extent), static_cast<float>(i / extent)));
  }

  // Not exact, and blind to NaN.
  void paint_plainly() {
    for (size_t i = 0; i < tensor_.size(); ++i) {
      const float position = std::clamp((tensor_[i] + 1.0f) * 128.0f, 0.0f, 255.0f);
      picture_.pixels[i] = palette_.colours[static_cast<size_t>(position)];
    }
  }

  bool plain_;
  std::vector<float> tensor_;
  views::Image picture_;
  views::Tile tile_;
  views::Normalisation normalisation_ = views::thresholds_of({-1, 1});
  views::Palette palette_;
  engine::OpenedUnit opened_;
  std::unique_ptr<views::PixelDevice> device_;
};

using Painters = std::vector<std::unique_ptr<Painter>>;

std::vector<uint64_t> paint_until(Painter& painter, uint64_t end_ns, std::atomic<bool>& failed) {
  std::vector<uint64_t> times;
  for (uint64_t begin_ns = engine::now_ns(); begin_ns < end_ns && !failed;) {
    if (!painter.paint()) failed = true;
    const uint64_t now = engine::now_ns();
    times.push_back(now - begin_ns);
    begin_ns = now;
  }
  return times;
}

// Prints one line; false where a device fails.
bool draw_for(Painters& painters, double seconds) {
  const uint64_t begin_ns = engine::now_ns();
  const uint64_t end_ns = begin_ns + static_cast<uint64_t>(seconds * 1e9);
  std::vector<std::vector<uint64_t>> times(painters.size());
  std::atomic<bool> failed = false;
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < painters.size(); ++i)
      threads.emplace_back([&, i] { times[i] = paint_until(*painters[i], end_ns, failed); });
  }
  std::vector<uint64_t> all;
  for (const auto& some : times) all.insert(all.end(), some.begin(), some.end());
  if (failed || all.empty()) return false;
  std::ranges::sort(all);
  std::printf("%zu %llu %llu %llu\n", all.size(),
              static_cast<unsigned long long>(engine::now_ns() - begin_ns),
              static_cast<unsigned long long>(all[all.size() / 2]),
              static_cast<unsigned long long>(all[all.size() * 99 / 100]));
  std::fflush(stdout);
  return true;
}

Result<void> serve(const std::string& device, uint32_t extent, uint32_t threads, bool plain) {
  Painters painters;
  for (uint32_t i = 0; i < threads; ++i)
    painters.push_back(GN_TRY(Painter::create(device, extent, plain)));
  std::printf("ready\n");
  std::fflush(stdout);
  for (double seconds = 0; std::cin >> seconds;)
    if (!draw_for(painters, seconds)) return make_error(EIO, "%s: failed to draw", device.c_str());
  return {};
}

}  // namespace
}  // namespace geoneuron::bench

int main(int count, char** arguments) {
  const auto number = [&](int i) {
    return static_cast<uint32_t>(std::strtoul(arguments[i], nullptr, 10));
  };
  const bool is_plain = count == 5 && std::strcmp(arguments[4], "plain") == 0;
  const bool is_engine = count == 5 && std::strcmp(arguments[4], "engine") == 0;
  if ((!is_plain && !is_engine) || number(2) < 1 || number(2) > 4096 || number(3) < 1 ||
      number(3) > 64) {
    std::fprintf(stderr, "usage: geoneuron-own-device DEVICE EXTENT THREADS engine|plain\n");
    return 2;
  }
  const auto served = geoneuron::bench::serve(arguments[1], number(2), number(3), is_plain);
  if (served) return 0;
  std::fprintf(stderr, "geoneuron-own-device: %s\n", served.error().message.c_str());
  return 1;
}
