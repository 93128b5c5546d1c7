/* SPDX-License-Identifier: MIT */
/* broken_chains SERVER: a chain of which one member breaks a rule: that one says why, the others
 * are cancelled, nothing of it runs, and what comes after it does. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"

#define MEMBERS 3

static void unknown_class(struct geoneuron_command *c) { c->priority_class = 255; }
static void next_class(struct geoneuron_command *c) { c->priority_class = GEONEURON_CLASSES; }
static void unknown_flag(struct geoneuron_command *c) { c->flags |= 0x8000; }
static void no_such_handle(struct geoneuron_command *c)
{
	c->buffer_count = 1;
	c->buffers[0] = (struct geoneuron_buffer_use){
		.handle = 7, .access = GEONEURON_ACCESS_READ, .length = 1,
	};
}

static const struct {
	const char *name;
	void (*break_it)(struct geoneuron_command *command);
	int result;
} cases[] = {
	{ "class without a queue", unknown_class, -EINVAL },
	{ "first class without a queue", next_class, -EINVAL },
	{ "unknown flag", unknown_flag, -EINVAL },
	{ "no such handle", no_such_handle, -ENOENT },
};

static void take_all(struct client *client, int bad, int result)
{
	struct geoneuron_completion completion;
	int i, wanted;

	for (i = 0; i < MEMBERS; i++) {
		while (!pop(client, &completion))
			submit(client);
		wanted = (int)completion.user_data == bad ? result : -ECANCELED;
		expect("member's result", completion.result, wanted);
	}
	expect("no other completion", pop(client, &completion), 0);
}

/* Member number bad of a chain is broken in each way that there is. */
static void test_member(struct client *client, int bad)
{
	struct geoneuron_completion completion;
	size_t i;
	int member;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (member = 0; member < MEMBERS; member++) {
			struct geoneuron_command command = nop((__u64)member);

			if (member + 1 < MEMBERS)
				command.flags |= GEONEURON_COMMAND_LINK;
			if (member == bad)
				cases[i].break_it(&command);
			push(client, &command);
		}
		expect(cases[i].name, submit(client), MEMBERS);
		take_all(client, bad, cases[i].result);
		push(client, &(struct geoneuron_command){ .user_data = 9 });
		expect("a command after it", submit(client), 1);
		expect("its completion", pop(client, &completion), 1);
		expect("its result", completion.result, 1);
	}
}

int main(int argc, char **argv)
{
	struct client client = open_client(8, 8);
	int server, bad;

	if (argc != 2) {
		fprintf(stderr, "usage: broken_chains SERVER\n");
		return 2;
	}
	server = start_server(argv[1]);
	for (bad = 0; bad < MEMBERS; bad++)
		test_member(&client, bad);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	close(client.fd);
	return summary();
}
