// SPDX-License-Identifier: MIT
// What the worker and its parsers say to each other. Plain data; each side checks what it receives.
//
// The worker asks the forker, over a seqpacket socket, for one parser per model: ForkRequest, then
// ForkAnswer with the fd of a stream to that parser, and when it has ended ForkEnd. Over the stream
// go ParseRequest; per file of external data ParseFile and the bytes of its name; the bytes of the
// model; those of each file. Back come ParseAnswer and what it announces.
#pragma once

#include <cstdint>

namespace geoneuron::parser {

inline constexpr uint32_t kProtocolVersion = 1;
// The forker's end of the seqpacket socket, and a parser's of its stream.
inline constexpr int kSocketFd = 3;

inline constexpr uint32_t kMaximumFiles = 4096;      // of external data
inline constexpr uint32_t kMaximumNameBytes = 4096;  // of a file's name
inline constexpr uint32_t kMaximumSentenceBytes = 4096;

struct ForkRequest {
  uint64_t input_bytes = 0;  // of model and files together: what memory is allowed grows with it
};

struct ForkAnswer {
  int32_t error = 0;  // positive errno where there is no parser; the message then has no fd
  uint32_t padding = 0;
};

enum class HowEnded : uint32_t {
  kStatus = 0,   // by itself; detail: exit status
  kSignal = 1,   // detail: the signal
  kCpuTime = 2,  // it used up its seconds of CPU time
  kTime = 3,     // it did not end in time
};

struct ForkEnd {
  HowEnded how = HowEnded::kStatus;
  uint32_t detail = 0;
};

struct ParseRequest {
  uint32_t version = kProtocolVersion;
  uint32_t files = 0;
  uint64_t model_bytes = 0;
};

struct ParseFile {
  uint64_t size_bytes = 0;
  uint32_t name_bytes = 0;
  uint32_t padding = 0;
};

struct ParseAnswer {
  uint32_t version = kProtocolVersion;
  int32_t error = 0;        // positive errno; 0: a flat model follows, else a sentence
  uint64_t size_bytes = 0;  // of what follows
};

}  // namespace geoneuron::parser
