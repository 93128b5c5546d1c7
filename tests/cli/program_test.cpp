// SPDX-License-Identifier: MIT
// The built program as a user meets it: exit status, sentences, JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "base/file.hpp"
#include "cli/program_fixture.hpp"

namespace geoneuron::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(Program, TellsItsVersion) {
  const ChildResult result = geoneuron({"--version"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, testing::MatchesRegex("geoneuron [0-9.]+\n"));
}

TEST(Program, HelpHasExamplesForEveryVerb) {
  const ChildResult all = geoneuron({"--help"});
  EXPECT_EQ(all.status, 0);
  EXPECT_THAT(all.out, HasSubstr("Examples:"));
  for (const char* verb : kVerbs) {
    EXPECT_THAT(all.out, HasSubstr(verb));
    const ChildResult result = geoneuron({verb, "--help"});
    EXPECT_EQ(result.status, 0) << verb;
    EXPECT_THAT(result.out, HasSubstr(std::string("geoneuron ") + verb)) << verb;
    EXPECT_EQ(result.out.find("--json") == std::string::npos, verb == std::string("serve"));
    EXPECT_THAT(result.err, IsEmpty()) << verb;
  }
}

TEST(Program, WrongUsageIsTwo) {
  const std::vector<std::vector<std::string>> wrong = {
      {}, {"devcies"}, {"devices", "--nothing"}, {"devices", "surplus"}, {"--nothing"}};
  for (const auto& arguments : wrong) {
    const ChildResult result = geoneuron(arguments);
    EXPECT_EQ(result.status, 2) << testing::PrintToString(arguments);
    EXPECT_THAT(result.err, HasSubstr("--help"));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST(Program, WrongUsageIsJsonWhereAskedFor) {
  const std::map<std::string, std::vector<std::string>> wrong = {
      {"there is no option '--json'", {"--json"}},
      {"there is no verb 'devcies'; did you mean devices?", {"devcies", "--json"}},
      {"there is no option '--nothing'", {"devices", "--json", "--nothing"}},
      {"--input", {"run", "--json", "model.onnx", "--out", "out", "--input"}},
      {"MODEL is required", {"inspect", "--json"}},
      {"must be auto, cpu, vulkan", {"inspect", "m.onnx", "--device", "gpu", "--json"}},
      {"view pie: unknown",
       {"render", "m.onnx", "--view", "pie", "--out", "p.png", "--json", "--tensor", "x"}},
      {"--json: cannot share standard output",
       {"render", "m.onnx", "--view", "histogram", "--out", "-", "--json", "--tensor", "x"}}};
  for (const auto& [words, arguments] : wrong) {
    const ChildResult result = geoneuron(arguments);
    EXPECT_EQ(result.status, 2) << words;
    EXPECT_THAT(result.err, HasSubstr(words));
    const json told = json::parse(result.out, nullptr, false);
    ASSERT_TRUE(told.is_object()) << words << ": " << result.out;
    EXPECT_THAT(told["error"].get<std::string>(), HasSubstr(words));
    EXPECT_EQ(told.size(), 1u);
  }
  EXPECT_THAT(geoneuron({"run", "--", "--json"}).out, IsEmpty());
}

TEST(Program, SuggestsTheNearestVerb) {
  EXPECT_THAT(geoneuron({"devcies"}).err, HasSubstr("did you mean devices"));
}

TEST(Program, HelpMayBeAskedForAsAVerb) {
  EXPECT_EQ(geoneuron({"help"}).out, geoneuron({"--help"}).out);
  EXPECT_EQ(geoneuron({"help", "render"}).out, geoneuron({"render", "--help"}).out);
  EXPECT_EQ(geoneuron({"help", "rendr"}).status, 2);
}

TEST(Program, HelpIsPlainText) {
  for (const char* verb : kVerbs)
    for (const char c : geoneuron({verb, "--help"}).out)
      ASSERT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << verb << ": " << int{c};
}

// "--json" and such, without duplicates.
std::set<std::string> options_in(const std::string& text) {
  const std::regex pattern("--[a-z][a-z-]*");
  return {std::sregex_token_iterator(text.begin(), text.end(), pattern), {}};
}

TEST(Program, TheManualHasEveryOptionOfEveryVerbInItsSection) {
  const auto bytes = read_file(GEONEURON_MANUAL, 1 << 20).value();
  std::string manual(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::erase(manual, '\\');  // "\\-\\-json" is how manuals write dashes
  std::map<std::string, std::set<std::string>> manual_options;  // by verb
  for (size_t at = manual.find(".SH OPTIONS OF "); at != std::string::npos;) {
    const size_t title = at + 4, body = manual.find('\n', at), next = manual.find(".SH ", body);
    for (const char* verb : kVerbs) {
      std::string name(verb);
      for (char& c : name) c = static_cast<char>(std::toupper(c));
      const std::string heading = manual.substr(title, body - title);
      if (heading.find(name) != std::string::npos || heading.find("EVERY") != std::string::npos)
        manual_options[verb].merge(options_in(manual.substr(body, next - body)));
    }
    at = manual.find(".SH OPTIONS OF ", next);
  }
  for (const char* verb : kVerbs) {
    std::string help = geoneuron({verb, "--help"}).out;
    help.resize(std::min(help.size(), help.find("Examples:")));
    for (const std::string& option : options_in(help))
      EXPECT_TRUE(manual_options[verb].contains(option)) << verb << " " << option;
  }
}

TEST(Program, NamesTheVerbsWhereNoneIsGiven) {
  for (const char* verb : kVerbs) EXPECT_THAT(geoneuron({}).err, HasSubstr(verb));
}

TEST(Program, SuggestsTheNearestOption) {
  EXPECT_THAT(geoneuron({"inspect", "a.onnx", "--shpe", "1"}).err,
              HasSubstr("there is no option '--shpe'; did you mean --shape?"));
}

TEST(Program, SaysWhenStandardOutputIsFull) {
  const ChildResult result =
      run_child("/bin/sh", {"-c", std::string(GEONEURON_PROGRAM) + " devices > /dev/full"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("standard output: cannot be written"));
}

TEST(Devices, NamesWhatAutoTakesAndWhy) {
  const ChildResult text = geoneuron({"devices"});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, StartsWith("DEVICE"));
  EXPECT_THAT(text.out, HasSubstr("auto takes "));
  const json devices = json::parse(geoneuron({"devices", "--json"}).out);
  EXPECT_EQ(devices["devices"][0]["id"], "cpu");
  EXPECT_GT(devices["devices"][0]["memory_bytes"], 0);
  EXPECT_FALSE(devices["auto"]["reason"].get<std::string>().empty());
}

TEST(Views, ListParametersAndDefaults) {
  const json views = json::parse(geoneuron({"views", "--json"}).out);
  ASSERT_FALSE(views["views"].empty());
  const ChildResult text = geoneuron({"views"});
  EXPECT_EQ(text.status, 0);
  for (const auto& view : views["views"]) {
    EXPECT_THAT(text.out, HasSubstr(view["name"].get<std::string>() + ": "));
    for (const auto& parameter : view["parameters"])
      EXPECT_THAT(text.out, HasSubstr(parameter["name"].get<std::string>() + "=" +
                                      parameter["default"].get<std::string>()));
  }
}

}  // namespace
}  // namespace geoneuron::cli
