/* SPDX-License-Identifier: MIT */
/* Fences of another device on a buffer, through vgem: what an importer writes is awaited before a
 * command is handed out, and what it still does before a command of a lost server is resolved. */
#define _GNU_SOURCE
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"

#define BYTES 8192
#define WINDOW 8

/* vgem's own ioctls, of which libdrm's headers know nothing. */
struct vgem_attach {
	__u32 handle;
	__u32 flags;
	__u32 out_fence;
	__u32 padding;
};

struct vgem_signal {
	__u32 fence;
	__u32 flags;
};

#define VGEM_ATTACH DRM_IOWR(DRM_COMMAND_BASE + 0x1, struct vgem_attach)
#define VGEM_SIGNAL DRM_IOW(DRM_COMMAND_BASE + 0x2, struct vgem_signal)
#define VGEM_READS 0
#define VGEM_WRITES 1

/* The node of the device that vgem makes: the only one there is in the guest that tests this. */
static int open_device(void)
{
	struct drm_version version = {};
	char path[32], name[8] = "";
	int card, fd;

	errno = ENODEV;
	MUST(system("modprobe -q vgem || test -e /sys/devices/platform/vgem") ? -1 : 0);
	for (card = 0; card < 8; card++) {
		snprintf(path, sizeof(path), "/dev/dri/card%d", card);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		version.name = name;
		version.name_len = sizeof(name) - 1;
		if (!ioctl(fd, DRM_IOCTL_VERSION, &version) && !strcmp(name, "vgem"))
			return fd;
		close(fd);
	}
	return (int)MUST(-1);
}

/* A buffer that the device has imported: its dma-buf, and the device's handle of it. */
struct shared {
	__u32 handle;
	int fd;
	__u32 device_handle;
};

static struct shared share(struct client *client, int device)
{
	struct shared shared = { .handle = make_buffer(client, BYTES) };
	struct geoneuron_export_buffer export = {
		.handle = shared.handle, .flags = O_CLOEXEC | O_RDWR,
	};
	struct drm_prime_handle prime = {};

	MUST(ioctl(client->fd, GEONEURON_IOC_EXPORT_BUFFER, &export));
	shared.fd = export.fd;
	prime.fd = export.fd;
	MUST(ioctl(device, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime));
	shared.device_handle = prime.handle;
	return shared;
}

static void end_share(const struct shared *shared, int device)
{
	struct drm_gem_close close_handle = { .handle = shared->device_handle };

	MUST(ioctl(device, DRM_IOCTL_GEM_CLOSE, &close_handle));
	close(shared->fd);
}

/* The device begins to read or to write; the fence that says when it ends. vgem ends it by itself
 * after ten seconds. */
static __u32 begin_work(int device, const struct shared *shared, __u32 flags)
{
	struct vgem_attach attach = { .handle = shared->device_handle, .flags = flags };

	MUST(ioctl(device, VGEM_ATTACH, &attach));
	return attach.out_fence;
}

static void end_work(int device, __u32 fence)
{
	struct vgem_signal signal = { .fence = fence };

	MUST(ioctl(device, VGEM_SIGNAL, &signal));
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

static __u32 import(struct client *client, int fd)
{
	struct geoneuron_import_buffer ask = { .fd = fd };

	MUST(ioctl(client->fd, GEONEURON_IOC_IMPORT_BUFFER, &ask));
	return ask.handle;
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
	struct geoneuron_command command = using_buffer(1, import(&client, shared.fd), access);
	__u32 fence = begin_work(device, &shared, VGEM_WRITES);

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
	end_work(device, fence);
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
	struct geoneuron_command command = using_buffer(1, import(&client, shared.fd),
							GEONEURON_ACCESS_READ);
	__u32 fence = begin_work(device, &shared, VGEM_READS);

	give(&client, &command);
	commit_next(&server, &client, 1);
	end_work(device, fence);
	end_share(&shared, device);
	close_client(&client);
	close_client(&owner);
	retire(&server);
}

/* The fence fd is closed, and the device is not done with the buffer of what the server had. */
static void test_recovery(int device, __u32 flags)
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
	fence = begin_work(device, &shared, flags);
	retire(&first);
	expect_completion("what the device has no part in", &client, 2, -EOWNERDEAD);
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	start_fetch(&second, WINDOW);
	expect("while the device works", fetch_pends(&second, WINDOW), 1);
	expect("one waits", (long)session_of(&second).fenced, 1);
	expect_unread("nothing is answered", &client, 0);
	end_work(device, fence);
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
	int device = open_device();

	test_dispatch(device, GEONEURON_ACCESS_READ);
	test_dispatch(device, GEONEURON_ACCESS_WRITE);
	test_reader(device);
	test_recovery(device, VGEM_READS);
	test_recovery(device, VGEM_WRITES);
	close(device);
	return summary();
}
