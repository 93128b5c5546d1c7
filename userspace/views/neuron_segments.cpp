// SPDX-License-Identifier: MIT
#include "views/neuron_segments.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace geoneuron::views {
namespace {

using perception::Shape;

// So many lines go to the device at once: 20 MiB of segments.
constexpr size_t kChunk = size_t{1} << 20;
constexpr uint64_t kMostThinLines = 4096;

// Collects segments and adds them up chunk by chunk.
class SegmentSum {
 public:
  SegmentSum(PixelDevice& device, const PixelBox& box)
      : device_(device),
        left_(static_cast<int32_t>(box.x * 256)),
        top_(static_cast<int32_t>(box.y * 256)),
        sums_{box.width, box.height, {}, {}} {
    sums_.positive.resize(size_t{box.width} * box.height);
    sums_.negative.resize(size_t{box.width} * box.height);
  }

  Result<void> add(FixedPoint from, FixedPoint to, int32_t weight) {
    if (weight != 0)
      segments_.push_back({from.x - left_, from.y - top_, to.x - left_, to.y - top_, weight});
    return segments_.size() < kChunk ? Result<void>{} : flush();
  }

  Result<Accumulation> finish() {
    GN_TRY(flush());
    return std::move(sums_);
  }

 private:
  Result<void> flush() {
    if (segments_.empty()) return {};
    const Accumulation part = GN_TRY(device_.accumulate(segments_, sums_.width, sums_.height));
    for (size_t i = 0; i < part.positive.size(); ++i) sums_.positive[i] += part.positive[i];
    for (size_t i = 0; i < part.negative.size(); ++i) sums_.negative[i] += part.negative[i];
    segments_.clear();
    return {};
  }

  PixelDevice& device_;
  int32_t left_, top_;  // of the box, in 24.8 pixels
  std::vector<Segment> segments_;
  Accumulation sums_;
};

FixedPoint shifted(FixedPoint point, int32_t pixels) {
  return {point.x, point.y + pixels * 256};
}

// Plane p of the fewer planes is joined to those planes of the others that have its place.
Result<void> add_plane_links(const PlaneGrid& from, const PlaneGrid& to, SegmentSum& sum) {
  const uint32_t planes = std::max(from.units.planes, to.units.planes);
  for (uint32_t plane = 0; plane < planes; ++plane)
    GN_TRY(sum.add(from.centre_of_plane(plane / (planes / from.units.planes)),
                   to.centre_of_plane(plane / (planes / to.units.planes)), 1));
  return {};
}

Result<void> add_broadcast_links(const PlaneGrid& from, const PlaneGrid& to,
                                 std::span<const uint32_t> sources, SegmentSum& sum) {
  for (uint32_t unit = 0; unit < sources.size(); ++unit)
    GN_TRY(sum.add(from.centre_of(sources[unit]), to.centre_of(unit), 1));
  return {};
}

// Where channels are nodes, shapes do not say which node an element belongs to.
std::vector<uint32_t> sources_of(const SceneColumn& from, const SceneColumn& to) {
  const auto shows_elements = [](const SceneColumn& column) {
    return column.units.count() == static_cast<uint64_t>(column.shape.element_count());
  };
  if (!shows_elements(from) || !shows_elements(to) || to.units.count() > kMostThinLines) return {};
  return broadcast_sources(from.shape, to.shape);
}

Result<void> add_thin_link(const NeuronScene& scene, const NeuronLayout& layout,
                           const ThinLink& link, SegmentSum& sum) {
  const PlaneGrid &from = layout.grids[link.from], &to = layout.grids[link.to];
  const uint64_t units = from.units.count();
  if (units == to.units.count() && units <= kMostThinLines) {
    for (uint32_t unit = 0; unit < units; ++unit)
      GN_TRY(sum.add(from.centre_of(unit), to.centre_of(unit), 1));
    return {};
  }
  const auto [fewer, more] = std::minmax(from.units.planes, to.units.planes);
  const auto sources = sources_of(scene.columns[link.from], scene.columns[link.to]);
  if (fewer != more && !sources.empty()) return add_broadcast_links(from, to, sources, sum);
  if (more % fewer == 0 && more <= kMostThinLines) return add_plane_links(from, to, sum);
  return sum.add(from.centre_of_plane(from.units.planes / 2),
                 to.centre_of_plane(to.units.planes / 2), 1);
}

}  // namespace

std::vector<uint32_t> broadcast_sources(const Shape& from, const Shape& to) {
  const auto whole = broadcast(from, to);
  if (!whole || *whole != to) return {};
  std::vector<uint32_t> sources(static_cast<size_t>(to.element_count()));
  for (size_t i = 0; i < sources.size(); ++i) {
    size_t rest = i, stride = 1, source = 0;
    for (size_t axis = 1; axis <= from.rank(); ++axis) {
      const auto own = static_cast<size_t>(from[from.rank() - axis]);
      const auto extent = static_cast<size_t>(to[to.rank() - axis]);
      source += (own == 1 ? 0 : rest % extent) * stride;
      stride *= own;
      rest /= extent;
    }
    sources[i] = static_cast<uint32_t>(source);
  }
  return sources;
}

std::vector<float> edge_limits(const NeuronEdges& edges) {
  std::vector<float> limits;
  for (const EdgeGroup& group : edges.groups) {
    float limit = 0;
    for (const DrawnEdge& edge : group.edges)
      limit = std::max({limit, edge.positive, -edge.negative});
    limits.push_back(limit);
  }
  return limits;
}

int32_t segment_weight(float value, float limit) {
  if (value == 0 || limit <= 0) return 0;
  const double share = double{value} / double{limit} * kFullWeight;
  const auto weight =
      static_cast<int32_t>(std::lround(std::clamp<double>(share, -kFullWeight, kFullWeight)));
  return weight != 0 ? weight : (value > 0 ? 1 : -1);
}

Result<Accumulation> accumulate_edges(PixelDevice& device, const NeuronScene& scene,
                                      const NeuronLayout& layout, size_t op, float limit,
                                      const PixelBox& box) {
  SegmentSum sum(device, box);
  const PlaneGrid& from = layout.grids[scene.operators[op].from];
  const PlaneGrid& to = layout.grids[scene.operators[op].to];
  const int32_t spread = scene.edges.level == EdgeLevel::kChannel ? 1 : 0;
  for (const DrawnEdge& edge : scene.edges.groups[op].edges)
    for (int32_t line = -spread; line <= spread; ++line) {
      const FixedPoint source = shifted(from.centre_of(edge.source), line);
      const FixedPoint target = shifted(to.centre_of(edge.target), line);
      GN_TRY(sum.add(source, target, segment_weight(edge.positive, limit)));
      GN_TRY(sum.add(source, target, segment_weight(edge.negative, limit)));
    }
  return sum.finish();
}

PixelBox box_of(const NeuronScene& scene, const NeuronLayout& layout, size_t op) {
  const PlaneGrid& a = layout.grids[scene.operators[op].from];
  const PlaneGrid& b = layout.grids[scene.operators[op].to];
  const uint32_t left = std::min(a.x, b.x), top = std::min(a.y, b.y);
  return {left, top, std::max(a.x + a.width(), b.x + b.width()) - left,
          std::max(a.y + a.height(), b.y + b.height()) - top};
}

Result<Accumulation> accumulate_thin_links(PixelDevice& device, const NeuronScene& scene,
                                           const NeuronLayout& layout, uint32_t width,
                                           uint32_t height) {
  SegmentSum sum(device, {0, 0, width, height});
  for (const ThinLink& link : scene.thin) GN_TRY(add_thin_link(scene, layout, link, sum));
  return sum.finish();
}

}  // namespace geoneuron::views
