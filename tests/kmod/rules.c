/* SPDX-License-Identifier: MIT */
/* rules SERVER: one case per rule of struct geoneuron_command and of the client's ioctls, each
 * valid but for one thing. Prints what differs; exit status 1 if anything does. */
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

#define BUFFER_BYTES 8192

static __u32 handle;

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
static void nothing(struct geoneuron_command *c) { (void)c; }

static const struct {
	const char *name;
	void (*break_it)(struct geoneuron_command *command);
	int result;
} cases[] = {
	{ "nothing broken", nothing, 1 },
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

static struct geoneuron_completion answer_to(struct client *client,
					     const struct geoneuron_command *command)
{
	struct geoneuron_completion completion = {};

	push(client, command);
	expect("accepted", submit(client), 1);
	if (!pop(client, &completion))
		expect("completion there", 0, 1);
	return completion;
}

static void test_commands(struct client *client)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct geoneuron_command command = nop(i);

		command.buffer_count = 1;
		command.buffers[0] = (struct geoneuron_buffer_use){
			.handle = handle, .access = GEONEURON_ACCESS_READ, .length = BUFFER_BYTES,
		};
		cases[i].break_it(&command);
		expect(cases[i].name, answer_to(client, &command).result, cases[i].result);
	}
}

static long call(struct client *client, unsigned long code, void *argument)
{
	return ioctl(client->fd, code, argument) ? -errno : 0;
}

static void test_buffers(struct client *client)
{
	struct geoneuron_create_buffer odd = { .size = 4097 }, none = { .size = 0 };
	struct geoneuron_create_buffer flags = { .size = 4096, .flags = 1 };
	struct geoneuron_create_buffer huge = { .size = 1ULL << 50 };
	struct geoneuron_create_buffer good = { .size = BUFFER_BYTES };
	struct geoneuron_destroy_buffer unknown = { .handle = 9999 };
	struct geoneuron_destroy_buffer padded = { .handle = 1, .padding = 1 };

	expect("size not of pages", call(client, GEONEURON_IOC_CREATE_BUFFER, &odd), -EINVAL);
	expect("no size", call(client, GEONEURON_IOC_CREATE_BUFFER, &none), -EINVAL);
	expect("flags of CREATE", call(client, GEONEURON_IOC_CREATE_BUFFER, &flags), -EINVAL);
	expect("over the quota", call(client, GEONEURON_IOC_CREATE_BUFFER, &huge), -EDQUOT);
	expect("a good buffer", call(client, GEONEURON_IOC_CREATE_BUFFER, &good), 0);
	expect("no such buffer", call(client, GEONEURON_IOC_DESTROY_BUFFER, &unknown), -ENOENT);
	expect("padding of DESTROY", call(client, GEONEURON_IOC_DESTROY_BUFFER, &padded), -EINVAL);
	handle = good.handle;
}

static void test_ioctls(struct client *client)
{
	struct geoneuron_setup again = { .submission_entries = 8, .completion_entries = 8 };
	struct geoneuron_setup three = { .submission_entries = 3, .completion_entries = 8 };
	struct geoneuron_submit flags = { .flags = 0x80 }, padding = { .padding = 1 };
	struct geoneuron_submit empty = { .count = 1 };
	struct geoneuron_cancel cancel = { .user_data = 12345 };
	struct geoneuron_eventfd eventfd = { .fd = 1000 };

	expect("unknown ioctl", call(client, _IO(GEONEURON_IOC, 0x3f), NULL), -ENOTTY);
	expect("bad address", call(client, GEONEURON_IOC_GET_INFO, (void *)8), -EFAULT);
	expect("second SETUP", call(client, GEONEURON_IOC_SETUP, &again), -EBUSY);
	expect("entries not a power of two", call(client, GEONEURON_IOC_SETUP, &three), -EINVAL);
	expect("flags of SUBMIT", call(client, GEONEURON_IOC_SUBMIT, &flags), -EINVAL);
	expect("padding of SUBMIT", call(client, GEONEURON_IOC_SUBMIT, &padding), -EINVAL);
	expect("empty ring", call(client, GEONEURON_IOC_SUBMIT, &empty), -EAGAIN);
	expect("CANCEL of nothing", call(client, GEONEURON_IOC_CANCEL, &cancel), 0);
	expect("not found", cancel.not_found, 1);
	expect("no eventfd", call(client, GEONEURON_IOC_SET_EVENTFD, &eventfd), -EBADF);
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
	int server;

	if (argc != 2) {
		fprintf(stderr, "usage: rules SERVER\n");
		return 2;
	}
	server = start_server(argv[1]);
	test_buffers(&client);
	test_ioctls(&client);
	test_commands(&client);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	test_poison(&client, argv[1]);
	return summary();
}
