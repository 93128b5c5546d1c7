// SPDX-License-Identifier: MIT
#include "daemon/job_table.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "daemon/command_check.hpp"
#include "daemon/job_cost.hpp"

namespace geoneuron::daemon {
namespace {

constexpr size_t kFailuresRemembered = 64;

Outcome failure_of(int result, std::string reason) {
  return {.result = result, .value = 0, .device_ns = 0, .reason = std::move(reason)};
}

// Models are read beside the device and not on it: their worker's loader counts as a device of its
// own, so that a file which takes long holds up no picture. A loader may be that of a few workers:
// what there is of them in the policy stays bounded.
policy::DeviceId loader_of(policy::WorkerId worker) {
  constexpr uint32_t kFirstLoader = 1u << 31;
  constexpr uint64_t kLoaders = 64;
  const uint64_t loader = static_cast<uint64_t>(worker) % kLoaders;
  return policy::DeviceId{kFirstLoader | static_cast<uint32_t>(loader)};
}

Outcome refused_by(policy::Admission admission) {
  switch (admission) {
    case policy::Admission::kClientQuota:
      return failure_of(-EDQUOT, "the client has too many commands that wait");
    case policy::Admission::kUserQuota:
      return failure_of(-EDQUOT, "the user has too many commands that wait (max_commands)");
    case policy::Admission::kFull:
      return failure_of(-EDQUOT, "the daemon has too many commands that wait");
    case policy::Admission::kTooLate:
      return failure_of(-ETIME, "the deadline cannot be kept");
    case policy::Admission::kAdmitted:
      break;
  }
  return {};
}

}  // namespace

void JobTable::add_context(const ContextInfo& info) {
  contexts_[info.id].info = info;
  scheduler_->add_client(policy::ClientId{info.id}, policy::UserId{uint64_t{info.user} + 1});
}

void JobTable::remove_context(uint64_t context) {
  const auto found = contexts_.find(context);
  if (found == contexts_.end()) return;
  for (const uint64_t id : found->second.jobs) {
    Job& job = *find(id);
    chains_.erase(job.chain);
    job.chain = 0;
    if (job.state != JobState::kSent)
      erase(id);
    else if (!std::exchange(job.cancel_asked, true))
      surroundings_->ask_cancel(job.worker, id);
  }
  scheduler_->remove_client(policy::ClientId{context});
  contexts_.erase(found);
}

void JobTable::submit(uint64_t context, Group group) {
  if (!contexts_.contains(context)) return;
  if (draining_) return leave(context, group);
  for (const Accepted& accepted : group)
    if (accepted.error != 0) post(context, accepted, failure_of(accepted.error, accepted.sentence));
  if (!group.empty() && group.front().error == 0) take(context, std::move(group), {});
}

void JobTable::submit_piece(uint64_t context, Group group, const Piece& piece) {
  if (!contexts_.contains(context)) return;
  if (draining_) return leave(context, group);
  const auto begun = chains_.find(piece.chain);
  // A chain that is no more has failed.
  const bool is_late = piece.is_begun && (begun == chains_.end() || begun->second.failed);
  if (!is_late) return take(context, std::move(group), piece);
  for (const Accepted& accepted : group)
    post(context, accepted, failure_of(-ECANCELED, "another of its chain failed"));
  if (!piece.more) end_chain(piece.chain);
}

void JobTable::end_chain(uint64_t chain) {
  const auto found = chains_.find(chain);
  if (found == chains_.end()) return;
  found->second.open = false;
  if (found->second.left == 0) chains_.erase(found);
}

void JobTable::take(uint64_t context, Group group, const Piece& piece) {
  const uint64_t first = group.front().id;
  const bool is_chain = piece.is_begun || piece.more || group.size() > 1;
  const uint64_t chain = !is_chain ? 0 : piece.is_begun ? piece.chain : first;
  std::vector<uint64_t> ids;
  for (Accepted& accepted : group) ids.push_back(add(context, std::move(accepted), chain));
  policy::DeviceId alone{};
  place(ids, is_chain ? chains_.at(chain).device : alone);
  if (!is_chain) return proceed(*find(first));
  Chain& members = chains_.at(chain);
  members.left += ids.size();
  members.open = piece.more;
  advance(chain);
}

uint64_t JobTable::add(uint64_t context, Accepted accepted, uint64_t chain) {
  Context& owner = contexts_.at(context);
  const uint64_t id = accepted.id;
  Job& job = spare_jobs_.make(jobs_, id)->second;
  job.accepted = std::move(accepted);
  job.context = context;
  job.user = owner.info.user;
  job.chain = chain;
  job.local = surroundings_->is_local(job);
  owner.jobs.insert(owner.jobs.end(), id);  // ids grow
  if (chain != 0) chains_[chain].members.push_back(id);
  return id;
}

// What a chain makes lives in one worker. A NOP goes where the others go.
void JobTable::place(const std::vector<uint64_t>& ids, policy::DeviceId& shared) {
  for (const uint64_t id : ids) {
    Job& job = *find(id);
    if (job.local || job.command().opcode == GEONEURON_NOP) continue;
    job.device = surroundings_->device_of(job);
    if (shared == policy::DeviceId{}) shared = job.device;
    if (job.device == shared) continue;
    job.accepted.fail(-EINVAL, "request: device: must be the same in the whole chain");
    job.local = true;
  }
  for (const uint64_t id : ids) {
    Job& job = *find(id);
    if (!job.local && job.device == policy::DeviceId{})
      job.device = shared == policy::DeviceId{} ? surroundings_->device_of(job) : shared;
  }
}

void JobTable::advance(uint64_t chain) {
  for (auto found = chains_.find(chain); found != chains_.end(); found = chains_.find(chain)) {
    Chain& members = found->second;
    if (members.failed || members.next == members.members.size()) return;
    Job& job = *find(members.members[members.next]);
    // What the daemon answers comes when all before it has its answer.
    const size_t not_begun = members.members.size() - members.next;
    if (members.left > not_begun && job.local) return;
    ++members.next;
    proceed(job);
  }
}

void JobTable::proceed(Job& job) {
  if (job.local)
    answer(job, surroundings_->answer(job));
  else
    hand_to_policy(job);
}

void JobTable::hand_to_policy(Job& job) {
  job.worker = surroundings_->worker_of(job.device, job.user);
  job.state = JobState::kQueued;
  policy::Job asked = policy_job(job.command(), job.device);
  asked.id = policy::JobId{job.id()};
  asked.client = policy::ClientId{job.context};
  asked.worker = job.worker;
  if (job.command().opcode == GEONEURON_LOAD_MODEL) asked.device = loader_of(job.worker);
  asked.arrival_ns = now_ns_;
  asked.chain = job.chain;
  const policy::Admission admission = scheduler_->submit(asked, now_ns_);
  if (admission == policy::Admission::kAdmitted) return;
  job.state = JobState::kHeld;
  answer(job, refused_by(admission));
}

void JobTable::answer(Job& job, const Outcome& outcome) {
  const uint64_t id = job.id(), chain = job.chain;
  if (job.state == JobState::kSent) --sent_;
  post(job.context, job.accepted, outcome);
  if (const auto owner = contexts_.find(job.context); owner != contexts_.end())
    owner->second.jobs.erase(id);
  erase(id);
  const auto found = chains_.find(chain);
  if (found == chains_.end()) return;
  Chain& members = found->second;
  if (--members.left == 0 && (!members.open || members.failed || outcome.result < 0))
    chains_.erase(found);
  else if (outcome.result < 0)
    fail_chain(members, outcome.reason);
}

void JobTable::post(uint64_t context, const Accepted& accepted, const Outcome& outcome) {
  const auto found = contexts_.find(context);
  if (found == contexts_.end()) return;
  if (outcome.result < 0) {
    auto& failures = found->second.failures;
    failures.emplace_back(accepted.command_id, outcome.reason);
    if (failures.size() > kFailuresRemembered) failures.pop_front();
  }
  answers_.push_back({context, geoneuron_completion{.user_data = accepted.command.user_data,
                                                    .result = outcome.result,
                                                    .flags = 0,
                                                    .value = outcome.value,
                                                    .command_id = accepted.command_id}});
}

void JobTable::fail_chain(Chain& chain, const std::string& reason) {
  if (std::exchange(chain.failed, true)) return;
  const Outcome outcome = failure_of(-ECANCELED, "another of its chain failed: " + reason);
  // With the last answer the chain is gone.
  for (const uint64_t id : std::vector<uint64_t>(chain.members))
    if (Job* job = find(id)) end(*job, outcome);
}

void JobTable::end(Job& job, const Outcome& outcome) {
  if (job.state == JobState::kSent) {
    if (!std::exchange(job.cancel_asked, true)) surroundings_->ask_cancel(job.worker, job.id());
    return;
  }
  if (job.state == JobState::kQueued) scheduler_->cancel(policy::JobId{job.id()});
  answer(job, outcome);
}

void JobTable::cancel(uint64_t context, const geoneuron_cancel& ask) {
  const auto found = contexts_.find(context);
  if (found == contexts_.end()) return;
  geoneuron_cancel told = ask;
  std::vector<uint64_t> meant;
  for (const uint64_t id : found->second.jobs) {
    const Job& job = *find(id);
    if (job.command().user_data != ask.user_data) continue;
    meant.push_back(id);
    ++(job.state == JobState::kSent ? told.requested : told.cancelled);
  }
  const Outcome outcome = failure_of(-ECANCELED, "cancelled by its client");
  for (const uint64_t id : meant)  // one may have taken the others of its chain along
    if (Job* job = find(id)) end(*job, outcome);
  told.not_found = told.cancelled == 0 && told.requested == 0 ? 1 : 0;
  answers_.push_back({context, told});
}

void JobTable::cancel_job(uint64_t job) {
  if (Job* meant = find(job)) end(*meant, failure_of(-ECANCELED, "cancelled by its client"));
}

void JobTable::drain() {
  draining_ = true;
  // Those of a chain that run are let run.
  for (auto& [id, chain] : chains_) chain.failed = true;
  std::vector<uint64_t> waiting;
  for (const auto& [id, job] : jobs_)
    if (job.state != JobState::kSent) waiting.push_back(id);
  std::ranges::sort(waiting, std::greater());  // who cancels a chain begins at its end
  for (const uint64_t id : waiting) leave(*find(id));
}

void JobTable::leave(uint64_t context, const Group& group) {
  for (const Accepted& accepted : group)
    answers_.push_back({context, NotBegun{accepted.command_id}});
}

void JobTable::leave(Job& job) {
  if (job.state == JobState::kQueued) scheduler_->cancel(policy::JobId{job.id()});
  answers_.push_back({job.context, NotBegun{job.accepted.command_id}});
  contexts_.at(job.context).jobs.erase(job.id());
  erase(job.id());
}

std::vector<const Job*> JobTable::begin(const policy::Batch& batch) {
  std::vector<const Job*> jobs;
  for (const policy::JobId id : batch.jobs) {
    Job* job = find(static_cast<uint64_t>(id));
    assert(job != nullptr && job->state == JobState::kQueued);
    if (job == nullptr) continue;
    job->state = JobState::kSent;
    job->batch = batch.id;
    ++sent_;
    jobs.push_back(job);
  }
  if (jobs.empty())
    scheduler_->finished(batch.id, {}, now_ns_);
  else
    batches_[static_cast<uint64_t>(batch.id)] = {
        .worker = batch.worker, .left = jobs.size(), .measured = {}};
  return jobs;
}

void JobTable::expire(const std::vector<policy::JobId>& jobs) {
  for (const policy::JobId id : jobs) {
    Job* job = find(static_cast<uint64_t>(id));
    if (job == nullptr) continue;
    job->state = JobState::kHeld;  // the policy has forgotten it
    answer(*job, failure_of(-ETIME, "its deadline passed before it could begin"));
  }
}

void JobTable::leave_batch(const Job& job, uint64_t device_ns) {
  const auto found = batches_.find(static_cast<uint64_t>(job.batch));
  if (found == batches_.end()) return;
  found->second.measured.push_back({policy::JobId{job.id()}, device_ns});
  if (--found->second.left != 0) return;
  scheduler_->finished(job.batch, found->second.measured, now_ns_);
  batches_.erase(found);
}

bool JobTable::finish(policy::WorkerId worker, uint64_t id, const Outcome& outcome) {
  Job* job = find(id);
  if (job == nullptr || job->state != JobState::kSent || job->worker != worker) return false;
  const uint64_t chain = job->chain;
  leave_batch(*job, outcome.device_ns);
  answer(*job, outcome);
  advance(chain);
  return true;
}

void JobTable::lose_worker(policy::WorkerId worker, const Outcome& outcome) {
  scheduler_->lose_worker(worker, now_ns_);
  std::erase_if(batches_, [&](const auto& entry) { return entry.second.worker == worker; });
  std::vector<uint64_t> lost;
  for (const auto& [id, job] : jobs_)
    if (job.worker == worker && job.state == JobState::kSent) lost.push_back(id);
  std::ranges::sort(lost);
  for (const uint64_t id : lost) {
    Job* job = find(id);
    job->cancel_asked = true;  // there is nobody to ask
    answer(*job, outcome);
  }
}

void JobTable::fail_waiting(policy::WorkerId worker, const Outcome& outcome) {
  std::vector<uint64_t> waiting;
  for (const auto& [id, job] : jobs_)
    if (job.worker == worker && job.state == JobState::kQueued) waiting.push_back(id);
  std::ranges::sort(waiting);
  for (const uint64_t id : waiting) {
    Job* job = find(id);
    if (job == nullptr) continue;  // went with its chain
    scheduler_->cancel(policy::JobId{id});
    job->state = JobState::kHeld;
    answer(*job, outcome);
  }
}

Job* JobTable::find(uint64_t job) {
  const auto found = jobs_.find(job);
  return found == jobs_.end() ? nullptr : &found->second;
}

void JobTable::erase(uint64_t job) {
  if (const auto found = jobs_.find(job); found != jobs_.end()) spare_jobs_.erase(jobs_, found);
}

std::optional<std::string> JobTable::failure(uint64_t context, uint64_t command) const {
  const auto found = contexts_.find(context);
  if (found == contexts_.end()) return std::nullopt;
  for (const auto& [id, sentence] : found->second.failures)
    if (id == command) return sentence;
  return std::nullopt;
}

std::vector<ContextInfo> JobTable::contexts() const {
  std::vector<ContextInfo> infos;
  for (const auto& [id, context] : contexts_) infos.push_back(context.info);
  std::ranges::sort(infos, {}, &ContextInfo::id);
  return infos;
}

}  // namespace geoneuron::daemon
