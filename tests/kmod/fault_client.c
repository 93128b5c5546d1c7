/* SPDX-License-Identifier: MIT */
/* The calls of /dev/geoneuron. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/faults.h"

static void nothing(struct world *world)
{
	(void)world;
}

static int open_node(struct world *world)
{
	world->fd = open("/dev/geoneuron", O_RDWR | O_CLOEXEC);
	return world->fd < 0 ? -errno : 0;
}

static int get_info(struct world *world)
{
	struct geoneuron_info info;

	return ioctl_of(world->client.fd, GEONEURON_IOC_GET_INFO, &info);
}

static int setup(struct world *world)
{
	struct geoneuron_setup ask = { .submission_entries = 8, .completion_entries = 8 };

	return ioctl_of(world->fd, GEONEURON_IOC_SETUP, &ask);
}

static int map_ring(struct world *world)
{
	world->memory = map_of(world->client.fd, 4096, 0);
	return world->memory ? 0 : -errno;
}

static int map_buffer(struct world *world)
{
	world->memory = map_of(world->client.fd, 4096, (off_t)world->handle << 40);
	return world->memory ? 0 : -errno;
}

static int call_create(struct world *world)
{
	struct geoneuron_create_buffer ask = { .size = 8192 };
	int result = ioctl_of(world->client.fd, GEONEURON_IOC_CREATE_BUFFER, &ask);

	world->new_handle = result ? 0 : ask.handle;
	return result;
}

static int call_destroy(struct world *world)
{
	struct geoneuron_destroy_buffer ask = { .handle = world->new_handle };
	int result = ioctl_of(world->client.fd, GEONEURON_IOC_DESTROY_BUFFER, &ask);

	world->new_handle = result ? world->new_handle : 0;
	return result;
}

static void make_buffer(struct world *world)
{
	MUST(call_create(world));
}

static void drop_buffer(struct world *world, int result)
{
	if (world->new_handle)
		expect("DESTROY_BUFFER afterwards", call_destroy(world), 0);
	close_all(world, result);
}

static int call_export(struct world *world)
{
	struct geoneuron_export_buffer ask = { .handle = world->handle, .flags = O_RDWR };
	int result = ioctl_of(world->client.fd, GEONEURON_IOC_EXPORT_BUFFER, &ask);

	world->fd = result ? -1 : ask.fd;
	return result;
}

static void make_export(struct world *world)
{
	MUST(call_export(world));
}

static int call_import(struct world *world)
{
	struct geoneuron_import_buffer ask = { .fd = world->fd };
	int result = ioctl_of(world->client.fd, GEONEURON_IOC_IMPORT_BUFFER, &ask);

	world->new_handle = result ? 0 : ask.handle;
	return result;
}

static void push_three(struct world *world)
{
	push_commands(world, 3);
}

static int submit_three(struct world *world)
{
	struct geoneuron_submit ask = { .count = 3 };

	return ioctl_of(world->client.fd, GEONEURON_IOC_SUBMIT, &ask);
}

static void push_three_beside_ring(struct world *world)
{
	push_three(world);
	open_ring(world);
}

static int submit_through_ring(struct world *world)
{
	const struct geoneuron_uring_submit ask = { .count = 3 };

	return send_through_ring(world, world->client.fd, GEONEURON_URING_SUBMIT, &ask);
}

static void complete_beside_ring(struct world *world, int result)
{
	complete_commands(world, end_of_ring(world, result));
}

static void submit_one(struct world *world)
{
	struct geoneuron_submit ask = { .count = 1 };

	push_commands(world, 1);
	MUST(ioctl(world->client.fd, GEONEURON_IOC_SUBMIT, &ask));
}

static int cancel(struct world *world)
{
	struct geoneuron_cancel ask = { .user_data = 0 };

	return ioctl_of(world->client.fd, GEONEURON_IOC_CANCEL, &ask);
}

static void open_eventfd(struct world *world)
{
	world->fd = (int)MUST(eventfd(0, EFD_CLOEXEC));
}

static int set_eventfd(struct world *world)
{
	struct geoneuron_eventfd ask = { .fd = world->fd };

	return ioctl_of(world->client.fd, GEONEURON_IOC_SET_EVENTFD, &ask);
}

static void unset_eventfd(struct world *world, int result)
{
	struct geoneuron_eventfd none = { .fd = -1 };

	expect("SET_EVENTFD afterwards",
	       ioctl_of(world->client.fd, GEONEURON_IOC_SET_EVENTFD, &none), 0);
	close_all(world, result);
}

static int read_fdinfo(struct world *world)
{
	char text[512];

	return read(world->fd, text, sizeof(text)) < 0 ? -errno : 0;
}

static void open_fdinfo(struct world *world)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", world->client.fd);
	world->fd = (int)MUST(open(path, O_RDONLY | O_CLOEXEC));
}

const struct fault_call client_calls[] = {
	{ "open", nothing, open_node, close_all },
	{ "GET_INFO", nothing, get_info, close_all },
	{ "SETUP", open_client_node, setup, close_all },
	{ "mmap of a ring", nothing, map_ring, close_all },
	{ "mmap of a buffer", nothing, map_buffer, close_all },
	{ "CREATE_BUFFER", nothing, call_create, drop_buffer },
	{ "DESTROY_BUFFER", make_buffer, call_destroy, drop_buffer },
	{ "EXPORT_BUFFER", nothing, call_export, close_all },
	{ "IMPORT_BUFFER", make_export, call_import, drop_buffer },
	{ "SUBMIT", push_three, submit_three, complete_commands },
	{ "SUBMIT through io_uring", push_three_beside_ring, submit_through_ring,
	  complete_beside_ring },
	{ "CANCEL", submit_one, cancel, complete_commands },
	{ "SET_EVENTFD", open_eventfd, set_eventfd, unset_eventfd },
	{ "fdinfo", open_fdinfo, read_fdinfo, close_all },
	{},
};
