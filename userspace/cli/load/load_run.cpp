// SPDX-License-Identifier: MIT
#include "cli/load/load_run.hpp"

#include <algorithm>

#include "cli/load/clock.hpp"

namespace geoneuron::cli::load {
namespace {

constexpr uint64_t kLook_ns = 2'000'000;
constexpr uint64_t kHeadStart_ns = 20'000'000;  // for every thread to wake up

}  // namespace

LoadRun::LoadRun(const std::vector<LoadPlan>& plans, const std::string& socket) : plans_(plans) {
  for (size_t i = 0; i < plans_.size(); ++i)
    for (uint32_t number = 0; number < plans_[i].clients; ++number) {
      plan_of_.push_back(i);
      clients_.push_back(
          std::make_unique<SimulatedClient>(plans_[i], socket, number, plans_[i].clients));
    }
}

Result<std::unique_ptr<LoadRun>> LoadRun::prepare(const std::vector<LoadPlan>& plans,
                                                  const std::string& socket) {
  std::unique_ptr<LoadRun> run(new LoadRun(plans, socket));
  run->preparing_ = run->running_ = run->clients_.size();
  for (const auto& client : run->clients_)
    run->threads_.emplace_back([&run = *run, &client = *client] { run.live(client); });
  while (run->preparing_ > 0) sleep_until(now_ns() + kLook_ns);
  const std::lock_guard lock(run->mutex_);
  if (run->error_) return Error(*run->error_);
  return run;
}

LoadRun::~LoadRun() {
  stop_ = true;
}

void LoadRun::live(SimulatedClient& client) {
  const Result<void> prepared = client.prepare();
  if (!prepared) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = prepared.error();
  }
  --preparing_;
  while (start_ns_ == 0 && !stop_) sleep_until(now_ns() + kLook_ns);
  if (prepared && start_ns_ != 0) client.run(start_ns_, stop_);
  --running_;
}

void LoadRun::begin() {
  start_ns_ = now_ns() + kHeadStart_ns;
}

bool LoadRun::wait(uint64_t patience_ns) {
  const uint64_t end_ns = now_ns() + patience_ns;
  while (!is_over() && now_ns() < end_ns) sleep_until(std::min(end_ns, now_ns() + 5 * kLook_ns));
  return is_over();
}

GroupOutcome LoadRun::group(const std::string& name, const std::vector<size_t>& clients) const {
  GroupOutcome group;
  group.name = name;
  uint64_t begin_ns = UINT64_MAX, end_ns = 0;
  for (const size_t i : clients) {
    const ClientOutcome outcome = clients_[i]->outcome();
    ++group.clients;
    group.latencies.add(outcome.latencies);
    group.late += outcome.late;
    group.dropped += outcome.dropped;
    group.failed += outcome.failed;
    if (group.first_failure.empty()) group.first_failure = outcome.first_failure;
    begin_ns = std::min(begin_ns, outcome.begin_ns);
    end_ns = std::max(end_ns, outcome.end_ns);
    const double seconds = static_cast<double>(outcome.end_ns - outcome.begin_ns) * 1e-9;
    group.rates.push_back(seconds > 0 ? static_cast<double>(outcome.done()) / seconds : 0);
  }
  group.seconds = end_ns > begin_ns ? static_cast<double>(end_ns - begin_ns) * 1e-9 : 0;
  return group;
}

std::vector<GroupOutcome> LoadRun::by_plan() const {
  std::vector<GroupOutcome> groups;
  for (size_t plan = 0; plan < plans_.size(); ++plan) {
    std::vector<size_t> members;
    for (size_t i = 0; i < clients_.size(); ++i)
      if (plan_of_[i] == plan) members.push_back(i);
    groups.push_back(group(plans_[plan].name, members));
  }
  return groups;
}

std::vector<GroupOutcome> LoadRun::by_class() const {
  std::vector<GroupOutcome> groups;
  for (uint32_t its_class = 0; its_class < kClassCount; ++its_class) {
    std::vector<size_t> members;
    for (size_t i = 0; i < clients_.size(); ++i)
      if (clients_[i]->plan().priority_class == its_class) members.push_back(i);
    if (!members.empty()) groups.push_back(group(kClassNames[its_class], members));
  }
  return groups;
}

}  // namespace geoneuron::cli::load
