// SPDX-License-Identifier: MIT
#include "worker/executor.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "worker/slot_data.hpp"

namespace geoneuron::worker {
namespace {

// Replies are handed on when the first of them is this old: one by one they cost more than small
// jobs do.
constexpr uint64_t kReplyDelayNs = 200'000;
// Heatmaps painted together have at most so many pixels: 16 MiB.
constexpr uint64_t kMaximumGroupPixels = 4u << 20;

uint64_t pixel_count(const views::HeatmapPlace& place) {
  return uint64_t{place.pixel_width()} * place.pixel_height();
}

// The heatmap that a job asks for, where that can be painted together with others.
const BareHeatmap* heatmap_of(const Job& job) {
  if (job.kind != ring::RequestKind::kJob || job.error || job.opcode != GEONEURON_RENDER ||
      job.source != 0)
    return nullptr;
  const RenderText& text = std::get<RenderText>(*job.text);
  return text.heatmap ? &*text.heatmap : nullptr;
}

uint64_t picture_value(const views::HeatmapPlace& place) {
  return uint64_t{place.pixel_height()} << 32 | place.pixel_width();
}

}  // namespace

void Executor::run(Batch& batch, ReplyQueue& replies) {
  const uint64_t begin_ns = engine::now_ns();
  uint64_t oldest_ns = begin_ns;
  auto done = std::make_unique<ReplyBatch>();
  const auto hand_on = [&](bool is_last) {
    const uint64_t now_ns = engine::now_ns();
    if (done->replies.empty() || (!is_last && now_ns - oldest_ns < kReplyDelayNs)) return;
    replies.push(std::exchange(done, std::make_unique<ReplyBatch>()));
    oldest_ns = now_ns;
  };
  std::vector<bool> is_grouped(batch.jobs.size());
  for (const HeatmapGroup& group : heatmap_groups(batch, is_grouped)) {
    run_heatmaps(batch, group, begin_ns, *done);
    hand_on(false);
  }
  for (size_t i = 0; i < batch.jobs.size(); ++i) {
    const Job& job = batch.jobs[i];
    if (job.kind == ring::RequestKind::kContextGone) store_.drop(job.context);
    if (job.kind != ring::RequestKind::kJob || is_grouped[i]) continue;
    const uint64_t job_begin_ns = engine::now_ns();
    const auto refused = refusal(job);
    const Outcome outcome = refused ? Outcome(*refused) : run_job(job);
    note_chain(job, outcome.error.has_value());
    reply(job, outcome, begin_ns, engine::now_ns() - job_begin_ns, *done);
    hand_on(false);
  }
  hand_on(true);
}

void Executor::note_chain(const Job& job, bool has_failed) {
  const bool goes_on = (job.flags & ring::kChainMore) != 0;
  chain_failed_ = goes_on && (has_failed || (in_chain_ && chain_failed_));
  in_chain_ = goes_on;
}

std::optional<Error> Executor::refusal(const Job& job) {
  if (cancellations_.take(job.id)) return make_error(ECANCELED, "it was cancelled");
  if (in_chain_ && chain_failed_)
    return make_error(ECANCELED, "an earlier command of its chain failed");
  if (job.error) return job.error;
  if ((job.request_flags & GEONEURON_REQUEST_DROP_LATE) != 0 && job.deadline_ns != 0 &&
      engine::now_ns() > job.deadline_ns)
    return make_error(ETIME, "its deadline had passed before it could begin");
  return std::nullopt;
}

// Jobs of a chain keep their order; all others of a batch have none among themselves.
std::vector<Executor::HeatmapGroup> Executor::heatmap_groups(const Batch& batch,
                                                             std::vector<bool>& is_grouped) const {
  std::vector<HeatmapGroup> groups;
  bool in_chain = in_chain_;
  for (size_t i = 0; i < batch.jobs.size(); ++i) {
    const Job& job = batch.jobs[i];
    const bool goes_on = (job.flags & ring::kChainMore) != 0;
    const BareHeatmap* heatmap = in_chain || goes_on ? nullptr : heatmap_of(job);
    in_chain = goes_on;
    if (heatmap == nullptr) continue;
    is_grouped[i] = true;
    const auto group = std::ranges::find_if(groups, [&](const HeatmapGroup& one) {
      return one.style == heatmap->style &&
             one.pixels + pixel_count(heatmap->place) <= kMaximumGroupPixels;
    });
    HeatmapGroup& place = group != groups.end() ? *group : groups.emplace_back();
    place.style = heatmap->style;
    place.pixels += pixel_count(heatmap->place);
    place.jobs.push_back(i);
  }
  return groups;
}

std::variant<views::Heatmap, Outcome> Executor::find_heatmap(const Job& job) {
  if (auto refused = refusal(job)) return Outcome(std::move(*refused));
  const RenderText& text = std::get<RenderText>(*job.text);
  const BareHeatmap& heatmap = *text.heatmap;
  const auto pixels = writable_slot(job, text.pixels);
  if (!pixels) return Outcome(pixels.error());
  const uint64_t needed = pixel_count(heatmap.place) * sizeof(views::Rgba8);
  if (pixels->size() < needed)
    return Outcome::too_short("picture", pixels->size(), needed, picture_value(heatmap.place));
  const uint64_t count = heatmap.place.element_count();
  const auto range =
      slot_range(job, text.select[0], heatmap.slot, heatmap.offset, count * sizeof(float));
  if (!range) return Outcome(range.error());
  views::Heatmap map{reinterpret_cast<const float*>(range->data()), heatmap.place.width,
                     heatmap.place.height, heatmap.place.scale,
                     reinterpret_cast<views::Rgba8*>(pixels->data())};
  if (reinterpret_cast<uintptr_t>(range->data()) % alignof(float) != 0) {
    std::vector<float>& copy = copies_.emplace_back(count);
    std::memcpy(copy.data(), range->data(), range->size());
    map.elements = copy.data();
  }
  return map;
}

void Executor::run_heatmaps(Batch& batch, const HeatmapGroup& group, uint64_t begin_ns,
                            ReplyBatch& replies) {
  const uint64_t group_begin_ns = engine::now_ns();
  std::vector<const Job*> painted;
  std::vector<views::Heatmap> maps;
  for (const size_t i : group.jobs) {
    const Job& job = batch.jobs[i];
    const auto found = find_heatmap(job);
    if (const auto* outcome = std::get_if<Outcome>(&found)) {
      reply(job, *outcome, begin_ns, 0, replies);
    } else {
      maps.push_back(std::get<views::Heatmap>(found));
      painted.push_back(&job);
    }
  }
  if (painted.empty()) return;
  const Result<void> result =
      pictures_->device().paint_heatmaps(maps, group.style->normalisation, group.style->palette);
  copies_.clear();
  const uint64_t share_ns = (engine::now_ns() - group_begin_ns) / painted.size();
  for (const Job* job : painted) {
    const uint64_t value = picture_value(heatmap_of(*job)->place);
    reply(*job, result ? Outcome(value) : Outcome(result.error()), begin_ns, share_ns, replies);
  }
}

// What the standard library throws ends here.
Outcome Executor::run_job(const Job& job) {
  try {
    switch (job.opcode) {
      case GEONEURON_LOAD_MODEL:
        return load_model(job);
      case GEONEURON_PERCEIVE:
        return perceive(job);
      case GEONEURON_RENDER:
        return render(job);
      case GEONEURON_RELEASE:
        return release(job);
      case GEONEURON_QUERY:
        return query(job);
      default:
        return Outcome(0);
    }
  } catch (const std::bad_alloc&) {
    return make_error(ENOMEM, "this worker has no memory left for it");
  }
}

void Executor::reply(const Job& job, const Outcome& outcome, uint64_t begin_ns, uint64_t device_ns,
                     ReplyBatch& replies) const {
  ring::Reply& entry = replies.replies.emplace_back(make_reply(job.id, outcome));
  entry.begin_ns = begin_ns;
  entry.device_ns = device_ns;
  entry.resident_bytes = store_.resident_bytes();
}

}  // namespace geoneuron::worker
