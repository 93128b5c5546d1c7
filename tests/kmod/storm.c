/* SPDX-License-Identifier: MIT */
/* storm SERVER COMMANDS KILLS SEED: while commands run, alone and in chains, the server is killed
 * at random moments. Each command must get one completion, and succeed. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "kmod/client.h"

struct storm {
	struct client client;
	const char *server_path;
	int server, total, sent, received, bad;
	int kills_left, next_kill;
	unsigned int seed;
	char *seen;
};

/* A chain of one to four, whole on the ring before it is submitted. */
static bool push_chain(struct storm *storm)
{
	__u32 used = storm->client.submission->tail - storm->client.submission->head;
	int length = 1 + rand_r(&storm->seed) % 4, i;

	if (length > storm->total - storm->sent)
		length = storm->total - storm->sent;
	if (!length || used + (__u32)length > storm->client.submission_entries)
		return false;
	for (i = 0; i < length; i++) {
		struct geoneuron_command command = nop((__u64)storm->sent++);

		command.priority_class = (__u8)(rand_r(&storm->seed) % 3);
		if (i + 1 < length)
			command.flags |= GEONEURON_COMMAND_LINK;
		push(&storm->client, &command);
	}
	return true;
}

static void receive(struct storm *storm)
{
	struct geoneuron_completion completion;

	while (pop(&storm->client, &completion)) {
		bool known = completion.user_data < (__u64)storm->total;

		storm->received++;
		if (known && !storm->seen[completion.user_data]++ && completion.result > 0 &&
		    completion.value == (__u8)completion.user_data)
			continue;
		fprintf(stderr, "command %llu: result %d, value %llu, completion %d of it\n",
			completion.user_data, completion.result, completion.value,
			known ? storm->seen[completion.user_data] : 0);
		storm->bad++;
	}
}

static void kill_sometimes(struct storm *storm)
{
	struct timespec moment = { .tv_nsec = rand_r(&storm->seed) % 2000000 };

	if (!storm->kills_left || storm->received < storm->next_kill)
		return;
	storm->kills_left--;
	storm->next_kill += storm->total / 64 + 1;
	nanosleep(&moment, NULL);
	kill(storm->server, SIGKILL);
	waitpid(storm->server, NULL, 0);
	storm->server = start_server(storm->server_path);
}

int main(int argc, char **argv)
{
	struct storm storm = { .server_path = argc > 1 ? argv[1] : "" };
	int result;

	if (argc != 5) {
		fprintf(stderr, "usage: storm SERVER COMMANDS KILLS SEED\n");
		return 2;
	}
	storm.total = atoi(argv[2]);
	storm.kills_left = atoi(argv[3]);
	storm.seed = (unsigned int)atoi(argv[4]);
	storm.next_kill = storm.total / 64;
	storm.seen = calloc((size_t)storm.total, 1);
	storm.client = open_client(64, 128);
	storm.server = start_server(storm.server_path);
	while (storm.received < storm.total) {
		while (push_chain(&storm))
			;
		result = submit(&storm.client);
		if (result < 0 && result != -EAGAIN)
			return fprintf(stderr, "submit: %d\n", result), 1;
		receive(&storm);
		kill_sometimes(&storm);
	}
	kill(storm.server, SIGKILL);
	waitpid(storm.server, NULL, 0);
	printf("%d commands, %d bad, %d kills left\n", storm.received, storm.bad, storm.kills_left);
	return storm.bad || storm.kills_left;
}
