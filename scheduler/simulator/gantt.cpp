// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "simulator/trace.hpp"

namespace geoneuron::simulator {
namespace {

constexpr double kWidth = 1200, kLeft = 110, kTop = 30, kRow = 34, kBar = 26;
const char* const kEngineNames[kEngines] = {"upload", "compute", "readback"};
// Told apart by those who see red and green alike, too (Okabe and Ito, 2008).
const char* const kColours[] = {"#0072b2", "#e69f00", "#009e73", "#cc79a7",
                                "#56b4e9", "#d55e00", "#f0e442", "#999999"};

class Chart {
 public:
  Chart(uint64_t from_ns, uint64_t to_ns) : from_ns_(from_ns), to_ns_(to_ns) {}

  double x(uint64_t time_ns) const {
    const auto part = static_cast<double>(time_ns - from_ns_);
    return kLeft + (kWidth - kLeft - 10) * part / static_cast<double>(to_ns_ - from_ns_);
  }

  template <typename... Values>
  void add(const char* format, Values... values) {
    char line[512];
    std::snprintf(line, sizeof line, format, values...);
    body_ += line;
  }

  void bar(double y, const TracedBatch& batch, const Span& span, const char* colour) {
    const uint64_t begin_ns = std::max(span.begin_ns, from_ns_);
    const uint64_t end_ns = std::min(span.end_ns, to_ns_);
    if (begin_ns >= end_ns) return;
    const double left = x(begin_ns), width = std::max(x(end_ns) - left, 0.5);
    add("<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.0f\" fill=\"%s\" stroke=\"%s\" "
        "stroke-width=\"%s\">",
        left, y, width, kBar, colour, batch.lost ? "#ff0000" : "#ffffff", batch.lost ? "2" : "0.5");
    add("<title>client %llu, class %d, %zu jobs, %.3f to %.3f ms%s</title></rect>\n",
        static_cast<unsigned long long>(batch.leader), static_cast<int>(batch.priority_class),
        batch.jobs, static_cast<double>(span.begin_ns) / 1e6,
        static_cast<double>(span.end_ns) / 1e6, batch.lost ? ", lost" : "");
    if (width > 16)
      add("<text x=\"%.2f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"#ffffff\">%zu</text>\n",
          left + width / 2, y + kBar / 2 + 4, batch.jobs);
  }

  void axis(double bottom) {
    constexpr double kFactors[] = {2, 2.5, 2};  // 1, 2, 5, 10
    double step_ns = 1e3;
    for (size_t i = 0; static_cast<double>(to_ns_ - from_ns_) / step_ns > 12; ++i)
      step_ns *= kFactors[i % std::size(kFactors)];
    const auto step = static_cast<uint64_t>(step_ns);
    for (uint64_t at = (from_ns_ + step - 1) / step * step; at <= to_ns_; at += step) {
      add("<line x1=\"%.1f\" y1=\"%.0f\" x2=\"%.1f\" y2=\"%.0f\" stroke=\"#dddddd\"/>\n", x(at),
          kTop - 6, x(at), bottom);
      add("<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%g ms</text>\n", x(at), kTop - 12,
          static_cast<double>(at) / 1e6);
    }
  }

  std::string whole(double height) const {
    char head[256];
    std::snprintf(head, sizeof head,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
                  "font-family=\"sans-serif\" font-size=\"11\">\n"
                  "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
                  kWidth, height);
    return head + body_ + "</svg>\n";
  }

 private:
  uint64_t from_ns_, to_ns_;
  std::string body_;
};

}  // namespace

std::string gantt_chart(const Outcome& outcome, uint64_t from_ns, uint64_t to_ns) {
  std::set<policy::DeviceId> devices;
  std::set<policy::ClientId> clients;
  for (const TracedBatch& batch : outcome.batches) {
    devices.insert(batch.device);
    clients.insert(batch.leader);
  }
  std::map<policy::ClientId, const char*> colours;
  for (const policy::ClientId client : clients)
    colours[client] = kColours[colours.size() % std::size(kColours)];
  std::map<policy::DeviceId, double> tops;
  Chart chart(from_ns, std::max(to_ns, from_ns + 1));
  double y = kTop;
  chart.axis(kTop + static_cast<double>(devices.size()) * (kEngines * kRow + 10));
  for (const policy::DeviceId device : devices) {
    tops[device] = y;
    for (const char* engine : kEngineNames) {
      chart.add("<text x=\"6\" y=\"%.1f\">device %u, %s</text>\n", y + kBar / 2 + 4,
                static_cast<unsigned>(device), engine);
      y += kRow;
    }
    y += 10;
  }
  for (const TracedBatch& batch : outcome.batches)
    for (size_t engine = 0; engine < kEngines; ++engine)
      chart.bar(tops[batch.device] + static_cast<double>(engine) * kRow, batch, batch.spans[engine],
                colours[batch.leader]);
  double left = kLeft;
  for (const auto& [client, colour] : colours) {
    if (left > kWidth - 100) break;
    chart.add("<rect x=\"%.0f\" y=\"%.0f\" width=\"10\" height=\"10\" fill=\"%s\"/>\n", left, y,
              colour);
    chart.add("<text x=\"%.0f\" y=\"%.0f\">client %llu</text>\n", left + 14, y + 9,
              static_cast<unsigned long long>(client));
    left += 90;
  }
  return chart.whole(y + 24);
}

}  // namespace geoneuron::simulator
