// SPDX-License-Identifier: MIT
// ClientTest: a folder with a fake daemon's socket, and a client of it.
#pragma once

#include <geoneuron/geoneuron.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "client/fake_daemon.hpp"
#include "client/nop.hpp"
#include "fakes/temporary_folder.hpp"

namespace geoneuron {

// GEONEURON_WAY_SOCKET to this path.
inline geoneuron_options socket_options(const std::string& path) {
  geoneuron_options options{};
  options.size = sizeof(options);
  options.way = GEONEURON_WAY_SOCKET;
  options.socket_path = path.c_str();
  options.completion_entries = 8;
  return options;
}

class ClientTest : public testing::Test {
 protected:
  ~ClientTest() override { geoneuron_disconnect(context); }

  // Connects to the daemon at path, which says WELCOME.
  void connect(geoneuron_options options) {
    auto handshake = std::async(std::launch::async, [this] {
      daemon->accept();
      daemon->welcome();
    });
    EXPECT_EQ(geoneuron_connect(&options, &context), 0) << geoneuron_error();
    handshake.wait();
  }
  void connect() { connect(socket_options(path)); }

  int submit(const std::vector<geoneuron_command>& commands) {
    return geoneuron_context_submit(context, commands.data(),
                                    static_cast<uint32_t>(commands.size()));
  }

  // Waits for `count` completions and takes them.
  std::vector<geoneuron_completion> completions(uint32_t count) {
    std::vector<geoneuron_completion> taken(count);
    EXPECT_EQ(geoneuron_context_wait(context, count, 30'000'000'000), 0) << geoneuron_error();
    const int reaped = geoneuron_context_reap(context, taken.data(), count);
    EXPECT_EQ(reaped, static_cast<int>(count));
    return taken;
  }
  bool has_completions() { return geoneuron_context_wait(context, 1, 0) == 0; }

  // The daemon dies, its workers live on, and another listens in its place.
  FakeDaemon lose_daemon() {
    daemon->crash();
    FakeDaemon lost = std::move(*daemon);
    daemon = std::make_unique<FakeDaemon>(path);
    return lost;
  }

  // Lets the library do what there is to do until the daemon has a connection, and greets it.
  void expect_reconnection() {
    EXPECT_TRUE(eventually([this] {
      geoneuron_context_reap(context, nullptr, 0);
      geoneuron_context_wait(context, 1, 0);
      return daemon->has_connection_waiting();
    }));
    daemon->accept();
    daemon->welcome();
    geoneuron_context_wait(context, 1, 0);
  }

  TemporaryFolder folder;
  std::string path = folder / "socket";
  std::unique_ptr<FakeDaemon> daemon = std::make_unique<FakeDaemon>(path);
  geoneuron_context* context = nullptr;
};

}  // namespace geoneuron
