// SPDX-License-Identifier: MIT
#include "cli/npy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

namespace geoneuron::cli {
namespace {

using perception::DataType;
using perception::Shape;
using perception::Tensor;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  return {bytes.begin(), bytes.end()};
}

// A .npy file of the given version, dictionary and elements.
std::vector<std::byte> npy(const std::string& dictionary, std::string_view elements,
                           char version = 1) {
  std::string text = std::string("\x93NUMPY") + version + '\0';
  const size_t length = dictionary.size();
  text += static_cast<char>(length & 0xff);
  text += static_cast<char>(length >> 8);
  if (version > 1) text += std::string(2, '\0');
  return bytes_of(text + dictionary + std::string(elements));
}

std::vector<std::byte> concatenated(std::vector<std::byte> a, std::span<const std::byte> b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string message_of(const std::vector<std::byte>& bytes) {
  const auto result = parse_npy(bytes);
  return result.has_value() ? "no error" : result.error().message;
}

TEST(Npy, EveryTypeAndRankSurvivesARoundTrip) {
  for (int type = 1; type <= 13; ++type) {
    if (type == 8) continue;  // strings
    for (const Shape& shape : {Shape{}, Shape{3}, Shape{2, 3}, Shape{1, 0, 2}, Shape{2, 1, 3, 2}}) {
      Tensor tensor = Tensor::allocate({static_cast<DataType>(type), shape}).value();
      const auto bytes = tensor.mutable_bytes();
      for (size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(type == 9 ? i % 2 : i * 37 + 1);
      const auto read = parse_npy(concatenated(npy_header(tensor.info()), tensor.bytes()));
      ASSERT_TRUE(read.has_value()) << read.error().message;
      EXPECT_EQ(read->info(), tensor.info());
      EXPECT_TRUE(std::ranges::equal(read->bytes(), tensor.bytes())) << tensor.info().to_string();
    }
  }
}

TEST(Npy, HeaderIsWhatNumpyWrites) {
  const auto header = npy_header({DataType::kFloat32, {1, 3}});
  EXPECT_EQ(header.size() % 64, 0u);
  const std::string text(reinterpret_cast<const char*>(header.data()), header.size());
  EXPECT_THAT(text, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }"));
  const auto one = npy_header({DataType::kBool, {5}});
  EXPECT_THAT(std::string(reinterpret_cast<const char*>(one.data()), one.size()),
              HasSubstr("'shape': (5,), }"));
}

TEST(Npy, ReadsAllThreeVersions) {
  for (const char version : {'\1', '\2', '\3'}) {
    const auto read = parse_npy(
        npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n", "ab", version));
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_THAT(read->values<uint8_t>(), ElementsAre('a', 'b'));
  }
}

TEST(Npy, SwapsBigEndianElements) {
  const auto read = parse_npy(npy("{'descr': '>i2', 'fortran_order': False, 'shape': (2,)}",
                                  std::string_view("\x01\x02\x00\x05", 4)));
  EXPECT_THAT(read.value().values<int16_t>(), ElementsAre(0x102, 5));
}

TEST(Npy, TransposesFortranOrder) {
  // numpy: arange(6).reshape(1,2,3) as uint8, stored by columns
  const auto read = parse_npy(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (1, 2, 3)}",
                                  std::string_view("\0\3\1\4\2\5", 6)));
  EXPECT_THAT(read.value().values<uint8_t>(), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Npy, AnyNonZeroByteIsTrue) {
  const auto read = parse_npy(npy("{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}",
                                  std::string_view("\0\1\7", 3)));
  const Tensor tensor = read.value();
  uint8_t raw[3];
  std::memcpy(raw, tensor.bytes().data(), 3);
  EXPECT_THAT(raw, ElementsAre(0, 1, 1));
}

TEST(Npy, ReadsKeysInAnyOrderAndPythonTwoIntegers) {
  const auto read =
      parse_npy(npy("{ \"shape\" : ( 2L , ) , 'fortran_order':False,'descr':'=u1'}  \n", "ab"));
  EXPECT_EQ(read.value().shape(), Shape{2});
}

TEST(Npy, RefusesWhatItIsNot) {
  EXPECT_THAT(message_of({}), HasSubstr("must start with"));
  EXPECT_THAT(message_of(bytes_of("PK\3\4 and more")), HasSubstr("is no .npy file"));
  EXPECT_THAT(message_of(npy("{}", "", 4)), HasSubstr("version 4"));
  EXPECT_THAT(message_of(npy("{}", "", 0)), HasSubstr("version 0"));
}

TEST(Npy, SaysWhichPartOfTheHeaderIsMalformed) {
  const auto with = [](const std::string& dictionary) { return message_of(npy(dictionary, "")); };
  EXPECT_THAT(with(""), HasSubstr("dictionary"));
  EXPECT_THAT(with("{'descr': '<f4'"), HasSubstr("dictionary"));
  EXPECT_THAT(with("{'descr': '<f4', 'fortran_order': False}"), HasSubstr("dictionary"));
  EXPECT_THAT(with("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}"),
              HasSubstr("fortran_order"));
  EXPECT_THAT(with("{'descr': '<f4', 'fortran_order': False, 'shape': [1]}"), HasSubstr("shape"));
  EXPECT_THAT(with("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), HasSubstr("shape"));
  EXPECT_THAT(with("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}"),
              HasSubstr("dictionary"));
  EXPECT_THAT(with("{'descr': '<f4', 'other': False, 'shape': (1,)}"), HasSubstr("'other'"));
  EXPECT_THAT(with("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x"),
              HasSubstr("dictionary"));
  EXPECT_THAT(with("{'shape': (), 'shape': (), 'shape': ()}"), HasSubstr("dictionary"));
}

TEST(Npy, RefusesForeignTypes) {
  for (const char* descr : {"<c8", "<U4", "|O", "|V4", "<M8", "f4", "<f16", "", "<"}) {
    const auto result = parse_npy(npy(
        std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (1,)}", "abcd"));
    ASSERT_FALSE(result.has_value()) << descr;
    EXPECT_EQ(result.error().code, ENOTSUP) << descr;
  }
  EXPECT_THAT(message_of(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", "")),
              HasSubstr("records"));
}

TEST(Npy, RefusesHugeShapesWithoutAllocatingThem) {
  const auto with = [](const char* shape) {
    return message_of(npy(
        std::string("{'descr': '<f4', 'fortran_order': False, 'shape': ") + shape + "}", "abcd"));
  };
  EXPECT_THAT(with("(1000000000,)"), HasSubstr("4000000000"));
  EXPECT_THAT(with("(9223372036854775807, 9223372036854775807)"), testing::Not("no error"));
  EXPECT_THAT(with("(99999999999999999999999,)"), HasSubstr("shape"));
  EXPECT_THAT(with("(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)"), testing::Not("no error"));
}

TEST(Npy, RefusesEveryTruncationAndTrailingBytes) {
  Tensor tensor = Tensor::from<int16_t>({3}, std::vector<int16_t>{1, 2, 3});
  auto whole = concatenated(npy_header(tensor.info()), tensor.bytes());
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_npy(std::span(whole).first(length)).has_value()) << length;
  whole.push_back(std::byte{0});
  EXPECT_THAT(message_of(whole), HasSubstr("has 7 bytes of elements"));
}

TEST(Npy, SurvivesEveryChangedByteOfTheHeader) {
  Tensor tensor = Tensor::from<int16_t>({3}, std::vector<int16_t>{1, 2, 3});
  const auto whole = concatenated(npy_header(tensor.info()), tensor.bytes());
  for (size_t i = 0; i < npy_header(tensor.info()).size(); ++i) {
    for (const int value : {0, 1, 0x27, 0x28, 0x39, 255}) {
      auto changed = whole;
      changed[i] = static_cast<std::byte>(value);
      const auto result = parse_npy(changed);
      if (!result.has_value()) {
        EXPECT_FALSE(result.error().message.empty());
      }
    }
  }
}

TEST(Npy, NamesTheFile) {
  EXPECT_THAT(read_npy("/nowhere/x.npy").error().message, HasSubstr("/nowhere/x.npy"));
  EXPECT_THAT(read_npy("/proc/self/exe").error().message, HasSubstr("/proc/self/exe: is no .npy"));
}

}  // namespace
}  // namespace geoneuron::cli
