// SPDX-License-Identifier: MIT
#include "worker/model_parser.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <memory>
#include <optional>

#include "base/printable.hpp"
#include "base/surroundings.hpp"
#include "parser/protocol.hpp"
#include "parser/stream.hpp"
#include "perception/flat_model.hpp"
#include "ring/control_socket.hpp"

extern char** environ;

namespace geoneuron::worker {
namespace {

using parser::ForkEnd;
using parser::HowEnded;

// The parser gets the socket, and of this process nothing else.
Result<void> spawn(const std::string& program, int socket) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawn_file_actions_adddup2(&actions, socket, parser::kSocketFd);
  posix_spawn_file_actions_addclosefrom_np(&actions, parser::kSocketFd + 1);
  char* const arguments[] = {const_cast<char*>(program.c_str()), nullptr};
  pid_t pid = 0;
  const int code = posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (code == 0) return {};
  return make_error(code, "%s: cannot be started: %s", program.c_str(), std::strerror(code));
}

// What a parser said; nothing of it is checked but its length.
struct Answer {
  int32_t error = 0;
  MappedRegion bytes;
  std::optional<Error> refused;  // by whoever decides whether it may come
};

Result<void> send_input(int stream, const ModelParser::Input& input) {
  parser::ParseRequest request;
  request.files = static_cast<uint32_t>(input.files.size());
  request.model_bytes = input.model.size();
  GN_TRY(parser::write_object(stream, request));
  for (const auto& [name, bytes] : input.files) {
    const parser::ParseFile file{bytes.size(), static_cast<uint32_t>(name.size()), 0};
    GN_TRY(parser::write_object(stream, file));
    GN_TRY(parser::write_all(stream, std::as_bytes(std::span(name))));
  }
  GN_TRY(parser::write_all(stream, input.model));
  for (const auto& [name, bytes] : input.files) GN_TRY(parser::write_all(stream, bytes));
  return {};
}

Result<Answer> receive_answer(int stream, const ModelParser::Admission& admit) {
  const auto header = GN_TRY(parser::read_object<parser::ParseAnswer>(stream));
  if (header.version != parser::kProtocolVersion || header.error < 0 ||
      (header.error != 0 && header.size_bytes > parser::kMaximumSentenceBytes))
    return make_error(EPROTO, "no ParseAnswer");
  Answer answer{header.error, {}, {}};
  if (header.error == 0)
    if (auto admitted = admit(header.size_bytes); !admitted) {
      answer.refused = std::move(admitted).error();
      return answer;
    }
  auto bytes = parser::read_region(stream, header.size_bytes, "model");
  if (!bytes && bytes.error().code == ENOMEM)
    answer.refused = bytes.error();
  else
    answer.bytes = GN_TRY(std::move(bytes));
  return answer;
}

Result<Answer> converse(int stream, const ModelParser::Input& input,
                        const ModelParser::Admission& admit) {
  const auto sent = send_input(stream, input);
  // A parser that refuses early need not have read all.
  auto answer = receive_answer(stream, admit);
  if (!answer && !sent) return sent.error();
  return answer;
}

// Of a parser that ended without an answer.
Error why(const ForkEnd& end) {
  switch (end.how) {
    case HowEnded::kCpuTime:
      return make_error(ETIMEDOUT, "model: reading it took more than %u s of processor time",
                        end.detail);
    case HowEnded::kTime:
      return make_error(ETIMEDOUT, "model: reading it took more than %u s", end.detail);
    case HowEnded::kSignal:
      if (end.detail == SIGKILL)
        return make_error(ENOMEM, "model: its parser was killed, as machines do without memory");
      return invalid("model: its parser died of it, by signal %u (%s)", end.detail,
                     strsignal(static_cast<int>(end.detail)));
    case HowEnded::kStatus:
      break;
  }
  return invalid("model: its parser ended without an answer, status %u", end.detail);
}

// Of all numbers that a stranger may send, clients know these.
Error told(const Answer& answer) {
  const bool is_known = answer.error == ENOTSUP || answer.error == ENOMEM;
  const auto bytes = answer.bytes.bytes();
  return {is_known ? answer.error : EINVAL,
          printable({reinterpret_cast<const char*>(bytes.data()), bytes.size()})};
}

Result<perception::Model> model_of(Answer answer) {
  if (answer.refused) return std::move(*answer.refused);
  if (answer.error != 0) return told(answer);
  return perception::read_flat_model(std::make_shared<const MappedRegion>(std::move(answer.bytes)));
}

}  // namespace

uint64_t ModelParser::Input::size_bytes() const {
  uint64_t total = model.size();
  for (const auto& [name, bytes] : files) total += bytes.size();
  return total;
}

std::string ModelParser::beside_this_program() {
  return program_folder() / "geoneuron-parser";
}

Result<ModelParser> ModelParser::start(const std::string& program) {
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return make_error(errno, "parser: socketpair: %s", std::strerror(errno));
  UniqueFd ours(ends[0]), theirs(ends[1]);
  // dup2 to the number that it has already would leave it close-on-exec.
  if (theirs.get() == parser::kSocketFd) std::swap(ours, theirs);
  GN_TRY(spawn(program, theirs.get()));
  return ModelParser(std::move(ours));
}

Result<UniqueFd> ModelParser::new_parser(uint64_t input_bytes) {
  const parser::ForkRequest request{input_bytes};
  if (write(socket_.get(), &request, sizeof request) != sizeof request)
    return make_error(EPIPE, "parser: %s", std::strerror(errno));
  parser::ForkAnswer answer;
  UniqueFd stream;
  const auto received = ring::receive_message(socket_.get(), answer, stream);
  if (!received || !*received) return make_error(EPIPE, "parser: its forker has ended");
  if (answer.error != 0 || !stream)
    return make_error(ENOMEM, "model: no process can be made to read it: %s",
                      std::strerror(answer.error));
  return stream;
}

Result<perception::Model> ModelParser::parse(const Input& input, const Admission& admit) {
  UniqueFd stream = GN_TRY(new_parser(input.size_bytes()));
  auto answer = converse(stream.get(), input, admit);
  stream.reset();  // one that would go on ends of that
  ForkEnd end;
  UniqueFd none;
  const auto received = ring::receive_message(socket_.get(), end, none);
  if (!received || !*received) return make_error(EPIPE, "parser: its forker has ended");
  if (!answer) return why(end);
  return model_of(std::move(answer).value());
}

}  // namespace geoneuron::worker
