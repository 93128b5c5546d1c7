// SPDX-License-Identifier: MIT
// Flat models that were damaged, by chance but always alike: each is refused, or is one that all
// that comes after the reader can take. Worth most under the asan preset.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "perception/algorithmic_optimizer.hpp"
#include "perception/flat_models.hpp"
#include "perception/model_description.hpp"
#include "perception/onnx_import.hpp"

namespace geoneuron::perception {
namespace {

using Bytes = std::vector<std::byte>;

class Damage {
 public:
  explicit Damage(uint32_t seed) : random_(seed) {}

  void flip_bits(Bytes& bytes, size_t end) {
    for (size_t i = below(4) + 1; i > 0; --i)
      bytes[below(end)] ^= static_cast<std::byte>(1u << below(8));
  }
  // What counts, sizes and ids are made of.
  void overwrite(Bytes& bytes, size_t end) {
    constexpr uint64_t kNumbers[] = {
        0,          1,          2,          0x7f,       0xff,
        0x10000,    0x7fffffff, 0x80000000, 0xffffffff, uint64_t{1} << 40,
        UINT64_MAX, INT64_MAX,  17,         4097};
    const uint64_t number = kNumbers[below(std::size(kNumbers))];
    const size_t length = size_t{1} << below(4);
    const size_t place = below(end);
    std::memcpy(bytes.data() + place, &number, std::min(length, bytes.size() - place));
  }
  void cut(Bytes& bytes) { bytes.resize(below(bytes.size())); }
  void extend(Bytes& bytes) {
    for (size_t i = below(200) + 1; i > 0; --i) bytes.push_back(static_cast<std::byte>(below(256)));
  }
  void move(Bytes& bytes, size_t end) {
    const size_t length = below(64) + 1, from = below(end), to = below(end);
    const size_t most = bytes.size() - std::max(from, to);
    std::memmove(bytes.data() + to, bytes.data() + from, std::min(length, most));
  }
  size_t below(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }

 private:
  std::minstd_rand random_;
};

// So that damage behind the header is not hidden by it.
void mend_header(Bytes& bytes) {
  if (bytes.size() < sizeof(FlatHeader)) return;
  const uint64_t size_bytes = bytes.size();
  std::memcpy(bytes.data() + offsetof(FlatHeader, size_bytes), &size_bytes, sizeof size_bytes);
}

void damage_once(Damage& damage, Bytes& bytes, size_t structure_bytes) {
  switch (damage.below(6)) {
    case 0:
    case 1:
      return damage.flip_bits(bytes, structure_bytes);
    case 2:
      return damage.overwrite(bytes, structure_bytes);
    case 3:
      return damage.move(bytes, structure_bytes);
    case 4:
      return damage.cut(bytes);
    default:
      return damage.extend(bytes);
  }
}

// What was taken must do no harm either.
void use(const Model& model) {
  (void)describe_model(model);
  OptimizerOptions options;
  options.keep.insert(model.graph.outputs.begin(), model.graph.outputs.end());
  (void)AlgorithmicOptimizer({}).optimize(model.graph, options);
  for (const Value& value : model.graph.values)
    if (value.constant && !value.constant->bytes().empty()) {
      volatile std::byte last = value.constant->bytes().back();
      (void)last;
    }
}

void fuzz(const std::string& path, uint32_t seed, int rounds) {
  const auto model = load_onnx(path);
  ASSERT_TRUE(model.has_value()) << model.error().message;
  const Bytes whole = flat_bytes(*model).value();
  FlatHeader header;
  std::memcpy(&header, whole.data(), sizeof header);
  Damage damage(seed);
  int taken = 0;
  for (int round = 0; round < rounds; ++round) {
    Bytes bytes = whole;
    damage_once(damage, bytes, header.structure_bytes);
    if (damage.below(4) != 0) mend_header(bytes);
    const auto read = read_flat(bytes);
    if (read) {
      use(*read);
      ++taken;
    } else {
      EXPECT_EQ(read.error().code, EINVAL);
      EXPECT_THAT(read.error().message, testing::StartsWith("flat model: "));
      EXPECT_LT(read.error().message.size(), 1000u);
    }
  }
  // Both ways were gone.
  EXPECT_GT(taken, rounds / 50);
  EXPECT_LT(taken, rounds);
}

TEST(FlatModelFuzz, NothingComesOfDamage) {
  fuzz(GEONEURON_DIGITS, 1, 6000);
}

TEST(FlatModelFuzz, NothingComesOfDamageToAModelWithShapeArithmetic) {
  const std::string folder = "/usr/share/libonnx-testdata/data/node/";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "needs Debian's libonnx-testdata";
  for (const char* name :
       {"test_resize_upsample_scales_linear", "test_split_equal_parts_1d",
        "test_batchnorm_epsilon_training_mode", "test_dropout_default_mask_ratio",
        "test_conv_with_strides_and_asymmetric_padding"})
    fuzz(folder + name + "/model.onnx", 2, 1500);
}

}  // namespace
}  // namespace geoneuron::perception
