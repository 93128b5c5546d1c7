// SPDX-License-Identifier: MIT
// geoneurond's arguments, configuration and exit status.
#include <geoneuron/socket.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "daemon/configuration.hpp"
#include "fakes/child_process.hpp"
#include "fakes/temporary_folder.hpp"

namespace geoneuron::daemon {
namespace {

TEST(Program, HelpAndVersionAreAnswered) {
  const ChildResult help = run_child(GEONEUROND, {"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_NE(help.out.find("--private-socket"), std::string::npos);
  EXPECT_EQ(run_child(GEONEUROND, {"--version"}).status, 0);
}

TEST(Program, WrongArgumentsAreStatus2) {
  EXPECT_EQ(run_child(GEONEUROND, {"--no-such"}).status, 2);
  EXPECT_EQ(run_child(GEONEUROND, {"--private-socket", "3", "--socket", "x"}).status, 2);
}

TEST(Program, WhatItCannotDoWithoutIsStatus1) {
  ChildResult result = run_child(GEONEUROND, {"--worker", "/no/such/program"});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("/no/such/program"), std::string::npos);
  result = run_child(GEONEUROND, {"--worker", FAKE_WORKER, "--socket", "/no/such/folder/socket"});
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("/no/such/folder/socket"), std::string::npos);
  EXPECT_EQ(run_child(GEONEUROND, {"--config", "/no/such/file"}).status, 1);
  EXPECT_EQ(run_child(GEONEUROND, {"--worker", FAKE_WORKER, "--private-socket", "0"}).status, 1);
}

TEST(Program, TheKernelIsServedWhereItCanBe) {
  const std::vector<std::string> base = {"--worker",      FAKE_WORKER, "--kernel-device",
                                         "/no/such/node", "--socket",  "/no/such/folder/socket"};
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.end(), base.begin(), base.end());
    return run_child(GEONEUROND, more);
  };
  // It goes on to the socket, which ends it here.
  ChildResult result = run({});
  EXPECT_NE(result.err.find("/no/such/node"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("/no/such/folder"), std::string::npos) << result.err;
  result = run({"--kernel", "no"});
  EXPECT_EQ(result.err.find("/no/such/node"), std::string::npos) << result.err;
  for (const auto& must : {std::vector<std::string>{"--kernel", "yes"}, {"--standby"}}) {
    result = run(must);
    EXPECT_EQ(result.status, 1);
    EXPECT_NE(result.err.find("/no/such/node"), std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("/no/such/folder"), std::string::npos) << result.err;
  }
  EXPECT_EQ(run({"--kernel", "maybe"}).status, 2);
  EXPECT_EQ(run({"--kernel", "no", "--standby"}).status, 1);
}

TEST(Configuration, TakesWhatItKnows) {
  const auto parsed = parse_configuration(
      "# a comment\n\n max_contexts = 7\nmax_buffer_bytes=4096\ninteractive_group = root\n"
      "worker_idle_seconds = 2\nkernel = no\nkernel_lease_seconds = 60\nworker_bytes = 1048576\n"
      "worker_device_bytes = 4096\ncontext_device_bytes = 2048\ncontext_host_bytes = 1024");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->quotas.contexts, 7u);
  EXPECT_EQ(parsed->quotas.buffer_bytes, 4096u);
  EXPECT_EQ(parsed->classes.interactive_group, gid_t{0});
  EXPECT_EQ(parsed->workers.idle_ns, 2'000'000'000u);
  EXPECT_EQ(parsed->use_kernel, UseKernel::kNo);
  EXPECT_EQ(parsed->kernel_lease_ns, 60'000'000'000u);
  EXPECT_EQ(parsed->workers.memory.all, 1048576u);
  EXPECT_EQ(parsed->workers.memory.device, 4096u);
  EXPECT_EQ(parsed->workers.memory.context_device, 2048u);
  EXPECT_EQ(parsed->workers.memory.context_host, 1024u);
  EXPECT_EQ(parsed->max_commands, Configuration().max_commands);
}

TEST(Configuration, NamesTheLineThatIsWrong) {
  const struct {
    const char* text;
    const char* words;
  } cases[] = {{"\nmax_contexts", "line 2"},
               {"max_context = 1", "did you mean max_contexts"},
               {"max_contexts = many", "\"many\""},
               {"max_contexts = 0", "from 1"},
               {"max_commands = 65537", "to 65536"},
               {"max_contexts = 1 2", "\"1 2\""},
               {"kernel = perhaps", "auto, yes or no"},
               {"devices = gpu", "all or cpu"},
               {"kernel_lease_seconds = 61", "to 60"},
               {"realtime_group = no-such-group", "no-such-group"}};
  for (const auto& each : cases) {
    const auto parsed = parse_configuration(each.text);
    ASSERT_FALSE(parsed) << each.text;
    EXPECT_NE(parsed.error().message.find(each.words), std::string::npos) << parsed.error().message;
  }
}

TEST(Configuration, SettingsGoBeforeTheFile) {
  const TemporaryFolder folder;
  const std::string path = folder / "conf";
  ASSERT_TRUE(write_file(path, "max_contexts = 7\nmax_buffers = 8\n"));
  const auto loaded = load_configuration({path, true, {"max_contexts=9", "devices = cpu"}});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->quotas.contexts, 9u);
  EXPECT_EQ(loaded->quotas.buffers, 8u);
  EXPECT_TRUE(loaded->cores_only);
  EXPECT_FALSE(load_configuration({path, true, {}})->cores_only);
  EXPECT_FALSE(load_configuration({folder / "none", true, {"max_contexts=9"}}));
  EXPECT_EQ(load_configuration({folder / "none", false, {"max_contexts=9"}})->quotas.contexts, 9u);
  const auto wrong = load_configuration({"", false, {"max_contexts"}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "--set max_contexts: must be `name = value`");
}

TEST(ClassRules, SayWhoMayUseWhichClass) {
  const Peer member = {.pid = 1, .uid = 1000, .gid = 1000, .groups = {27, 44}};
  const Peer stranger = {.pid = 1, .uid = 1001, .gid = 1001, .groups = {}};
  const Peer root = {.pid = 1, .uid = 0, .gid = 0, .groups = {}};
  ClassRules rules;
  EXPECT_EQ(highest_class(stranger, rules), uint32_t{GEONEURON_CLASS_INTERACTIVE});
  EXPECT_EQ(highest_class(root, rules), uint32_t{GEONEURON_CLASS_REALTIME});
  rules.interactive_group = 44;
  EXPECT_EQ(highest_class(stranger, rules), uint32_t{GEONEURON_CLASS_NORMAL});
  EXPECT_EQ(highest_class(member, rules), uint32_t{GEONEURON_CLASS_INTERACTIVE});
  EXPECT_EQ(highest_class(root, rules), uint32_t{GEONEURON_CLASS_REALTIME});
  rules.realtime_group = 1000;
  EXPECT_EQ(highest_class(member, rules), uint32_t{GEONEURON_CLASS_REALTIME});
  EXPECT_EQ(highest_class(stranger, rules), uint32_t{GEONEURON_CLASS_NORMAL});
}

}  // namespace
}  // namespace geoneuron::daemon
