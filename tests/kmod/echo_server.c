/* SPDX-License-Identifier: MIT */
/* A server of /dev/geoneuron-server, as small as can be: the template for the daemon. It answers
 * each command with its attempt as the result and its first payload byte as the value. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/geoneuron.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kmod/client.h"
#include "kmod/opcodes.h"

#define SLOTS 32

struct server {
	int fd;
	struct io_uring ring;
	__u64 *breadcrumbs;
	struct geoneuron_record *records;
};

/* One io_uring command, to its end; its result. */
static int command(struct server *server, unsigned int operation, const void *payload)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&server->ring);
	struct io_uring_cqe *cqe;
	int result;

	if (!sqe)
		return -EBUSY;
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = server->fd;
	sqe->off = operation;
	memcpy(&sqe->addr3, payload, 16);
	errno = -io_uring_submit(&server->ring);
	MUST(errno > 0 ? -1 : 0);
	errno = -io_uring_wait_cqe(&server->ring, &cqe);
	MUST(errno > 0 ? -1 : 0);
	result = cqe->res;
	io_uring_cqe_seen(&server->ring, cqe);
	return result;
}

static int fetch(struct server *server)
{
	const struct geoneuron_uring_fetch ask = {
		.credits = { SLOTS, SLOTS, SLOTS, SLOTS },
		.slot_count = SLOTS,
	};

	return command(server, GEONEURON_URING_FETCH, &ask);
}

/* The breadcrumb says which command a crash is to be laid to. */
static struct geoneuron_commit_entry work(struct server *server,
					  const struct geoneuron_record *record)
{
	struct geoneuron_commit_entry entry = {
		.command_id = record->command_id,
		.epoch = record->epoch,
		.attempt = record->attempt,
		.result = (__s32)record->attempt,
		.value = record->command.payload[0],
	};

	__atomic_store_n(&server->breadcrumbs[0], record->command_id, __ATOMIC_RELEASE);
	if (record->command.opcode == OPCODE_CRASH)
		abort();
	__atomic_store_n(&server->breadcrumbs[0], 0, __ATOMIC_RELEASE);
	return entry;
}

static void serve(struct server *server, int count)
{
	struct geoneuron_commit_entry entries[SLOTS];
	struct geoneuron_uring_commit ask = { .entries = (uintptr_t)entries };
	int i;

	for (i = 0; i < count; i++)
		if (server->records[i].kind == GEONEURON_RECORD_COMMAND)
			entries[ask.count++] = work(server, &server->records[i]);
	if (ask.count)
		MUST(command(server, GEONEURON_URING_COMMIT, &ask));
}

static void attach(struct server *server)
{
	struct geoneuron_attach ask = {
		.role = GEONEURON_ROLE_ACTIVE,
		.lease_ns = 2000000000ULL,
	};
	char *area;

	server->fd = (int)MUST(open("/dev/geoneuron-server", O_RDWR | O_CLOEXEC));
	MUST(ioctl(server->fd, GEONEURON_IOC_ATTACH, &ask));
	area = mmap(NULL, ask.area_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, server->fd, 0);
	MUST(area == MAP_FAILED ? -1 : 0);
	server->breadcrumbs = (void *)(area + GEONEURON_AREA_BREADCRUMBS_AT);
	server->records = (void *)(area + GEONEURON_AREA_RECORDS_AT);
	errno = -io_uring_queue_init(8, &server->ring, 0);
	MUST(errno > 0 ? -1 : 0);
}

int main(int argc, char **argv)
{
	struct server server;
	int count;

	attach(&server);
	if (argc > 1)
		MUST(write(atoi(argv[1]), "!", 1));
	for (;;) {
		count = fetch(&server);
		if (count == -ETIME)
			continue;	/* a FETCH has a bounded life on older kernels */
		errno = -count;
		MUST(count < 0 ? -1 : 0);
		serve(&server, count);
	}
}
