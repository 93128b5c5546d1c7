// SPDX-License-Identifier: MIT
// KernelIngress: the clients that come by /dev/geoneuron. Commands are FETCHed and their results
// COMMITted, many at a time, on the daemon's one loop; who may do what, and how much, the kernel
// has decided. One thread.
//
// What holds: a command that was taken is committed once; or, where the daemon ends before it was
// begun, given back once; or neither, where the session ends first: then the kernel hands it to the
// next server, when nobody of this session can write any more.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "daemon/fetch_credits.hpp"
#include "daemon/ingress.hpp"
#include "daemon/kernel_session.hpp"

namespace geoneuron::daemon {

class KernelIngress final : public Ingress {
 public:
  struct Parts {
    Loop& loop;
    BufferStore& buffers;
    CommandSink& sink;
    Clients& clients;
  };
  KernelIngress(const Parts& parts, KernelSession session);
  ~KernelIngress() override { close_all(); }

  // Whether this daemon is the one that serves; a standby learns of its promotion in `tick`.
  bool is_active() const { return session_.epoch() != 0; }
  // Why the session is over, where the kernel has ended it: then whatever runs here counts for
  // nothing, and only the end of this daemon and its workers lets others go on.
  const std::optional<Error>& loss() const { return loss_; }

  // Events of kKernelFetch and kKernelCommit.
  void handle(Event& event) override;
  bool deliver(const Answer& answer) override;
  void flush() override;
  // The lease, and a standby's look for its promotion.
  uint64_t wake_ns() const override;
  void tick(uint64_t now) override;
  void serve() override { serving_ = true; }
  // What is not begun goes to the next server.
  void drain() override;
  bool has_unsent() const override;
  void close_all() override;

 private:
  using Records = std::span<const geoneuron_record>;
  // A chain whose last members have not come yet.
  struct OpenChain {
    uint64_t kernel_id = 0, chain = 0;
  };
  struct Context {
    uint64_t number = 0;  // the daemon's
    std::array<OpenChain, GEONEURON_CLASSES> open_chains;
  };
  struct Taken {
    uint64_t job = 0, context_id = 0;
    uint32_t epoch = 0, attempt = 0;
    uint8_t priority_class = 0;
  };

  void fetched(const Event& event);
  void committed(const Event& event);
  void take(Records records);
  void take_notice(const geoneuron_record& record);
  void take_commands(Records records);
  Accepted accept(const geoneuron_record& record);
  void bring_buffers(const geoneuron_record& record, Accepted& accepted);
  Context& context_of(const geoneuron_record& record);
  void context_gone(uint64_t context_id);
  void commit(std::vector<geoneuron_commit_entry>& entries, uint32_t flags);
  void lose(const std::string& reason);

  Parts parts_;
  KernelSession session_;
  FetchCredits credits_;
  std::optional<Error> loss_;
  bool serving_ = false, draining_ = false, closed_ = false;
  bool retires_ = false;  // the kernel is to be told to hand out no more
  uint64_t next_look_ns_ = 0;
  std::unordered_map<uint64_t, Context> contexts_;   // by the kernel's number
  std::unordered_map<uint64_t, uint64_t> numbers_;   // of those, by the daemon's
  std::unordered_map<uint64_t, Taken> taken_;        // by command_id
  std::unordered_map<uint64_t, BufferRef> buffers_;  // by the kernel's number
  std::vector<geoneuron_commit_entry> commits_, given_back_;
  size_t committing_ = 0;  // COMMITs under way
};

}  // namespace geoneuron::daemon
