// SPDX-License-Identifier: MIT
#include "worker/loader.hpp"

#include <signal.h>

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

#include "parser/protocol.hpp"
#include "worker/slot_data.hpp"

namespace geoneuron::worker {
namespace {

bool loads(const Job& job) {
  return job.kind == ring::RequestKind::kJob && job.opcode == GEONEURON_LOAD_MODEL && !job.error;
}

Result<std::span<const std::byte>> file_range(const Job& job, const std::string& location,
                                              const SlotBytes& place) {
  const auto slot = GN_TRY(with_context(readable_slot(job, place.slot), location));
  const uint64_t rest = slot.size() - std::min<uint64_t>(place.offset, slot.size());
  return slot_range(job, location, place.slot, place.offset, place.count.value_or(rest));
}

Result<ModelParser::Input> input_of(const Job& job) {
  ModelParser::Input input;
  input.model = GN_TRY(with_context(readable_slot(job, 0), "model"));
  const auto& files = std::get<LoadText>(*job.text).files;
  if (files.size() > parser::kMaximumFiles)
    return invalid("files: names %zu; at most %u", files.size(), parser::kMaximumFiles);
  for (const auto& [location, place] : files) {
    if (location.size() > parser::kMaximumNameBytes)
      return invalid("files: a name has %zu bytes; at most %u", location.size(),
                     parser::kMaximumNameBytes);
    input.files.emplace_back(location, GN_TRY(file_range(job, location, place)));
  }
  return input;
}

// Of one that is gone: the parser's death must not be this process's.
void block_sigpipe() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

}  // namespace

std::set<uint64_t> Loader::contexts_to_wait(const Batch& batch) {
  std::set<uint64_t> contexts;
  const std::lock_guard lock(mutex_);
  for (const Job& job : batch.jobs)
    if (loads(job) || contexts_.contains(job.context)) contexts.insert(job.context);
  return contexts;
}

void Loader::count(const Batch& batch, int by) {
  const std::lock_guard lock(mutex_);
  for (const Job& job : batch.jobs) {
    size_t& jobs = contexts_[job.context];
    jobs += static_cast<size_t>(by);
    if (jobs == 0) contexts_.erase(job.context);
  }
}

void Loader::route(std::unique_ptr<Batch> batch) {
  const std::set<uint64_t> contexts = contexts_to_wait(*batch);
  if (contexts.empty()) return device_.push(std::move(batch));
  auto& jobs = batch->jobs;
  const auto rest = std::stable_partition(
      jobs.begin(), jobs.end(), [&](const Job& job) { return !contexts.contains(job.context); });
  auto waiting = std::make_unique<Batch>();
  std::move(rest, jobs.end(), std::back_inserter(waiting->jobs));
  jobs.erase(rest, jobs.end());
  if (!jobs.empty()) device_.push(std::move(batch));
  count(*waiting, 1);
  waiting_.push(std::move(waiting));
}

Result<void> Loader::run() {
  block_sigpipe();
  while (auto batch = waiting_.pop()) {
    GN_TRY(load_all(*batch));
    Batch contexts;
    for (const Job& job : batch->jobs) contexts.jobs.emplace_back().context = job.context;
    device_.push(std::move(batch));
    // Not before: what comes next of these contexts must not overtake it.
    count(contexts, -1);
  }
  device_.close();
  return {};
}

Result<void> Loader::load_all(Batch& batch) {
  for (Job& job : batch.jobs) {
    if (!loads(job)) continue;
    auto loaded = load(job);
    if (loaded)
      job.loaded = std::move(*loaded);
    else if (loaded.error().code == EPIPE)
      return loaded.error();
    else
      job.error = std::move(loaded).error();
  }
  return {};
}

Result<void> Loader::admit(uint64_t size_bytes) const {
  const auto printed = [](uint64_t number) { return static_cast<unsigned long long>(number); };
  if (size_bytes > budget_bytes_)
    return make_error(ENOMEM, "model: takes %llu bytes; at most %llu may stay here",
                      printed(size_bytes), printed(budget_bytes_));
  const uint64_t before = on_the_way_->load();
  if (size_bytes > budget_bytes_ - before)
    return make_error(ENOMEM,
                      "model: takes %llu bytes, and those before it %llu; at most %llu may "
                      "be on their way",
                      printed(size_bytes), printed(before), printed(budget_bytes_));
  return {};
}

// What the standard library throws ends here.
Result<LoadedModel> Loader::load(const Job& job) {
  try {
    const auto input = GN_TRY(input_of(job));
    GN_TRY(admit(input.size_bytes()));
    LoadedModel loaded;
    auto model = GN_TRY(parser_.parse(input, [&](uint64_t size_bytes) {
      loaded.bytes = size_bytes;
      return admit(size_bytes);
    }));
    loaded.model = std::make_shared<const perception::Model>(std::move(model));
    // Only this thread adds: what admit() saw is still true.
    on_the_way_->fetch_add(loaded.bytes);
    loaded.on_the_way = {nullptr, [books = on_the_way_, bytes = loaded.bytes](const void*) {
                           books->fetch_sub(bytes);
                         }};
    return loaded;
  } catch (const std::bad_alloc&) {
    return make_error(ENOMEM, "this worker has no memory left for it");
  }
}

}  // namespace geoneuron::worker
