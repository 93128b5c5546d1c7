// SPDX-License-Identifier: MIT
#include "simulator/tardiness_file.hpp"

#include <algorithm>

#include "simulator/number_reader.hpp"

namespace geoneuron::simulator {
namespace {

using policy::TimelineProblem;

constexpr int64_t kLongest_ns = int64_t{1} << 50;  // 13 days
constexpr int64_t kMostBytes = int64_t{1} << 50;

Result<void> keyword(NumberReader& reader, const char* wanted) {
  const std::string word = reader.word();
  if (word == wanted) return {};
  return reader.wrong("'" + word.substr(0, 24) + "', where the word '" + wanted + "' must be");
}

Result<void> read_devices(NumberReader& reader, TimelineProblem& problem) {
  GN_TRY(keyword(reader, "devices"));
  problem.devices.resize(static_cast<size_t>(
      GN_TRY(reader.number("a number of devices", 1, policy::kMostTimelineDevices))));
  for (policy::TimelineDevice& device : problem.devices) {
    for (int64_t& free_ns : device.free_ns)
      free_ns = GN_TRY(reader.number("the time at which an engine is free", 0, kLongest_ns));
    const int64_t bytes = GN_TRY(reader.number("a number of staging bytes", 0, kMostBytes));
    if (bytes > 0) device.staging_limit_bytes = static_cast<uint64_t>(bytes);
  }
  return {};
}

Result<void> read_job(NumberReader& reader, TimelineProblem& problem, size_t index) {
  policy::TimelineJob& job = problem.jobs[index];
  job.release_ns = GN_TRY(reader.number("a release", 0, kLongest_ns));
  const int64_t due_ns = GN_TRY(reader.number("a due date", -1, kLongest_ns));
  job.due_ns = due_ns < 0 ? policy::kNeverDue : due_ns;
  job.weight = static_cast<uint32_t>(GN_TRY(reader.number("a weight", 0, policy::kMostWeight)));
  job.must_be_met = GN_TRY(reader.number("whether its due date must be met", 0, 1)) == 1;
  job.staging_bytes =
      static_cast<uint64_t>(GN_TRY(reader.number("a number of staging bytes", 0, kMostBytes)));
  for (size_t d = 0; d < problem.devices.size(); ++d)
    for (int64_t& time_ns : problem.times[d * problem.jobs.size() + index])
      time_ns = GN_TRY(reader.number("an engine's time", 0, kLongest_ns));
  return {};
}

Result<void> read_jobs(NumberReader& reader, TimelineProblem& problem) {
  GN_TRY(keyword(reader, "jobs"));
  problem.jobs.resize(
      static_cast<size_t>(GN_TRY(reader.number("a number of jobs", 1, policy::kMostTimelineJobs))));
  problem.times.resize(problem.jobs.size() * problem.devices.size());
  for (size_t i = 0; i < problem.jobs.size(); ++i) GN_TRY(read_job(reader, problem, i));
  return {};
}

Result<void> read_plan(NumberReader& reader, TardinessInstance& instance) {
  GN_TRY(keyword(reader, "plan"));
  if (GN_TRY(reader.number("whether there is a last plan", 0, 1)) == 0) return {};
  const auto jobs = static_cast<int64_t>(instance.problem.jobs.size());
  std::vector<bool> placed(instance.problem.jobs.size());
  instance.last_plan.resize(instance.problem.devices.size());
  for (policy::JobOrder& order : instance.last_plan) {
    const int64_t count = GN_TRY(reader.number("how many jobs the device has", 0, jobs));
    for (int64_t i = 0; i < count; ++i) {
      const int64_t job = GN_TRY(reader.number("a job", 0, jobs - 1));
      if (placed[static_cast<size_t>(job)])
        return reader.wrong("job " + std::to_string(job) + " is in the plan twice: once at most");
      placed[static_cast<size_t>(job)] = true;
      order.push_back(static_cast<uint16_t>(job));
    }
  }
  return {};
}

std::string line(std::initializer_list<int64_t> numbers) {
  std::string text;
  for (const int64_t number : numbers) text += (text.empty() ? "" : " ") + std::to_string(number);
  return text;
}

std::string devices_text(const TimelineProblem& problem) {
  std::string text = "devices " + std::to_string(problem.devices.size()) + "\n";
  for (const policy::TimelineDevice& device : problem.devices) {
    const bool limited = device.staging_limit_bytes != UINT64_MAX;
    text += line({device.free_ns[0], device.free_ns[1], device.free_ns[2],
                  limited ? static_cast<int64_t>(device.staging_limit_bytes) : 0}) +
            "\n";
  }
  return text;
}

std::string jobs_text(const TimelineProblem& problem) {
  std::string text = "jobs " + std::to_string(problem.jobs.size()) + "\n";
  for (size_t i = 0; i < problem.jobs.size(); ++i) {
    const policy::TimelineJob& job = problem.jobs[i];
    text += line({job.release_ns, job.due_ns == policy::kNeverDue ? -1 : job.due_ns, job.weight,
                  job.must_be_met, static_cast<int64_t>(job.staging_bytes)});
    for (size_t d = 0; d < problem.devices.size(); ++d) {
      const policy::EngineTimes& times = problem.times[d * problem.jobs.size() + i];
      text += "  " + line({times[0], times[1], times[2]});
    }
    text += "\n";
  }
  return text;
}

}  // namespace

Result<TardinessInstance> read_tardiness(const std::string& path) {
  NumberReader reader = GN_TRY(NumberReader::open(path));
  TardinessInstance instance;
  GN_TRY(read_devices(reader, instance.problem));
  GN_TRY(read_jobs(reader, instance.problem));
  GN_TRY(read_plan(reader, instance));
  GN_TRY(reader.end());
  return instance;
}

std::string tardiness_text(const TardinessInstance& instance) {
  std::string text = devices_text(instance.problem) + jobs_text(instance.problem);
  text += instance.last_plan.empty() ? "plan 0\n" : "plan 1\n";
  for (const policy::JobOrder& order : instance.last_plan) {
    text += std::to_string(order.size());
    for (const uint16_t job : order) text += " " + std::to_string(job);
    text += "\n";
  }
  return text;
}

}  // namespace geoneuron::simulator
