// SPDX-License-Identifier: MIT
// Session: everything that the tool has computed: it runs networks and draws views on one device of
// the daemon. Nothing else under cli/ asks a daemon. One thread at a time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/result.hpp"
#include "cli/command_chain.hpp"
#include "cli/daemon_link.hpp"
#include "cli/device_list.hpp"
#include "cli/perception_report.hpp"
#include "cli/progress_watch.hpp"
#include "cli/session_options.hpp"
#include "perception/onnx_import.hpp"
#include "views/image.hpp"
#include "views/view.hpp"

namespace geoneuron::cli {

using ModelPointer = std::shared_ptr<const perception::ModelFile>;
// As perception::load_onnx.
Result<ModelPointer> load_model(const std::string& path);

struct PerceptionRequest {
  ModelPointer model;
  std::map<std::string, perception::Tensor> inputs;  // by name
  std::set<std::string> keep;                        // value names
  bool profile = false;                              // so that trace() can be asked
  size_t pass_count = SIZE_MAX;                      // only the first so many optimiser passes
  // Told now and then, by another thread, how many of the kept tensors are there. May be empty.
  TellProgress progress = {};
};

// Receives each kept tensor once, kept inputs and constants first, then in the graph's order. It
// may hold on to the tensor.
using KeptTensorSink =
    std::function<Result<void>(const std::string& name, const perception::Tensor& tensor)>;

class Session {
 public:
  // Connects, and finds the device. EINVAL for a selector that means nothing, ENODEV where there is
  // no such device; DaemonLink::connect's.
  static Result<std::unique_ptr<Session>> open(const SessionOptions& options);
  // The same on a connection that is there.
  static Result<std::unique_ptr<Session>> open(std::shared_ptr<DaemonLink> link,
                                               const SessionOptions& options);

  const Device& device() const { return device_; }
  // Why the selector means this device, for people.
  const std::string& device_reason() const { return reason_; }
  const std::shared_ptr<DaemonLink>& link() const { return link_; }

  // Runs the model and hands every kept tensor to `sink`. Tensors whose shapes are known before are
  // written to memory of this process as they are produced; others stay with the daemon until they
  // are fetched. Errors: the daemon's (EINVAL, ENOMEM, ENODEV, ...), what `sink` returned.
  Result<PerceptionReport> run(const PerceptionRequest& request, const KeptTensorSink& sink);
  // Runs the model and draws a view (as views::render) of its graph and of what is kept, which
  // stays with the daemon; tensors in `picture` come before those.
  Result<views::Image> render(const PerceptionRequest& request, const std::string& view,
                              const views::ViewRequest& picture);
  // The trace of the last of these, where it was to be profiled: JSON.
  Result<std::string> trace();

  // What the daemon tells of the model (QUERY model) with these shapes for inputs by name; with
  // `passes` also what the optimiser would do. Errors: the daemon's, EPROTO.
  Result<nlohmann::json> describe(const ModelPointer& model,
                                  const std::map<std::string, perception::Shape>& shapes,
                                  bool passes);

 private:
  struct Kept;  // how the tensors that a run keeps come here
  using Infos = std::map<std::string, perception::TensorInfo>;

  Session(std::shared_ptr<DaemonLink> link, const SessionOptions& options)
      : link_(std::move(link)), options_(options) {}
  Result<void> find_device();
  Result<void> open_automatically(const DeviceList& list);
  Result<void> take_device(const DeviceList& list, const DeviceChoice& choice);

  CommandChain chain() const { return {*link_, device_number_}; }
  Result<void> load(CommandChain& chain, const ModelPointer& model);
  // Runs `work`, and once more with the model loaded again where the daemon has lost it.
  template <typename Work>
  auto with_model(const ModelPointer& model, const Work& work);
  nlohmann::ordered_json perceive_text(const PerceptionRequest& request) const;
  // A PERCEIVE, in which `uses` become the first slots.
  Result<void> add_perceive(CommandChain& chain, const PerceptionRequest& request,
                            nlohmann::ordered_json text, std::vector<BufferUse> uses);
  // To be held while that runs; null where nobody wants to be told.
  std::unique_ptr<ProgressWatch> watch(const PerceptionRequest& request) const;
  const Infos& infos_of(const PerceptionRequest& request);
  Result<PerceptionReport> run_once(const PerceptionRequest& request, Kept& kept);
  Result<PerceptionReport> report_of(CommandChain& chain, const PerceptionRequest& request);
  Result<void> fetch(Kept& kept);
  Result<std::string> ask(uint64_t source, const nlohmann::ordered_json& question);

  std::shared_ptr<DaemonLink> link_;
  SessionOptions options_;
  Device device_;
  uint16_t device_number_ = 0;  // as in struct geoneuron_request
  std::string reason_;
  ModelPointer loaded_;     // the model that the daemon has of this session
  client::Buffer answer_;   // to questions
  client::Buffer counter_;  // of what a run has produced
  // What is known of the tensors of one model on inputs of one kind.
  struct {
    ModelPointer model;
    Infos inputs, tensors;
  } known_;
};

}  // namespace geoneuron::cli
