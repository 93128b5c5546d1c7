// SPDX-License-Identifier: MIT
// QUERY, as far as the daemon answers it.
#include <nlohmann/json.hpp>

#include "daemon/daemon_fixture.hpp"

namespace geoneuron::daemon {
namespace {

using fakes::FakeAct;

using DaemonQueries = DaemonTest;

TEST_F(DaemonQueries, DevicesThatCannotBeListedAreTheCores) {
  setenv("FAKE_WORKER_LIST", "crash", 1);
  start();
  RawClient client = connect();
  const auto devices = nlohmann::json::parse(ask(client, R"({"about": "devices"})"));
  EXPECT_EQ(devices["devices"][0]["id"], "cpu");
  EXPECT_NE(devices["vulkan_problem"].get<std::string>().find("signal 11"), std::string::npos);
  EXPECT_EQ(client.call(nop()).result, 0);
}

TEST_F(DaemonQueries, QueriesOfTheDaemonAreAnswered) {
  start();
  RawClient client = connect();
  client.call(nop());
  const auto devices = nlohmann::json::parse(ask(client, R"({"about": "devices"})"));
  EXPECT_EQ(devices["auto"]["device"], "cpu");
  const auto statistics = nlohmann::json::parse(ask(client, R"({"about": "statistics"})"));
  EXPECT_EQ(statistics["contexts"].size(), 1u);
  EXPECT_EQ(statistics["contexts"][0]["process"], getpid());
  EXPECT_EQ(statistics["classes"][GEONEURON_CLASS_NORMAL]["finished"], 1);
  EXPECT_EQ(statistics["contexts"][0]["class"], "normal");
  EXPECT_EQ(statistics["contexts"][0]["finished"], 1);
  EXPECT_EQ(statistics["devices"][0]["batches"], 1);
  EXPECT_EQ(statistics["devices"][0]["batch_jobs"], nlohmann::json::parse("[[1, 1]]"));
  EXPECT_EQ(statistics["devices"][0]["batch_ns"].size(), 1u);
  EXPECT_EQ(statistics["workers"][0]["starts"], 1);
  EXPECT_TRUE(nlohmann::json::parse(ask(client, R"({"about": "costs"})")).contains("costs"));
}

TEST_F(DaemonQueries, QueriesThatCannotBeAnsweredSayWhy) {
  start();
  RawClient client = connect();
  const UniqueFd report = sealed_memory(4096);
  client.announce(1, report.get(), 4096);
  const geoneuron_buffer_use whole = {1, GEONEURON_ACCESS_WRITE, 0, 4096};
  const geoneuron_completion small =
      client.call(query(R"({"about": "devices"})", {1, GEONEURON_ACCESS_WRITE, 0, 4}));
  EXPECT_EQ(small.result, -ENOSPC);
  EXPECT_GT(small.value, 4u);
  EXPECT_EQ(client.call(query(R"({"about": "failure", "command": 12345})", whole)).result, -ENOENT);
  EXPECT_EQ(client.call(query(R"({"about": "failure"})", whole)).result, -EINVAL);
  EXPECT_EQ(client.call(query(R"({"about": "devices", "more": 1})", whole)).result, -EINVAL);
  geoneuron_command nowhere = query(R"({"about": "devices"})", whole);
  reinterpret_cast<geoneuron_request*>(nowhere.payload)->report_slot = GEONEURON_NO_SLOT;
  EXPECT_EQ(client.call(nowhere).result, -EINVAL);
}

TEST_F(DaemonQueries, AQueryInAChainWaitsForItsTurn) {
  start();
  RawClient client = connect();
  const UniqueFd report = sealed_memory(1 << 16);
  client.announce(1, report.get(), 1 << 16);
  geoneuron_command asked =
      linked(query(R"({"about": "statistics"})", {1, GEONEURON_ACCESS_WRITE, 0, 1 << 16}));
  asked.user_data = 2;
  client.submit({linked(act(FakeAct::kSlow, 1)), asked, nop(3)});
  const auto all = client.completions(3);
  ASSERT_EQ(all.size(), 3u);
  for (uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(all[i].user_data, i + 1);
    EXPECT_EQ(all[i].result, 0);
  }
  const auto seen = nlohmann::json::parse(text_of(report.get(), all[1].value));
  EXPECT_EQ(seen["classes"][GEONEURON_CLASS_NORMAL]["finished"], 1) << "the one before it";
}

TEST_F(DaemonQueries, AChainHasOneDevice) {
  setenv("FAKE_WORKER_LIST",
         R"({"devices": [{"id": "cpu"}, {"id": "vulkan:0"}], "auto": {"device": "vulkan:0"}})", 1);
  start();
  RawClient client = connect();
  const auto on = [](uint16_t device) {
    geoneuron_command command = act(FakeAct::kProcess);
    geoneuron_request request;
    std::memcpy(&request, command.payload, sizeof request);
    request.device = device;
    std::memcpy(command.payload, &request, sizeof request);
    return command;
  };
  EXPECT_EQ(client.call(on(0)).value, client.call(on(2)).value) << "auto is the second";
  EXPECT_NE(client.call(on(1)).value, client.call(on(2)).value);
  client.submit({linked(nop()), linked(on(1)), linked(on(2)), nop()});
  const auto all = client.completions(4);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[1].result, 0);
  EXPECT_EQ(all[2].result, -EINVAL);
  EXPECT_EQ(all[3].result, -ECANCELED);
}

}  // namespace
}  // namespace geoneuron::daemon
