// SPDX-License-Identifier: MIT
// Runs a network and tells what it keeps: perceive MODEL.onnx INPUT SHAPE FILE, say
//   perceive models/digits.onnx image 1,1,48,48 pixels.f32
#include <cstdio>
#include <fstream>
#include <geoneuron/geoneuron.hpp>
#include <iterator>
#include <string>
#include <vector>

using geoneuron::client::Buffer;
using geoneuron::client::Connection;

namespace {

constexpr uint64_t kModel = 1;
constexpr uint64_t kPerception = 2;

// A buffer with a file's bytes; their number, or -1.
int64_t load(const Connection& connection, const char* path, Buffer& buffer) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file || connection.create_buffer(bytes.size(), buffer) < 0) return -1;
  std::copy(bytes.begin(), bytes.end(), buffer.as<char>().begin());
  return static_cast<int64_t>(bytes.size());
}

std::string inputs(const std::string& name, const std::string& shape) {
  return R"({"inputs": {")" + name + R"(": {"slot": 0, "type": "float32", "shape": [)" + shape +
         R"(]}}, "keep": "all"})";
}

// One chain: what fails ends the rest.
int perceive(const Connection& connection, char** arguments, Buffer& answer) {
  Buffer model;
  Buffer input;
  const int64_t model_bytes = load(connection, arguments[1], model);
  const int64_t input_bytes = load(connection, arguments[4], input);
  if (model_bytes < 0 || input_bytes < 0) return -1;
  if (connection.create_buffer(1 << 20, answer) < 0) return -1;
  const std::string text = inputs(arguments[2], arguments[3]);
  geoneuron_command commands[3];
  if (geoneuron_command_load_model(&commands[0], kModel, model.get(),
                                   static_cast<uint64_t>(model_bytes), nullptr) < 0 ||
      geoneuron_command_perceive(&commands[1], kPerception, kModel, text.c_str()) < 0 ||
      geoneuron_command_use(&commands[1], input.get(), GEONEURON_ACCESS_READ, 0,
                            static_cast<uint64_t>(input_bytes)) < 0 ||
      geoneuron_command_query(&commands[2], kPerception, R"({"about": "perception"})",
                              answer.get()) < 0)
    return -1;
  commands[0].flags |= GEONEURON_COMMAND_LINK;
  commands[1].flags |= GEONEURON_COMMAND_LINK;
  geoneuron_completion completions[3];
  if (connection.run(commands, completions) < 0) return -1;
  return static_cast<int>(completions[2].value);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fprintf(stderr, "usage: perceive MODEL.onnx INPUT SHAPE FILE\n");
    return 2;
  }
  Connection connection;
  Buffer answer;
  const int bytes = connection.connect() < 0 ? -1 : perceive(connection, arguments, answer);
  if (bytes < 0) {
    const std::string error = geoneuron_error();
    std::fprintf(stderr, "perceive: %s\n", error.empty() ? "cannot read" : error.c_str());
    return 1;
  }
  std::fwrite(answer.bytes().data(), 1, static_cast<size_t>(bytes), stdout);
}
