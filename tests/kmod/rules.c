/* SPDX-License-Identifier: MIT */
/* rules SERVER: one case per rule of struct geoneuron_command and of chains, each valid but for one
 * thing; and what becomes of a command that kills its server. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"
#include "kmod/opcodes.h"
#include "kmod/server.h"

#define BUFFER_BYTES 8192
#define RING 128

static __u32 handle, read_only;

static void unknown_flag(struct geoneuron_command *c) { c->flags |= 0x8000; }
static void unknown_class(struct geoneuron_command *c) { c->priority_class = GEONEURON_CLASSES; }
static void reserved(struct geoneuron_command *c) { c->reserved = 1; }
static void long_payload(struct geoneuron_command *c) { c->payload_bytes = 289; }
static void many_buffers(struct geoneuron_command *c) { c->buffer_count = 9; }
static void unused_slot(struct geoneuron_command *c) { c->buffers[1].length = 1; }
static void no_access(struct geoneuron_command *c) { c->buffers[0].access = 0; }
static void unknown_access(struct geoneuron_command *c) { c->buffers[0].access = 4; }
static void no_length(struct geoneuron_command *c) { c->buffers[0].length = 0; }
static void past_the_end(struct geoneuron_command *c) { c->buffers[0].offset = 1; }
static void far_offset(struct geoneuron_command *c) { c->buffers[0].offset = ~0ULL; }
static void no_such_handle(struct geoneuron_command *c) { c->buffers[0].handle += 1000; }
static void open_chain(struct geoneuron_command *c) { c->flags |= GEONEURON_COMMAND_LINK; }
static void far_class(struct geoneuron_command *c) { c->priority_class = 255; }
static void longest_payload(struct geoneuron_command *c) { c->payload_bytes = 288; }
static void read_import(struct geoneuron_command *c) { c->buffers[0].handle = read_only; }
static void unknown_handle(struct geoneuron_command *c)
{
	c->buffer_count = 1;
	c->buffers[0] = (struct geoneuron_buffer_use){ 9999, GEONEURON_ACCESS_READ, 0, 1 };
}

static void last_byte(struct geoneuron_command *c)
{
	c->buffers[0].offset = BUFFER_BYTES - 1;
	c->buffers[0].length = 1;
}

static void overflow(struct geoneuron_command *c)
{
	c->buffers[0].offset = 4096;
	c->buffers[0].length = ~0ULL - 4095;
}

static void write_import(struct geoneuron_command *c)
{
	read_import(c);
	c->buffers[0].access = GEONEURON_ACCESS_READ | GEONEURON_ACCESS_WRITE;
}

static void most_buffers(struct geoneuron_command *c)
{
	int i;

	c->buffer_count = GEONEURON_COMMAND_BUFFERS;
	for (i = 1; i < GEONEURON_COMMAND_BUFFERS; i++)
		c->buffers[i] = c->buffers[0];
}

static void nothing(struct geoneuron_command *c) { (void)c; }

static const struct {
	const char *name;
	void (*break_it)(struct geoneuron_command *command);
	int result;
} cases[] = {
	{ "nothing broken", nothing, 1 },
	{ "longest payload", longest_payload, 1 },
	{ "last byte of a buffer", last_byte, 1 },
	{ "most buffers", most_buffers, 1 },
	{ "an import that may be read", read_import, 1 },
	{ "an import that may not be written", write_import, -EACCES },
	{ "length that overflows", overflow, -EINVAL },
	{ "class far beyond", far_class, -EINVAL },
	{ "unknown flag", unknown_flag, -EINVAL },
	{ "unknown class", unknown_class, -EINVAL },
	{ "reserved word", reserved, -EINVAL },
	{ "payload too long", long_payload, -EINVAL },
	{ "too many buffers", many_buffers, -EINVAL },
	{ "unused slot not zero", unused_slot, -EINVAL },
	{ "no access", no_access, -EINVAL },
	{ "unknown access", unknown_access, -EINVAL },
	{ "no length", no_length, -EINVAL },
	{ "past the buffer's end", past_the_end, -EINVAL },
	{ "offset that overflows", far_offset, -EINVAL },
	{ "no such handle", no_such_handle, -ENOENT },
	{ "chain without an end", open_chain, -EINVAL },
	{ "its end in a later SUBMIT", nothing, -EINVAL },
};

/* Submits what lies on the ring, works on what the server gets of it, and takes the answers. */
static int run(struct client *client, struct server *server, struct geoneuron_completion *answers)
{
	struct geoneuron_commit_entry entries[RING];
	int accepted = submit_only(client), count = 0, i;

	while (count < accepted)
		if (pop(client, &answers[count])) {
			count++;
		} else {
			int found = fetch(server, RING);

			for (i = 0; i < found; i++)
				entries[i] = answer(&server->records[i], 1, 5);
			expect("committed", commit(server, entries, (unsigned int)found), found);
		}
	return accepted;
}

static void test_commands(struct client *client, struct server *server)
{
	struct geoneuron_completion answers[RING];
	__u64 last_id = 0;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct geoneuron_command command = nop(1000 + i);

		command.buffer_count = 1;
		command.buffers[0] = (struct geoneuron_buffer_use){
			.handle = handle, .access = GEONEURON_ACCESS_READ, .length = BUFFER_BYTES,
		};
		cases[i].break_it(&command);
		push(client, &command);
		expect("accepted", run(client, server, answers), 1);
		expect(cases[i].name, answers[0].result, cases[i].result);
		expect("its user data", (long)answers[0].user_data, (long)(1000 + i));
		expect("its flags", answers[0].flags, 0);
		expect("its value", (long)answers[0].value, cases[i].result < 0 ? 0 : 5);
		expect("its id grows", answers[0].command_id > last_id, 1);
		last_id = answers[0].command_id;
	}
}

/* The class that a user may ask for is fixed by who opens the context. */
static void test_ceiling(void *argument)
{
	struct geoneuron_command command = nop(1);
	struct geoneuron_completion completion = {};
	struct geoneuron_info info;
	struct client client;

	(void)argument;
	become_user(1000);
	client = open_client(2, 2);
	MUST(control(client.fd, GEONEURON_IOC_GET_INFO, &info));
	expect("highest class", info.highest_class, GEONEURON_CLASS_INTERACTIVE);
	command.priority_class = GEONEURON_CLASS_REALTIME;
	push(&client, &command);
	expect("accepted", submit_only(&client), 1);
	expect("answered", pop(&client, &completion), 1);
	expect("above the ceiling", completion.result, -EPERM);
}

/* length commands of which all but the last have LINK. */
static void push_chain(struct client *client, unsigned int length,
		       struct geoneuron_command *commands)
{
	unsigned int i;

	for (i = 0; i < length; i++) {
		commands[i] = nop(i);
		if (i + 1 < length)
			commands[i].flags |= GEONEURON_COMMAND_LINK;
	}
	for (i = 0; i < length; i++)
		push(client, &commands[i]);
}

static void expect_all(const char *what, const struct geoneuron_completion *answers,
		       unsigned int count, __s32 result)
{
	unsigned int i;

	for (i = 0; i < count && answers[i].result == result && answers[i].user_data == i; i++)
		;
	expect(what, i, count);
}

static void test_chain_lengths(struct client *client, struct server *server)
{
	const unsigned int most = GEONEURON_MAX_CHAIN_COMMANDS;
	struct geoneuron_completion answers[RING];
	struct geoneuron_command commands[RING];
	unsigned int length;

	push_chain(client, most, commands);
	expect("longest chain", run(client, server, answers), most);
	expect_all("member of the longest chain", answers, most, 1);
	for (length = most + 1; length <= RING; length += RING - most - 1) {
		push_chain(client, length, commands);
		expect("too long a chain", run(client, server, answers), length);
		expect_all("member of too long a chain", answers, length, -EINVAL);
	}
}

/* A chain that the completion ring has no room for can never be accepted whole. */
static void test_small_completion_ring(struct server *server)
{
	struct client client = open_client(RING, 16);
	struct geoneuron_completion answers[RING];
	struct geoneuron_command commands[RING];

	push_chain(&client, 16, commands);
	expect("chain as long as the ring", run(&client, server, answers), 16);
	expect_all("its member", answers, 16, 1);
	push_chain(&client, 20, commands);
	expect("first part of a longer one", run(&client, server, answers), 16);
	expect_all("its member", answers, 16, -EINVAL);
	expect("the rest", run(&client, server, answers + 16), 4);
	expect_all("member of the rest", answers, 20, -EINVAL);
	commands[0] = nop(7);
	push(&client, &commands[0]);
	expect("after it", run(&client, server, answers), 1);
	expect("what comes after it", answers[0].result, 1);
	close_client(&client);
}

/* A chain must end inside its SUBMIT; what comes of it in the next one has no better fate. */
static void test_cut_chain(struct client *client, struct server *server)
{
	struct geoneuron_submit ask = { .count = 2 };
	struct geoneuron_completion answers[RING];
	struct geoneuron_command commands[RING];
	int i;

	push_chain(client, 3, commands);
	MUST(control(client->fd, GEONEURON_IOC_SUBMIT, &ask));
	expect("accepted of a cut chain", ask.accepted, 2);
	for (i = 0; i < 2; i++)
		expect("answered", pop(client, &answers[i]), 1);
	expect_all("member of a cut chain", answers, 2, -EINVAL);
	expect("its last member", run(client, server, answers), 1);
	expect("comes too late", answers[0].result, -EINVAL);
}

/* Breaks one member of a chain of four. */
static void test_broken_chain(struct client *client, struct server *server, unsigned int which,
			      void (*break_it)(struct geoneuron_command *command), int result)
{
	struct geoneuron_completion answers[RING];
	struct geoneuron_command command;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		command = nop(i);
		if (i < 3)
			command.flags |= GEONEURON_COMMAND_LINK;
		if (i == which)
			break_it(&command);
		push(client, &command);
	}
	expect("broken chain", run(client, server, answers), 4);
	for (i = 0; i < 4; i++)
		expect(answers[i].user_data == which ? "broken member" : "its neighbour",
		       answers[i].result, answers[i].user_data == which ? result : -ECANCELED);
}

static void test_chains(struct client *client, struct server *server)
{
	unsigned int which;

	test_chain_lengths(client, server);
	test_small_completion_ring(server);
	test_cut_chain(client, server);
	for (which = 0; which < 4; which++) {
		test_broken_chain(client, server, which, unknown_class, -EINVAL);
		test_broken_chain(client, server, which, far_class, -EINVAL);
		test_broken_chain(client, server, which, unknown_handle, -ENOENT);
	}
}

/* Members run in the class and by the deadline of the first. */
static void test_chain_shares(struct client *client, struct server *server)
{
	struct geoneuron_completion answers[RING];
	struct geoneuron_command first = nop(1), second = nop(2);
	int i;

	first.flags |= GEONEURON_COMMAND_LINK;
	first.priority_class = GEONEURON_CLASS_INTERACTIVE;
	first.deadline_ns = 12345;
	second.priority_class = GEONEURON_CLASS_BACKGROUND;
	push(client, &first);
	push(client, &second);
	expect("chain of two", run(client, server, answers), 2);
	for (i = 0; i < 2; i++) {
		const struct geoneuron_command *seen = &server->records[i].command;

		expect("shared class", seen->priority_class, GEONEURON_CLASS_INTERACTIVE);
		expect("shared deadline", (long)seen->deadline_ns, 12345);
	}
}

/* The handles of a buffer, and of an import that may only be read. */
static void make_buffers(struct client *client)
{
	struct mapped_buffer buffer = create_buffer(client, BUFFER_BYTES);
	int fd = export_buffer(client, &buffer, 0);

	handle = buffer.handle;
	read_only = import_buffer(client, fd, GEONEURON_IMPORT_READ_ONLY);
	unmap_buffer(&buffer);
	close(fd);
}

static void test_rules(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	struct client client = open_client(RING, RING);

	make_buffers(&client);
	test_commands(&client, &server);
	test_chains(&client, &server);
	test_chain_shares(&client, &server);
	expect_in_child("an ordinary user", test_ceiling, NULL);
	close_client(&client);
	close_server(&server);
}

/* A command that kills three servers ends with -EIO, an innocent one beside it with success. */
static void test_poison(struct client *client, const char *server_path)
{
	struct geoneuron_command crash = nop(1), innocent = nop(2);
	struct geoneuron_completion completion;
	struct client other = open_client(8, 8);
	int server, deaths = 0;

	crash.opcode = OPCODE_CRASH;
	push(client, &crash);
	push(&other, &innocent);
	server = start_server(server_path);
	ioctl(client->fd, GEONEURON_IOC_SUBMIT, &(struct geoneuron_submit){ .count = 1 });
	for (; deaths < 3; deaths++) {
		waitpid(server, NULL, 0);
		server = start_server(server_path);
	}
	expect("innocent accepted", submit(&other), 1);
	expect("innocent completed", pop(&other, &completion) && completion.result > 0, 1);
	expect("poison completed", pop(client, &completion), 1);
	expect("poison", completion.result, -EIO);
	push(client, &innocent);
	expect("banned", submit(client), -EKEYREJECTED);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	close(other.fd);
}

int main(int argc, char **argv)
{
	struct client client = open_client(8, 8);

	if (argc != 2) {
		fprintf(stderr, "usage: rules SERVER\n");
		return 2;
	}
	test_rules();
	test_poison(&client, argv[1]);
	return summary();
}
