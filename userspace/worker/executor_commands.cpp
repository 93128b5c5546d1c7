// SPDX-License-Identifier: MIT
// Executor: what the commands do, one by one.
#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "engine/cpu/evaluate.hpp"
#include "worker/answers.hpp"
#include "worker/executor.hpp"
#include "worker/slot_data.hpp"

namespace geoneuron::worker {
namespace {

using perception::Graph;
using perception::Tensor;
using perception::ValueId;

// What a profile may hold beside a span for each node: those of planning, and of pictures; and what
// a span counts as.
constexpr size_t kMorePerceptionSpans = 4096;
constexpr size_t kSpanBytes = 512;

// All that exists only when the network runs: its inputs, and what nodes make.
std::set<std::string> activation_names(const Graph& graph) {
  std::set<std::string> names;
  for (const ValueId id : graph.inputs) names.insert(graph.at(id).name);
  for (const perception::Node& node : graph.nodes)
    for (const ValueId id : node.outputs)
      if (id != perception::kNoValue) names.insert(graph.at(id).name);
  return names;
}

std::set<std::string> kept_names(const PerceiveText& text, const Graph& graph) {
  if (text.keep == PerceiveText::Keep::kAll) return activation_names(graph);
  std::set<std::string> names(text.names.begin(), text.names.end());
  if (text.keep == PerceiveText::Keep::kOutputs)
    for (const ValueId id : graph.outputs) names.insert(graph.at(id).name);
  return names;
}

// What the passes do for a network that keeps its outputs, where inputs are as described.
Result<std::vector<perception::OptimizationMetadata>> passes_of(
    const perception::Model& model, const perception::ModelDescription& description) {
  perception::OptimizerOptions options;
  for (const perception::TensorDescription& input : description.inputs)
    if (const auto id = model.graph.find(input.name); id && input.info)
      options.inputs[*id] = *input.info;
  const perception::AlgorithmicOptimizer optimizer(engine::evaluate_on_cpu);
  return GN_TRY(optimizer.optimize(model.graph, options)).metadata;
}

Result<std::string> describe(const perception::Model& model, const QueryText& text) {
  const auto description =
      GN_TRY(perception::describe_model(model, text.shapes, engine::evaluate_on_cpu));
  if (!text.passes) return to_text(description, nullptr);
  const auto passes = GN_TRY(passes_of(model, description));
  return to_text(description, &passes);
}

Result<void> write_tensor(const Job& job, const SlotPlace& place, const std::string& name,
                          const Tensor& tensor) {
  const auto slot = GN_TRY(with_context(writable_slot(job, place.slot), "tensor " + name));
  const auto bytes = tensor.bytes();
  if (place.offset > slot.size() || bytes.size() > slot.size() - place.offset)
    return make_error(ENOSPC, "tensor %s: has %zu bytes; slot %u has %zu, and it begins at %llu",
                      name.c_str(), bytes.size(), place.slot, slot.size(),
                      static_cast<unsigned long long>(place.offset));
  if (!bytes.empty()) std::memcpy(slot.data() + place.offset, bytes.data(), bytes.size());
  return {};
}

// A count in a client's memory, which may be looked at while it grows; nobody reads it here.
class ProgressCount {
 public:
  static Result<ProgressCount> at(const Job& job, const std::optional<SlotPlace>& place) {
    ProgressCount count;
    if (!place) return count;
    const auto slot = GN_TRY(with_context(writable_slot(job, place->slot), "progress"));
    if (place->offset > slot.size() || sizeof(uint64_t) > slot.size() - place->offset)
      return make_error(ENOSPC, "progress: takes %zu bytes from %llu on; slot %u has %zu",
                        sizeof(uint64_t), static_cast<unsigned long long>(place->offset),
                        place->slot, slot.size());
    std::byte* const word = slot.data() + place->offset;
    if (reinterpret_cast<uintptr_t>(word) % sizeof(uint64_t) != 0)
      return invalid("progress: offset %llu: must be where a multiple of %zu bytes begins",
                     static_cast<unsigned long long>(place->offset), sizeof(uint64_t));
    count.word_ = reinterpret_cast<uint64_t*>(word);
    count.publish();
    return count;
  }
  void step() {
    ++steps_;
    publish();
  }

 private:
  // Nothing else is told by it: what was produced is read when the command has completed.
  void publish() {
    if (word_ != nullptr) __atomic_store_n(word_, steps_, __ATOMIC_RELAXED);
  }

  uint64_t* word_ = nullptr;
  uint64_t steps_ = 0;
};

// Writes to slots what belongs there, and collects what is kept.
class Collector {
 public:
  Collector(const Job& job, const PerceiveText& text, std::set<std::string> kept,
            uint64_t budget_bytes, ProgressCount progress)
      : job_(job),
        text_(text),
        kept_(std::move(kept)),
        budget_bytes_(budget_bytes),
        progress_(progress) {}

  Result<void> take(const std::string& name, const Tensor& tensor) {
    progress_.step();
    if (const auto place = text_.outputs.find(name); place != text_.outputs.end())
      GN_TRY(write_tensor(job_, place->second, name, tensor));
    if (!kept_.contains(name)) return {};
    bytes += tensor.size_bytes();
    if (bytes > budget_bytes_)
      return make_error(ENOMEM,
                        "the kept tensors up to %s have %llu bytes; at most %llu may stay here: "
                        "keep less",
                        name.c_str(), static_cast<unsigned long long>(bytes),
                        static_cast<unsigned long long>(budget_bytes_));
    tensors[name] = tensor;
    return {};
  }

  uint64_t bytes = 0;
  std::map<std::string, Tensor> tensors;

 private:
  const Job& job_;
  const PerceiveText& text_;
  std::set<std::string> kept_;
  uint64_t budget_bytes_;
  ProgressCount progress_;
};

// A tensor that is missing, or a selection that does not suit, is the command's fault: ENOENT is
// for other things there.
Error of_render(Error error) {
  if (error.code == ENOENT) error.code = EINVAL;
  return error;
}

}  // namespace

Outcome Executor::load_model(const Job& job) {
  GN_TRY(store_.put_model(job.context, job.object, job.loaded.model, job.loaded.bytes));
  return 0;
}

Outcome Executor::perceive(const Job& job) {
  const auto& text = std::get<PerceiveText>(*job.text);
  engine::PerceptionRequest request;
  request.model = GN_TRY(store_.model(job.context, job.source));
  request.use_cache = (job.request_flags & GEONEURON_REQUEST_NO_CACHE) == 0;
  request.pass_count = text.pass_count;
  request.budget_bytes = text.budget_bytes;
  request.reads_in_place = true;
  for (const auto& [name, tensor] : text.inputs)
    request.inputs[name] = GN_TRY(slot_tensor(job, name, tensor));
  const std::set<std::string> kept = kept_names(text, request.model->graph);
  request.keep = kept;
  for (const auto& [name, place] : text.outputs) {
    GN_TRY(with_context(writable_slot(job, place.slot), "tensor " + name));
    request.keep.insert(name);
  }
  const auto progress = GN_TRY(ProgressCount::at(job, text.progress));
  Collector collector(job, text, kept, store_.largest_bytes(), progress);
  auto perception = std::make_shared<Perception>();
  if (text.profile) {
    const size_t spans = request.model->graph.nodes.size() + kMorePerceptionSpans;
    perception->profiler = std::make_unique<engine::Profiler>(spans);
    request.profiler = perception->profiler.get();
    collector.bytes += spans * kSpanBytes;
  }
  perception->report =
      GN_TRY(kernel_->process_data(request, [&](const std::string& name, const Tensor& tensor) {
        return collector.take(name, tensor);
      }));
  perception->model = request.model;
  perception->tensors = std::move(collector.tensors);
  const uint64_t count = perception->tensors.size();
  GN_TRY(store_.put_perception(job.context, job.object, std::move(perception), collector.bytes));
  return count;
}

Outcome Executor::render(const Job& job) {
  const auto& text = std::get<RenderText>(*job.text);
  const auto pixels = GN_TRY(writable_slot(job, text.pixels));
  views::ViewRequest request;
  std::shared_ptr<const Perception> perception;
  if (job.source != 0) {
    perception = GN_TRY(store_.perception(job.context, job.source));
    request.graph = &perception->model->graph;
    request.tensors = perception->tensors;
  }
  for (const auto& [name, tensor] : text.tensors)
    request.tensors[name] = GN_TRY(copy_tensor(job, name, tensor));
  if (text.image) request.input_image = GN_TRY(copy_image(job, *text.image));
  request.selected = text.select;
  request.parameters = text.parameters;
  const auto image =
      pictures_->render(text.view, request, perception ? perception->profiler.get() : nullptr);
  if (!image) return of_render(image.error());
  const uint64_t value = uint64_t{image->height} << 32 | image->width;
  const uint64_t bytes = image->pixels.size() * sizeof(views::Rgba8);
  if (bytes > pixels.size()) return Outcome::too_short("picture", pixels.size(), bytes, value);
  std::memcpy(pixels.data(), image->pixels.data(), bytes);
  return value;
}

Outcome Executor::release(const Job& job) {
  GN_TRY(store_.release(job.context, job.object));
  return 0;
}

Outcome Executor::query(const Job& job) {
  const auto& text = std::get<QueryText>(*job.text);
  const auto slot = GN_TRY(with_context(writable_slot(job, job.report_slot), "report"));
  std::string answer;
  switch (text.about) {
    case QueryText::About::kModel: {
      const ModelPointer model = GN_TRY(store_.model(job.context, job.source));
      answer = GN_TRY(describe(*model, text));
      break;
    }
    case QueryText::About::kPasses: {
      const auto perception = GN_TRY(store_.perception(job.context, job.source));
      answer = to_text(perception->report, kernel_->unit().description(), device_reason_);
      break;
    }
    case QueryText::About::kTrace: {
      const auto perception = GN_TRY(store_.perception(job.context, job.source));
      if (!perception->profiler)
        return invalid("perception %llu: was not profiled; make it with \"profile\": true",
                       static_cast<unsigned long long>(job.source));
      answer = perception->profiler->to_json();
      break;
    }
    case QueryText::About::kPerception:
      answer = to_text(GN_TRY(store_.look_at(job.context, job.source)));
      break;
    case QueryText::About::kTensor: {
      const auto perception = GN_TRY(store_.perception(job.context, job.source));
      const auto tensor = perception->tensors.find(text.name);
      if (tensor == perception->tensors.end())
        return invalid("tensor %s: was not kept by this perception", text.name.c_str());
      const auto bytes = tensor->second.bytes();
      if (bytes.size() > slot.size())
        return Outcome::too_short("answer", slot.size(), bytes.size(), bytes.size());
      if (!bytes.empty()) std::memcpy(slot.data(), bytes.data(), bytes.size());
      return bytes.size();
    }
  }
  if (answer.size() > slot.size())
    return Outcome::too_short("answer", slot.size(), answer.size(), answer.size());
  std::memcpy(slot.data(), answer.data(), answer.size());
  return answer.size();
}

}  // namespace geoneuron::worker
