// SPDX-License-Identifier: MIT
// What commands do, by the network that reads digits: and that every way gives the same bytes.
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "ways/ways_fixture.hpp"

namespace geoneuron::ways {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint64_t kModel = 1, kPerception = 2;
constexpr uint64_t kPixels = 48 * 48;
constexpr uint64_t kPictureBytes = 1 << 21;
constexpr const char* kInputs =
    R"({"inputs": {"image": {"slot": 0, "type": "float32", "shape": [1, 1, 48, 48]}}, )";
constexpr const char* kPicture =
    R"({"view": "activation_map", "pixels": 0, "select": ["conv1"],
        "parameters": {"page": "off"}})";

std::string digits() {
  std::ifstream file(GEONEURON_DIGITS, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What a client has of the network: its buffers, and what its commands wrote into them.
struct Session {
  Connection connection;
  Buffer model, input, logits, picture, answer;
  uint64_t model_bytes = 0;
};

class Models : public WaysTest {
 protected:
  static Session session(uint32_t number) {
    Session made;
    made.connection = open(number, 64);
    const std::string bytes = digits();
    made.model_bytes = bytes.size();
    made.model = buffer(made.connection, bytes.size());
    made.input = buffer(made.connection, kPixels * sizeof(float));
    made.logits = buffer(made.connection, 4096);
    made.picture = buffer(made.connection, kPictureBytes);
    made.answer = buffer(made.connection, 1 << 18);
    std::memcpy(made.model.bytes().data(), bytes.data(), bytes.size());
    const auto pixels = made.input.as<float>();
    for (size_t i = 0; i < kPixels; ++i) pixels[i] = static_cast<float>(i * 7 % 255) / 255;
    return made;
  }
  static Session session() { return session(way().number); }

  static geoneuron_command load(const Session& from) {
    geoneuron_command command;
    EXPECT_EQ(
        geoneuron_command_load_model(&command, kModel, from.model.get(), from.model_bytes, nullptr),
        0);
    return command;
  }
  static geoneuron_command perceive(const Session& from, const std::string& rest) {
    geoneuron_command command;
    EXPECT_EQ(geoneuron_command_perceive(&command, kPerception, kModel, (kInputs + rest).c_str()),
              0);
    EXPECT_EQ(use(command, from.input, GEONEURON_ACCESS_READ, kPixels * sizeof(float)), 0);
    return command;
  }
  static geoneuron_command render(const Session& from, const char* text = kPicture) {
    geoneuron_command command;
    EXPECT_EQ(geoneuron_command_render(&command, kPerception, text), 0);
    EXPECT_EQ(use(command, from.picture, GEONEURON_ACCESS_WRITE), 0);
    return command;
  }
  static geoneuron_command query(const Session& from, uint64_t source, const char* text) {
    geoneuron_command command;
    EXPECT_EQ(geoneuron_command_query(&command, source, text, from.answer.get()), 0);
    return command;
  }
  static int use(geoneuron_command& command, const Buffer& memory, uint32_t access,
                 uint64_t length = 0) {
    return geoneuron_command_use(&command, memory.get(), access, 0, length);
  }

  // LOAD_MODEL, PERCEIVE, RENDER as one chain; the completions.
  static std::vector<geoneuron_completion> draw(const Session& on) {
    auto perceiving = perceive(on, R"("keep": "all", "outputs": {"logits": {"slot": 1}}})");
    EXPECT_EQ(use(perceiving, on.logits, GEONEURON_ACCESS_WRITE), 1);
    std::vector<geoneuron_completion> done(3);
    EXPECT_EQ(on.connection.run(linked({load(on), perceiving, render(on)}), done), 0)
        << geoneuron_error();
    return done;
  }
  static std::string bytes_of(const Buffer& memory, uint64_t count) {
    return {reinterpret_cast<const char*>(memory.bytes().data()), count};
  }
  // The process of the one worker that there is; 0: it does not run.
  static pid_t worker_process(const Session& on) {
    const auto done = answers(on.connection, {query(on, 0, R"({"about": "statistics"})")});
    const std::string text = bytes_of(on.answer, done[0].value);
    const std::string name = "\"process\":";
    const size_t place = text.find(name, text.find("\"workers\""));
    return place == std::string::npos ? 0 : std::atoi(text.c_str() + place + name.size());
  }
  // And waits until the daemon has seen it.
  static bool kill_worker(const Session& on) {
    const pid_t killed = worker_process(on);
    if (killed <= 0 || kill(killed, SIGKILL) != 0) return false;
    for (int i = 0; i < 12'000 && worker_process(on) == killed; ++i) usleep(10'000);
    return worker_process(on) != killed;
  }
  static uint64_t picture_bytes(uint64_t value) { return 4 * (value >> 32) * (value & 0xffffffff); }
};

TEST_F(Models, EveryWayGivesTheSameBytes) {
  const Session ours = session(), other = session(GEONEURON_WAY_EMBEDDED);
  const auto done = draw(ours), wanted = draw(other);
  ASSERT_EQ(done[2].value, wanted[2].value);
  const uint64_t bytes = picture_bytes(done[2].value);
  ASSERT_GT(bytes, 0u);
  ASSERT_LE(bytes, kPictureBytes);
  EXPECT_TRUE(bytes_of(ours.picture, bytes) == bytes_of(other.picture, bytes));
  EXPECT_NE(bytes_of(ours.picture, bytes), std::string(bytes, '\0'));
  EXPECT_TRUE(bytes_of(ours.logits, 40) == bytes_of(other.logits, 40));
  EXPECT_NE(bytes_of(ours.logits, 40), std::string(40, '\0'));
  for (const char* name : {"conv1", "relu4", "probabilities"}) {
    const std::string text = std::string(R"({"about": "tensor", "name": ")") + name + "\"}";
    const auto asked = answers(ours.connection, {query(ours, kPerception, text.c_str())});
    const auto same = answers(other.connection, {query(other, kPerception, text.c_str())});
    ASSERT_EQ(asked[0].value, same[0].value) << name;
    ASSERT_EQ(asked[0].result, 0) << why(ours.connection, asked[0]);
    EXPECT_TRUE(bytes_of(ours.answer, asked[0].value) == bytes_of(other.answer, same[0].value));
  }
}

TEST_F(Models, WhatIsKeptStaysUntilItIsReleased) {
  const Session on = session();
  draw(on);
  std::vector<geoneuron_completion> done(1);
  ASSERT_EQ(on.connection.run(std::vector{render(on)}, done), 0) << geoneuron_error();
  geoneuron_command release;
  ASSERT_EQ(geoneuron_command_release(&release, kPerception), 0);
  ASSERT_EQ(on.connection.run(std::vector{release}), 0) << geoneuron_error();
  EXPECT_EQ(on.connection.run(std::vector{render(on)}), -ESTALE);
  EXPECT_EQ(on.connection.run(std::vector{perceive(on, R"("keep": ["conv1"]})"), render(on)}, {}),
            0)
      << geoneuron_error();
}

TEST_F(Models, WhatAWorkerHasLostIsMadeAgain) {
  const Session on = session();
  ASSERT_EQ(on.connection.run(linked({load(on), perceive(on, R"("keep": ["conv1"]})")})), 0);
  std::vector<geoneuron_completion> done(1);
  ASSERT_EQ(on.connection.run(std::vector{render(on)}, done), 0) << geoneuron_error();
  const std::string picture = bytes_of(on.picture, picture_bytes(done[0].value));
  std::memset(on.picture.bytes().data(), 0, kPictureBytes);
  ASSERT_TRUE(kill_worker(on));
  ASSERT_EQ(on.connection.run(std::vector{render(on)}, done), 0) << geoneuron_error();
  EXPECT_TRUE(bytes_of(on.picture, picture_bytes(done[0].value)) == picture);
  // From other bytes it would be another.
  on.input.as<float>()[0] = 0.5F;
  ASSERT_TRUE(kill_worker(on));
  EXPECT_EQ(on.connection.run(std::vector{render(on)}), -ESTALE);
}

TEST_F(Models, OfOthersNothingIsSeen) {
  const Session on = session();
  draw(on);
  const Session stranger = session();
  EXPECT_EQ(stranger.connection.run(std::vector{render(stranger)}), -ESTALE);
}

TEST_F(Models, NobodyWritesWhereNoSlotAllowsIt) {
  const Session on = session();
  draw(on);
  auto drawing = render(on);
  drawing.buffers[0].access = GEONEURON_ACCESS_READ;
  const auto done = answers(on.connection, {drawing});
  EXPECT_EQ(done[0].result, -EINVAL) << why(on.connection, done[0]);
}

TEST_F(Models, PicturesThatDoNotFitTellTheirSize) {
  const Session on = session();
  const auto whole = draw(on);
  auto drawing = render(on);
  drawing.buffers[0].length = 4;
  const auto done = answers(on.connection, {drawing});
  EXPECT_EQ(done[0].result, -ENOSPC);
  EXPECT_EQ(done[0].value, whole[2].value);
}

TEST_F(Models, QueriesOfTheDaemonAndOfTheWorkerAreAnswered) {
  const Session on = session();
  draw(on);
  const struct {
    uint64_t source;
    const char *text, *word;
  } cases[] = {{0, R"({"about": "devices"})", "\"cpu\""},
               {0, R"({"about": "statistics"})", "contexts"},
               {0, R"({"about": "costs"})", "costs"},
               {kModel, R"({"about": "model"})", "image"},
               {kPerception, R"({"about": "perception"})", "conv1"}};
  for (const auto& each : cases) {
    const auto done = answers(on.connection, {query(on, each.source, each.text)});
    ASSERT_EQ(done[0].result, 0) << each.text << why(on.connection, done[0]);
    EXPECT_THAT(bytes_of(on.answer, done[0].value), HasSubstr(each.word));
  }
}

TEST_F(Models, ALongTextMayLieInABuffer) {
  const Session on = session();
  draw(on);
  Buffer text = buffer(on.connection, 4096);
  const std::string words = std::string(1000, ' ') + R"({"about": "devices"})";
  std::memcpy(text.bytes().data(), words.data(), words.size());
  geoneuron_command command = query(on, 0, nullptr);
  ASSERT_EQ(geoneuron_command_text_in(&command, text.get(), words.size()), 1);
  const auto done = answers(on.connection, {command});
  ASSERT_EQ(done[0].result, 0) << why(on.connection, done[0]);
  EXPECT_THAT(bytes_of(on.answer, done[0].value), HasSubstr("\"cpu\""));
}

TEST_F(Models, WhatIsNoModelIsToldOf) {
  const Session on = session();
  std::memset(on.model.bytes().data(), 0x5a, on.model_bytes);
  const auto done = answers(on.connection, {load(on)});
  EXPECT_EQ(done[0].result, -EINVAL);
  EXPECT_NE(why(on.connection, done[0]), "");
}

TEST_F(Models, AFailedPerceptionEndsTheChainWithItsSentence) {
  const Session on = session();
  std::vector<geoneuron_completion> done(3);
  EXPECT_EQ(
      on.connection.run(
          linked({load(on), perceive(on, R"("keep": ["no-such-tensor"]})"), render(on)}), done),
      -EINVAL);
  EXPECT_THAT(geoneuron_error(), HasSubstr("no-such-tensor"));
  EXPECT_EQ(done[0].result, 0);
  EXPECT_EQ(done[2].result, -ECANCELED);
}

TEST_F(Models, WhatIsLateIsNotBegun) {
  const Session on = session();
  draw(on);
  auto late = render(on);
  late.deadline_ns = 1;
  geoneuron_request request;
  std::memcpy(&request, late.payload, sizeof request);
  request.flags = GEONEURON_REQUEST_DROP_LATE;
  std::memcpy(late.payload, &request, sizeof request);
  EXPECT_EQ(answers(on.connection, {late})[0].result, -ETIME);
}

// The worker drops what a client made when it is gone; a new one begins with nothing, and with as
// much room.
TEST_F(Models, ClientsComeAndGo) {
  for (int i = 0; i < 20; ++i) {
    const Session on = session();
    EXPECT_EQ(on.connection.run(std::vector{render(on)}), -ESTALE);
    const auto done = draw(on);
    EXPECT_EQ(done[2].result, 0);
  }
}

}  // namespace
}  // namespace geoneuron::ways
