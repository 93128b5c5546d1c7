// SPDX-License-Identifier: MIT
// `geoneuron ps`, `submit` and `bench`, on a daemon with its worker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "cli/program_fixture.hpp"
#include "cli/served.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

json parsed(const ChildResult& result) {
  const json told = json::parse(result.out, nullptr, false);
  EXPECT_FALSE(told.is_discarded()) << result.out << result.err;
  return told;
}

class ProgramLoad : public testing::Test {
 protected:
  std::string file(const std::string& text) {
    EXPECT_TRUE(write_file(folder_ / "jobs.json", text).has_value());
    return folder_ / "jobs.json";
  }
  TemporaryFolder folder_;
};

TEST_F(ProgramLoad, PsSaysHowToStartADaemon) {
  const ChildResult none = geoneuron({"ps", "--socket", folder_ / "none"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("no daemon serves at " + folder_ / "none; start one with"));
  EXPECT_EQ(parsed(geoneuron({"ps", "--json", "--socket", folder_ / "none"})).size(), 1u);
  EXPECT_EQ(geoneuron({"ps", "surplus"}).status, 2);
}

TEST_F(ProgramLoad, PsShowsContextsClassesAndDevices) {
  Served served;
  ASSERT_TRUE(served.is_listening());
  const std::string jobs = file(R"([{"do": "heatmap", "width": 16, "height": 16, "count": 20}])");
  ASSERT_EQ(geoneuron({"submit", jobs, "--socket", served.socket()}).status, 0);
  const ChildResult text = geoneuron({"ps", "--costs", "--socket", served.socket()});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, StartsWith("CONTEXT"));
  for (const char* words : {"geoneuron", "interactive", "JOBS/BATCH", "SERVES WITH", "PER UNIT"})
    EXPECT_THAT(text.out, HasSubstr(words));
  const json told = parsed(geoneuron({"ps", "--json", "--costs", "--socket", served.socket()}));
  EXPECT_EQ(told["classes"][1]["finished"], 20);
  EXPECT_EQ(told["contexts"].size(), 1u) << "its own";
  EXPECT_EQ(told["costs"].size(), 1u);
}

TEST_F(ProgramLoad, SubmitTellsEachClassApart) {
  const std::string jobs = file(
      R"([{"class": "interactive", "do": "nop", "rate": 100, "count": 10, "deadline_ms": 60000},
          {"class": "background", "do": "heatmap", "width": 64, "height": 64, "count": 15,
           "in_flight": 4}])");
  const json told = parsed(geoneuron({"submit", jobs, "--clients", "2", "--json"}));
  ASSERT_EQ(told["classes"].size(), 2u);
  EXPECT_EQ(told["classes"][0]["name"], "background");
  EXPECT_EQ(told["classes"][0]["jobs"], 30);
  EXPECT_EQ(told["classes"][1]["jobs"], 20);
  EXPECT_EQ(told["classes"][1]["late"], 0);
  EXPECT_GT(told["classes"][1]["latency"]["p50_ns"], 0);
  EXPECT_LE(told["classes"][0]["latency"]["p50_ns"], told["classes"][0]["latency"]["max_ns"]);
  EXPECT_EQ(told["entries"].size(), 2u);
}

TEST_F(ProgramLoad, SubmitPerceivesAndDraws) {
  const std::string jobs =
      file(std::string(R"([{"do": "perceive", "model": ")") + GEONEURON_DIGITS +
           R"(", "view": "feature_grid", "tensor": "relu1", "count": 3}])");
  const ChildResult result = geoneuron({"submit", jobs, "--device", "cpu", "--json"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(parsed(result)["classes"][0]["jobs"], 3);
}

TEST_F(ProgramLoad, SubmitCountsWhatIsLate) {
  const std::string jobs = file(
      R"([{"do": "heatmap", "width": 1024, "height": 1024, "count": 5, "deadline_ms": 0.001}])");
  EXPECT_EQ(parsed(geoneuron({"submit", jobs, "--json"}))["classes"][0]["late"], 5);
}

TEST_F(ProgramLoad, SubmitSaysWhatFailed) {
  const std::string jobs =
      file(std::string(R"([{"do": "perceive", "model": ")") + GEONEURON_DIGITS +
           R"(", "view": "feature_grid", "tensor": "nope", "count": 2}])");
  const ChildResult result = geoneuron({"submit", jobs, "--json"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("perceive: 2 failed"));
  EXPECT_THAT(result.err, HasSubstr("nope"));
  EXPECT_EQ(parsed(result)["classes"][0]["failed"], 2);
}

TEST_F(ProgramLoad, SubmitRefusesFilesThatAreWrong) {
  const auto refusal = [&](const std::string& text) {
    const ChildResult result = geoneuron({"submit", file(text)});
    EXPECT_EQ(result.status, 1);
    return result.err;
  };
  EXPECT_THAT(refusal("[\n{]"), HasSubstr("jobs.json: line 2, column 2: is no JSON"));
  EXPECT_THAT(refusal(R"([{"do": "nop", "cuont": 3}])"), HasSubstr("entry 1: cuont: is no member"));
  EXPECT_THAT(refusal(R"([{"do": "perceive", "model": "/none.onnx", "count": 1}])"),
              HasSubstr("/none.onnx"));
  EXPECT_THAT(geoneuron({"submit", folder_ / "none.json"}).err, HasSubstr("none.json"));
  EXPECT_EQ(geoneuron({"submit"}).status, 2);
  EXPECT_EQ(geoneuron({"submit", "a.json", "--clients", "0"}).status, 2);
  const ChildResult nobody =
      geoneuron({"submit", file(R"([{"count": 1}])"), "--socket", folder_ / "nobody"});
  EXPECT_EQ(nobody.status, 1);
  EXPECT_THAT(nobody.err, HasSubstr("no daemon serves at"));
}

TEST_F(ProgramLoad, BenchRefusesWhatItCannotMeasure) {
  EXPECT_THAT(geoneuron({"bench", "troughput"}).err, HasSubstr("did you mean throughput"));
  EXPECT_EQ(geoneuron({"bench"}).status, 2);
  EXPECT_EQ(geoneuron({"bench", "soak", "--jobs", "3"}).status, 2);
  EXPECT_EQ(geoneuron({"bench", "overhead", "--seconds", "0"}).status, 2);
  const ChildResult nowhere = geoneuron({"bench", "interference", "--device", "vulkan:99"});
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("vulkan:99: this machine has none; it has cpu"));
}

// Figures of so short a run say nothing; that each row is there says that all of it was measured.
TEST_F(ProgramLoad, BenchesTellTheirRows) {
  const auto rows_of = [](const std::string& what) {
    const json told = parsed(geoneuron(
        {"bench", what, "--device", "cpu", "--seconds", "0.1", "--rounds", "1", "--json"}));
    return told.value("rows", json::array());
  };
  EXPECT_EQ(rows_of("throughput").size(), 4u);
  const json interference = rows_of("interference");
  ASSERT_EQ(interference.size(), 3u);
  EXPECT_GT(interference[0]["loaded"]["p99_ns"], 0);
  EXPECT_GT(interference[0]["longest_batch_ns"], 0);
  EXPECT_GT(interference[1]["median"], 0);
  const json overhead = rows_of("overhead");
  ASSERT_EQ(overhead.size(), 4u);
  EXPECT_GT(overhead[0]["latency"]["p50_ns"], 0);
}

TEST_F(ProgramLoad, ASoakLeavesNothingBehind) {
  const ChildResult result = geoneuron({"bench", "soak", "--jobs", "3000", "--json"});
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  const json told = parsed(result);
  ASSERT_EQ(told["rows"].size(), 6u);
  EXPECT_GE(told["rows"][0]["jobs"], 3000);
}

}  // namespace
}  // namespace geoneuron::cli
