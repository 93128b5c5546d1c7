// SPDX-License-Identifier: MIT
#include "worker/command_text.hpp"

#include <geoneuron/commands.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/text_cache.hpp"

namespace geoneuron::worker {
namespace {

using testing::HasSubstr;

std::string refusal(uint16_t opcode, const std::string& text) {
  const auto parsed = parse_command_text(opcode, text);
  if (parsed.has_value()) return "";
  EXPECT_EQ(parsed.error().code, EINVAL);
  return parsed.error().message;
}

template <typename Text>
Text parsed(uint16_t opcode, const std::string& text) {
  auto result = parse_command_text(opcode, text);
  EXPECT_TRUE(result.has_value()) << result.error().message;
  return std::get<Text>(*result);
}

constexpr const char* kHeatmap =
    R"({"view":"activation_map","pixels":1,"select":["m"],)"
    R"("parameters":{"page":"off","scale":1},)"
    R"("tensors":{"m":{"slot":0,"type":"float32","shape":[1,1,64,32]}}})";

TEST(CommandText, ReadsWhatPerceiveSays) {
  const auto text = parsed<PerceiveText>(
      GEONEURON_PERCEIVE, R"({"inputs":{"x":{"slot":0,"type":"int64","shape":[2,3],"offset":8}},)"
                          R"("keep":["a","b"],"outputs":{"y":{"slot":1}}})");
  EXPECT_EQ(text.inputs.at("x").offset, 8u);
  EXPECT_EQ(text.inputs.at("x").info.to_string(), "int64 2x3");
  EXPECT_EQ(text.keep, PerceiveText::Keep::kNamed);
  EXPECT_EQ(text.names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(text.outputs.at("y").slot, 1);
}

TEST(CommandText, KeepsTheOutputsWhereNothingElseIsSaid) {
  EXPECT_EQ(parsed<PerceiveText>(GEONEURON_PERCEIVE, "{}").keep, PerceiveText::Keep::kOutputs);
  EXPECT_EQ(parsed<PerceiveText>(GEONEURON_PERCEIVE, R"({"keep":"all"})").keep,
            PerceiveText::Keep::kAll);
}

TEST(CommandText, ReadsHowToRun) {
  const auto with = [](const char* text) { return parsed<PerceiveText>(GEONEURON_PERCEIVE, text); };
  EXPECT_EQ(with("{}").pass_count, SIZE_MAX);
  EXPECT_EQ(with(R"({"optimize":true})").pass_count, SIZE_MAX);
  EXPECT_EQ(with(R"({"optimize":false})").pass_count, 0u);
  EXPECT_EQ(with(R"({"optimize":3})").pass_count, 3u);
  EXPECT_EQ(with("{}").budget_bytes, UINT64_MAX);
  EXPECT_EQ(with(R"({"budget":4096})").budget_bytes, 4096u);
  EXPECT_FALSE(with("{}").profile);
  EXPECT_TRUE(with(R"({"profile":true})").profile);
  EXPECT_THAT(refusal(GEONEURON_PERCEIVE, R"({"optimize":"no"})"), HasSubstr("how many"));
  EXPECT_THAT(refusal(GEONEURON_PERCEIVE, R"({"optimize":-1})"), HasSubstr("how many"));
  EXPECT_THAT(refusal(GEONEURON_PERCEIVE, R"({"budget":"1G"})"), HasSubstr("whole number"));
  EXPECT_THAT(refusal(GEONEURON_PERCEIVE, R"({"profile":1})"), HasSubstr("true or false"));
}

TEST(CommandText, ReadsWhereFilesLie) {
  const auto text = parsed<LoadText>(GEONEURON_LOAD_MODEL,
                                     R"({"files":{"a":1,"b":{"slot":2,"offset":64,"bytes":7}}})");
  EXPECT_EQ(text.files.at("a").slot, 1);
  EXPECT_FALSE(text.files.at("a").count.has_value());
  EXPECT_EQ(text.files.at("b").slot, 2);
  EXPECT_EQ(text.files.at("b").offset, 64u);
  EXPECT_EQ(text.files.at("b").count, 7u);
  EXPECT_THAT(refusal(GEONEURON_LOAD_MODEL, R"({"files":{"b":{"slot":2}}})"), HasSubstr("offset"));
  EXPECT_THAT(refusal(GEONEURON_LOAD_MODEL, R"({"files":{"b":"x"}})"),
              HasSubstr("where in a slot"));
}

TEST(CommandText, ReadsHowAModelIsDescribed) {
  const auto text =
      parsed<QueryText>(GEONEURON_QUERY, R"({"about":"model","shapes":{"x":[1,3]},"passes":true})");
  EXPECT_EQ(text.shapes.at("x"), (perception::Shape{1, 3}));
  EXPECT_TRUE(text.passes);
  EXPECT_THAT(refusal(GEONEURON_QUERY, R"({"about":"model","shapes":{"x":[-1]}})"), HasSubstr("x"));
  EXPECT_THAT(refusal(GEONEURON_QUERY, R"({"about":"passes","shapes":{}})"),
              HasSubstr("\"shapes\" is unknown here"));
}

TEST(CommandText, SeesWhatCanBePaintedTogether) {
  const auto text = parsed<RenderText>(GEONEURON_RENDER, kHeatmap);
  ASSERT_TRUE(text.heatmap.has_value());
  EXPECT_EQ(text.heatmap->place.width, 32u);
  EXPECT_EQ(text.heatmap->place.height, 64u);
  EXPECT_EQ(text.heatmap->place.scale, 1u);
  std::string with_page = kHeatmap;
  with_page.replace(with_page.find("off"), 3, "on");
  EXPECT_FALSE(parsed<RenderText>(GEONEURON_RENDER, with_page).heatmap.has_value());
}

TEST(CommandText, RefusesWhatIsNoJson) {
  for (const char* text : {"{", "\xff", "{\"view\":}", "nul", "{} {}"})
    EXPECT_EQ(refusal(GEONEURON_RENDER, text), "text: is no JSON");
  EXPECT_THAT(refusal(GEONEURON_RENDER, "[]"), HasSubstr("must be an object"));
  // A tower of brackets must not overflow the stack, neither when it grows nor when it falls.
  EXPECT_NE(refusal(GEONEURON_QUERY, std::string(500000, '[')), "");
  EXPECT_NE(refusal(GEONEURON_QUERY,
                    "{\"about\":" + std::string(200000, '[') + std::string(200000, ']') + "}"),
            "");
}

TEST(CommandText, RefusesMembersThatItsOpcodeDoesNotHave) {
  EXPECT_EQ(refusal(GEONEURON_LOAD_MODEL, R"({"view":"x"})"), "text: \"view\" is unknown here");
  EXPECT_EQ(refusal(GEONEURON_RELEASE, R"({"files":{}})"), "text: \"files\" is unknown here");
}

TEST(CommandText, RefusesMembersOfAnotherKind) {
  EXPECT_THAT(refusal(GEONEURON_LOAD_MODEL, R"({"files":{"w":8}})"), HasSubstr("number of a slot"));
  EXPECT_THAT(refusal(GEONEURON_QUERY, R"({"about":3})"), HasSubstr("must be a text"));
  EXPECT_THAT(refusal(GEONEURON_QUERY, R"({"about":"devices"})"), HasSubstr("a worker knows"));
  EXPECT_THAT(refusal(GEONEURON_RENDER, R"({"view":"activation_map"})"),
              HasSubstr("\"pixels\" must be given"));
  EXPECT_THAT(refusal(GEONEURON_RENDER, R"({"view":"nothing","pixels":0})"), HasSubstr("unknown"));
}

TEST(CommandText, RefusesTensorsThatCannotBe) {
  const auto with = [](const std::string& tensor) {
    return refusal(GEONEURON_PERCEIVE, "{\"inputs\":{\"x\":" + tensor + "}}");
  };
  EXPECT_THAT(with(R"({"slot":0,"type":"float31","shape":[1]})"), HasSubstr("must be one of"));
  EXPECT_THAT(with(R"({"slot":0,"type":"float32","shape":[-1]})"), HasSubstr("whole numbers"));
  EXPECT_NE(with(R"({"slot":0,"type":"float32","shape":[1099511627776,1099511627776]})"), "");
  EXPECT_THAT(with(R"({"slot":8,"type":"float32","shape":[1]})"), HasSubstr("from 0 to 7"));
  EXPECT_THAT(with(R"({"slot":0,"type":"float32","shape":[1],"offset":18446744073709551615})"),
              HasSubstr("offset"));
}

TEST(TextCache, GivesTheSameObjectForTheSameText) {
  TextCache cache;
  const auto one = cache.parse(GEONEURON_RENDER, kHeatmap);
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(*cache.parse(GEONEURON_RENDER, kHeatmap), *one);
  EXPECT_FALSE(cache.parse(GEONEURON_QUERY, kHeatmap).has_value());  // of another opcode
}

TEST(TextCache, SharesStylesAmongTextsThatMeanTheSame) {
  TextCache cache;
  const auto style = [&](const std::string& text) {
    return std::get<RenderText>(**cache.parse(GEONEURON_RENDER, text)).heatmap->style;
  };
  std::string other_slot = kHeatmap;
  other_slot.replace(other_slot.find("\"pixels\":1"), 10, "\"pixels\":2");
  EXPECT_EQ(style(kHeatmap), style(other_slot));
  std::string other_scale = kHeatmap;
  other_scale.replace(other_scale.find("\"scale\":1"), 9, "\"scale\":2");
  EXPECT_NE(style(kHeatmap), style(other_scale));
}

TEST(TextCache, ForgetsRatherThanGrows) {
  TextCache cache;
  const auto first = cache.parse(GEONEURON_QUERY, R"({"about":"model"})");
  for (size_t i = 0; i < TextCache::kMaximumTexts; ++i)
    ASSERT_TRUE(cache.parse(GEONEURON_QUERY, "{\"about\":\"model\"" + std::string(i, ' ') + " }"));
  EXPECT_NE(*cache.parse(GEONEURON_QUERY, R"({"about":"model"})"), *first);
}

}  // namespace
}  // namespace geoneuron::worker
