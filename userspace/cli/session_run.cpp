// SPDX-License-Identifier: MIT
// Session: running networks, and how what is kept comes here.
#include <algorithm>
#include <utility>

#include "cli/answer_reader.hpp"
#include "cli/question.hpp"
#include "cli/session.hpp"
#include "cli/session_model.hpp"
#include "cli/tensor_infos.hpp"
#include "cli/tensor_places.hpp"
#include "perception/model_description.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using perception::Graph;
using perception::Shape;
using perception::Tensor;
using perception::TensorInfo;
using perception::ValueId;

// Tensors that are fetched in one go.
constexpr size_t kFetchedAtOnce = 32;

// Kept inputs and constants first, then the nodes' results in the graph's order; what the graph
// does not have comes last, for the daemon to refuse.
std::vector<std::string> in_order(const Graph& graph, const std::set<std::string>& keep) {
  std::vector<std::string> names;
  std::set<std::string> left = keep;
  const auto take = [&](const std::string& name) {
    if (left.erase(name) > 0) names.push_back(name);
  };
  for (const perception::Value& value : graph.values)
    if (value.constant) take(value.name);
  for (const ValueId id : graph.inputs) take(graph.at(id).name);
  for (const perception::Node& node : graph.nodes)
    for (const ValueId id : node.outputs)
      if (id != perception::kNoValue) take(graph.at(id).name);
  names.insert(names.end(), left.begin(), left.end());
  return names;
}

std::map<std::string, Shape> shapes_of(const std::map<std::string, TensorInfo>& inputs) {
  std::map<std::string, Shape> shapes;
  for (const auto& [name, info] : inputs) shapes.emplace(name, info.shape);
  return shapes;
}

// What is known without computing anything.
std::map<std::string, TensorInfo> plain_infos(const perception::Model& model,
                                              const std::map<std::string, Shape>& shapes) {
  std::map<std::string, TensorInfo> infos;
  for (const perception::Value& value : model.graph.values)
    if (value.constant) infos[value.name] = value.constant->info();
  // Inputs that do not suit the model are for the daemon to refuse.
  const auto description = perception::describe_model(model, shapes);
  if (!description) return infos;
  const auto note_all = [&](const std::vector<perception::TensorDescription>& tensors) {
    for (const auto& tensor : tensors)
      if (tensor.info) infos[tensor.name] = *tensor.info;
  };
  note_all(description->inputs);
  for (const perception::LayerDescription& layer : description->layers) note_all(layer.outputs);
  return infos;
}

bool are_known(const std::set<std::string>& names, const std::map<std::string, TensorInfo>& infos) {
  return std::ranges::all_of(names, [&](const auto& name) { return infos.contains(name); });
}

}  // namespace

// Where all shapes are known the tensors are written to one buffer as they are produced. Else they
// stay with the daemon, which tells their shapes, and are fetched.
struct Session::Kept {
  bool is_known = false;
  TensorPlaces places;
  std::vector<std::string> names;  // in the order in which they are handed out
  std::shared_ptr<client::Buffer> buffer;
};

ordered_json Session::perceive_text(const PerceptionRequest& request) const {
  ordered_json text = ordered_json::object();
  if (!options_.optimize) text["optimize"] = false;
  if (options_.optimize && request.pass_count != SIZE_MAX) text["optimize"] = request.pass_count;
  if (options_.budget_bytes) text["budget"] = *options_.budget_bytes;
  if (request.profile) text["profile"] = true;
  return text;
}

Result<void> Session::add_perceive(CommandChain& chain, const PerceptionRequest& request,
                                   ordered_json text, std::vector<BufferUse> uses) {
  if (request.progress) {
    GN_TRY(make_room(*link_, sizeof(uint64_t), counter_));
    counter_.as<uint64_t>().front() = 0;
    text["progress"] = {{"slot", uses.size()}};
    uses.push_back(writes(counter_));
  }
  const uint16_t flags = options_.cache ? 0 : GEONEURON_REQUEST_NO_CACHE;
  return chain.add({.opcode = GEONEURON_PERCEIVE,
                    .object = kPerceptionNumber,
                    .source = kModelNumber,
                    .flags = flags},
                   text, uses);
}

std::unique_ptr<ProgressWatch> Session::watch(const PerceptionRequest& request) const {
  if (!request.progress) return nullptr;
  return std::make_unique<ProgressWatch>(counter_, request.progress);
}

Result<void> Session::load(CommandChain& chain, const ModelPointer& model) {
  if (loaded_ == model) return {};
  TensorPlaces places;
  const auto bytes_info = [](uint64_t bytes) {
    return TensorInfo{perception::DataType::kUInt8, {static_cast<int64_t>(bytes)}};
  };
  const uint64_t model_bytes = model->bytes.bytes().size();
  places.add("", bytes_info(model_bytes));
  for (const auto& [location, file] : model->external)
    places.add(location, bytes_info(file->bytes().size()));
  client::Buffer buffer = GN_TRY(places.make_buffer(*link_));
  ordered_json files = ordered_json::object();
  for (const TensorPlaces::Place& place : places.places()) {
    const bool is_model = &place == &places.places().front();
    const auto bytes = is_model ? model->bytes.bytes() : model->external.at(place.name)->bytes();
    std::ranges::copy(bytes, buffer.bytes().begin() + static_cast<int64_t>(place.offset));
    if (!is_model)
      files[place.name] = {{"slot", 1}, {"offset", place.offset}, {"bytes", bytes.size()}};
  }
  const CommandParts parts{.opcode = GEONEURON_LOAD_MODEL, .object = kModelNumber};
  if (files.empty())
    GN_TRY(chain.add(parts, ordered_json(), {reads(buffer, 0, model_bytes)}));
  else
    GN_TRY(chain.add(parts, {{"files", files}}, {reads(buffer, 0, model_bytes), reads(buffer)}));
  chain.hold(std::move(buffer));
  loaded_ = model;
  return {};
}

const Session::Infos& Session::infos_of(const PerceptionRequest& request) {
  Infos inputs;
  for (const auto& [name, tensor] : request.inputs) inputs[name] = tensor.info();
  if (known_.model == request.model && known_.inputs == inputs) return known_.tensors;
  const auto shapes = shapes_of(inputs);
  known_ = {request.model, inputs, plain_infos(request.model->model, shapes)};
  if (are_known(request.keep, known_.tensors)) return known_.tensors;
  // Shapes that are computed. What goes wrong goes wrong again when the network runs.
  const auto described = describe(request.model, shapes, false);
  if (!described) return known_.tensors;
  if (auto infos = parse_tensor_infos(*described)) known_.tensors.merge(*infos);
  return known_.tensors;
}

Result<PerceptionReport> Session::run(const PerceptionRequest& request,
                                      const KeptTensorSink& sink) {
  Kept kept;
  kept.names = in_order(request.model->model.graph, request.keep);
  const Infos& infos = infos_of(request);
  kept.is_known = are_known(request.keep, infos);
  if (kept.is_known)
    for (const std::string& name : kept.names) kept.places.add(name, infos.at(name));
  PerceptionReport report =
      GN_TRY(with_model(request.model, [&] { return run_once(request, kept); }));
  if (!kept.is_known) GN_TRY(fetch(kept));
  for (const TensorPlaces::Place& place : kept.places.places())
    GN_TRY(sink(place.name,
                Tensor::view(place.info, kept.buffer, kept.buffer->bytes().data() + place.offset)));
  return report;
}

Result<PerceptionReport> Session::run_once(const PerceptionRequest& request, Kept& kept) {
  CommandChain chain = this->chain();
  GN_TRY(load(chain, request.model));
  const PackedTensors inputs = GN_TRY(pack(request.inputs, *link_));
  ordered_json text = perceive_text(request);
  text["inputs"] = inputs.places.described(0);
  text["keep"] = ordered_json::array();
  if (kept.is_known) {
    text["outputs"] = kept.places.located(1);
    kept.buffer = std::make_shared<client::Buffer>(
        GN_TRY(with_context(kept.places.make_buffer(*link_), "the kept tensors")));
    GN_TRY(add_perceive(chain, request, text, {reads(inputs.buffer), writes(*kept.buffer)}));
  } else {
    text["keep"] = kept.names;
    GN_TRY(add_perceive(chain, request, text, {reads(inputs.buffer)}));
  }
  return report_of(chain, request);
}

// The report of the chain's perception, which is asked for as its last command.
Result<PerceptionReport> Session::report_of(CommandChain& chain, const PerceptionRequest& request) {
  const ordered_json question = {{"about", "passes"}};
  GN_TRY(make_room(*link_, kAnswerBytes, answer_));
  GN_TRY(chain.add({.opcode = GEONEURON_QUERY, .source = kPerceptionNumber, .answers_in_0 = true},
                   question, {writes(answer_)}));
  auto watching = watch(request);
  auto completions = GN_TRY(chain.submit());
  watching.reset();
  const geoneuron_completion answer = completions.back();
  const bool is_short = answer.result == -ENOSPC;
  if (is_short) completions.pop_back();
  GN_TRY(link_->check(completions));
  const std::string text =
      is_short ? GN_TRY(ask(kPerceptionNumber, question)) : answer_text(answer_, answer.value);
  return parse_perception_report(GN_TRY(parse_answer(text)));
}

Result<void> Session::fetch(Kept& kept) {
  const std::string text = GN_TRY(ask(kPerceptionNumber, {{"about", "perception"}}));
  const json answer = GN_TRY(parse_answer(text));
  const auto infos = GN_TRY(parse_tensor_infos(answer));
  for (const std::string& name : kept.names) {
    const auto info = infos.find(name);
    if (info == infos.end())
      return make_error(EPROTO, "tensor %s: the daemon was to keep it, and has not", name.c_str());
    kept.places.add(name, info->second);
  }
  kept.buffer = std::make_shared<client::Buffer>(
      GN_TRY(with_context(kept.places.make_buffer(*link_), "the kept tensors")));
  const auto& places = kept.places.places();
  for (size_t first = 0; first < places.size(); first += kFetchedAtOnce) {
    CommandChain chain = this->chain();
    for (size_t i = first; i < std::min(places.size(), first + kFetchedAtOnce); ++i) {
      const uint64_t bytes = places[i].info.size_bytes();
      if (bytes == 0) continue;
      GN_TRY(
          chain.add({.opcode = GEONEURON_QUERY, .source = kPerceptionNumber, .answers_in_0 = true},
                    {{"about", "tensor"}, {"name", places[i].name}},
                    {{kept.buffer.get(), GEONEURON_ACCESS_WRITE, places[i].offset, bytes}}));
    }
    if (chain.size() > 0) GN_TRY(chain.run());
  }
  return {};
}

}  // namespace geoneuron::cli
