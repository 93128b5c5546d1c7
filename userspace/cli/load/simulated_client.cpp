// SPDX-License-Identifier: MIT
#include "cli/load/simulated_client.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <limits>
#include <utility>

#include "cli/load/clock.hpp"
#include "cli/load/daemon_place.hpp"

namespace geoneuron::cli::load {
namespace {

constexpr uint64_t kLook_ns = 50'000'000;  // how often it looks whether it is to stop
constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

uint32_t entries_for(const LoadPlan& plan) {
  return std::bit_ceil(std::max(2 * plan.in_flight, 4u));  // a job has two commands at most
}

}  // namespace

Result<void> SimulatedClient::prepare() {
  connection_.emplace(GN_TRY(connect_again(socket_, entries_for(plan_))));
  maker_.emplace(GN_TRY(JobMaker::create(*connection_, plan_)));
  for (size_t i = 0; i < plan_.in_flight; ++i) {
    seats_.push_back(GN_TRY(maker_->make_seat(i)));
    free_.push_back(i);
  }
  return {};
}

uint64_t SimulatedClient::due_ns(uint64_t job) const {
  if (plan_.rate <= 0) return 0;
  const double period_ns = static_cast<double>(kSecond_ns) / plan_.rate;
  const double place = static_cast<double>(job) + static_cast<double>(number_) / count_;
  return start_ns_ + static_cast<uint64_t>(place * period_ns);
}

bool SimulatedClient::may_submit(uint64_t now, const std::atomic<bool>& stop) const {
  if (stop || (plan_.count != 0 && submitted_ == plan_.count)) return false;
  return plan_.seconds == 0 || now < start_ns_ + static_cast<uint64_t>(plan_.seconds * 1e9);
}

void SimulatedClient::run(uint64_t start_ns, const std::atomic<bool>& stop) {
  start_ns_ = start_ns;
  sleep_until(start_ns);
  {
    const std::lock_guard lock(mutex_);
    outcome_.begin_ns = outcome_.end_ns = now_ns();
  }
  Result<void> result;
  while (result) {
    const uint64_t now = now_ns();
    if (!may_submit(now, stop) && free_.size() == seats_.size()) return;
    result = submit_due(now, stop);
    if (result) result = wait(now, stop);
  }
  const std::lock_guard lock(mutex_);
  outcome_.failed += seats_.size() - free_.size();
  if (outcome_.first_failure.empty()) outcome_.first_failure = result.error().message;
}

Result<void> SimulatedClient::submit_due(uint64_t now, const std::atomic<bool>& stop) {
  std::vector<geoneuron_command> commands;
  std::vector<size_t> taken;
  while (!free_.empty() && may_submit(now, stop) && due_ns(submitted_) <= now) {
    Seat& seat = seats_[free_.back()];
    taken.push_back(free_.back());
    free_.pop_back();
    seat.left = seat.commands.size();
    seat.result = 0;
    // Lateness in submitting counts: a stream's frame is wanted at its time.
    seat.due_ns = plan_.rate > 0 ? due_ns(submitted_) : now;
    seat.deadline_ns = plan_.deadline_ns == 0 ? 0 : seat.due_ns + plan_.deadline_ns;
    for (geoneuron_command command : seat.commands) {
      command.deadline_ns = seat.deadline_ns;
      commands.push_back(command);
    }
    ++submitted_;
  }
  if (commands.empty()) return {};
  const int accepted = connection_->submit(commands);
  if (accepted < 0) return library_error(accepted, "submitting");
  for (size_t i = static_cast<size_t>(accepted); i < commands.size(); ++i)
    if (Seat& seat = seats_[commands[i].user_data]; seat.left != 0) {  // no place: another time
      seat.left = 0;
      free_.push_back(commands[i].user_data);
      --submitted_;
    }
  return {};
}

Result<void> SimulatedClient::wait(uint64_t now, const std::atomic<bool>& stop) {
  const bool waits_for_time = !free_.empty() && may_submit(now, stop);
  const uint64_t next_ns = waits_for_time ? due_ns(submitted_) : kNever;
  if (next_ns <= now) return reap();
  const uint64_t until_ns = std::min(next_ns, now + kLook_ns);
  if (free_.size() == seats_.size()) {
    sleep_until(until_ns);
    return {};
  }
  const auto outstanding = static_cast<uint32_t>(seats_.size() - free_.size());
  const int result =
      connection_->wait(std::min(plan_.reap, outstanding), static_cast<int64_t>(until_ns - now));
  if (result < 0 && result != -ETIME) return library_error(result, "waiting");
  return reap();
}

Result<void> SimulatedClient::reap() {
  std::array<geoneuron_completion, 64> completions;
  for (;;) {
    const int count = connection_->reap(completions);
    if (count < 0) return library_error(count, "reaping");
    const uint64_t now = now_ns();
    for (int i = 0; i < count; ++i) complete(completions[static_cast<size_t>(i)], now);
    if (static_cast<size_t>(count) < completions.size()) return {};
  }
}

void SimulatedClient::complete(const geoneuron_completion& completion, uint64_t now) {
  Seat& seat = seats_[completion.user_data];
  const bool is_first_failure = completion.result < 0 && seat.result == 0;
  if (is_first_failure) {
    seat.result = completion.result;
    if (completion.result != -ETIME && !std::exchange(has_told_failure_, true)) {
      const std::string sentence = sentence_of(completion);
      const std::lock_guard lock(mutex_);
      outcome_.first_failure = sentence;
    }
  }
  if (--seat.left == 0) {
    end_job(seat, now);
    free_.push_back(completion.user_data);
  }
}

void SimulatedClient::end_job(Seat& seat, uint64_t now) {
  const std::lock_guard lock(mutex_);
  outcome_.end_ns = now;
  if (seat.result == -ETIME) {
    ++outcome_.dropped;
  } else if (seat.result < 0) {
    ++outcome_.failed;
  } else {
    outcome_.latencies.add(now - seat.due_ns);
    if (seat.deadline_ns != 0 && now > seat.deadline_ns) ++outcome_.late;
  }
}

std::string SimulatedClient::sentence_of(const geoneuron_completion& completion) const {
  char sentence[512];
  if (geoneuron_context_failure(connection_->get(), &completion, sentence, sizeof sentence) > 0)
    return sentence;
  return make_error(-completion.result, "it failed with errno %d", -completion.result).message;
}

ClientOutcome SimulatedClient::outcome() const {
  const std::lock_guard lock(mutex_);
  return outcome_;
}

}  // namespace geoneuron::cli::load
