// SPDX-License-Identifier: MIT
// What run() does when a worker has lost a model or a perception.
#include <cerrno>
#include <utility>

#include "client/client_fixture.hpp"

namespace geoneuron {
namespace {

using testing::ElementsAre;

constexpr uint64_t kModel = 7, kPerception = 8;
// Where a command has failed the library asks why; nobody knows.
constexpr int kWhy = -ENOENT;

class LostDefinitions : public ClientTest {
 protected:
  LostDefinitions() {
    connect();
    EXPECT_EQ(geoneuron_buffer_create(context, 4096, &model), 0);
    EXPECT_EQ(geoneuron_buffer_create(context, 4096, &input), 0);
    EXPECT_EQ(geoneuron_buffer_create(context, 4096, &picture), 0);
  }
  ~LostDefinitions() override {
    for (geoneuron_buffer* each : {model, input, picture}) geoneuron_buffer_destroy(each);
  }

  geoneuron_command load() const {
    geoneuron_command command;
    EXPECT_EQ(geoneuron_command_load_model(&command, kModel, model, 100, nullptr), 0);
    return command;
  }
  geoneuron_command perceive() const {
    geoneuron_command command;
    EXPECT_EQ(geoneuron_command_perceive(&command, kPerception, kModel, nullptr), 0);
    EXPECT_EQ(geoneuron_command_use(&command, input, GEONEURON_ACCESS_READ, 0, 64), 0);
    return command;
  }
  geoneuron_command render() const {
    geoneuron_command command;
    EXPECT_EQ(geoneuron_command_render(&command, kPerception, nullptr), 0);
    EXPECT_EQ(geoneuron_command_use(&command, picture, GEONEURON_ACCESS_WRITE, 0, 64), 0);
    return command;
  }

  // Runs them against a daemon that completes each with the next of `answers`; the opcodes that it
  // saw. It must see as many as there are answers.
  std::vector<int> run(const std::vector<geoneuron_command>& commands,
                       const std::vector<int>& answers) {
    done.assign(commands.size(), {});
    auto running = std::async(std::launch::async, [&] {
      return geoneuron_context_run(context, commands.data(), static_cast<uint32_t>(commands.size()),
                                   done.data());
    });
    seen.clear();
    for (size_t i = 0; i < answers.size() && !HasFailure(); ++i) {
      if (seen.size() == i) receive_some();
      daemon->complete(seen[i], answers[i]);
    }
    result = running.get();
    EXPECT_TRUE(result < 0 || daemon->is_quiet());
    std::vector<int> opcodes;
    for (const geoneuron_command& command : seen) opcodes.push_back(command.opcode);
    return opcodes;
  }
  void receive_some() {
    const ClientMessage message = daemon->receive_kind(GEONEURON_MESSAGE_SUBMIT);
    for (size_t i = 0; i < message.header.count; ++i)
      seen.push_back(message.entry<geoneuron_command>(i));
  }
  void define() {
    geoneuron_command first = load();
    first.flags |= GEONEURON_COMMAND_LINK;
    run({first, perceive()}, {0, 1});
    EXPECT_EQ(result, 0);
  }
  void expect_stale() {
    run({render()}, {-ESTALE, kWhy});
    EXPECT_EQ(result, -ESTALE);
  }

  geoneuron_buffer *model = nullptr, *input = nullptr, *picture = nullptr;
  int result = 1;
  std::vector<geoneuron_completion> done;
  std::vector<geoneuron_command> seen;
};

auto made_again(int opcode) {
  return ElementsAre(opcode, GEONEURON_LOAD_MODEL, GEONEURON_PERCEIVE, opcode);
}

TEST_F(LostDefinitions, AreMadeAgain) {
  define();
  geoneuron_command urgent = render();
  urgent.user_data = 5;
  urgent.priority_class = GEONEURON_CLASS_INTERACTIVE;
  urgent.deadline_ns = 77;
  EXPECT_THAT(run({urgent}, {-ESTALE, 0, 1, 3}), made_again(GEONEURON_RENDER));
  EXPECT_EQ(result, 0);
  EXPECT_EQ(done[0].result, 3);
  EXPECT_EQ(done[0].user_data, 5u);
  EXPECT_EQ(seen[1].priority_class, GEONEURON_CLASS_INTERACTIVE);
  EXPECT_EQ(seen[2].deadline_ns, 77u);
  EXPECT_NE(seen[1].flags & GEONEURON_COMMAND_LINK, 0);
  EXPECT_EQ(seen[2].flags & GEONEURON_COMMAND_LINK, 0);
  // And again, when they are lost again.
  EXPECT_THAT(run({urgent}, {-ESTALE, 0, 1, 3}), made_again(GEONEURON_RENDER));
}

TEST_F(LostDefinitions, OnceForAllThatNameThem) {
  define();
  EXPECT_THAT(run({render(), nop(1), render()}, {-ESTALE, 9, -ESTALE, 0, 1, 3, 4}),
              ElementsAre(GEONEURON_RENDER, GEONEURON_NOP, GEONEURON_RENDER, GEONEURON_LOAD_MODEL,
                          GEONEURON_PERCEIVE, GEONEURON_RENDER, GEONEURON_RENDER));
  EXPECT_EQ(done[0].result, 3);
  EXPECT_EQ(done[1].result, 9);
  EXPECT_EQ(done[2].result, 4);
}

TEST_F(LostDefinitions, AChainRunsAgainAsAWhole) {
  define();
  geoneuron_command first = perceive();
  first.flags |= GEONEURON_COMMAND_LINK;
  EXPECT_THAT(run({first, render()}, {-ESTALE, -ECANCELED, 0, 1, 2}),
              ElementsAre(GEONEURON_PERCEIVE, GEONEURON_RENDER, GEONEURON_LOAD_MODEL,
                          GEONEURON_PERCEIVE, GEONEURON_RENDER));
  EXPECT_EQ(result, 0);
  EXPECT_EQ(done[1].result, 2);
}

TEST_F(LostDefinitions, OnlyOnce) {
  define();
  run({render()}, {-ESTALE, 0, 1, -ESTALE, kWhy});
  EXPECT_EQ(result, -ESTALE);
  run({render()}, {-ESTALE, -EIO, -ECANCELED, kWhy});
  EXPECT_EQ(result, -ESTALE);
}

TEST_F(LostDefinitions, NotFromOtherBytes) {
  define();
  static_cast<char*>(geoneuron_buffer_data(input))[63] = 1;
  expect_stale();
  static_cast<char*>(geoneuron_buffer_data(input))[63] = 0;
  static_cast<char*>(geoneuron_buffer_data(input))[64] = 1;  // which nobody read
  EXPECT_THAT(run({render()}, {-ESTALE, 0, 1, 3}), made_again(GEONEURON_RENDER));
  geoneuron_buffer_destroy(std::exchange(model, nullptr));
  expect_stale();
}

TEST_F(LostDefinitions, NotWhereThatWritesOrMayNotBe) {
  geoneuron_command writes = perceive();
  EXPECT_EQ(geoneuron_command_use(&writes, picture, GEONEURON_ACCESS_WRITE, 0, 64), 1);
  run({load(), writes}, {0, 1});
  expect_stale();
  geoneuron_command once = perceive();
  once.flags = 0;
  run({once}, {1});
  expect_stale();
  define();
  geoneuron_command drawing = render();
  drawing.flags = 0;
  run({drawing}, {-ESTALE, kWhy});
  EXPECT_EQ(result, -ESTALE);
}

TEST_F(LostDefinitions, NotWhatWasGivenUpOrReplaced) {
  geoneuron_command release;
  EXPECT_EQ(geoneuron_command_release(&release, kModel), 0);
  define();
  run({release}, {0});
  expect_stale();
  define();
  submit({load()});
  daemon->complete(daemon->receive_commands(1)[0]);
  completions(1);
  expect_stale();
}

}  // namespace
}  // namespace geoneuron
