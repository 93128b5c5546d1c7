// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "client/client_fixture.hpp"

namespace geoneuron {
namespace {

class Buffer : public ClientTest {
 protected:
  Buffer() { connect(); }
  ~Buffer() override { geoneuron_buffer_destroy(buffer); }

  geoneuron_buffer* buffer = nullptr;
};

TEST_F(Buffer, IsOneMemoryOnBothSides) {
  ASSERT_EQ(geoneuron_buffer_create(context, 5000, &buffer), 0) << geoneuron_error();
  EXPECT_EQ(geoneuron_buffer_size(buffer), 8192U);
  const auto message = daemon->receive_kind(GEONEURON_MESSAGE_BUFFER);
  const auto entry = message.entry<geoneuron_socket_buffer>();
  EXPECT_EQ(entry.handle, geoneuron_buffer_handle(buffer));
  EXPECT_NE(entry.handle, 0U);
  EXPECT_EQ(entry.size, 8192U);
  EXPECT_EQ(entry.flags, 0U);
  EXPECT_EQ(pwrite(message.fd.get(), "seen", 5, 8000), 5);
  EXPECT_STREQ(static_cast<char*>(geoneuron_buffer_data(buffer)) + 8000, "seen");
}

TEST_F(Buffer, IsSealedAsTheContractSays) {
  ASSERT_EQ(geoneuron_buffer_create(context, 1, &buffer), 0);
  const auto message = daemon->receive_kind(GEONEURON_MESSAGE_BUFFER);
  EXPECT_EQ(fcntl(message.fd.get(), F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  EXPECT_NE(ftruncate(message.fd.get(), 0), 0);
}

TEST_F(Buffer, IsKnownBeforeCommandsThatNameIt) {
  ASSERT_EQ(geoneuron_buffer_create(context, 1, &buffer), 0);
  geoneuron_command command = nop(1);
  EXPECT_EQ(geoneuron_command_use(&command, buffer, GEONEURON_ACCESS_READ, 0, 0), 0);
  submit({command});
  daemon->receive_commands(1);
  ASSERT_EQ(daemon->others().size(), 1U);
  EXPECT_EQ(daemon->others()[0].header.kind, GEONEURON_MESSAGE_BUFFER);
}

TEST_F(Buffer, DestroyedOneIsKeptForItsCommands) {
  ASSERT_EQ(geoneuron_buffer_create(context, 1, &buffer), 0);
  geoneuron_command command = nop(1);
  geoneuron_command_use(&command, buffer, GEONEURON_ACCESS_READ, 0, 0);
  submit({command});
  geoneuron_buffer_destroy(std::exchange(buffer, nullptr));
  const auto received = daemon->receive_commands(1);
  EXPECT_TRUE(daemon->is_quiet());
  daemon->complete(received[0]);
  completions(1);
  const auto message = daemon->receive_kind(GEONEURON_MESSAGE_DESTROY);
  EXPECT_EQ(message.entry<geoneuron_destroy_buffer>().handle, command.buffers[0].handle);
}

TEST_F(Buffer, OutlivesItsContext) {
  ASSERT_EQ(geoneuron_buffer_create(context, 1, &buffer), 0);
  geoneuron_disconnect(std::exchange(context, nullptr));
  static_cast<char*>(geoneuron_buffer_data(buffer))[0] = 1;
}

TEST_F(Buffer, SizesThatCannotBeAreRefused) {
  EXPECT_EQ(geoneuron_buffer_create(context, 0, &buffer), -EINVAL);
  EXPECT_EQ(geoneuron_buffer_create(context, UINT64_MAX, &buffer), -EINVAL);
  EXPECT_EQ(geoneuron_buffer_create(context, FakeDaemon::kInfo.max_buffer_bytes + 1, &buffer),
            -EDQUOT);
  EXPECT_EQ(buffer, nullptr);
  EXPECT_TRUE(daemon->is_quiet());
}

TEST_F(Buffer, OfAnotherDeviceNeedsTheKernel) {
  EXPECT_EQ(geoneuron_buffer_import(context, 0, 0, &buffer), -EOPNOTSUPP);
  EXPECT_THAT(geoneuron_error(), testing::HasSubstr("/dev/geoneuron"));
}

TEST_F(Buffer, PartsOutsideAreRefused) {
  ASSERT_EQ(geoneuron_buffer_create(context, 4096, &buffer), 0);
  geoneuron_command command = nop(1);
  EXPECT_EQ(geoneuron_command_use(&command, buffer, GEONEURON_ACCESS_READ, 4096, 0), -EINVAL);
  EXPECT_EQ(geoneuron_command_use(&command, buffer, GEONEURON_ACCESS_READ, 1, 4096), -EINVAL);
  EXPECT_EQ(geoneuron_command_use(&command, buffer, 0, 0, 1), -EINVAL);
  EXPECT_EQ(geoneuron_command_use(&command, buffer, 4, 0, 1), -EINVAL);
  for (int slot = 0; slot < GEONEURON_COMMAND_BUFFERS; ++slot)
    EXPECT_EQ(geoneuron_command_use(&command, buffer, GEONEURON_ACCESS_WRITE, 1, 0), slot);
  EXPECT_EQ(geoneuron_command_use(&command, buffer, GEONEURON_ACCESS_READ, 0, 1), -ENOSPC);
  EXPECT_EQ(command.buffers[7].length, 4095U);
}

class Commands : public Buffer {
 protected:
  Commands() { EXPECT_EQ(geoneuron_buffer_create(context, 4096, &buffer), 0); }
  static geoneuron_request request_of(const geoneuron_command& command) {
    geoneuron_request request;
    std::memcpy(&request, command.payload, sizeof(request));
    return request;
  }
  geoneuron_command command;
};

TEST_F(Commands, LoadModelNamesItsBytes) {
  EXPECT_EQ(geoneuron_command_load_model(&command, 3, buffer, 100, nullptr), 0);
  EXPECT_EQ(command.opcode, GEONEURON_LOAD_MODEL);
  EXPECT_EQ(command.payload_bytes, sizeof(geoneuron_request));
  EXPECT_EQ(command.buffers[0].length, 100U);
  EXPECT_EQ(command.buffers[0].access, static_cast<uint32_t>(GEONEURON_ACCESS_READ));
  EXPECT_EQ(request_of(command).object, 3U);
  EXPECT_EQ(request_of(command).text_slot, GEONEURON_NO_SLOT);
  EXPECT_EQ(geoneuron_command_load_model(&command, 3, buffer, 0, nullptr), -EINVAL);
  EXPECT_EQ(geoneuron_command_load_model(&command, 3, buffer, 5000, nullptr), -EINVAL);
}

TEST_F(Commands, PerceiveRenderAndReleaseNameTheirObjects) {
  EXPECT_EQ(geoneuron_command_perceive(&command, 4, 3, R"({"keep": "all"})"), 0);
  EXPECT_EQ(command.opcode, GEONEURON_PERCEIVE);
  EXPECT_EQ(request_of(command).object, 4U);
  EXPECT_EQ(request_of(command).source, 3U);
  EXPECT_STREQ(request_of(command).text, R"({"keep": "all"})");
  EXPECT_EQ(request_of(command).text_bytes, 15U);
  EXPECT_EQ(geoneuron_command_render(&command, 4, "{}"), 0);
  EXPECT_EQ(command.opcode, GEONEURON_RENDER);
  EXPECT_EQ(request_of(command).source, 4U);
  EXPECT_EQ(geoneuron_command_release(&command, 4), 0);
  EXPECT_EQ(command.opcode, GEONEURON_RELEASE);
  EXPECT_EQ(request_of(command).object, 4U);
}

TEST_F(Commands, QueryAnswersIntoItsBuffer) {
  EXPECT_EQ(geoneuron_command_query(&command, 0, R"({"about": "devices"})", buffer), 0);
  EXPECT_EQ(command.buffers[0].access, static_cast<uint32_t>(GEONEURON_ACCESS_WRITE));
  EXPECT_EQ(request_of(command).report_slot, 0U);
}

TEST_F(Commands, LongTextGoesIntoABuffer) {
  const std::string text(GEONEURON_REQUEST_TEXT_BYTES, 'x');
  EXPECT_EQ(geoneuron_command_render(&command, 4, text.c_str()), 0);
  EXPECT_EQ(geoneuron_command_render(&command, 4, (text + "x").c_str()), -E2BIG);
  EXPECT_EQ(geoneuron_command_render(&command, 4, nullptr), 0);
  geoneuron_command_use(&command, buffer, GEONEURON_ACCESS_WRITE, 0, 8);
  EXPECT_EQ(geoneuron_command_text_in(&command, buffer, 265), 1);
  EXPECT_EQ(request_of(command).text_slot, 1U);
  EXPECT_EQ(request_of(command).text_bytes, 0U);
  EXPECT_EQ(command.buffers[1].length, 265U);
}

}  // namespace
}  // namespace geoneuron
