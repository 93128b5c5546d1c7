// SPDX-License-Identifier: MIT
// What the fake worker does at a RELEASE or LOAD_MODEL, by the request's object.
#pragma once

#include <cstdint>

namespace geoneuron::fakes {

enum class FakeAct : uint64_t {
  kCrash = 1,         // by a signal, without a reply
  kHang = 2,          // never does anything again
  kSlow = 3,          // succeeds after 50 ms
  kFail = 4,          // -ENOTSUP, "told to fail"
  kForeignReply = 5,  // replies to a job that it was never given
  kCopy = 6,          // slot 0 into slot 1; value: bytes
  kCount = 7,         // value: contexts that it was told are gone << 32 | buffers that it has
  kWait = 8,          // until it is cancelled
  kProcess = 9,       // value: its process id
};

}  // namespace geoneuron::fakes
