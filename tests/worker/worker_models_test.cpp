// SPDX-License-Identifier: MIT
// Models and the processes that parse them: what files do to the worker, and to others' jobs.
#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <thread>

#include "base/file.hpp"
#include "perception/onnx_models.hpp"
#include "worker/fake_daemon.hpp"

namespace geoneuron::worker {
namespace {

using perception::ModelMaker;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kHeatmap =
    R"({"view":"activation_map","pixels":1,"select":["m"],"parameters":{"page":"off","scale":1},)"
    R"("tensors":{"m":{"slot":0,"type":"float32","shape":[1,1,16,16]}}})";
constexpr uint64_t kMapBytes = 16 * 16 * 4;

// Children of the process, as the kernel lists them.
std::vector<pid_t> children_of(pid_t parent) {
  const std::string id = std::to_string(parent);
  std::ifstream file("/proc/" + id + "/task/" + id + "/children");
  return {std::istream_iterator<pid_t>(file), {}};
}

template <typename Condition>
void wait_until(Condition condition) {
  while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

struct Models : testing::Test {
  void start(const std::vector<std::string>& arguments = {}) {
    daemon.emplace("cpu", arguments);
    elements = daemon->share(kMapBytes);
    pixels = daemon->share(kMapBytes);
  }
  ring::Request heatmap(uint64_t context) {
    return daemon->request(GEONEURON_RENDER, {.text = kHeatmap}, {reads(elements), writes(pixels)},
                           context);
  }
  ring::Request load(const std::string& bytes, uint64_t context = 1, uint64_t object = 7) {
    return daemon->request(GEONEURON_LOAD_MODEL, {.object = object},
                           {reads(daemon->share(std::as_bytes(std::span(bytes))))}, context);
  }
  void expect_refused(const std::string& bytes, int result, const char* reason) {
    const auto reply = daemon->run(load(bytes));
    EXPECT_EQ(reply.result, result) << bytes.substr(0, 40);
    EXPECT_THAT(reply.reason, HasSubstr(reason)) << bytes.substr(0, 40);
  }
  void expect_to_serve() { EXPECT_EQ(daemon->run(heatmap(1)).result, 0); }
  pid_t forker() { return children_of(daemon->pid()).at(0); }
  // The one that parses at the moment; waits for it.
  pid_t parser() {
    wait_until([&] { return !children_of(forker()).empty(); });
    return children_of(forker()).at(0);
  }

  std::optional<FakeDaemon> daemon;
  uint64_t elements = 0, pixels = 0;
};

struct RealParser : Models {
  void SetUp() override { start(); }
};

struct BrokenParser : Models {
  void start_broken() { start({"--parser", GEONEURON_FAKE_PARSER}); }
  void SetUp() override { start_broken(); }
};

std::string digits() {
  const auto bytes = std::move(read_file(GEONEURON_DIGITS, 1 << 24)).value();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST_F(RealParser, LoadsOneModelAfterTheOther) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(daemon->run(load(digits())).result, 0);
  EXPECT_TRUE(children_of(forker()).empty());
  EXPECT_EQ(children_of(daemon->pid()).size(), 1u);
}

TEST_F(RealParser, TellsWhatIsWrongWithAModel) {
  expect_refused("no model", -EINVAL, "is damaged, truncated or no ONNX model");
  ModelMaker unknown(13);
  unknown.input("x", {1}).output("y").node("Frobnicate", {"x"}, {"y"});
  expect_refused(unknown.bytes(), -ENOTSUP, "operator \"Frobnicate\" of set 13 is not supported");
  ModelMaker latin(13);
  latin.input("x\xe9", {1}).output("y").node("Relu", {"x\xe9"}, {"y"});
  expect_refused(latin.bytes(), -EINVAL, "is no UTF-8");
  expect_to_serve();
}

// y = x + w, of which w lies in a file.
std::string adding_model() {
  ModelMaker maker(13);
  maker.input("x", {2}).output("y").node("Add", {"x", "w"}, {"y"});
  auto& weights = maker.initializer("w", {2});
  weights.clear_float_data();
  weights.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& location = *weights.add_external_data();
  location.set_key("location");
  location.set_value("weights.bin");
  return maker.bytes();
}

class FilesOfAModel : public RealParser {
 protected:
  // Loads it with such files, of which slot 1 holds the bytes.
  ring::Reply load_with(const std::string& files, const std::vector<float>& numbers) {
    return daemon->run(daemon->request(GEONEURON_LOAD_MODEL,
                                       {.object = 7, .text = R"({"files":)" + files + "}"},
                                       {reads(share(adding_model())), reads(share(numbers))}));
  }

  // The sums of {1, 2} and w.
  std::vector<float> sums() {
    const uint64_t place = daemon->share(8);
    const auto ran =
        daemon->run(GEONEURON_PERCEIVE,
                    {.object = 9,
                     .source = 7,
                     .text = R"({"inputs":{"x":{"slot":0,"type":"float32","shape":[2]}},"keep":[],)"
                             R"("outputs":{"y":{"slot":1}}})"},
                    {reads(share(std::vector<float>{1, 2})), writes(place)});
    EXPECT_EQ(ran.result, 0) << ran.reason;
    std::vector<float> result(2);
    std::memcpy(result.data(), daemon->memory(place).data(), 8);
    return result;
  }

 private:
  uint64_t share(const auto& values) { return daemon->share(std::as_bytes(std::span(values))); }
};

TEST_F(FilesOfAModel, LieInSlots) {
  const auto reply = load_with(R"({"weights.bin":1})", {10, 20});
  ASSERT_EQ(reply.result, 0) << reply.reason;
  EXPECT_THAT(sums(), ElementsAre(11, 22));
  const auto without = daemon->run(load(adding_model()));
  EXPECT_EQ(without.result, -EINVAL);
  EXPECT_THAT(without.reason, HasSubstr("external data weights.bin: is not allowed"));
}

TEST_F(FilesOfAModel, LieInPartsOfASlot) {
  const auto reply =
      load_with(R"({"other":1,"weights.bin":{"slot":1,"offset":4,"bytes":8}})", {5, 10, 20, 30});
  ASSERT_EQ(reply.result, 0) << reply.reason;
  EXPECT_THAT(sums(), ElementsAre(11, 22));
  const auto beyond =
      load_with(R"({"weights.bin":{"slot":1,"offset":12,"bytes":8}})", {5, 10, 20, 30});
  EXPECT_EQ(beyond.result, -EINVAL);
  EXPECT_THAT(beyond.reason, HasSubstr("weights.bin: 8 bytes from 12 on: must lie inside slot 1"));
}

// Every one is refused with a sentence, in time and memory that do not hurt.
TEST_F(RealParser, RefusesHostileFiles) {
  std::string deep;  // messages in messages, as protobuf nests subgraphs
  for (int i = 0; i < 5000; ++i) deep = std::string("\x3a") + "\x7f" + deep;
  expect_refused(deep, -EINVAL, "damaged");
  ModelMaker large(13);
  large.input("x", {1}).output("y").node("Add", {"x", "w"}, {"y"});
  auto& weights = large.initializer("w", {});
  for (int i = 0; i < 3; ++i) weights.add_dims(int64_t{1} << 30);
  expect_refused(large.bytes(), -EINVAL, "");
  ModelMaker cyclic(13);
  cyclic.input("x", {1}).output("y").node("Add", {"x", "b"}, {"a"});
  cyclic.node("Relu", {"a"}, {"b"});
  cyclic.node("Relu", {"a"}, {"y"});
  expect_refused(cyclic.bytes(), -EINVAL, "depends on its own result");
  ModelMaker away(13);
  away.input("x", {1}).output("y").node("Add", {"x", "w"}, {"y"});
  auto& outside = away.initializer("w", {1});
  outside.clear_float_data();
  outside.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& location = *outside.add_external_data();
  location.set_key("location");
  location.set_value("/etc/passwd");
  expect_refused(away.bytes(), -EINVAL, "is not allowed");
  expect_to_serve();
}

// Two bytes of file become hundreds of memory: past the parser's bound, which grows with the file.
TEST_F(RealParser, BoundsTheMemoryThatAFileMayTake) {
  std::string nodes(24'000'000, '\0');
  for (size_t i = 0; i < nodes.size(); i += 2) nodes[i] = '\x0a';
  std::string model = "\x3a";  // the graph, with its length as a varint
  for (size_t length = nodes.size(); length > 0; length >>= 7)
    model += static_cast<char>((length & 0x7f) | (length >= 0x80 ? 0x80 : 0));
  const auto reply = daemon->run(load(model + nodes));
  EXPECT_EQ(reply.result, -ENOMEM) << reply.reason;
  expect_to_serve();
}

TEST_F(BrokenParser, SurvivesWhateverItsParsersDo) {
  expect_refused("crash", -EINVAL, "its parser died of it, by signal 11");
  expect_refused("leave", -EINVAL, "ended without an answer, status 3");
  expect_refused("nothing", -EINVAL, "ended without an answer");
  expect_refused("garbage", -EINVAL, "flat model: does not begin as one");
  expect_refused("flood", -EINVAL, "flat model");
  expect_refused("another version", -EINVAL, "ended without an answer");
  expect_refused("negative error", -EINVAL, "ended without an answer");
  expect_refused("too long a sentence", -EINVAL, "ended without an answer");
  expect_refused("too large", -ENOMEM, "at most");
  expect_refused("lie", -EINVAL, "a lie?[2J");
  expect_to_serve();
}

TEST_F(BrokenParser, LeavesItsParsersNothingButTheirStream) {
  for (const char* deed : {"open", "connect", "fork", "kill", "make code"})
    expect_refused(deed, -EINVAL, "by signal 31");
  expect_refused("look for fds", -ENOTSUP, "no fd is there");
  expect_to_serve();
}

TEST_F(BrokenParser, BoundsTheMemoryOfItsParsers) {
  expect_refused("eat", -ENOMEM, "got nothing");
}

TEST_F(BrokenParser, EndsParsersThatTakeTooLong) {
  setenv("FAKE_PARSER_CPU_SECONDS", "1", 1);
  setenv("FAKE_PARSER_SECONDS", "110", 1);
  start_broken();
  expect_refused("loop", -ETIMEDOUT, "more than 1 s of processor time");
  setenv("FAKE_PARSER_SECONDS", "1", 1);
  start_broken();
  expect_refused("wait", -ETIMEDOUT, "more than 1 s");
  expect_to_serve();
  unsetenv("FAKE_PARSER_CPU_SECONDS");
  unsetenv("FAKE_PARSER_SECONDS");
}

TEST_F(BrokenParser, LetsOthersGoOnWhileAModelIsParsed) {
  const ring::Request loading = load("wait", 1), after = heatmap(1);
  daemon->put(loading);
  daemon->put(after);
  for (int i = 0; i < 50; ++i) {
    // Alone, and in a batch with one that has to wait.
    EXPECT_EQ(daemon->run(heatmap(2)).result, 0);
    ring::Request first = heatmap(2), second = heatmap(1);
    if (i > 0) continue;
    first.flags = ring::kBatchMore;
    daemon->put(first);
    daemon->put(second);
    daemon->publish();
    EXPECT_EQ(daemon->next_reply()->job, first.job);
  }
  kill(parser(), SIGKILL);
  const auto refused = daemon->next_reply();
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->job, loading.job);
  EXPECT_EQ(refused->result, -ENOMEM);
  EXPECT_THAT(refused->reason, HasSubstr("was killed"));
  // Jobs of one context keep their order.
  EXPECT_EQ(daemon->next_reply()->job, after.job);
  EXPECT_EQ(daemon->next_reply()->result, 0);
  EXPECT_EQ(daemon->run(heatmap(1)).result, 0);
}

TEST_F(BrokenParser, DropsAContextWhoseModelIsStillBeingParsed) {
  daemon->put(load("slow", 3));
  ring::Request gone;
  gone.kind = ring::RequestKind::kContextGone;
  gone.context = 3;
  daemon->put(gone);
  daemon->publish();
  const auto loaded = daemon->next_reply();
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->result, 0) << loaded->reason;
  EXPECT_GT(loaded->resident_bytes, 0u);
  EXPECT_EQ(daemon->run(heatmap(3)).resident_bytes, 0u);
}

TEST_F(BrokenParser, KeepsAChainTogether) {
  ring::Request chain[] = {heatmap(1), load("leave"), heatmap(1), heatmap(1)};
  for (size_t i = 0; i < 4; ++i) {
    chain[i].flags = (i < 3 ? ring::kBatchMore : 0) | (i < 2 ? ring::kChainMore : 0);
    daemon->put(chain[i]);
  }
  daemon->publish();
  const int results[] = {0, -EINVAL, -ECANCELED, 0};
  std::map<uint64_t, int> got;
  for (int i = 0; i < 4; ++i) {
    const auto reply = daemon->next_reply();
    ASSERT_TRUE(reply.has_value());
    got[reply->job] = reply->result;
  }
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(got[chain[i].job], results[i]) << i;
}

TEST_F(BrokenParser, EndsWithItsForker) {
  kill(forker(), SIGKILL);
  daemon->put(load("leave"));
  daemon->publish();
  EXPECT_FALSE(daemon->next_reply().has_value());
  const int status = daemon->wait_for_exit();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1) << status;
}

TEST_F(BrokenParser, TakesItsParsersAlong) {
  daemon->put(load("wait"));
  daemon->publish();
  const pid_t last = parser(), first = forker();
  kill(daemon->pid(), SIGKILL);
  daemon->wait_for_exit();
  const auto is_gone = [](pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string id, name, state;
    file >> id >> name >> state;
    return !file || state == "Z" || state == "X";
  };
  wait_until([&] { return is_gone(first) && is_gone(last); });
}

TEST(WorkerStart, SaysThatItHasNoParser) {
  FakeDaemon daemon("cpu", {"--parser", "/nonexistent/parser"});
  EXPECT_EQ(daemon.ready().error, -ENOENT);
  EXPECT_THAT(daemon.ready().sentence, HasSubstr("/nonexistent/parser: cannot be started"));
  daemon.wait_for_exit();
}

}  // namespace
}  // namespace geoneuron::worker
