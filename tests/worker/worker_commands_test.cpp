// SPDX-License-Identifier: MIT
// The program under a daemon that a test plays: what its commands do, and that its pictures are the
// bytes that views::render gives in this process.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

#include "perception/onnx_import.hpp"
#include "views/cpu_pixels.hpp"
#include "views/view.hpp"
#include "worker/worker_fixture.hpp"

namespace geoneuron::worker {
namespace {

using nlohmann::json;
using perception::Tensor;

// Values of every kind, others for each seed.
Tensor values_of(int64_t height, int64_t width, uint32_t seed) {
  Tensor tensor =
      std::move(Tensor::allocate({perception::DataType::kFloat32, {1, 1, height, width}})).value();
  const auto values = tensor.mutable_values<float>();
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = std::sin(static_cast<float>(i * (seed + 1))) * static_cast<float>(seed % 5 + 1);
  values[seed % values.size()] = std::numeric_limits<float>::quiet_NaN();
  values[(seed + 7) % values.size()] = -std::numeric_limits<float>::infinity();
  return tensor;
}

json heatmap_text(int64_t height, int64_t width, const json& parameters) {
  json all = parameters;
  all["page"] = "off";
  return {
      {"view", "activation_map"},
      {"pixels", 1},
      {"select", {"m"}},
      {"parameters", all},
      {"tensors", {{"m", {{"slot", 0}, {"type", "float32"}, {"shape", {1, 1, height, width}}}}}}};
}

views::ViewRequest view_request(const json& text) {
  views::ViewRequest request;
  for (const auto& name : text["select"]) request.selected.push_back(name.get<std::string>());
  for (const auto& [name, value] : text["parameters"].items())
    request.parameters[name] = value.is_string() ? value.get<std::string>() : value.dump();
  return request;
}

views::Image rendered(const json& text, views::ViewRequest request) {
  views::CpuPixels device;
  const auto image = views::render(device, text["view"].get<std::string>(), request);
  EXPECT_TRUE(image.has_value()) << image.error().message;
  return image.has_value() ? *image : views::Image{};
}

uint64_t value_of(const views::Image& image) {
  return uint64_t{image.height} << 32 | image.width;
}

bool holds(std::span<const std::byte> memory, const views::Image& image) {
  const size_t bytes = image.pixels.size() * sizeof(views::Rgba8);
  return bytes > 0 && memory.size() >= bytes &&
         std::memcmp(memory.data(), image.pixels.data(), bytes) == 0;
}

struct Worker : testing::TestWithParam<const char*>, WorkerSteps {
  Worker() : WorkerSteps(GetParam()) {}

  void SetUp() override { ASSERT_EQ(daemon.ready().error, 0) << daemon.ready().sentence; }
};
INSTANTIATE_TEST_SUITE_P(Devices, Worker, testing::Values("cpu", "lavapipe"),
                         [](const auto& one) { return std::string(one.param); });

TEST_P(Worker, SaysWhatItServesWith) {
  EXPECT_NE(std::string(daemon.ready().sentence)
                .find(std::string(GetParam()) == "cpu" ? "cpu" : "vulkan"),
            std::string::npos)
      << daemon.ready().sentence;
  EXPECT_EQ(daemon.run(GEONEURON_NOP, {}, {}).result, 0);
}

TEST_P(Worker, PaintsTheHeatmapsOfABatchAsEachByItself) {
  struct Wanted {
    uint64_t job, pixels;
    views::Image image;
  };
  const json kinds[] = {{{"scale", 1}},
                        {{"scale", 2}, {"colormap", "diverging"}},
                        {{"scale", 1}, {"normalisation", "percentile"}},
                        {{"scale", 1}, {"normalisation", "fixed"}, {"low", -1}, {"high", 1}}};
  std::map<uint64_t, Wanted> wanted;
  constexpr uint32_t kJobs = 48;
  for (uint32_t i = 0; i < kJobs; ++i) {
    const int64_t height = 8 + i % 3, width = i % 5 == 0 ? 16 : 12;
    const json text = heatmap_text(height, width, kinds[i % 4]);
    const Tensor tensor = values_of(height, width, i);
    views::ViewRequest request = view_request(text);
    request.tensors["m"] = tensor;
    const uint64_t pixels = daemon.share(16 * 12 * 16);
    ring::Request job =
        daemon.request(GEONEURON_RENDER, {.text = text.dump()},
                       {reads(daemon.share(tensor.bytes())), writes(pixels)}, 1 + i % 3);
    job.flags = i + 1 < kJobs ? ring::kBatchMore : 0;
    daemon.put(job);
    wanted[job.job] = {job.job, pixels, rendered(text, request)};
  }
  daemon.publish();
  for (uint32_t i = 0; i < kJobs; ++i) {
    const auto reply = daemon.next_reply();
    ASSERT_TRUE(reply.has_value());
    ASSERT_EQ(reply->result, 0) << reply->reason;
    const Wanted& one = wanted.at(reply->job);
    EXPECT_EQ(reply->value, value_of(one.image));
    EXPECT_TRUE(holds(daemon.memory(one.pixels), one.image)) << "job " << one.job;
    wanted.erase(reply->job);
  }
  EXPECT_TRUE(wanted.empty());
}

TEST_P(Worker, CountsWhatAPerceptionHasProduced) {
  load_digits(7);
  const uint64_t image = daemon.share(48 * 48 * 4), count = daemon.share(16);
  const auto perceive = [&](const json& progress) {
    const json text = {
        {"inputs", {{"image", {{"slot", 0}, {"type", "float32"}, {"shape", {1, 1, 48, 48}}}}}},
        {"keep", "all"},
        {"progress", progress}};
    return daemon.run(GEONEURON_PERCEIVE, {.object = 9, .source = 7, .text = text.dump()},
                      {reads(image), writes(count)});
  };
  const auto reply = perceive({{"slot", 1}, {"offset", 8}});
  ASSERT_EQ(reply.result, 0) << reply.reason;
  uint64_t counted = 0;
  std::memcpy(&counted, daemon.memory(count).data() + 8, sizeof counted);
  EXPECT_GT(counted, 10u);
  EXPECT_EQ(counted, reply.value);
  EXPECT_EQ(perceive({{"slot", 1}, {"offset", 4}}).result, -EINVAL);
  EXPECT_EQ(perceive({{"slot", 1}, {"offset", 16}}).result, -ENOSPC);
  EXPECT_EQ(perceive({{"slot", 0}}).result, -EINVAL);  // which cannot be written
}

TEST_P(Worker, DrawsViewsOfAPerceptionAsTheyAreDrawnHere) {
  load_digits(7);
  ASSERT_EQ(perceive_digits(9, 7, "all").result, 0);
  const auto model = perception::load_onnx(GEONEURON_DIGITS);
  ASSERT_TRUE(model.has_value());
  views::ViewRequest request;
  const json kept = json::parse(ask(9, {{"about", "perception"}}));
  for (const json& entry : kept["tensors"]) {
    const auto name = entry["name"].get<std::string>();
    Tensor tensor =
        std::move(Tensor::allocate({perception::DataType::kFloat32,
                                    perception::Shape(entry["shape"].get<std::vector<int64_t>>())}))
            .value();
    const std::string bytes = ask(9, {{"about", "tensor"}, {"name", name}});
    ASSERT_EQ(bytes.size(), tensor.size_bytes());
    std::memcpy(tensor.mutable_bytes().data(), bytes.data(), bytes.size());
    request.tensors[name] = tensor;
  }
  EXPECT_TRUE(request.tensors.contains("image"));
  const uint64_t pixels = daemon.share(8 << 20);
  for (const char* view : {"activation_map", "feature_grid", "histogram"}) {
    const json text{
        {"view", view}, {"pixels", 0}, {"select", {"relu1"}}, {"parameters", json::object()}};
    views::ViewRequest one = view_request(text);
    one.graph = &model->graph;
    one.tensors = request.tensors;
    const views::Image image = rendered(text, one);
    const auto reply =
        daemon.run(GEONEURON_RENDER, {.source = 9, .text = text.dump()}, {writes(pixels)});
    ASSERT_EQ(reply.result, 0) << reply.reason;
    EXPECT_EQ(reply.value, value_of(image));
    EXPECT_TRUE(holds(daemon.memory(pixels), image)) << view;
  }
}

TEST_P(Worker, TellsOfModelsAndRuns) {
  load_digits(7);
  const auto reply = perceive_digits(9, 7, json::array({"relu1", "probabilities"}));
  ASSERT_EQ(reply.result, 0) << reply.reason;
  EXPECT_EQ(reply.value, 2u);
  EXPECT_GT(reply.device_ns, 0u);
  EXPECT_GT(reply.resident_bytes, 18290u * 4);
  const json model = json::parse(ask(7, {{"about", "model"}}));
  EXPECT_EQ(model["inputs"][0]["name"], "image");
  EXPECT_EQ(model["parameters"], 18290);
  const json run = json::parse(ask(9, {{"about", "passes"}}));
  EXPECT_FALSE(run["nodes"].empty());
  EXPECT_FALSE(run["passes"].empty());
}

TEST_P(Worker, TellsWhatTheOptimiserWouldDo) {
  load_digits(7);
  const json plain = json::parse(ask(7, {{"about", "model"}}));
  EXPECT_FALSE(plain.contains("passes"));
  const json model = json::parse(
      ask(7, {{"about", "model"}, {"shapes", {{"image", {2, 1, 48, 48}}}}, {"passes", true}}));
  EXPECT_EQ(model["inputs"][0]["shape"], json::array({2, 1, 48, 48}));
  EXPECT_EQ(model["layers"][0]["outputs"][0]["shape"][0], 2);
  EXPECT_FALSE(model["passes"].empty());
}

// All that `geoneuron run` reports.
TEST_P(Worker, TellsHowAPerceptionWasComputed) {
  load_digits(7);
  ASSERT_EQ(perceive_digits(9, 7, "all").result, 0);
  const json run = json::parse(ask(9, {{"about", "passes"}}));
  const bool is_cpu = std::string(GetParam()) == "cpu";
  EXPECT_EQ(run["device"]["id"].get<std::string>().starts_with(is_cpu ? "cpu" : "vulkan:"), true);
  EXPECT_EQ(run["device"]["reason"], "asked for");
  EXPECT_EQ(run["cache_hit"], false);
  EXPECT_GT(run["duration_ns"], 0);
  EXPECT_GT(run["peak_bytes"], 0);
  EXPECT_LE(run["peak_bytes"], run["predicted_peak_bytes"]);
  uint64_t nodes_ns = 0;
  for (const json& node : run["nodes"]) {
    EXPECT_FALSE(node["node"].get<std::string>().empty());
    EXPECT_FALSE(node["where"].get<std::string>().empty());
    nodes_ns += node["duration_ns"].get<uint64_t>();
  }
  EXPECT_GT(nodes_ns, 0u);
  EXPECT_LE(nodes_ns, run["duration_ns"].get<uint64_t>());
  for (const json& pass : run["passes"])
    for (const char* member : {"pass", "node", "description"}) EXPECT_TRUE(pass.contains(member));
  ASSERT_EQ(perceive_digits(9, 7, "all").result, 0);
  const json again = json::parse(ask(9, {{"about", "passes"}}));
  EXPECT_EQ(again["cache_hit"], true);
  EXPECT_TRUE(again["nodes"].empty());
}

TEST_P(Worker, RunsTheNetworkAsItIsWhereThatIsAskedFor) {
  load_digits(7);
  ASSERT_EQ(perceive_digits(9, 7, "outputs", {{"optimize", false}}).result, 0);
  EXPECT_TRUE(json::parse(ask(9, {{"about", "passes"}}))["passes"].empty());
  ASSERT_EQ(perceive_digits(9, 7, "outputs").result, 0);
  EXPECT_FALSE(json::parse(ask(9, {{"about", "passes"}}))["passes"].empty());
}

TEST_P(Worker, RefusesARunThatItsBudgetDoesNotHold) {
  load_digits(7);
  const auto reply = perceive_digits(9, 7, "all", {{"budget", 20000}});
  EXPECT_EQ(reply.result, -ENOMEM);
  EXPECT_NE(std::string(reply.reason).find("20000"), std::string::npos) << reply.reason;
  EXPECT_EQ(perceive_digits(9, 7, "all").result, 0);
}

TEST_P(Worker, TracesWhatIsToBeProfiled) {
  load_digits(7);
  ASSERT_EQ(perceive_digits(9, 7, "all", {{"profile", true}}).result, 0);
  const uint64_t pixels = daemon.share(8 << 20);
  const json text{{"view", "feature_grid"}, {"pixels", 0}, {"select", {"relu1"}}};
  ASSERT_EQ(
      daemon.run(GEONEURON_RENDER, {.source = 9, .text = text.dump()}, {writes(pixels)}).result, 0);
  std::set<std::string> names, categories;
  const json trace = json::parse(ask(9, {{"about", "trace"}}));
  for (const json& event : trace["traceEvents"]) {
    names.insert(event["name"].get<std::string>());
    categories.insert(event.value("cat", ""));
  }
  for (const char* name : {"compute", "cache misses", "feature_grid", "view.paint"})
    EXPECT_TRUE(names.contains(name)) << name;
  EXPECT_TRUE(categories.contains("operator"));
}

TEST_P(Worker, HasNoTraceOfWhatWasNotProfiled) {
  load_digits(7);
  ASSERT_EQ(perceive_digits(9, 7, "all").result, 0);
  const auto reply =
      daemon.run(GEONEURON_QUERY, {.source = 9, .text = R"({"about":"trace"})", .report_slot = 0},
                 {writes(daemon.share(4096))});
  EXPECT_EQ(reply.result, -EINVAL);
  EXPECT_NE(std::string(reply.reason).find("was not profiled"), std::string::npos);
}

TEST_P(Worker, WritesOutputsToTheirSlots) {
  load_digits(7);
  const std::vector<float> pixels(48 * 48, 0.25f);
  const uint64_t output = daemon.share(4096);
  const json text{
      {"inputs", {{"image", {{"slot", 0}, {"type", "float32"}, {"shape", {1, 1, 48, 48}}}}}},
      {"keep", json::array()},
      {"outputs", {{"probabilities", {{"slot", 1}, {"offset", 8}}}}}};
  const auto reply =
      daemon.run(GEONEURON_PERCEIVE, {.object = 9, .source = 7, .text = text.dump()},
                 {reads(daemon.share(std::as_bytes(std::span(pixels)))), writes(output)});
  ASSERT_EQ(reply.result, 0) << reply.reason;
  EXPECT_EQ(reply.value, 0u);
  float sum = 0;
  for (size_t i = 0; i < 10; ++i) {
    float value = 0;
    std::memcpy(&value, daemon.memory(output).data() + 8 + i * sizeof value, sizeof value);
    sum += value;
  }
  EXPECT_NEAR(sum, 1, 1e-4);
}

// Remembered answers are of copies; others of the slot itself where its elements lie as tensors do.
TEST_P(Worker, ReadsInputsInPlaceOrCopiedToTheSameEnd) {
  load_digits(7);
  std::vector<float> pixels(48 * 48 + 1);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::sin(static_cast<float>(i));
  const uint64_t whole = daemon.share(std::as_bytes(std::span(pixels)));
  pixels.insert(pixels.begin(), 0.0f);
  const uint64_t moved = daemon.share(std::as_bytes(std::span(pixels)));
  const auto run = [&](uint64_t slot, uint64_t offset, uint16_t flags) {
    const json text{
        {"inputs",
         {{"image",
           {{"slot", 0}, {"offset", offset}, {"type", "float32"}, {"shape", {1, 1, 48, 48}}}}}},
        {"keep", {"relu1", "probabilities"}}};
    ring::Request request = daemon.request(
        GEONEURON_PERCEIVE, {.object = 9, .source = 7, .text = text.dump()}, {reads(slot)});
    geoneuron_request payload;
    std::memcpy(&payload, request.command.payload, sizeof payload);
    payload.flags = flags;
    std::memcpy(request.command.payload, &payload, sizeof payload);
    const auto reply = daemon.run(request);
    EXPECT_EQ(reply.result, 0) << reply.reason;
    return std::pair(ask(9, {{"about", "tensor"}, {"name", "relu1"}}) +
                         ask(9, {{"about", "tensor"}, {"name", "probabilities"}}),
                     json::parse(ask(9, {{"about", "passes"}}))["bytes_in_place"].get<uint64_t>());
  };
  const auto copied = run(whole, 0, 0);
  const auto in_place = run(whole, 0, GEONEURON_REQUEST_NO_CACHE);
  const auto misaligned = run(moved, 4, GEONEURON_REQUEST_NO_CACHE);
  EXPECT_EQ(copied.second, 0u);
  EXPECT_EQ(in_place.second, 48u * 48 * 4);
  EXPECT_EQ(misaligned.second, 0u);
  EXPECT_TRUE(copied.first == in_place.first);
  EXPECT_TRUE(copied.first == misaligned.first);
}

TEST_P(Worker, ForgetsWhatIsReleasedOrWhoseContextIsGone) {
  load_digits(7, 1);
  load_digits(7, 2);
  EXPECT_EQ(daemon.run(GEONEURON_RELEASE, {.object = 7}, {}, 1).result, 0);
  EXPECT_EQ(perceive_digits(9, 7, "all").result, -ESTALE);
  ring::Request gone;
  gone.kind = ring::RequestKind::kContextGone;
  gone.context = 2;
  daemon.put(gone);
  EXPECT_EQ(daemon.run(GEONEURON_RELEASE, {.object = 7}, {}, 2).result, -ESTALE);
  EXPECT_EQ(daemon.run(GEONEURON_NOP, {}, {}).resident_bytes, 0u);
}

}  // namespace
}  // namespace geoneuron::worker
