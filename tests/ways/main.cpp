// SPDX-License-Identifier: MIT
// One conformance suite for every way to a daemon: ways_test kernel|socket|embedded. For the
// kernel a daemon must serve already; for the socket this program starts one; an embedded one the
// library starts.
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <map>
#include <optional>
#include <thread>

#include "daemon/spawn.hpp"
#include "fakes/temporary_folder.hpp"
#include "ways/ways_fixture.hpp"

namespace geoneuron::ways {
namespace {

Way chosen;

class SocketDaemon : public testing::Environment {
 public:
  void SetUp() override {
    chosen.socket = folder_ / "socket";
    auto child =
        daemon::Child::start(GEONEUROND, {"--kernel", "no", "--socket", chosen.socket}, {});
    ASSERT_TRUE(child) << child.error().message;
    child_.emplace(std::move(*child));
    struct stat status = {};
    for (int i = 0; i < 12'000 && stat(chosen.socket.c_str(), &status) != 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_EQ(stat(chosen.socket.c_str(), &status), 0) << "the daemon does not listen";
  }
  void TearDown() override {
    if (!child_) return;
    kill(child_->pid(), SIGTERM);
    EXPECT_EQ(child_->reap(), "ended with status 0");
  }

 private:
  TemporaryFolder folder_;
  std::optional<daemon::Child> child_;
};

}  // namespace

const Way& way() {
  return chosen;
}

}  // namespace geoneuron::ways

int main(int argc, char** argv) {
  using namespace geoneuron::ways;
  testing::InitGoogleTest(&argc, argv);
  const std::map<std::string, uint32_t> ways = {{"kernel", GEONEURON_WAY_KERNEL},
                                                {"socket", GEONEURON_WAY_SOCKET},
                                                {"embedded", GEONEURON_WAY_EMBEDDED}};
  const auto named = argc == 2 ? ways.find(argv[1]) : ways.end();
  if (named == ways.end()) {
    std::fprintf(stderr, "usage: ways_test kernel|socket|embedded\n");
    return 2;
  }
  chosen.number = named->second;
  if (chosen.number == GEONEURON_WAY_SOCKET)
    testing::AddGlobalTestEnvironment(new SocketDaemon);  // which gtest owns
  return RUN_ALL_TESTS();
}
