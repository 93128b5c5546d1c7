// SPDX-License-Identifier: MIT
// Session: connecting, finding the device, asking.
#include "cli/session.hpp"

#include <utility>

#include "cli/answer_reader.hpp"
#include "cli/question.hpp"
#include "cli/session_model.hpp"
#include "cli/terminal.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// Whether a worker serves there: one is started where there is none.
Result<void> probe(const DaemonLink& link, uint16_t device) {
  CommandChain chain(link, device);
  GN_TRY(chain.add({.opcode = GEONEURON_RELEASE}, ordered_json(), {}));
  GN_TRY(chain.run());
  return {};
}

}  // namespace

Result<ModelPointer> load_model(const std::string& path) {
  return std::make_shared<const perception::ModelFile>(GN_TRY(perception::load_onnx_file(path)));
}

Result<std::unique_ptr<Session>> Session::open(const SessionOptions& options) {
  return open(GN_TRY(DaemonLink::connect(options)), options);
}

Result<std::unique_ptr<Session>> Session::open(std::shared_ptr<DaemonLink> link,
                                               const SessionOptions& options) {
  auto session = std::unique_ptr<Session>(new Session(std::move(link), options));
  GN_TRY(session->find_device());
  return session;
}

Result<void> Session::find_device() {
  const DeviceList list = GN_TRY(list_devices(*link_));
  if (options_.device == "auto") return open_automatically(list);
  return take_device(list, GN_TRY(list.choose(options_.device)));
}

// The first hardware device that opens, else the cores.
Result<void> Session::open_automatically(const DeviceList& list) {
  std::string problems;
  for (const std::string& id : list.tries) {
    GN_TRY(take_device(list, {id, problems, ""}));
    if (id == list.tries.back()) break;
    const auto opened = probe(*link_, device_number_);
    if (opened) break;
    problems += (problems.empty() ? "" : "; ") + device_.id + " (" + device_.name +
                ") does not open: " + opened.error().message;
  }
  if (problems.empty()) return take_device(list, list.automatic);
  // Where "auto" does not mean what one would expect, people should know before they wait.
  note("device: " + device_.id + ", because " + reason_);
  return {};
}

Result<void> Session::take_device(const DeviceList& list, const DeviceChoice& choice) {
  const size_t index = GN_TRY(list.index_of(choice.device));
  device_ = list.devices[index];
  device_number_ = static_cast<uint16_t>(index + 1);
  reason_ = choice.reason;
  return {};
}

Result<json> Session::describe(const ModelPointer& model,
                               const std::map<std::string, perception::Shape>& shapes,
                               bool passes) {
  ordered_json question = {{"about", "model"}, {"passes", passes}};
  for (const auto& [name, shape] : shapes) question["shapes"][name] = shape.extents();
  return with_model(model, [&]() -> Result<json> {
    CommandChain loading = chain();
    GN_TRY(load(loading, model));
    if (loading.size() > 0) GN_TRY(loading.run());
    const std::string answer = GN_TRY(ask(kModelNumber, question));
    return parse_answer(answer);
  });
}

Result<std::string> Session::trace() {
  return ask(kPerceptionNumber, {{"about", "trace"}});
}

Result<std::string> Session::ask(uint64_t source, const ordered_json& question) {
  return cli::ask(*link_, {device_number_, source}, question, answer_);
}

}  // namespace geoneuron::cli
