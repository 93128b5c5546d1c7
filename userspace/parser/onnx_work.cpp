// SPDX-License-Identifier: MIT
#include "parser/onnx_work.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include "parser/protocol.hpp"
#include "parser/stream.hpp"
#include "perception/flat_model.hpp"
#include "perception/onnx_import.hpp"

namespace geoneuron::parser {
namespace {

struct Input {
  MappedRegion model;
  perception::ExternalFiles files;
};

Result<Input> read_input(int stream) {
  const auto request = GN_TRY(read_object<ParseRequest>(stream));
  if (request.version != kProtocolVersion || request.files > kMaximumFiles)
    return make_error(EPROTO, "the worker sent no ParseRequest");
  std::vector<std::pair<std::string, uint64_t>> files;
  for (uint32_t i = 0; i < request.files; ++i) {
    const auto file = GN_TRY(read_object<ParseFile>(stream));
    if (file.name_bytes > kMaximumNameBytes)
      return make_error(EPROTO, "the worker sent no ParseFile");
    std::string name(file.name_bytes, '\0');
    GN_TRY(read_all(stream, std::as_writable_bytes(std::span(name))));
    files.emplace_back(std::move(name), file.size_bytes);
  }
  Input input;
  input.model = GN_TRY(read_region(stream, request.model_bytes, "model"));
  for (const auto& [name, size_bytes] : files)
    input.files[name] =
        std::make_shared<MappedRegion>(GN_TRY(read_region(stream, size_bytes, name)));
  return input;
}

Result<perception::Model> parsed(int stream) {
  const Input input = GN_TRY(read_input(stream));
  return perception::parse_onnx(input.model.bytes(), input.files);
}

Result<void> answer_error(int stream, const Error& error) {
  const auto text = std::as_bytes(std::span(error.message));
  ParseAnswer answer;
  answer.error = error.code > 0 ? error.code : EINVAL;
  answer.size_bytes = std::min<size_t>(text.size(), kMaximumSentenceBytes);
  GN_TRY(write_object(stream, answer));
  return write_all(stream, text.first(answer.size_bytes));
}

// The header of a flat model tells its size; until that is written, what is wrong with the model
// can still be answered.
Result<void> answer_model(int stream, const perception::Model& model) {
  bool is_announced = false;
  const auto sink = [&](std::span<const std::byte> bytes) -> Result<void> {
    if (!is_announced) {
      perception::FlatHeader header;
      std::memcpy(&header, bytes.data(), sizeof header);
      GN_TRY(write_object(stream, ParseAnswer{kProtocolVersion, 0, header.size_bytes}));
      is_announced = true;
    }
    return write_all(stream, bytes);
  };
  auto written = perception::write_flat_model(model, sink);
  if (written || is_announced) return written;
  return answer_error(stream, written.error());
}

Result<void> answer(int stream) {
  try {
    const auto model = parsed(stream);
    if (!model) return answer_error(stream, model.error());
    return answer_model(stream, *model);
  } catch (const std::bad_alloc&) {
    return answer_error(stream, {ENOMEM, "reading it takes more memory than a model may"});
  }
}

}  // namespace

int parse_onnx_from(int stream) {
  return answer(stream) ? 0 : 1;
}

// x -> Identity -> y, as protobuf writes it: ir_version 8, the graph, operator set 13.
Result<void> warm_up_onnx() {
  constexpr auto kModel = std::to_array<unsigned char>(
      {0x08, 0x08, 0x3a, 0x24, 0x0a, 0x10, 0x0a, 0x01, 'x',  0x12, 0x01, 'y',  0x22, 0x08, 'I',
       'd',  'e',  'n',  't',  'i',  't',  'y',  0x5a, 0x0b, 0x0a, 0x01, 'x',  0x12, 0x06, 0x0a,
       0x04, 0x08, 0x01, 0x12, 0x00, 0x62, 0x03, 0x0a, 0x01, 'y',  0x42, 0x02, 0x10, 0x0d});
  GN_TRY(perception::parse_onnx(std::as_bytes(std::span(kModel)), perception::ExternalFiles()));
  return {};
}

}  // namespace geoneuron::parser
