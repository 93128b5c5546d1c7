/* SPDX-License-Identifier: MIT */
/* hostile SEED: one client's second thread scribbles over its rings while it submits and cancels,
 * and the server's over its mapped area. Another client's commands must all succeed. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"
#include "kmod/server.h"

#define RING 64
#define SLOTS 32
#define HOSTILE_CALLS 4000
#define BUFFER_BYTES 8192

/* xorshift64: the same sequence for the same seed in every thread. */
static __u64 next_random(__u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static __u32 below(__u64 *state, __u32 limit)
{
	return (__u32)(next_random(state) % limit);
}

struct scribbler {
	struct client *client;
	struct server *server;
	__u64 seed;
	bool stop;
};

/* A valid command but for one random byte of its header. */
static void scribble_command(struct client *client, __u64 *seed)
{
	struct geoneuron_command command = nop(below(seed, 32));
	int i;

	if (below(seed, 2))
		command.flags |= GEONEURON_COMMAND_LINK;
	command.buffer_count = (__u8)below(seed, 3);
	for (i = 0; i < command.buffer_count; i++)
		command.buffers[i] = (struct geoneuron_buffer_use){
			.handle = 1 + below(seed, 3),
			.access = 1 + below(seed, 3),
			.length = 1 + below(seed, BUFFER_BYTES),
		};
	if (below(seed, 2))
		((__u8 *)&command)[below(seed, 64)] = (__u8)next_random(seed);
	memcpy(&client->commands[below(seed, RING)], &command, sizeof(command));
}

static void scribble_index(struct client *client, __u64 *seed)
{
	__u32 value = (__u32)next_random(seed) >> next_random(seed) % 32;

	switch (next_random(seed) % 8) {
	case 0: client->submission->head = value; break;
	case 1: client->submission->entries = value; break;
	case 2: client->completion->tail = value; break;
	case 3: client->completion->entries = value; break;
	case 4: client->completion->head = value; break;
	case 5: client->completion->head = client->completion->tail; break;
	default: client->submission->tail += value % RING; break;
	}
}

static void *scribble_rings(void *argument)
{
	struct scribbler *scribbler = argument;
	struct client *client = scribbler->client;
	__u64 seed = scribbler->seed;

	while (!__atomic_load_n(&scribbler->stop, __ATOMIC_RELAXED)) {
		__u8 *anywhere = (__u8 *)(next_random(&seed) % 2 ? client->submission :
								   client->completion);

		scribble_command(client, &seed);
		scribble_index(client, &seed);
		anywhere[next_random(&seed) % 4096] = (__u8)next_random(&seed);
	}
	return NULL;
}

static __u64 soon_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000000000 + (__u64)now.tv_nsec + 200000;
}

static void hostile_call(struct client *client, __u64 *seed)
{
	struct geoneuron_cancel cancel = { .user_data = next_random(seed) % 32 };
	struct geoneuron_submit ask = {
		.count = (__u32)next_random(seed) >> next_random(seed) % 32,
		.min_complete = (__u32)next_random(seed) % 4,
		.deadline_ns = soon_ns(),
	};
	long result;

	if (next_random(seed) % 4 == 0) {
		expect("CANCEL", control(client->fd, GEONEURON_IOC_CANCEL, &cancel), 0);
		return;
	}
	result = control(client->fd, GEONEURON_IOC_SUBMIT, &ask);
	expect("SUBMIT", result == 0 || result == -EAGAIN || result == -EDQUOT, 1);
	if (!result)
		expect("its wait", ask.wait_result == 0 || ask.wait_result == -ETIME, 1);
}

static void hostile_client(void *argument)
{
	struct client client = open_client(RING, RING);
	struct scribbler scribbler = { .client = &client, .seed = *(__u64 *)argument };
	__u64 seed = scribbler.seed + 1;
	pthread_t thread;
	int i;

	create_buffer(&client, BUFFER_BYTES);
	create_buffer(&client, BUFFER_BYTES);
	MUST(-pthread_create(&thread, NULL, scribble_rings, &scribbler));
	for (i = 0; i < HOSTILE_CALLS; i++)
		hostile_call(&client, &seed);
	__atomic_store_n(&scribbler.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}

/* Over the slots that no FETCH names, and over the breadcrumbs, with ids that may be real. */
static void *scribble_area(void *argument)
{
	struct scribbler *scribbler = argument;
	const size_t bytes = (GEONEURON_MAX_RECORDS - SLOTS) * sizeof(struct geoneuron_record);
	__u8 *unused = (__u8 *)(scribbler->server->records + SLOTS);
	__u64 seed = scribbler->seed;

	while (!__atomic_load_n(&scribbler->stop, __ATOMIC_RELAXED)) {
		unused[next_random(&seed) % bytes] = (__u8)next_random(&seed);
		scribbler->server->breadcrumbs[next_random(&seed) % GEONEURON_BREADCRUMBS] =
			next_random(&seed) >> next_random(&seed) % 64;
	}
	return NULL;
}

static void serve(struct server *server)
{
	struct geoneuron_commit_entry entries[SLOTS];
	unsigned int answers = 0;
	int count = fetch(server, SLOTS), i;

	errno = -count;
	MUST(count < 0 ? -1 : 0);
	for (i = 0; i < count; i++)
		if (server->records[i].kind == GEONEURON_RECORD_COMMAND)
			entries[answers++] = answer(&server->records[i], 0,
						    server->records[i].command.payload[0]);
	if (answers)
		MUST(commit(server, entries, answers));
}

/* A server whose death by anything but SIGKILL gives strikes to whatever its breadcrumbs name. */
static int start_scribbling_server(__u64 seed)
{
	int ready[2], pid;
	char byte;

	MUST(pipe(ready));
	pid = (int)MUST(fork());
	if (!pid) {
		struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
		struct scribbler scribbler = { .server = &server, .seed = seed };
		pthread_t thread;

		MUST(-pthread_create(&thread, NULL, scribble_area, &scribbler));
		MUST(write(ready[1], "!", 1));
		for (;;)
			serve(&server);
	}
	MUST(read(ready[0], &byte, 1) == 1 ? 0 : -1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static int innocent_round(struct client *client, __u64 round)
{
	struct geoneuron_completion completion;
	int done = 0, i;

	for (i = 0; i < 16; i++) {
		struct geoneuron_command command = nop(round * 16 + (__u64)i);

		command.priority_class = (__u8)(i % GEONEURON_CLASSES);
		push(client, &command);
	}
	while (done < 16) {
		submit(client);
		while (pop(client, &completion)) {
			expect("an innocent command", completion.result, 0);
			expect("its value", (long)completion.value, (__u8)completion.user_data);
			expect("its round", (long)(completion.user_data / 16), (long)round);
			done++;
		}
	}
	return done;
}

static bool running(int pid, int *status)
{
	return !MUST(waitpid(pid, status, WNOHANG));
}

/* The server ends twice under way: by a signal that strikes, and by SIGKILL. */
static void watch(int hostile, __u64 seed)
{
	struct client client = open_client(RING, RING);
	int server = start_scribbling_server(seed), status = -1;
	__u64 round;

	for (round = 0; round < 40 || running(hostile, &status); round++) {
		if (round == 10 || round == 20) {
			kill(server, round == 10 ? SIGABRT : SIGKILL);
			waitpid(server, NULL, 0);
			server = start_scribbling_server(seed + round);
		}
		innocent_round(&client, round);
	}
	expect("the hostile client", status, 0);
	printf("%llu rounds beside it\n", round);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	close_client(&client);
}

static int start_hostile(__u64 seed)
{
	int pid;

	fflush(stdout);
	pid = (int)MUST(fork());
	if (!pid) {
		hostile_client(&seed);
		exit(summary());
	}
	return pid;
}

int main(int argc, char **argv)
{
	__u64 seed = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;

	if (!seed) {
		fprintf(stderr, "usage: hostile SEED (not 0)\n");
		return 2;
	}
	watch(start_hostile(seed), seed);
	return summary();
}
