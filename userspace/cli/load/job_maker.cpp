// SPDX-License-Identifier: MIT
#include "cli/load/job_maker.hpp"

#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/load/daemon_place.hpp"

namespace geoneuron::cli::load {
namespace {

using client::Buffer;
using nlohmann::json;

constexpr uint64_t kModel = 1;
constexpr uint64_t kFirstAnswerBytes = 64 << 10;
constexpr size_t kMostModelBytes = size_t{1} << 31;
constexpr uint64_t kMostInputBytes = 1 << 30;
constexpr uint64_t kPictureBytes = 16 << 20;  // of a view whose size is known when it is drawn

void change_request(geoneuron_command& command, auto change) {
  geoneuron_request request;
  std::memcpy(&request, command.payload, sizeof request);
  change(request);
  std::memcpy(command.payload, &request, sizeof request);
}

// The same for every run, and different enough for a heatmap to have all colours.
void fill_with_a_ripple(std::span<float> elements, uint32_t width) {
  for (size_t i = 0; i < elements.size(); ++i) {
    const size_t x = i % width, y = i / width;
    elements[i] = std::sin(0.3f * std::hypot(static_cast<float>(x), static_cast<float>(y)));
  }
}

Result<uint64_t> element_bytes(const std::string& type) {
  static const std::map<std::string, uint64_t> kBytes = {
      {"float32", 4}, {"float64", 8}, {"float16", 2}, {"int64", 8},  {"int32", 4},  {"int16", 2},
      {"int8", 1},    {"uint8", 1},   {"uint16", 2},  {"uint32", 4}, {"uint64", 8}, {"bool", 1}};
  const auto found = kBytes.find(type);
  if (found == kBytes.end()) return invalid("type %s: is not known here", type.c_str());
  return found->second;
}

Result<void> check(int result, const char* what) {
  if (result < 0) return library_error(result, what);
  return {};
}

}  // namespace

Result<std::string> ask(const client::Connection& connection, const std::string& text,
                        uint64_t source, uint16_t device) {
  for (uint64_t bytes = kFirstAnswerBytes;;) {
    Buffer answer;
    geoneuron_command command;
    GN_TRY(check(connection.create_buffer(bytes, answer), "a buffer for an answer"));
    GN_TRY(check(geoneuron_command_query(&command, source, text.c_str(), answer.get()), "QUERY"));
    set_device(command, device);
    geoneuron_completion completion{};
    const int result = connection.run({&command, 1}, {&completion, 1});
    // Whoever grows the answer meanwhile makes this look again.
    if (result == -ENOSPC && completion.value > bytes) {
      bytes = 2 * completion.value;
      continue;
    }
    GN_TRY(check(result, "QUERY"));
    const auto characters = answer.as<char>();
    return std::string(characters.data(), std::min<uint64_t>(completion.value, characters.size()));
  }
}

void set_device(geoneuron_command& command, uint16_t device) {
  if (command.opcode != GEONEURON_NOP)
    change_request(command, [&](geoneuron_request& request) { request.device = device; });
}

void add_request_flags(geoneuron_command& command, uint16_t flags) {
  if (command.opcode != GEONEURON_NOP)
    change_request(command, [&](geoneuron_request& request) { request.flags |= flags; });
}

Result<JobMaker> JobMaker::create(const client::Connection& connection, const LoadPlan& plan) {
  JobMaker maker(connection, plan);
  if (plan.kind == JobKind::kPerceive) GN_TRY(with_context(maker.load_model(), plan.model));
  return maker;
}

Result<void> JobMaker::load_model() {
  const std::vector<std::byte> file = GN_TRY(read_file(plan_->model, kMostModelBytes));
  if (file.empty()) return invalid("is empty; must be a network, an .onnx file");
  Buffer model;
  geoneuron_command command;
  GN_TRY(check(connection_->create_buffer(file.size(), model), "a buffer for it"));
  std::memcpy(model.bytes().data(), file.data(), file.size());
  GN_TRY(check(geoneuron_command_load_model(&command, kModel, model.get(), file.size(), nullptr),
               "LOAD_MODEL"));
  set_device(command, plan_->device);
  GN_TRY(check(connection_->run({&command, 1}), "LOAD_MODEL"));
  return read_inputs(GN_TRY(ask(*connection_, R"({"about": "model"})", kModel, plan_->device)));
}

// Extents that are open are taken for 1.
Result<void> JobMaker::read_inputs(const std::string& description) {
  const json model = json::parse(description, nullptr, false);
  if (!model.is_object() || !model.contains("inputs") || !model["inputs"].is_array())
    return make_error(EPROTO, "QUERY model: the answer tells no inputs");
  for (const json& entry : model["inputs"]) {
    Input input{entry.value("name", ""), entry.value("type", ""), {}, 0};
    input.bytes = GN_TRY(with_context(element_bytes(input.type), "input " + input.name));
    for (const json& extent : entry.value("shape", json::array()))
      input.shape.push_back(extent.is_number_unsigned() ? extent.get<uint64_t>() : 1);
    for (const uint64_t extent : input.shape) {
      if (extent == 0 || extent > kMostInputBytes / input.bytes)
        return invalid("input %s: %llu elements in one direction: must be 1 to %llu bytes in all",
                       input.name.c_str(), static_cast<unsigned long long>(extent),
                       static_cast<unsigned long long>(kMostInputBytes));
      input.bytes *= extent;
    }
    inputs_.push_back(input);
  }
  return {};
}

Result<Buffer*> JobMaker::add_buffer(Seat& seat, uint64_t bytes) const {
  GN_TRY(check(connection_->create_buffer(bytes, seat.buffers.emplace_back()), "a buffer"));
  return &seat.buffers.back();
}

void JobMaker::finish(geoneuron_command& command, uint64_t number) const {
  command.user_data = number;
  command.priority_class = static_cast<uint8_t>(plan_->priority_class);
  set_device(command, plan_->device);
  if (plan_->drop_late) add_request_flags(command, GEONEURON_REQUEST_DROP_LATE);
}

Result<Seat> JobMaker::make_seat(uint64_t number) const {
  Seat seat;
  seat.buffers.reserve(inputs_.size() + 3);
  if (plan_->kind == JobKind::kNop) {
    GN_TRY(check(geoneuron_command_nop(&seat.commands.emplace_back()), "NOP"));
  } else if (plan_->kind == JobKind::kHeatmap) {
    seat.commands.push_back(GN_TRY(heatmap(seat)));
  } else {
    seat.commands.push_back(GN_TRY(perceive(number, seat)));
    if (!plan_->view.empty()) {
      seat.commands[0].flags |= GEONEURON_COMMAND_LINK;
      seat.commands.push_back(GN_TRY(draw(number, seat)));
    }
  }
  for (geoneuron_command& command : seat.commands) finish(command, number);
  return seat;
}

// Slot 0 is the tensor, slot 1 the picture. By fixed limits, as a stream of frames is drawn.
Result<geoneuron_command> JobMaker::heatmap(Seat& seat) const {
  const uint64_t bytes = uint64_t{4} * plan_->width * plan_->height;
  Buffer* tensor = GN_TRY(add_buffer(seat, bytes));
  Buffer* picture = GN_TRY(add_buffer(seat, bytes));
  fill_with_a_ripple(tensor->as<float>().first(bytes / 4), plan_->width);
  const std::string text =
      R"({"view":"activation_map","pixels":1,"select":["x"],"parameters":{"page":"off",)"
      R"("scale":"1","normalisation":"fixed","low":"-1","high":"1"},)"
      R"("tensors":{"x":{"slot":0,"type":"float32","shape":[1,1,)" +
      std::to_string(plan_->height) + "," + std::to_string(plan_->width) + "]}}}";
  geoneuron_command command;
  GN_TRY(check(geoneuron_command_render(&command, 0, text.c_str()), "RENDER"));
  GN_TRY(check(geoneuron_command_use(&command, tensor->get(), GEONEURON_ACCESS_READ, 0, bytes),
               "RENDER"));
  GN_TRY(check(geoneuron_command_use(&command, picture->get(), GEONEURON_ACCESS_WRITE, 0, bytes),
               "RENDER"));
  return command;
}

// The perception has the seat's number. It is computed anew each time, as new inputs would be.
Result<geoneuron_command> JobMaker::perceive(uint64_t number, Seat& seat) const {
  json text = {{"inputs", json::object()}};
  text["keep"] = plan_->tensor.empty() ? json("outputs") : json::array({plan_->tensor});
  for (size_t slot = 0; slot < inputs_.size(); ++slot)
    text["inputs"][inputs_[slot].name] = {
        {"slot", slot}, {"type", inputs_[slot].type}, {"shape", inputs_[slot].shape}};
  const std::string words = text.dump();
  const bool is_long = words.size() > GEONEURON_REQUEST_TEXT_BYTES;
  geoneuron_command command;
  GN_TRY(check(
      geoneuron_command_perceive(&command, number + 1, kModel, is_long ? nullptr : words.c_str()),
      "PERCEIVE"));
  for (const Input& input : inputs_) {
    Buffer* buffer = GN_TRY(add_buffer(seat, input.bytes));
    if (input.type == "float32") fill_with_a_ripple(buffer->as<float>(), 64);
    GN_TRY(
        check(geoneuron_command_use(&command, buffer->get(), GEONEURON_ACCESS_READ, 0, input.bytes),
              "PERCEIVE"));
  }
  if (is_long) {
    Buffer* buffer = GN_TRY(add_buffer(seat, words.size()));
    std::memcpy(buffer->bytes().data(), words.data(), words.size());
    GN_TRY(check(geoneuron_command_text_in(&command, buffer->get(), words.size()), "PERCEIVE"));
  }
  add_request_flags(command, GEONEURON_REQUEST_NO_CACHE);
  return command;
}

Result<geoneuron_command> JobMaker::draw(uint64_t number, Seat& seat) const {
  const json text = {{"view", plan_->view}, {"pixels", 0}, {"select", {plan_->tensor}}};
  Buffer* picture = GN_TRY(add_buffer(seat, kPictureBytes));
  geoneuron_command command;
  GN_TRY(check(geoneuron_command_render(&command, number + 1, text.dump().c_str()), "RENDER"));
  GN_TRY(check(geoneuron_command_use(&command, picture->get(), GEONEURON_ACCESS_WRITE, 0, 0),
               "RENDER"));
  return command;
}

}  // namespace geoneuron::cli::load
