// SPDX-License-Identifier: MIT
// Steps that tests of the worker's program share, on the network of models/.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "worker/fake_daemon.hpp"

namespace geoneuron::worker {

struct WorkerSteps {
  FakeDaemon daemon;

  explicit WorkerSteps(const std::string& device, const std::vector<std::string>& arguments = {})
      : daemon(device, arguments) {}

  uint64_t share_file(const char* path) {
    return daemon.share(std::move(read_file(path, 1 << 24)).value());
  }
  void load_digits(uint64_t object, uint64_t context = 1) {
    const auto reply = daemon.run(GEONEURON_LOAD_MODEL, {.object = object},
                                  {reads(share_file(GEONEURON_DIGITS))}, context);
    ASSERT_EQ(reply.result, 0) << reply.reason;
  }
  // `more`: further members of the text. Each number gets an input of its own.
  ring::Reply perceive_digits(uint64_t object, uint64_t model, const nlohmann::json& keep,
                              const nlohmann::json& more = nlohmann::json::object(),
                              uint64_t context = 1) {
    std::vector<float> pixels(48 * 48);
    for (size_t i = 0; i < pixels.size(); ++i)
      pixels[i] = static_cast<float>(i % (object + 2)) / 11;
    nlohmann::json text{
        {"inputs", {{"image", {{"slot", 0}, {"type", "float32"}, {"shape", {1, 1, 48, 48}}}}}},
        {"keep", keep}};
    text.update(more);
    return daemon.run(GEONEURON_PERCEIVE, {.object = object, .source = model, .text = text.dump()},
                      {reads(daemon.share(std::as_bytes(std::span(pixels))))}, context);
  }
  // What a QUERY answers; "" where it fails, with the result in `result`.
  std::string ask(uint64_t source, const nlohmann::json& question, uint64_t context = 1,
                  int* result = nullptr) {
    const uint64_t report = daemon.share(1 << 20);
    const auto reply =
        daemon.run(GEONEURON_QUERY, {.source = source, .text = question.dump(), .report_slot = 0},
                   {writes(report)}, context);
    if (result != nullptr) *result = reply.result;
    if (reply.result != 0) {
      EXPECT_NE(result, nullptr) << reply.reason;
      return "";
    }
    return {reinterpret_cast<const char*>(daemon.memory(report).data()), reply.value};
  }
};

}  // namespace geoneuron::worker
