// SPDX-License-Identifier: MIT
#include "cli/bench/soak_life.hpp"

#include <algorithm>
#include <cstring>
#include <geoneuron/geoneuron.hpp>
#include <vector>

#include "cli/bench/tiny_model.hpp"
#include "cli/load/daemon_place.hpp"
#include "cli/load/job_maker.hpp"

namespace geoneuron::cli::bench {
namespace {

using client::Buffer;
using load::library_error;

constexpr uint64_t kModel = 1, kPerception = 2;
constexpr uint32_t kEntries = 64;
constexpr uint64_t kMapValues = uint64_t{kTinyExtent} * kTinyExtent;
constexpr uint64_t kTensorBytes = sizeof(float) * kTinyChannels * kMapValues;
constexpr uint64_t kPictureBytes = 4 * kMapValues;
constexpr int kDrawings = 20;  // of a tensor in a slot, in one go

constexpr const char* kPerceive =
    R"({"inputs":{"x":{"slot":0,"type":"float32","shape":[1,4,32,32]}},"keep":"all"})";
constexpr const char* kDrawKept = R"({"view":"activation_map","pixels":0,"select":["y"],)"
                                  R"("parameters":{"page":"off","scale":"1"}})";
constexpr const char* kDrawSlot =
    R"({"view":"activation_map","pixels":1,"select":["x"],"parameters":{"page":"off","scale":"1"},)"
    R"("tensors":{"x":{"slot":0,"type":"float32","shape":[1,4,32,32]}}})";

class Life {
 public:
  Life(client::Connection connection, uint16_t device)
      : connection_(std::move(connection)), device_(device) {}

  Result<void> make_buffers() {
    const std::string model = tiny_model();
    model_bytes_ = model.size();
    GN_TRY(check(connection_.create_buffer(model.size(), model_)));
    GN_TRY(check(connection_.create_buffer(kTensorBytes, tensor_)));
    GN_TRY(check(connection_.create_buffer(kPictureBytes, picture_)));
    GN_TRY(check(connection_.create_buffer(4096, answer_)));
    std::memcpy(model_.bytes().data(), model.data(), model.size());
    const auto elements = tensor_.as<float>();
    for (size_t i = 0; i < elements.size(); ++i) elements[i] = static_cast<float>(i % 97) - 48;
    return {};
  }

  // load -> perceive -> draw -> ask, as one chain.
  Result<uint64_t> look() {
    geoneuron_command commands[4];
    GN_TRY(check(
        geoneuron_command_load_model(&commands[0], kModel, model_.get(), model_bytes_, nullptr)));
    GN_TRY(check(geoneuron_command_perceive(&commands[1], kPerception, kModel, kPerceive)));
    GN_TRY(check(geoneuron_command_use(&commands[1], tensor_.get(), GEONEURON_ACCESS_READ, 0,
                                       kTensorBytes)));
    GN_TRY(check(geoneuron_command_render(&commands[2], kPerception, kDrawKept)));
    GN_TRY(check(geoneuron_command_use(&commands[2], picture_.get(), GEONEURON_ACCESS_WRITE, 0,
                                       kPictureBytes)));
    GN_TRY(check(geoneuron_command_query(&commands[3], kPerception, R"({"about": "perception"})",
                                         answer_.get())));
    for (int i = 0; i < 3; ++i) commands[i].flags |= GEONEURON_COMMAND_LINK;
    for (geoneuron_command& command : commands) load::set_device(command, device_);
    GN_TRY(check(connection_.run(commands)));
    return uint64_t{4};
  }

  Result<std::vector<geoneuron_command>> drawings() const {
    geoneuron_command command;
    GN_TRY(check(geoneuron_command_render(&command, 0, kDrawSlot)));
    GN_TRY(check(
        geoneuron_command_use(&command, tensor_.get(), GEONEURON_ACCESS_READ, 0, kTensorBytes)));
    GN_TRY(check(
        geoneuron_command_use(&command, picture_.get(), GEONEURON_ACCESS_WRITE, 0, kPictureBytes)));
    load::set_device(command, device_);
    return std::vector<geoneuron_command>(kDrawings, command);
  }

  Result<uint64_t> draw() {
    const auto commands = GN_TRY(drawings());
    GN_TRY(check(connection_.run(commands)));
    return uint64_t{kDrawings};
  }
  // Nobody reads what they come to.
  Result<uint64_t> draw_and_go() {
    const auto commands = GN_TRY(drawings());
    GN_TRY(check(connection_.submit(commands)));
    return uint64_t{kDrawings};
  }
  Result<uint64_t> give_up() {
    geoneuron_command command;
    GN_TRY(check(geoneuron_command_release(&command, 0)));
    load::set_device(command, device_);
    GN_TRY(check(connection_.run({&command, 1})));
    return uint64_t{1};
  }

 private:
  static Result<void> check(int result) {
    if (result < 0) return library_error(result, "soak");
    return {};
  }

  client::Connection connection_;
  uint16_t device_;
  uint64_t model_bytes_ = 0;
  Buffer model_, tensor_, picture_, answer_;
};

}  // namespace

Result<uint64_t> live_once(const std::string& socket, uint16_t device, uint64_t number) {
  Life life(GN_TRY(load::connect_again(socket, kEntries)), device);
  GN_TRY(life.make_buffers());
  uint64_t jobs = 0;
  while (jobs + 4 + kDrawings < kJobsOfALife) {
    jobs += GN_TRY(life.look());
    jobs += GN_TRY(life.draw());
  }
  if (number % 4 == 0)
    jobs += GN_TRY(life.give_up());
  else if (number % 4 == 1)
    jobs += GN_TRY(life.draw_and_go());
  return jobs;
}

}  // namespace geoneuron::cli::bench
