/* SPDX-License-Identifier: MIT */
/* Fences of another device on a buffer, through vgem: what an importer writes is awaited before a
 * command is handed out, and what it still does before a command of a lost server is resolved. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"
#include "kmod/vgem.h"

#define BYTES 8192
#define WINDOW 8

/* A buffer that the device has imported: its dma-buf, and the device's handle of it. */
struct shared {
	__u32 handle;
	int fd;
	__u32 device_handle;
};

static struct shared share(struct client *client, int device)
{
	const struct mapped_buffer buffer = { .handle = make_buffer(client, BYTES) };
	int fd = export_buffer(client, &buffer, O_CLOEXEC | O_RDWR);

	return (struct shared){
		.handle = buffer.handle, .fd = fd, .device_handle = vgem_import(device, fd),
	};
}

static void end_share(const struct shared *shared, int device)
{
	vgem_forget(device, shared->device_handle);
	close(shared->fd);
}

static struct geoneuron_command using_buffer(__u64 user_data, __u32 handle, __u32 access)
{
	struct geoneuron_command command = make_command(user_data, GEONEURON_CLASS_NORMAL,
							GEONEURON_COMMAND_IDEMPOTENT);

	command.buffer_count = 1;
	command.buffers[0] = (struct geoneuron_buffer_use){
		.handle = handle, .access = access, .length = BYTES,
	};
	return command;
}

static void commit_next(struct server *server, struct client *client, __u64 user_data)
{
	struct geoneuron_record record;

	fetch_records(server, &record, 1);
	expect("which", (long)record.command.user_data, (long)user_data);
	expect("committed", commit_record(server, &record, 0), 0);
	expect_completion("which", client, user_data, 0);
}

/* The device writes into what a client imported: its commands wait, and no other context's. */
static void test_dispatch(int device, __u32 access)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct client owner = open_client(8, 8), client = open_client(8, 8);
	struct shared shared = share(&owner, device);
	const struct geoneuron_command free_one = make_command(9, GEONEURON_CLASS_NORMAL, 0);
	struct geoneuron_command command = using_buffer(1, import_buffer(&client, shared.fd, 0), access);
	__u32 fence = vgem_attach_fence(device, shared.device_handle, true);

	give(&client, &command);
	command = make_command(2, GEONEURON_CLASS_NORMAL, 0);
	give(&client, &command);
	start_fetch(&server, WINDOW);
	expect("while the device writes", fetch_pends(&server, WINDOW), 1);
	give(&owner, &free_one);
	expect("another context's", end_fetch(&server, WINDOW), 1);
	expect("which", (long)server.records[0].command.user_data, 9);
	expect("committed", commit_record(&server, server.records, 0), 0);
	start_fetch(&server, WINDOW);
	expect("while the device still writes", fetch_pends(&server, WINDOW), 1);
	vgem_signal_fence(device, fence);
	expect("both, once it has ended", end_fetch(&server, WINDOW) > 0, 1);
	expect("in order", (long)server.records[0].command.user_data, 1);
	expect("committed", commit_record(&server, server.records, 0), 0);
	end_share(&shared, device);
	close_client(&client);
	close_client(&owner);
	retire(&server);
}

/* What the device only reads is handed out. */
static void test_reader(int device)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct client owner = open_client(8, 8), client = open_client(8, 8);
	struct shared shared = share(&owner, device);
	struct geoneuron_command command = using_buffer(1, import_buffer(&client, shared.fd, 0),
							GEONEURON_ACCESS_READ);
	__u32 fence = vgem_attach_fence(device, shared.device_handle, false);

	give(&client, &command);
	commit_next(&server, &client, 1);
	vgem_signal_fence(device, fence);
	end_share(&shared, device);
	close_client(&client);
	close_client(&owner);
	retire(&server);
}

/* The fence fd is closed, and the device is not done with the buffer of what the server had. */
static void test_recovery(int device, bool writes)
{
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	struct client client = open_client(8, 8);
	struct shared shared = share(&client, device);
	const struct geoneuron_command plain = make_command(2, GEONEURON_CLASS_NORMAL, 0);
	struct geoneuron_command command = using_buffer(1, shared.handle, GEONEURON_ACCESS_WRITE);
	struct geoneuron_record records[2];
	__u32 fence;

	give(&client, &command);
	give(&client, &plain);
	fetch_records(&first, records, 2);
	fence = vgem_attach_fence(device, shared.device_handle, writes);
	retire(&first);
	expect_completion("what the device has no part in", &client, 2, -EOWNERDEAD);
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	start_fetch(&second, WINDOW);
	expect("while the device works", fetch_pends(&second, WINDOW), 1);
	expect("one waits", (long)session_of(&second).fenced, 1);
	expect_unread("nothing is answered", &client, 0);
	vgem_signal_fence(device, fence);
	expect("once it has ended", end_fetch(&second, WINDOW), 1);
	expect("attempt", second.records[0].attempt, 2);
	expect("committed", commit_record(&second, second.records, 5), 0);
	expect_completion("again", &client, 1, 5);
	end_share(&shared, device);
	close_client(&client);
	retire(&second);
}

int main(void)
{
	int device = open_vgem();

	test_dispatch(device, GEONEURON_ACCESS_READ);
	test_dispatch(device, GEONEURON_ACCESS_WRITE);
	test_reader(device);
	test_recovery(device, false);
	test_recovery(device, true);
	close(device);
	return summary();
}
