/* SPDX-License-Identifier: MIT */
/* The calls of /dev/geoneuron-server. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
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
	world->fd = open("/dev/geoneuron-server", O_RDWR | O_CLOEXEC);
	return world->fd < 0 ? -errno : 0;
}

/* As the standby: the active one is there. */
static int attach(struct world *world)
{
	struct geoneuron_attach ask = {
		.role = GEONEURON_ROLE_STANDBY, .lease_ns = GEONEURON_MAX_LEASE_NS,
	};
	int result = ioctl_of(world->fd, GEONEURON_IOC_ATTACH, &ask);

	world->other_fd = result ? -1 : ask.fence_fd;
	return result;
}

static void make_standby(struct world *world)
{
	open_server_node(world);
	MUST(attach(world));
}

static int detach(struct world *world)
{
	return ioctl_of(world->fd, GEONEURON_IOC_DETACH, NULL);
}

static int map_area(struct world *world)
{
	world->memory = map_of(world->fd, 4096, 0);
	return world->memory ? 0 : -errno;
}

static int get_session(struct world *world)
{
	struct geoneuron_session session;

	return ioctl_of(world->server.fd, GEONEURON_IOC_GET_SESSION, &session);
}

static void submit_one(struct world *world)
{
	struct geoneuron_submit ask = { .count = 1 };

	push_commands(world, 1);
	MUST(ioctl(world->client.fd, GEONEURON_IOC_SUBMIT, &ask));
}

static void dispatch_one(struct world *world)
{
	int records;

	submit_one(world);
	do	/* a buffer that is gone may be told of first */
		records = fetch(&world->server, 1);
	while (records == 1 && world->server.records[0].kind != GEONEURON_RECORD_COMMAND);
	MUST(records == 1 ? 0 : -1);
	world->record = world->server.records[0];
	world->entry = answer(&world->record, 1, 0);
}

/* What is not committed yet is committed now; the completion comes once. */
static void commit_the_one(struct world *world, int result)
{
	commit(&world->server, &world->entry, 1);
	complete_commands(world, result);
}

static int get_buffer(struct world *world)
{
	struct geoneuron_get_buffer ask = {
		.command_id = world->record.command_id, .epoch = world->record.epoch,
	};
	int result = ioctl_of(world->server.fd, GEONEURON_IOC_GET_BUFFER, &ask);

	world->fd = result ? -1 : ask.fd;
	return result;
}

static void dispatch_and_get(struct world *world)
{
	dispatch_one(world);
	MUST(get_buffer(world));
}

static int map_view(struct world *world)
{
	world->memory = map_of(world->fd, 4096, 0);
	return world->memory ? 0 : -errno;
}

static int fetch_one(struct world *world)
{
	const struct geoneuron_uring_fetch ask = {
		.credits = { 1, 1, 1, 1 }, .slot_count = 1,
	};

	return send_through_ring(world, world->server.fd, GEONEURON_URING_FETCH, &ask);
}

static void submit_beside_ring(struct world *world)
{
	submit_one(world);
	open_ring(world);
}

/* A FETCH that got the command has it dispatched; one that failed has left it queued. */
static void finish_fetch(struct world *world, int result)
{
	result = end_of_ring(world, result);
	if (result == 1 && world->server.records[0].kind == GEONEURON_RECORD_COMMAND) {
		world->entry = answer(&world->server.records[0], 1, 0);
		expect("COMMIT afterwards", commit(&world->server, &world->entry, 1), 1);
	}
	complete_commands(world, result);
}

static void finish_pending_fetch(struct world *world, int result)
{
	submit_one(world);
	finish_fetch(world, result);
}

static void dispatch_beside_ring(struct world *world)
{
	dispatch_one(world);
	open_ring(world);
}

static int commit_one(struct world *world)
{
	const struct geoneuron_uring_commit ask = {
		.entries = (uintptr_t)&world->entry, .count = 1,
	};

	return send_through_ring(world, world->server.fd, GEONEURON_URING_COMMIT, &ask);
}

static void finish_commit(struct world *world, int result)
{
	result = end_of_ring(world, result);
	commit_the_one(world, result);
}

const struct fault_call server_calls[] = {
	{ "open of the server's node", nothing, open_node, close_all },
	{ "ATTACH", open_server_node, attach, close_all },
	{ "DETACH", make_standby, detach, close_all },
	{ "mmap of the area", make_standby, map_area, close_all },
	{ "GET_SESSION", nothing, get_session, close_all },
	{ "GET_BUFFER", dispatch_one, get_buffer, commit_the_one },
	{ "mmap of GET_BUFFER's fd", dispatch_and_get, map_view, commit_the_one },
	{ "FETCH", submit_beside_ring, fetch_one, finish_fetch },
	{ "FETCH that pends", open_ring, fetch_one, finish_pending_fetch },
	{ "COMMIT", dispatch_beside_ring, commit_one, finish_commit },
	{},
};
