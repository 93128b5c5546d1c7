// SPDX-License-Identifier: MIT
// Daemon: joins loop, clients, jobs, policy and workers, and turns until it is told to end. One
// thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "daemon/buffer_store.hpp"
#include "daemon/configuration.hpp"
#include "daemon/devices.hpp"
#include "daemon/job_table.hpp"
#include "daemon/kernel_ingress.hpp"
#include "daemon/loop.hpp"
#include "daemon/queries.hpp"
#include "daemon/signals.hpp"
#include "daemon/socket_ingress.hpp"
#include "daemon/supervisor.hpp"
#include "daemon/workers.hpp"
#include "policy/scheduler.hpp"

namespace geoneuron::daemon {

struct DaemonOptions {
  std::string worker_program;
  uint32_t worker_threads = 0;  // of the cores' worker; 0: all
  ConfigurationSource configuration;
  std::optional<UseKernel> use_kernel;  // none: as configured
  std::string kernel_device = "/dev/geoneuron-server";
  bool standby = false;  // of the kernel's
};

class Daemon : private JobTable::Surroundings, private Ingress::Clients {
 public:
  // Blocks SIGTERM, SIGINT and SIGHUP, begins to list the devices, attaches to the kernel module.
  // Errors: whatever it cannot do without.
  static Result<std::unique_ptr<Daemon>> create(const DaemonOptions& options);
  ~Daemon() override;

  // A standby's wait until the kernel promotes it. False: it was told to end.
  Result<bool> await_promotion();
  // Serves those that connect there.
  void listen(UniqueFd listener) { socket_->listen(std::move(listener)); }
  // Serves this one; when the last client has gone the daemon ends.
  Result<void> serve_only(UniqueFd connection);

  // Clients are welcomed at once, their commands taken when it is known what devices there are.
  // Until SIGTERM or SIGINT, or the end of the only client. What runs then ends first, what waits
  // stays in its clients' ledgers; a second signal ends at once. Errors: those of the loop, and
  // EOWNERDEAD: the kernel has ended the session.
  Result<void> run();

 private:
  struct Fence {
    UniqueFd read_end, write_end;
  };
  // What can fail to be made.
  struct Parts {
    std::unique_ptr<Loop> loop;
    Signals signals;
    Fence fence;
    DeviceListing listing;
    std::optional<KernelSession> kernel;
  };
  Daemon(const DaemonOptions& options, const Configuration& configuration, Parts parts);

  bool is_local(Job& job) override;
  Outcome answer(const Job& job) override;
  policy::DeviceId device_of(const Job& job) override;
  policy::WorkerId worker_of(policy::DeviceId device, uid_t user) override;
  void ask_cancel(policy::WorkerId worker, uint64_t job) override;
  uint64_t new_context() override { return ++last_context_; }
  void opened(const ContextInfo& info) override;
  void closed(uint64_t context) override;

  Result<void> turn();
  void take_events();
  void take_signals();
  void take_devices(bool listing_has_ended);
  void take_reports();
  void ask_policy();
  void tell_clients();
  void begin_to_end();
  bool has_unsent() const;
  bool has_ended();
  uint64_t wake_ns() const;
  void reload();

  DaemonOptions options_;
  std::optional<DeviceListing> listing_;  // until it has ended
  Devices devices_;                       // none before
  std::unique_ptr<Loop> loop_;
  Signals signals_;
  Fence fence_;
  Supervisor supervisor_;
  Quotas quotas_;
  BufferStore buffers_;  // behind all that holds its references
  policy::Scheduler scheduler_;
  Workers workers_;
  JobTable table_;
  Queries queries_;
  std::unique_ptr<SocketIngress> socket_;
  std::unique_ptr<KernelIngress> kernel_;  // none: not served
  std::vector<Ingress*> ingresses_;        // those two
  uint64_t last_context_ = 0;
  std::unordered_map<uint64_t, uid_t> users_;  // of the contexts
  std::unordered_map<uid_t, size_t> contexts_of_user_;
  std::vector<Event> events_;
  std::vector<Workers::Report> reports_;
  std::vector<Answer> answers_;
  uint64_t policy_wake_ns_ = 0;
  bool only_client_ = false;
  enum class End : uint8_t { kNot, kDraining, kStopping, kNow } end_ = End::kNot;
  uint64_t end_by_ns_ = 0;  // of this step of the end
};

}  // namespace geoneuron::daemon
