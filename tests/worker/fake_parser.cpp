// SPDX-License-Identifier: MIT
// Stands in for geoneuron-parser: a forker like any other, whose parsers do what the model's bytes
// say, as one might that a hostile file has taken over.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <new>
#include <string>

#include "parser/forker.hpp"
#include "parser/protocol.hpp"
#include "parser/stream.hpp"
#include "perception/flat_model.hpp"

namespace {

using namespace geoneuron::parser;
namespace perception = geoneuron::perception;

std::string model_from(int stream) {
  const auto request = read_object<ParseRequest>(stream);
  if (!request) _exit(1);
  std::string model(request->model_bytes, '\0');
  if (!read_all(stream, std::as_writable_bytes(std::span(model)))) _exit(1);
  return model;
}

int say(int stream, const ParseAnswer& answer, const std::string& rest) {
  (void)write_object(stream, answer);
  (void)write_all(stream, std::as_bytes(std::span(rest)));
  return 0;
}

int say_error(int stream, int error, const std::string& sentence) {
  return say(stream, {kProtocolVersion, error, sentence.size()}, sentence);
}

int loop(int) {
  for (volatile uint64_t turns = 0;;) turns = turns + 1;
}

// For a byte that the worker never sends.
int wait(int stream) {
  char byte = 0;
  return read(stream, &byte, 1) == 0 ? 0 : 1;
}

// Memory that is shared counts too, and code cannot be made.
int eat(int stream) {
  const size_t bytes = size_t{1} << 30;
  const int kinds[] = {MAP_PRIVATE | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS};
  for (const int kind : kinds)
    if (mmap(nullptr, bytes, PROT_READ | PROT_WRITE, kind, -1, 0) != MAP_FAILED)
      return say_error(stream, EINVAL, "got a gigabyte");
  try {
    volatile char* memory = new char[bytes];
    memory[0] = 1;
  } catch (const std::bad_alloc&) {
    return say_error(stream, ENOMEM, "got nothing");
  }
  return say_error(stream, EINVAL, "got a gigabyte");
}

// Nothing but the stream and /dev/null is there to be read.
int look_for_fds(int stream) {
  char byte = 0;
  for (int fd = 0; fd < 2048; ++fd) {
    if (fd == stream) continue;
    const ssize_t count = read(fd, &byte, 1);
    if (count > 0 || (count < 0 && errno != EBADF))
      return say_error(stream, EINVAL, "fd " + std::to_string(fd) + " is there");
  }
  return say_error(stream, ENOTSUP, "no fd is there");
}

int crash(int) {
  *static_cast<volatile int*>(nullptr) = 1;
  return 0;
}

int flood(int stream) {
  const std::string more(1 << 16, 'x');
  (void)write_object(stream, ParseAnswer{kProtocolVersion, 0, 100});
  while (write_all(stream, std::as_bytes(std::span(more)))) continue;
  return 0;
}

// A model, after a while.
int answer_slowly(int stream) {
  const auto seconds = [] {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  for (const double end = seconds() + 0.3; seconds() < end;) continue;
  perception::Model model;
  const auto x = model.graph.add_value({"x", {perception::DataType::kFloat32, {}}, {}});
  const auto y = model.graph.add_value({"y", {}, {}});
  model.graph.nodes.push_back({perception::Operator::kRelu, "relu", {x}, {y}, {}, {}});
  model.graph.inputs = {x};
  model.graph.outputs = {y};
  std::string bytes;
  (void)perception::write_flat_model(model, [&](std::span<const std::byte> more) {
    bytes.append(reinterpret_cast<const char*>(more.data()), more.size());
    return geoneuron::Result<void>();
  });
  return say(stream, {kProtocolVersion, 0, bytes.size()}, bytes);
}

using Deed = int (*)(int stream);

const std::map<std::string, Deed>& deeds() {
  static const std::map<std::string, Deed> all = {
      {"crash", crash},
      {"loop", loop},
      {"wait", wait},
      {"eat", eat},
      {"flood", flood},
      {"look for fds", look_for_fds},
      {"slow", answer_slowly},
      {"leave", [](int) { return 3; }},
      {"open", [](int) { return open("/etc/passwd", O_RDONLY); }},
      {"connect", [](int) { return socket(AF_UNIX, SOCK_STREAM, 0); }},
      {"fork", [](int) { return static_cast<int>(fork()); }},
      {"kill", [](int) { return kill(getppid(), SIGKILL); }},
      {"make code",
       [](int) {
         return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                        MAP_FAILED
                    ? 1
                    : 0;
       }},
      {"garbage",
       [](int stream) {
         return say(stream, {kProtocolVersion, 0, 64}, std::string(64, 'g'));
       }},
      {"another version",
       [](int stream) {
         return say(stream, {9, 0, 0}, "");
       }},
      {"too large",
       [](int stream) {
         return say(stream, {kProtocolVersion, 0, 1ull << 60}, "");
       }},
      {"too long a sentence",
       [](int stream) {
         return say(stream, {kProtocolVersion, EINVAL, 1ull << 40}, "");
       }},
      {"negative error",
       [](int stream) {
         return say(stream, {kProtocolVersion, -5, 0}, "");
       }},
      {"lie", [](int stream) { return say_error(stream, ESTALE, "a lie\x1b[2J"); }},
      {"nothing",
       [](int stream) {
         return say(stream, {kProtocolVersion, 0, 1000}, "the rest is missing");
       }},
  };
  return all;
}

int obey(int stream) {
  const std::string model = model_from(stream);
  const auto deed = deeds().find(model);
  return deed == deeds().end() ? 7 : deed->second(stream);
}

uint32_t number_of(const char* variable, uint32_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<uint32_t>(std::atoi(text));
}

}  // namespace

int main() {
  Limits limits;
  limits.cpu_seconds = number_of("FAKE_PARSER_CPU_SECONDS", 600);
  limits.seconds = number_of("FAKE_PARSER_SECONDS", 600);
  const auto nothing = [] { return geoneuron::Result<void>(); };
  (void)deeds();
  return serve_worker(limits, nothing, obey) ? 0 : 1;
}
