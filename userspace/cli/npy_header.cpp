// SPDX-License-Identifier: MIT
#include "cli/npy_header.hpp"

#include <bit>
#include <cstring>
#include <optional>
#include <string>

namespace geoneuron::cli {
namespace {

using perception::DataType;
using perception::Shape;

constexpr std::string_view kMagic = "\x93NUMPY";
// Longer than any dictionary with at most 16 extents; bounds what a malformed length can claim.
constexpr size_t kMaximumDictionaryBytes = size_t{64} << 10;

// Reads the subset of Python literals that numpy writes: strings, True, False, tuples of integers.
class LiteralReader {
 public:
  explicit LiteralReader(std::string_view text) : rest_(text) {}

  void skip_space() {
    const size_t first = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(first == std::string_view::npos ? rest_.size() : first);
  }
  bool take(std::string_view token) {
    skip_space();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  bool at_end() {
    skip_space();
    return rest_.empty();
  }
  std::optional<std::string_view> text() {
    skip_space();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return std::nullopt;
    const size_t end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view result = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return result;
  }
  std::optional<int64_t> integer() {
    skip_space();
    size_t digits = 0;
    int64_t value = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      if (value > (INT64_MAX - 9) / 10) return std::nullopt;
      value = value * 10 + (rest_[digits] - '0');
    }
    if (digits == 0) return std::nullopt;
    rest_.remove_prefix(digits);
    (void)take("L");  // Python 2 wrote long integers so
    return value;
  }

 private:
  std::string_view rest_;
};

Result<Shape> read_shape(LiteralReader& reader) {
  const auto malformed = [] {
    return invalid("the header's shape must be a tuple of integers such as (1, 3, 48, 48)");
  };
  if (!reader.take("(")) return malformed();
  std::vector<int64_t> extents;
  while (!reader.take(")")) {
    const auto extent = reader.integer();
    if (!extent || extents.size() > Shape::kMaximumRank) return malformed();
    extents.push_back(*extent);
    if (!reader.take(",")) {
      if (!reader.take(")")) return malformed();
      break;
    }
  }
  return Shape::checked(std::move(extents));
}

std::optional<DataType> type_of(std::string_view code) {
  static constexpr std::pair<std::string_view, DataType> kTypes[] = {
      {"f2", DataType::kFloat16}, {"f4", DataType::kFloat32}, {"f8", DataType::kFloat64},
      {"i1", DataType::kInt8},    {"i2", DataType::kInt16},   {"i4", DataType::kInt32},
      {"i8", DataType::kInt64},   {"u1", DataType::kUInt8},   {"u2", DataType::kUInt16},
      {"u4", DataType::kUInt32},  {"u8", DataType::kUInt64},  {"b1", DataType::kBool}};
  for (const auto& [name, type] : kTypes)
    if (name == code) return type;
  return std::nullopt;
}

Result<void> read_type(LiteralReader& reader, NpyHeader& header) {
  const auto descr = reader.text();
  if (!descr) {
    return make_error(ENOTSUP,
                      "the header's descr must be one type such as '<f4'; records are not read");
  }
  const char order = descr->empty() ? ' ' : descr->front();
  const bool has_order = std::strchr("<>|=", order) != nullptr && order != '\0';
  const auto type = has_order ? type_of(descr->substr(1)) : std::nullopt;
  if (!type) {
    return make_error(ENOTSUP,
                      "element type '%.20s' is not read; convert the array with astype() to a "
                      "float, integer or bool type",
                      std::string(*descr).c_str());
  }
  header.info.type = *type;
  const bool is_little = std::endian::native == std::endian::little;
  header.swapped = order == (is_little ? '>' : '<') && perception::size_of(*type) > 1;
  return {};
}

Result<void> read_order(LiteralReader& reader, NpyHeader& header) {
  header.column_major = reader.take("True");
  if (!header.column_major && !reader.take("False"))
    return invalid("the header's fortran_order must be True or False");
  return {};
}

Result<void> read_entry(LiteralReader& reader, std::string_view key, NpyHeader& header) {
  if (key == "descr") return read_type(reader, header);
  if (key == "fortran_order") return read_order(reader, header);
  if (key != "shape") {
    return invalid("the header has key '%.20s'; only descr, fortran_order and shape may occur",
                   std::string(key).c_str());
  }
  header.info.shape = GN_TRY(read_shape(reader));
  return {};
}

Result<void> read_dictionary(std::string_view text, NpyHeader& header) {
  LiteralReader reader(text);
  const auto malformed = [] {
    return invalid(
        "the header must be a dictionary like {'descr': '<f4', 'fortran_order': False, 'shape': "
        "(1, 2)}");
  };
  if (!reader.take("{")) return malformed();
  int entries = 0;
  while (!reader.take("}")) {
    const auto key = reader.text();
    if (!key || !reader.take(":") || entries++ == 3) return malformed();
    GN_TRY(read_entry(reader, *key, header));
    if (!reader.take(",")) {
      if (!reader.take("}")) return malformed();
      break;
    }
  }
  if (entries != 3 || !reader.at_end() || header.info.type == DataType::kUndefined)
    return malformed();
  return {};
}

}  // namespace

Result<NpyHeader> NpyHeader::parse(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kMagic)) return invalid("is no .npy file: it must start with \\x93NUMPY");
  const auto at = [&](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(text[i])); };
  const size_t version = text.size() > 6 ? at(6) : 1;
  if (version < 1 || version > 3)
    return make_error(ENOTSUP, ".npy version %zu is not read; 1, 2 and 3 are", version);
  const size_t start = version == 1 ? 10 : 12;
  if (text.size() < start)
    return invalid("ends inside its .npy header after %zu bytes", text.size());
  size_t length = at(8) | at(9) << 8;
  if (version > 1) length |= at(10) << 16 | at(11) << 24;
  if (length > kMaximumDictionaryBytes)
    return invalid("the .npy header claims %zu bytes; at most %zu are read", length,
                   kMaximumDictionaryBytes);
  if (text.size() - start < length)
    return invalid("ends inside its .npy header after %zu bytes", text.size());
  NpyHeader header;
  GN_TRY(read_dictionary(text.substr(start, length), header));
  header.data_offset = start + length;
  return header;
}

}  // namespace geoneuron::cli
