// SPDX-License-Identifier: MIT
#include "simulator/trace.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <nlohmann/json.hpp>

namespace geoneuron::simulator {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr uint64_t kLatest_ns = uint64_t{1} << 53;  // what JSON's readers all keep exactly

ordered_json job_as_json(const TracedJob& traced) {
  const policy::Job& job = traced.job;
  return {{"arrival_ns", job.arrival_ns},
          {"client", static_cast<uint64_t>(job.client)},
          {"user", static_cast<uint64_t>(traced.user)},
          {"device", static_cast<uint32_t>(job.device)},
          {"worker", static_cast<uint64_t>(job.worker)},
          {"class", static_cast<int>(job.priority_class)},
          {"signature", job.signature},
          {"model", traced.model},
          {"units", job.units},
          {"deadline_ns", job.deadline_ns},
          {"drop_late", job.drop_late},
          {"chain", job.chain},
          {"upload_ns", traced.takes.upload_ns},
          {"compute_ns", traced.takes.compute_ns},
          {"readback_ns", traced.takes.readback_ns},
          {"launch_ns", traced.launch_ns},
          {"staging_bytes", traced.staging_bytes}};
}

ordered_json batch_as_json(const TracedBatch& batch) {
  ordered_json spans = ordered_json::array();
  for (const Span& span : batch.spans) spans.push_back({span.begin_ns, span.end_ns});
  return {{"device", static_cast<uint32_t>(batch.device)},
          {"worker", static_cast<uint64_t>(batch.worker)},
          {"client", static_cast<uint64_t>(batch.leader)},
          {"class", static_cast<int>(batch.priority_class)},
          {"jobs", batch.jobs},
          {"engines_ns", spans},
          {"lost", batch.lost}};
}

// The fields of one object; the first that is wrong is told.
class Fields {
 public:
  Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) wrong_ = where_ + ": must be an object";
  }

  uint64_t number(const char* name, uint64_t otherwise, uint64_t most, bool needed = false) {
    if (!wrong_.empty()) return otherwise;
    const auto place = object_.find(name);
    if (place == object_.end()) {
      if (needed) wrong_ = where_ + ": has no " + name;
      return otherwise;
    }
    if (place->is_number_unsigned() && place->get<uint64_t>() <= most)
      return place->get<uint64_t>();
    wrong_ = where_ + ": " + name + ": must be a whole number from 0 to " + std::to_string(most);
    return otherwise;
  }
  bool truth(const char* name) {
    const auto place = wrong_.empty() ? object_.find(name) : object_.end();
    if (place == object_.end()) return false;
    if (!place->is_boolean()) wrong_ = where_ + ": " + name + ": must be true or false";
    return place->is_boolean() && place->get<bool>();
  }
  const std::string& wrong() const { return wrong_; }

 private:
  const json& object_;
  const std::string where_;
  std::string wrong_;
};

TracedJob read_job(Fields& fields) {
  constexpr uint64_t kAny = ~uint64_t{0}, kLongest_ns = 3600 * kSecond_ns;
  TracedJob traced;
  policy::Job& job = traced.job;
  job.arrival_ns = fields.number("arrival_ns", 0, kLatest_ns, true);
  job.client = policy::ClientId{fields.number("client", 0, kAny, true)};
  traced.user = policy::UserId{fields.number("user", 1, kAny)};
  job.device = policy::DeviceId{static_cast<uint32_t>(fields.number("device", 1, 64))};
  // A worker serves one device.
  job.worker = policy::WorkerId{fields.number("worker", static_cast<uint64_t>(job.device), kAny)};
  job.priority_class = static_cast<policy::Class>(fields.number("class", 1, 3));
  job.signature = fields.number("signature", 1, kAny);
  traced.model = fields.number("model", job.signature, kAny);
  job.units = static_cast<uint32_t>(fields.number("units", 1, ~uint32_t{0}));
  job.deadline_ns = fields.number("deadline_ns", 0, kLatest_ns);
  job.drop_late = fields.truth("drop_late");
  job.chain = fields.number("chain", 0, kAny);
  traced.takes.upload_ns = fields.number("upload_ns", 0, kLongest_ns);
  traced.takes.compute_ns = fields.number("compute_ns", 0, kLongest_ns, true);
  traced.takes.readback_ns = fields.number("readback_ns", 0, kLongest_ns);
  traced.launch_ns = fields.number("launch_ns", 0, kLongest_ns);
  traced.staging_bytes = fields.number("staging_bytes", 0, uint64_t{1} << 40);
  return traced;
}

}  // namespace

std::string trace_as_json(const Workload& workload, const Outcome& outcome) {
  ordered_json jobs = ordered_json::array(), batches = ordered_json::array();
  for (const TracedJob& job : outcome.jobs) jobs.push_back(job_as_json(job));
  for (const TracedBatch& batch : outcome.batches) batches.push_back(batch_as_json(batch));
  const Machine& machine = workload.machine;
  return ordered_json{
             {"workload", workload.name},
             {"machine",
              {{"submission_ns", machine.submission_ns}, {"staging_bytes", machine.staging_bytes}}},
             {"jobs", jobs},
             {"batches", batches}}
             .dump(-1, ' ', false, json::error_handler_t::replace) +
         "\n";
}

Result<Workload> trace_from_json(const std::string& file, const std::string& text) {
  const json trace = json::parse(text, nullptr, false);
  const auto wrong = [&](const std::string& what) {
    return make_error(EINVAL, "%s: %s", file.c_str(), what.c_str());
  };
  if (!trace.is_object()) return wrong("is no trace: it must be a JSON object");
  Workload workload;
  workload.name = file;
  if (const auto machine = trace.find("machine"); machine != trace.end()) {
    Fields fields(*machine, "machine");
    Machine& read = workload.machine;
    read.submission_ns = fields.number("submission_ns", read.submission_ns, kSecond_ns);
    read.staging_bytes = fields.number("staging_bytes", read.staging_bytes, uint64_t{1} << 40);
    if (!fields.wrong().empty()) return wrong(fields.wrong());
  }
  const auto jobs = trace.find("jobs");
  if (jobs == trace.end() || !jobs->is_array()) return wrong("has no list of jobs");
  std::map<policy::WorkerId, policy::DeviceId> devices;
  for (size_t i = 0; i < jobs->size(); ++i) {
    Fields fields((*jobs)[i], "job " + std::to_string(i + 1));
    workload.trace.push_back(read_job(fields));
    if (!fields.wrong().empty()) return wrong(fields.wrong());
    const policy::Job& job = workload.trace.back().job;
    if (devices.emplace(job.worker, job.device).first->second != job.device)
      return wrong("job " + std::to_string(i + 1) + ": its worker serves another device already");
    workload.until_ns = std::max(workload.until_ns, job.arrival_ns + 1);
  }
  return workload;
}

}  // namespace geoneuron::simulator
