// SPDX-License-Identifier: MIT
// SocketTransport: a daemon behind a socket, with the ledger mirrored here, so that a daemon that
// is lost looks to the client as it does with the kernel: what may run again does, on the next
// daemon, and the rest is answered. See Transport.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>

#include "client/endpoint.hpp"
#include "client/message_channel.hpp"
#include "client/poller.hpp"
#include "client/socket_buffers.hpp"
#include "client/socket_ledger.hpp"
#include "client/transport.hpp"

namespace geoneuron::client {

struct SocketLimits {
  uint32_t completion_entries = 0;
  uint64_t connect_ns = 0;    // for a daemon to answer HELLO
  uint64_t reconnect_ns = 0;  // to find another daemon after one was lost
};

class SocketTransport final : public Transport {
 public:
  // Waits for WELCOME on `connection`, which `endpoint` opened. Errors: a refusal's; ETIMEDOUT;
  // EPROTO where the daemon breaks the rules; ECONNRESET where it goes.
  static Result<std::unique_ptr<SocketTransport>> connect(std::unique_ptr<Endpoint> endpoint,
                                                          UniqueFd connection,
                                                          const SocketLimits& limits);

  int event_fd() const override { return poller_.fd(); }
  bool poll(Completions& arrived) override;
  Result<uint32_t> submit(std::span<const Unit> units, Completions& arrived) override;
  void cancel(const std::shared_ptr<CancelCall>& call, Completions& arrived) override;
  Result<BufferMemory> create_buffer(uint64_t size_bytes) override;
  Result<BufferMemory> import_buffer(int fd, uint32_t flags) override;
  Result<void> destroy_buffer(uint32_t handle) override;
  Result<geoneuron_info> info() override;

 private:
  // kHandshake -> kConnected: WELCOME. kHandshake -> kBackOff: lost before it.
  // kConnected -> kFence: lost, with commands. kFence -> kBackOff: the last worker is gone.
  // kBackOff -> kHandshake: connected again. Any but kConnected -> kDead: no other daemon in time,
  // or one that refuses or breaks the rules.
  enum class State { kHandshake, kConnected, kFence, kBackOff, kDead };
  // A message that is neither HELLO nor SUBMIT.
  struct Control {
    uint16_t kind;
    uint32_t handle;    // of BUFFER and DESTROY
    uint64_t sequence;  // of CANCEL
  };
  struct DueCancel {
    std::shared_ptr<CancelCall> call;
    uint64_t sequence;
  };
  using Channel = MessageChannel;

  SocketTransport(std::unique_ptr<Endpoint> endpoint, const SocketLimits& limits, Poller poller,
                  UniqueFd timer);

  Result<void> begin(UniqueFd connection);  // says HELLO
  void receive(Completions& arrived);
  Result<void> handle(Message& message, Completions& arrived);
  Result<void> welcome(Message& message);
  Result<void> answer_cancel(const geoneuron_cancel& answer);
  void lose(Error reason, bool is_final, Completions& arrived);
  void fail_cancels();
  void settle(Completions& arrived);
  void try_again(Completions& arrived);
  void give_up(Completions& arrived);
  bool fence_is_closed() const;

  void flush();
  Channel::Sending send_control(const Control& control);
  bool send_commands();  // false: the socket is full, or broken
  void want_to_write(bool wanted);
  void drop_unused_buffers();
  void wake_at(uint64_t time_ns);  // 0: never
  void clear_timer();

  const std::unique_ptr<Endpoint> endpoint_;
  const SocketLimits limits_;
  Poller poller_;
  UniqueFd timer_;
  UniqueFd fence_;  // of the daemon that is or was connected last
  std::optional<Channel> channel_;
  Message message_;  // the one that was received last
  State state_ = State::kHandshake;
  bool wants_to_write_ = false;
  bool is_final_ = false;  // no other daemon is to be looked for
  Error reason_;           // why the last connection ended
  uint64_t handshake_end_ns_ = 0;
  uint64_t reconnect_end_ns_ = 0;
  uint64_t next_try_ns_ = 0;
  uint64_t back_off_ns_ = 0;
  geoneuron_info info_ = {};
  SocketLedger ledger_;
  SocketBuffers buffers_;
  std::set<uint32_t> doomed_;  // handles that were destroyed while commands name them
  std::deque<Control> controls_;
  std::deque<DueCancel> due_cancels_;
  bool has_cancelled_ = false;  // a CancelCall is done that the last poll() did not tell of
};

}  // namespace geoneuron::client
