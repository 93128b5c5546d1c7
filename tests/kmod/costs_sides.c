/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "kmod/costs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kmod/client.h"
#include "kmod/server.h"

#define TRACING "/sys/kernel/tracing/"
#define LEASE_NS 10000000000ULL	/* of a server that a slow machine must not end */
#define SETTLE_SECONDS 12	/* more than the lease, which is looked at once more */

double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void end_process(int pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

double message_round_trip_us(int rounds)
{
	char request[sizeof(struct geoneuron_command)] = {};
	char answer_bytes[sizeof(struct geoneuron_completion)] = {};
	int sockets[2], pid, i;
	double begin = 0;

	MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets));
	pid = (int)MUST(fork());
	while (!pid) {
		if (recv(sockets[1], request, sizeof(request), 0) <= 0)
			_exit(0);
		MUST(send(sockets[1], answer_bytes, sizeof(answer_bytes), 0));
	}
	for (i = -rounds / 10; i < rounds; i++) {
		if (!i)
			begin = now_us();
		MUST(send(sockets[0], request, sizeof(request), 0));
		MUST(recv(sockets[0], answer_bytes, sizeof(answer_bytes), 0));
	}
	begin = now_us() - begin;
	end_process(pid);
	close(sockets[0]);
	close(sockets[1]);
	return begin / rounds;
}

static struct io_uring_sqe *uring_command(struct server *server, unsigned int operation,
					  const void *payload)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&server->ring);

	*sqe = (struct io_uring_sqe){
		.opcode = IORING_OP_URING_CMD, .fd = server->fd, .off = operation,
	};
	memcpy(&sqe->addr3, payload, 16);
	return sqe;
}

/* One system call a turn: COMMIT of the last batch, of which only a failure would be told, FETCH of
 * the next, and the wait for that. */
static int turn(struct server *server, struct geoneuron_commit_entry *entries, unsigned int count)
{
	const struct geoneuron_uring_commit done = { .entries = (uintptr_t)entries, .count = count };
	const struct geoneuron_uring_fetch next = {
		.credits = { COSTS_BATCH, COSTS_BATCH, COSTS_BATCH, COSTS_BATCH },
		.slot_count = COSTS_BATCH,
	};
	struct io_uring_cqe *cqe;
	int result;

	if (count)
		uring_command(server, GEONEURON_URING_COMMIT, &done)->flags =
			IOSQE_CQE_SKIP_SUCCESS;
	uring_command(server, GEONEURON_URING_FETCH, &next);
	errno = -io_uring_submit_and_wait(&server->ring, 1);
	MUST(errno > 0 ? -1 : 0);
	errno = -io_uring_peek_cqe(&server->ring, &cqe);
	MUST(errno > 0 ? -1 : 0);
	result = cqe->res;
	io_uring_cqe_seen(&server->ring, cqe);
	return result == -ETIME ? 0 : result;
}

static void serve(int ready)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LEASE_NS);
	struct geoneuron_commit_entry entries[COSTS_BATCH];
	int count = 0, i;

	io_uring_queue_exit(&server.ring);
	errno = -io_uring_queue_init(8, &server.ring,
				     IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN);
	MUST(errno ? -1 : 0);
	MUST(write(ready, "!", 1));
	for (;;) {
		for (i = 0; i < count; i++)
			entries[i] = answer(&server.records[i], 1, 0);
		count = turn(&server, entries, (unsigned int)count);
		errno = -count;
		MUST(count < 0 ? -1 : 0);
	}
}

static int start_serving(void)
{
	int ready[2], pid;
	char byte;

	MUST(pipe(ready));
	pid = (int)MUST(fork());
	if (!pid)
		serve(ready[1]);
	close(ready[1]);
	MUST(read(ready[0], &byte, 1) == 1 ? 0 : -1);
	close(ready[0]);
	return pid;
}

/* Pushes, submits and waits for so many; takes them off. */
static void submit_and_reap(struct client *client, unsigned int count, unsigned int wanted)
{
	const struct geoneuron_command command = nop(1);
	struct geoneuron_submit ask = { .count = count, .min_complete = wanted };
	struct geoneuron_completion completion;
	unsigned int i;

	for (i = 0; i < count; i++)
		MUST(push(client, &command) ? 0 : -1);
	MUST(ioctl(client->fd, GEONEURON_IOC_SUBMIT, &ask));
	MUST(ask.accepted == count ? 0 : -1);
	for (i = 0; i < wanted; i++)
		MUST(pop(client, &completion) && completion.result == 1 ? 0 : -1);
}

double command_round_trip_us(struct client *client, int rounds)
{
	int server = start_serving(), i;
	double begin = 0;

	for (i = -rounds / 10; i < rounds; i++) {
		if (!i)
			begin = now_us();
		submit_and_reap(client, 1, 1);
	}
	begin = now_us() - begin;
	end_process(server);
	return begin / rounds;
}

double command_us(struct client *client, int commands)
{
	int server = start_serving(), i;
	double begin;

	submit_and_reap(client, COSTS_DEPTH - COSTS_BATCH, 0);
	for (i = 0; i < commands / 10; i += COSTS_BATCH)
		submit_and_reap(client, COSTS_BATCH, COSTS_BATCH);
	begin = now_us();
	for (i = 0; i < commands; i += COSTS_BATCH)
		submit_and_reap(client, COSTS_BATCH, COSTS_BATCH);
	begin = now_us() - begin;
	submit_and_reap(client, 0, COSTS_DEPTH - COSTS_BATCH);
	end_process(server);
	return begin / i;
}

static long switches_of(int pid)
{
	char path[64], line[128];
	long sum = 0, value;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	MUST(file ? 0 : -1);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "voluntary_ctxt_switches: %ld", &value) == 1)
			sum += value;
	fclose(file);
	return sum;
}

static bool write_trace(const char *name, const char *value)
{
	char path[128];
	int fd;
	bool written;

	snprintf(path, sizeof(path), TRACING "%s", name);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	written = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);
	if (fd >= 0)
		close(fd);
	return written;
}

/* How often work of the module has run since the trace was emptied. */
static long work_of_module(void)
{
	char line[512];
	long count = 0;
	FILE *file = fopen(TRACING "trace", "r");

	MUST(file ? 0 : -1);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, "function gn_") || strstr(line, "function=gn_");
	fclose(file);
	return count;
}

/* A client with rings that waits for a completion and has nothing submitted. */
static int start_waiting(void)
{
	struct pollfd ready = { .events = POLLIN };
	int pid = (int)MUST(fork());

	if (pid)
		return pid;
	ready.fd = open_client(8, 8).fd;
	MUST(poll(&ready, 1, -1));
	_exit(1);
}

double idle_wakeups(int seconds)
{
	int server, client;
	long count;

	if (!write_trace("events/workqueue/workqueue_execute_start/enable", "1"))
		return -1;
	server = start_serving();
	client = start_waiting();
	sleep(SETTLE_SECONDS);
	write_trace("trace", "");
	count = switches_of(server) + switches_of(client);
	sleep((unsigned int)seconds);
	count = switches_of(server) + switches_of(client) - count + work_of_module();
	write_trace("events/workqueue/workqueue_execute_start/enable", "0");
	end_process(client);
	end_process(server);
	return (double)count / seconds;
}
