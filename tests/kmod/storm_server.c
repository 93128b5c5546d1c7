/* SPDX-License-Identifier: MIT */
/* The storm's server: workers of its own stamp the buffers of what it fetches. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kmod/client.h"
#include "kmod/server.h"
#include "kmod/storm.h"

#define SLOTS 32
#define LEASE_NS GEONEURON_MAX_LEASE_NS	/* the machine may be slow: only kills end a server */

struct job {
	__u64 command_id;
	__u32 epoch;
	__u32 slow;	/* writes for long, so that it is met writing */
};

struct crew {
	struct server server;
	struct storm_server_state *state;
	int sockets[STORM_WORKERS];
	unsigned int jobs;		/* not answered yet */
	unsigned int next;
};

/* Starts the worker as a program of its own: nothing of the server but the fence goes with it. */
static int start_worker(struct crew *crew, int state_fd, int index, int worker)
{
	char numbers[4][16];
	char *argv[] = { "storm", "worker", numbers[0], numbers[1], numbers[2], numbers[3], NULL };
	int sockets[2], pid;

	MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets));
	MUST(fcntl(sockets[1], F_SETFD, 0));
	snprintf(numbers[0], 16, "%d", state_fd);
	snprintf(numbers[1], 16, "%d", sockets[1]);
	snprintf(numbers[2], 16, "%d", index);
	snprintf(numbers[3], 16, "%d", worker);
	errno = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, NULL);
	MUST(errno ? -1 : 0);
	close(sockets[1]);
	crew->state->workers[worker].pid = (__u32)pid;
	return sockets[0];
}

static void send_job(int to, const struct job *job, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct iovec part = { .iov_base = (void *)job, .iov_len = sizeof(*job) };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	MUST(sendmsg(to, &message, MSG_NOSIGNAL));
}

/* What has completed once must not be written any more, so a replay writes nothing. */
static void hand_out(struct crew *crew, const struct geoneuron_record *record)
{
	struct job job = {
		.command_id = record->command_id, .epoch = record->epoch,
		.slow = record->command_id % 16 == 0,
	};
	__u32 slot;

	if (record->flags & GEONEURON_RECORD_REPLAY)
		return;
	for (slot = 0; slot < record->command.buffer_count; slot++) {
		struct geoneuron_get_buffer ask = {
			.command_id = record->command_id, .epoch = record->epoch, .slot = slot,
		};

		MUST(ioctl(crew->server.fd, GEONEURON_IOC_GET_BUFFER, &ask));
		send_job(crew->sockets[crew->next++ % STORM_WORKERS], &job, ask.fd);
		close(ask.fd);
		crew->jobs++;
	}
}

static void wait_for_workers(struct crew *crew)
{
	unsigned int sent[STORM_WORKERS] = {}, i;
	char byte;

	for (i = 0; i < crew->jobs; i++)
		sent[(crew->next - crew->jobs + i) % STORM_WORKERS]++;
	for (i = 0; i < STORM_WORKERS; i++)
		while (sent[i]--)
			MUST(recv(crew->sockets[i], &byte, 1, 0) == 1 ? 0 : -1);
	crew->jobs = 0;
}

static struct geoneuron_commit_entry result_of(const struct geoneuron_record *record)
{
	__u64 payload;

	memcpy(&payload, record->command.payload, sizeof(payload));
	return answer(record, (__s32)record->attempt, storm_answer(payload));
}

static void serve(struct crew *crew, int count)
{
	struct geoneuron_commit_entry entries[SLOTS];
	const struct geoneuron_record *records = crew->server.records;
	unsigned int answers = 0;
	int i;

	storm_set(crew->state->phase, PHASE_DISPATCHED);
	for (i = 0; i < count; i++)
		if (records[i].kind == GEONEURON_RECORD_COMMAND)
			hand_out(crew, &records[i]);
	wait_for_workers(crew);
	for (i = 0; i < count; i++)
		if (records[i].kind == GEONEURON_RECORD_COMMAND)
			entries[answers++] = result_of(&records[i]);
	storm_set(crew->state->phase, PHASE_COMMIT);
	if (answers)
		MUST(commit(&crew->server, entries, answers));
}

void storm_server(struct storm_state *state, int state_fd, int index, __u32 role)
{
	struct crew crew = {
		.server = open_server(role, LEASE_NS), .state = &state->servers[index],
	};
	int count, i;

	for (i = 0; i < STORM_WORKERS; i++)
		crew.sockets[i] = start_worker(&crew, state_fd, index, i);
	for (;;) {
		storm_set(crew.state->phase, PHASE_FETCH);
		count = fetch(&crew.server, SLOTS);
		errno = -count;
		MUST(count < 0 ? -1 : 0);
		serve(&crew, count);
	}
}

/* False when the server has gone. */
static bool receive_job(int from, struct job *job, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { .iov_base = job, .iov_len = sizeof(*job) };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};

	if (recvmsg(from, &message, MSG_CMSG_CLOEXEC) != sizeof(*job))
		return false;
	memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(*fd));
	return true;
}

static void stamp(const struct job *job, int fd, __u32 *passes_left)
{
	const struct timespec moment = { .tv_nsec = 500000 };
	volatile __u64 *words = mmap(NULL, STORM_WORDS * sizeof(__u64), PROT_READ | PROT_WRITE,
				     MAP_SHARED, fd, 0);
	__u32 pass, word;

	MUST(words == MAP_FAILED ? -1 : 0);
	for (pass = 0; pass < STORM_PASSES; pass++) {
		storm_set(*passes_left, STORM_PASSES - pass);
		for (word = 0; word < STORM_WORDS; word++)
			words[word] = storm_stamp(job->command_id, job->epoch, pass);
		if (job->slow)
			nanosleep(&moment, NULL);
	}
	storm_set(*passes_left, 0);
	munmap((void *)words, STORM_WORDS * sizeof(__u64));
	close(fd);
}

/* storm worker STATE SOCKET SERVER WORKER: ends by itself when its server is gone. */
void storm_worker(int argc, char **argv)
{
	struct storm_state *state;
	int fd, socket, server, worker;
	struct job job;

	MUST(argc == 6 ? 0 : -1);
	state = storm_map(atoi(argv[2]));
	socket = atoi(argv[3]);
	server = atoi(argv[4]);
	worker = atoi(argv[5]);
	while (receive_job(socket, &job, &fd)) {
		stamp(&job, fd, &state->servers[server].workers[worker].passes_left);
		if (send(socket, "!", 1, MSG_NOSIGNAL) != 1)
			break;
	}
	exit(0);
}
