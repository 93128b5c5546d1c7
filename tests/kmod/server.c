/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "kmod/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "kmod/client.h"
#include "kmod/uring.h"

#define ATTACH_SECONDS 30

/* io_uring may hold a killed server's file for a moment longer than the process lives. */
static void attach(int fd, struct geoneuron_attach *ask)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	const time_t end = time(NULL) + ATTACH_SECONDS;

	while (ioctl(fd, GEONEURON_IOC_ATTACH, ask)) {
		MUST(errno == EBUSY && time(NULL) < end ? 0 : -1);
		nanosleep(&moment, NULL);
	}
}

struct server open_server(__u32 role, __u64 lease_ns)
{
	return open_server_with(role, lease_ns, 0);
}

struct server open_server_with(__u32 role, __u64 lease_ns, __u32 flags)
{
	struct geoneuron_attach ask = { .role = role, .flags = flags, .lease_ns = lease_ns };
	struct server server = {};
	char *area;

	server.fd = (int)MUST(open("/dev/geoneuron-server", O_RDWR | O_CLOEXEC));
	attach(server.fd, &ask);
	server.fence = ask.fence_fd;
	server.epoch = ask.epoch;
	server.area_bytes = ask.area_bytes;
	area = mmap(NULL, ask.area_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, server.fd, 0);
	MUST(area == MAP_FAILED ? -1 : 0);
	server.breadcrumbs = (void *)(area + GEONEURON_AREA_BREADCRUMBS_AT);
	server.records = (void *)(area + GEONEURON_AREA_RECORDS_AT);
	server.ring = open_uring(0);
	return server;
}

void close_server(struct server *server)
{
	io_uring_queue_exit(&server->ring);
	munmap((char *)server->breadcrumbs - GEONEURON_AREA_BREADCRUMBS_AT, server->area_bytes);
	close(server->fd);
	if (server->fence >= 0)
		close(server->fence);
}

void start_command(struct server *server, unsigned int operation, const void *payload)
{
	start_uring(&server->ring, server->fd, operation, payload, 0);
}

int end_command(struct server *server)
{
	int result;

	if (!server->early_count)
		return end_uring(&server->ring);
	result = server->early[0];
	server->early_count--;
	memmove(server->early, server->early + 1, server->early_count * sizeof(int));
	return result;
}

bool command_ends(struct server *server, unsigned int milliseconds)
{
	struct __kernel_timespec time = {
		.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000LL,
	};
	struct io_uring_cqe *cqe;

	return server->early_count || !io_uring_wait_cqe_timeout(&server->ring, &cqe, &time);
}

int run_command(struct server *server, unsigned int operation, const void *payload)
{
	int result;

	start_command(server, operation, payload);
	while (next_uring(&server->ring, &result) != operation) {
		errno = EBUSY;
		MUST(server->early_count < 8 ? 0 : -1);
		server->early[server->early_count++] = result;
	}
	return result;
}

int fetch(struct server *server, unsigned int count)
{
	const __u16 most = (__u16)count;
	const struct geoneuron_uring_fetch ask = {
		.credits = { most, most, most, most },
		.slot_count = most,
	};
	int result;

	do
		result = run_command(server, GEONEURON_URING_FETCH, &ask);
	while (result == -ETIME);
	return result;
}

struct geoneuron_commit_entry answer(const struct geoneuron_record *record, __s32 result,
					     __u64 value)
{
	return (struct geoneuron_commit_entry){
		.command_id = record->command_id,
		.epoch = record->epoch,
		.attempt = record->attempt,
		.result = result,
		.value = value,
	};
}

int commit(struct server *server, struct geoneuron_commit_entry *entries, unsigned int count)
{
	const struct geoneuron_uring_commit ask = { .entries = (uintptr_t)entries, .count = count };

	return run_command(server, GEONEURON_URING_COMMIT, &ask);
}
