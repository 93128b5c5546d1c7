// SPDX-License-Identifier: MIT
#include "simulator/tardiness_gantt.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace geoneuron::simulator {
namespace {

constexpr double kWidth = 960, kLeft = 120, kRight = 20, kTop = 24, kRow = 30, kBar = 22;
constexpr const char* kEngineNames[] = {"upload", "compute", "readback"};

template <typename... Values>
std::string formatted(const char* format, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

// Ten ticks or fewer, 1, 2 or 5 times a power of ten apart.
double tick(double length) {
  const double power = std::pow(10, std::floor(std::log10(std::max(length, 1e-9) / 10)));
  for (const double times : {1.0, 2.0, 5.0})
    if (length / (times * power) <= 10) return times * power;
  return 10 * power;
}

class Chart {
 public:
  Chart(const policy::TimelineProblem& problem, double end_ms)
      : problem_(problem),
        end_ms_(std::max(end_ms, 1e-6)),
        height_(kTop + kRow * static_cast<double>(problem.devices.size() * policy::kEngines) + 28) {
    text_ = formatted(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" "
        "viewBox=\"0 0 %g %g\" font-family=\"sans-serif\" font-size=\"11\">\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
        kWidth, height_, kWidth, height_);
    draw_axis();
    draw_rows();
  }

  void draw(const policy::PlannedJob& planned) {
    const policy::TimelineJob& job = problem_.jobs[planned.job];
    const bool late = planned.engines.back().end_ns > job.due_ns;
    for (size_t k = 0; k < policy::kEngines; ++k) {
      const double left = x(planned.engines[k].begin_ns), right = x(planned.engines[k].end_ns);
      const double top = y(planned.device, k) + (kRow - kBar) / 2;
      text_ += formatted(
          "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%g\" fill=\"hsl(%d,55%%,%d%%)\" "
          "stroke=\"%s\" stroke-width=\"%s\"/>\n",
          left, top, std::max(right - left, 0.5), kBar, planned.job * 137 % 360,
          job.weight >= 16 ? 62 : 80, late ? "#c00000" : "#555555", late ? "1.6" : "0.5");
      if (right - left > 16)
        text_ += formatted("<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"middle\">%u</text>\n",
                           (left + right) / 2, top + 15, unsigned{planned.job});
    }
  }

  std::string finished() { return std::move(text_) + "</svg>\n"; }

 private:
  double x(int64_t time_ns) const {
    return kLeft + static_cast<double>(time_ns) / 1e6 / end_ms_ * (kWidth - kLeft - kRight);
  }
  double y(size_t device, size_t engine) const {
    return kTop + kRow * static_cast<double>(device * policy::kEngines + engine);
  }

  void draw_axis() {
    const double step = tick(end_ms_);
    const auto ticks = static_cast<uint32_t>(end_ms_ * 1.0001 / step);
    for (uint32_t i = 0; i <= ticks; ++i) {
      const double at_ms = i * step;
      const double at = x(static_cast<int64_t>(at_ms * 1e6));
      text_ += formatted(
          "<line x1=\"%.2f\" y1=\"%g\" x2=\"%.2f\" y2=\"%g\" stroke=\"#dddddd\"/>\n"
          "<text x=\"%.2f\" y=\"%g\" text-anchor=\"middle\">%g ms</text>\n",
          at, kTop, at, height_ - 22, at, height_ - 8, at_ms);
    }
  }

  void draw_rows() {
    for (size_t d = 0; d < problem_.devices.size(); ++d)
      for (size_t k = 0; k < policy::kEngines; ++k)
        text_ += formatted("<text x=\"8\" y=\"%g\">device %zu, %s</text>\n", y(d, k) + 19, d,
                           kEngineNames[k]);
  }

  const policy::TimelineProblem& problem_;
  double end_ms_, height_;
  std::string text_;
};

}  // namespace

std::string gantt_svg(const policy::TimelineProblem& problem,
                      std::span<const policy::JobOrder> orders) {
  const auto planned = policy::simulate(problem, orders);
  int64_t end_ns = 0;
  for (const policy::PlannedJob& job : planned)
    end_ns = std::max(end_ns, job.engines.back().end_ns);
  Chart chart(problem, static_cast<double>(end_ns) / 1e6);
  for (const policy::PlannedJob& job : planned) chart.draw(job);
  return chart.finished();
}

}  // namespace geoneuron::simulator
