// SPDX-License-Identifier: MIT
// The program under a daemon that a test plays: what stays between commands, and where.
#include <map>

#include "worker/worker_fixture.hpp"

namespace geoneuron::worker {
namespace {

using nlohmann::json;

// A perception of this network with all kept has 444,752 bytes: a context may have two on the
// device, and two more and its model on the host.
constexpr const char* kSmall[] = {"--device-budget",         "1400000",  //
                                  "--context-device-budget", "1000000",  //
                                  "--context-host-budget",   "1100000"};

struct Residence : testing::TestWithParam<const char*>, WorkerSteps {
  Residence() : WorkerSteps(GetParam(), {std::begin(kSmall), std::end(kSmall)}) {}

  void SetUp() override {
    ASSERT_EQ(daemon.ready().error, 0) << daemon.ready().sentence;
    load_digits(7);
  }
  void perceive(uint64_t number, uint64_t context = 1) {
    const auto reply = perceive_digits(number, 7, "all", json::object(), context);
    ASSERT_EQ(reply.result, 0) << reply.reason;
  }
  // "device", "host", or "" where it is no more.
  std::string where(uint64_t number, uint64_t context = 1) {
    int result = 0;
    const std::string answer = ask(number, {{"about", "perception"}}, context, &result);
    if (result != 0) {
      EXPECT_EQ(result, -ESTALE);
      return "";
    }
    return json::parse(answer)["where"];
  }
  uint64_t bytes_of(uint64_t number) {
    uint64_t bytes = 0;
    const json answer = json::parse(ask(number, {{"about", "perception"}}));
    for (const json& tensor : answer["tensors"]) bytes += tensor["bytes"].get<uint64_t>();
    return bytes;
  }
  std::string tensor(uint64_t number, const char* name, uint64_t context = 1) {
    return ask(number, {{"about", "tensor"}, {"name", name}}, context);
  }
  std::string picture(uint64_t number) {
    const uint64_t pixels = daemon.share(8 << 20);
    const json text{{"view", "feature_grid"}, {"pixels", 0}, {"select", {"relu1"}}};
    const auto reply =
        daemon.run(GEONEURON_RENDER, {.source = number, .text = text.dump()}, {writes(pixels)});
    EXPECT_EQ(reply.result, 0) << reply.reason;
    const uint64_t bytes = (reply.value >> 32) * (reply.value & UINT32_MAX) * 4;
    return {reinterpret_cast<const char*>(daemon.memory(pixels).data()), bytes};
  }
};
INSTANTIATE_TEST_SUITE_P(Devices, Residence, testing::Values("cpu", "lavapipe"),
                         [](const auto& one) { return std::string(one.param); });

TEST_P(Residence, BringsBackWhatWasEvictedByteByByte) {
  perceive(1);
  ASSERT_EQ(bytes_of(1), 444'752u) << "the budgets above are made for this";
  const std::string relu = tensor(1, "relu1"), probabilities = tensor(1, "probabilities"),
                    drawn = picture(1);
  EXPECT_EQ(where(1), "device");
  perceive(2);
  perceive(3);
  EXPECT_EQ(where(1), "host");
  EXPECT_EQ(where(3), "device");
  EXPECT_NE(tensor(2, "relu1"), relu);
  EXPECT_EQ(tensor(1, "relu1"), relu);
  EXPECT_EQ(where(1), "device");
  perceive(4);
  perceive(5);
  EXPECT_EQ(where(1), "host");
  EXPECT_EQ(picture(1), drawn);
  EXPECT_EQ(where(1), "device");
  EXPECT_EQ(tensor(1, "probabilities"), probabilities);
}

TEST_P(Residence, LosesTheOldestBeyondTheHostsBudgetToo) {
  for (uint64_t number = 1; number <= 8; ++number) perceive(number);
  EXPECT_EQ(where(8), "device");
  EXPECT_EQ(where(7), "device");
  EXPECT_EQ(where(6), "host");
  EXPECT_EQ(where(1), "");
  const json text{{"view", "feature_grid"}, {"pixels", 0}, {"select", {"relu1"}}};
  const auto reply = daemon.run(GEONEURON_RENDER, {.source = 1, .text = text.dump()},
                                {writes(daemon.share(1 << 20))});
  EXPECT_EQ(reply.result, -ESTALE);
  perceive(1);  // the model has stayed
}

TEST_P(Residence, KeepsWhatIsOfAnotherContext) {
  load_digits(7, 2);
  perceive(1);
  const std::string relu = tensor(1, "relu1");
  for (uint64_t number = 1; number <= 12; ++number) perceive(number, 2);
  EXPECT_EQ(where(1), "device");
  EXPECT_EQ(where(12, 2), "device");
  EXPECT_EQ(where(1, 2), "");
  EXPECT_EQ(tensor(1, "relu1"), relu);
}

TEST_P(Residence, GivesAllRoomBack) {
  for (uint64_t number = 1; number <= 4; ++number) perceive(number);
  EXPECT_EQ(daemon.run(GEONEURON_RELEASE, {.object = 0}, {}).result, 0);
  EXPECT_EQ(daemon.run(GEONEURON_NOP, {}, {}).resident_bytes, 0u);
}

}  // namespace
}  // namespace geoneuron::worker
