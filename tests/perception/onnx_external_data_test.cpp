// SPDX-License-Identifier: MIT
#include "perception/onnx_external_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "perception/onnx_models.hpp"

namespace geoneuron::perception {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// A folder with data.bin (256 bytes) in it, a link to that, and a secret beside it.
class OnnxExternalData : public ::testing::Test {
 protected:
  void SetUp() override {
    // Tests of this fixture may run at the same time, in processes of their own.
    root_ =
        fs::path(::testing::TempDir()) / ("geoneuron_external_data_" + std::to_string(getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_ / "model" / "inner");
    write(root_ / "secret.bin");
    write(root_ / "model" / "data.bin");
    write(root_ / "model" / "inner" / "data.bin");
    fs::create_symlink("data.bin", root_ / "model" / "link.bin");
    fs::create_directory_symlink("inner", root_ / "model" / "door");
  }
  void TearDown() override { fs::remove_all(root_); }

  static void write(const fs::path& path) {
    std::ofstream file(path, std::ios::binary);
    for (int i = 0; i < 64; ++i) {
      const auto value = static_cast<float>(i);
      file.write(reinterpret_cast<const char*>(&value), sizeof value);
    }
  }

  static void entry(onnx::TensorProto& tensor, const char* key, const std::string& value) {
    auto* pair = tensor.add_external_data();
    pair->set_key(key);
    pair->set_value(value);
  }

  // Adds w (4 floats) to x, where w lies at `location`.
  ModelMaker model(const std::string& location, const std::string& offset = "0",
                   const std::string& length = "16") const {
    ModelMaker maker(13);
    maker.input("x", {4}).output("y");
    maker.node("Add", {"x", "w"}, {"y"});
    onnx::TensorProto& tensor = maker.initializer("w", {4});
    tensor.clear_float_data();
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    entry(tensor, "location", location);
    entry(tensor, "offset", offset);
    entry(tensor, "length", length);
    return maker;
  }

  std::string folder() const { return (root_ / "model").string(); }
  float first(const ModelMaker& maker) const {
    const auto loaded = maker.load(folder());
    if (!loaded.has_value()) {
      ADD_FAILURE() << loaded.error().message;
      return -1;
    }
    const Graph& graph = loaded->graph;
    return graph.at(*graph.find("w")).constant->values<float>()[0];
  }
  std::string refusal(const ModelMaker& maker) const { return maker.refusal(folder()); }

  fs::path root_;
};

TEST_F(OnnxExternalData, IsReadFromItsOffset) {
  EXPECT_EQ(first(model("data.bin", "64")), 16);  // mapped: a multiple of the alignment
  EXPECT_EQ(first(model("data.bin", "12")), 3);   // copied
  EXPECT_EQ(first(model("inner/data.bin", "4")), 1);
}

TEST_F(OnnxExternalData, BelongsToTheDigest) {
  const std::string before = model("data.bin").load(folder())->digest;
  std::fstream file(root_ / "model" / "data.bin", std::ios::binary | std::ios::in | std::ios::out);
  file.write("changed!", 8);
  file.close();
  EXPECT_NE(model("data.bin").load(folder())->digest, before);
}

TEST_F(OnnxExternalData, NeverLeavesTheFolder) {
  EXPECT_THAT(refusal(model("../secret.bin")), HasSubstr("\"..\""));
  EXPECT_THAT(refusal(model("inner/../data.bin")), HasSubstr("\"..\""));
  EXPECT_THAT(refusal(model("./data.bin")), HasSubstr("without empty"));
  EXPECT_THAT(refusal(model("inner//data.bin")), HasSubstr("without empty"));
  EXPECT_THAT(refusal(model((root_ / "secret.bin").string())), HasSubstr("is absolute"));
}

TEST_F(OnnxExternalData, FollowsNoSymbolicLink) {
  EXPECT_THAT(refusal(model("link.bin")), HasSubstr("symbolic link"));
  EXPECT_THAT(refusal(model("door/data.bin")), HasSubstr("symbolic link"));
}

TEST_F(OnnxExternalData, IsARegularFile) {
  EXPECT_THAT(refusal(model("inner")), HasSubstr("is a folder; must be a file"));
  EXPECT_THAT(refusal(model("missing.bin")), HasSubstr("No such file"));
  ASSERT_EQ(mkfifo((root_ / "model" / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(refusal(model("pipe")), HasSubstr("must be a regular file"));
}

TEST_F(OnnxExternalData, EndsWithTheFile) {
  EXPECT_THAT(refusal(model("data.bin", "248")),
              HasSubstr("has 256 bytes, but 16 from offset 248"));
  EXPECT_THAT(refusal(model("data.bin", "18446744073709551600")), HasSubstr("has 256 bytes"));
  EXPECT_THAT(refusal(model("data.bin", "0", "20")), HasSubstr("length 20 must be the 16 bytes"));
}

TEST_F(OnnxExternalData, HasNumbersForOffsets) {
  for (const char* offset : {"", "-1", "1e3", "0x10", "99999999999999999999"})
    EXPECT_THAT(refusal(model("data.bin", offset)), HasSubstr("offset \"")) << offset;
}

TEST_F(OnnxExternalData, HasALocation) {
  EXPECT_THAT(refusal(model("")), HasSubstr("location is empty"));
  EXPECT_THAT(refusal(model(std::string("data.bin\0x", 10))), HasSubstr("zero byte"));
  EXPECT_THAT(model("data.bin").refusal(""), HasSubstr("without a folder"));
}

}  // namespace
}  // namespace geoneuron::perception
