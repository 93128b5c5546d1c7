// SPDX-License-Identifier: MIT
// DaemonTest: geoneurond with the fake worker, at a socket of its own.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "daemon/raw_client.hpp"
#include "daemon/spawn.hpp"
#include "fakes/temporary_folder.hpp"

namespace geoneuron::daemon {

inline void pause_ms(long milliseconds) {
  const timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1'000'000};
  nanosleep(&time, nullptr);
}

class DaemonTest : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("FAKE_WORKER_START");
    unsetenv("FAKE_WORKER_LIST");
    unsetenv("FAKE_WORKER_LIST_AFTER");
    systemd_ = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "%s", (folder_ / "notify").c_str());
    ASSERT_EQ(bind(systemd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
  }

  void TearDown() override {
    unsetenv("NOTIFY_SOCKET");
    if (!daemon_) return;
    kill(daemon_->pid(), SIGTERM);
    EXPECT_EQ(daemon_->reap(), "ended with status 0");
  }

  std::string socket() const { return folder_ / "socket"; }

  // With that configuration; waits until it listens.
  void start(const std::string& configuration = "") {
    std::ofstream(folder_ / "conf") << configuration;
    auto child = Child::start(
        GEONEUROND, {"--socket", socket(), "--worker", FAKE_WORKER, "--config", folder_ / "conf"},
        {});
    ASSERT_TRUE(child) << child.error().message;
    daemon_.emplace(std::move(*child));
    ASSERT_TRUE(says("READY=1"));
  }

  // Waits until the daemon tells systemd, which is us, that.
  bool says(const std::string& word) const {
    pollfd wait = {.fd = systemd_.get(), .events = POLLIN, .revents = 0};
    while (poll(&wait, 1, 60'000) == 1) {
      char text[256];
      const ssize_t size = recv(systemd_.get(), text, sizeof text, 0);
      if (size > 0 && std::string(text, static_cast<size_t>(size)).find(word) != std::string::npos)
        return true;
    }
    return false;
  }

  RawClient connect(uint32_t completion_entries = 64) {
    RawClient client(socket());
    EXPECT_TRUE(client.connected());
    client.hello(completion_entries);
    return client;
  }

  // What the daemon says about something, through a buffer with this handle.
  static std::string ask(RawClient& client, const std::string& text, uint32_t handle = 99) {
    const UniqueFd report = sealed_memory(1 << 16);
    client.announce(handle, report.get(), 1 << 16);
    const geoneuron_completion completion =
        client.call(query(text, {handle, GEONEURON_ACCESS_WRITE, 0, 1 << 16}));
    client.send_entries<geoneuron_destroy_buffer>(GEONEURON_MESSAGE_DESTROY, {{handle, 0}});
    EXPECT_EQ(completion.result, 0);
    return text_of(report.get(), completion.value);
  }

  static std::string why(RawClient& client, uint64_t command) {
    return ask(client, R"({"about": "failure", "command": )" + std::to_string(command) + "}");
  }

  static uint64_t process_of(RawClient& client) {
    return client.call(act(fakes::FakeAct::kProcess)).value;
  }

  size_t open_fds() const {
    size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(daemon_->pid()) + "/fd")) {
      (void)entry;
      ++count;
    }
    return count;
  }

  // Ends the daemon by a signal; how it ended.
  std::string end_by(int signal) {
    kill(daemon_->pid(), signal);
    const std::string how = daemon_->reap();
    daemon_.reset();
    return how;
  }

  TemporaryFolder folder_;
  std::optional<Child> daemon_;
  UniqueFd systemd_;
};

}  // namespace geoneuron::daemon
