/* SPDX-License-Identifier: MIT */
/* What a user may have at most, as the module's parameters say; that it is given back when the
 * memory is, and that users do not share it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"
#include "kmod/server.h"

#define PAGE 4096
#define RING 64

static void set_parameter(const char *name, unsigned long value)
{
	char path[96], text[24];
	int fd, length = snprintf(text, sizeof(text), "%lu", value);

	snprintf(path, sizeof(path), "/sys/module/geoneuron/parameters/%s", name);
	fd = (int)MUST(open(path, O_WRONLY | O_CLOEXEC));
	MUST(write(fd, text, (size_t)length));
	close(fd);
}

static long create(struct client *client, __u64 size)
{
	struct geoneuron_create_buffer ask = { .size = size };

	return control(client->fd, GEONEURON_IOC_CREATE_BUFFER, &ask);
}

/* Whether all of size may be created now; what was created goes again. */
static long room_for(__u64 size)
{
	struct client client = open_client(2, 2);
	long result = create(&client, size);

	close_client(&client);
	return result;
}

static void test_info(struct client *client)
{
	struct geoneuron_info info;

	set_parameter("max_commands", 11);
	set_parameter("max_contexts", 12);
	set_parameter("max_buffer_bytes", 13);
	set_parameter("max_pinned_bytes", 14);
	MUST(control(client->fd, GEONEURON_IOC_GET_INFO, &info));
	expect("max_commands", (long)info.max_commands, 11);
	expect("max_contexts", (long)info.max_contexts, 12);
	expect("max_buffer_bytes", (long)info.max_buffer_bytes, 13);
	expect("max_pinned_bytes", (long)info.max_pinned_bytes, 14);
	set_parameter("max_contexts", 256);
}

static void push_nops(struct client *client, int count, unsigned int flags)
{
	while (count--) {
		struct geoneuron_command command = nop(1);

		if (count)
			command.flags |= (__u16)flags;
		push(client, &command);
	}
}

static void answer_some(struct server *server, int count)
{
	struct geoneuron_commit_entry entries[RING];
	int i;

	expect("fetched", fetch(server, (unsigned int)count), count);
	for (i = 0; i < count; i++)
		entries[i] = answer(&server->records[i], 0, 0);
	expect("committed", commit(server, entries, (unsigned int)count), count);
}

static void another_users_commands(void *argument)
{
	struct client client;

	(void)argument;
	become_user(1000);
	client = open_client(RING, RING);
	push_nops(&client, 9, 0);
	expect("another user's commands", submit_only(&client), 8);
	expect("and no more", submit_only(&client), -EDQUOT);
}

static void test_commands(struct client *client, struct server *server)
{
	struct client second = open_client(RING, RING), third = open_client(RING, RING);

	set_parameter("max_commands", 8);
	push_nops(client, 20, 0);
	expect("commands", submit_only(client), 8);
	expect("one more", submit_only(client), -EDQUOT);
	push_nops(&second, 1, 0);
	expect("in another context", submit_only(&second), -EDQUOT);
	expect_in_child("another user", another_users_commands, NULL);
	answer_some(server, 3);
	expect("as many as were answered", submit_only(client), 3);
	answer_some(server, 8);
	expect("in the other context", submit_only(&second), 1);
	push_nops(&third, 8, GEONEURON_COMMAND_LINK);
	expect("a chain that is too much", submit_only(&third), -EDQUOT);
	close_client(&second);
	expect("given back at close", submit_only(&third), 8);
	close_client(&third);
	expect("unread ones are no commands", submit_only(client), 8);
	close_client(client);
}

/* The memory stays charged as long as a map, an export or a command has it. */
static void test_bytes(void)
{
	const __u64 most = 16 * PAGE;
	struct client client = open_client(2, 2);
	struct mapped_buffer buffer;
	int fd;

	set_parameter("max_buffer_bytes", most);
	set_parameter("max_pinned_bytes", most);
	expect("too much", room_for(most + PAGE), -EDQUOT);
	buffer = create_buffer(&client, most - PAGE);
	expect("the rest", room_for(PAGE), 0);
	expect("more than the rest", room_for(2 * PAGE), -EDQUOT);
	fd = export_buffer(&client, &buffer, O_CLOEXEC);
	destroy_handle(&client, &buffer);
	expect("a map and an export have it", room_for(2 * PAGE), -EDQUOT);
	close_client(&client);
	expect("after the context", room_for(2 * PAGE), -EDQUOT);
	close(fd);
	expect("a map has it", room_for(2 * PAGE), -EDQUOT);
	unmap_buffer(&buffer);
	expect("given back", room_for(most), 0);
	client = open_client(2, 2);
	buffer = create_buffer(&client, most);
	fd = export_buffer(&client, &buffer, O_CLOEXEC);
	unmap_buffer(&buffer);
	close_client(&client);
	expect("an export has it", room_for(PAGE), -EDQUOT);
	close(fd);
	expect("given back", room_for(most), 0);
}

static void test_bytes_of_commands(void)
{
	struct client client = open_client(2, 2);
	struct mapped_buffer buffer = create_buffer(&client, 16 * PAGE);
	struct geoneuron_cancel cancel = { .user_data = 5 };
	struct geoneuron_command command = nop(5);

	command.buffer_count = 1;
	command.buffers[0] = (struct geoneuron_buffer_use){
		.handle = buffer.handle, .access = GEONEURON_ACCESS_READ, .length = 1,
	};
	push(&client, &command);
	expect("accepted", submit_only(&client), 1);
	destroy_handle(&client, &buffer);
	unmap_buffer(&buffer);
	expect("a command has it", room_for(PAGE), -EDQUOT);
	MUST(control(client.fd, GEONEURON_IOC_CANCEL, &cancel));
	expect("cancelled", cancel.cancelled, 1);
	expect("given back", room_for(16 * PAGE), 0);
	close_client(&client);
}

static void another_users_bytes(void *argument)
{
	(void)argument;
	become_user(1000);
	expect("another user's bytes", room_for(16 * PAGE), 0);
	expect("and no more", room_for(17 * PAGE), -EDQUOT);
}

static void test_users_bytes(void)
{
	struct client client = open_client(2, 2);
	struct mapped_buffer buffer = create_buffer(&client, 16 * PAGE);

	expect_in_child("another user", another_users_bytes, NULL);
	unmap_buffer(&buffer);
	close_client(&client);
}

static long export_of(struct client *client, const struct mapped_buffer *buffer)
{
	struct geoneuron_export_buffer ask = { .handle = buffer->handle, .flags = O_CLOEXEC };

	if (control(client->fd, GEONEURON_IOC_EXPORT_BUFFER, &ask))
		return -errno;
	return ask.fd;
}

static void test_pinned(void)
{
	struct client client = open_client(2, 2);
	struct mapped_buffer buffer = create_buffer(&client, 4 * PAGE);
	int first, second;

	set_parameter("max_pinned_bytes", 9 * PAGE);
	first = (int)MUST(export_of(&client, &buffer));
	second = (int)MUST(export_of(&client, &buffer));
	expect("each export counts", export_of(&client, &buffer), -EDQUOT);
	close(first);
	first = (int)MUST(export_of(&client, &buffer));
	destroy_handle(&client, &buffer);
	unmap_buffer(&buffer);
	close_client(&client);
	client = open_client(2, 2);
	buffer = create_buffer(&client, 4 * PAGE);
	expect("after the context", export_of(&client, &buffer), -EDQUOT);
	close(second);
	second = (int)MUST(export_of(&client, &buffer));
	close(first);
	close(second);
	unmap_buffer(&buffer);
	close_client(&client);
}

static long open_context(void)
{
	int fd = open("/dev/geoneuron", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static void another_users_context(void *argument)
{
	(void)argument;
	become_user(1000);
	expect("another user's context", open_context() >= 0, 1);
}

static void test_contexts(void)
{
	int fds[2], copy;

	set_parameter("max_contexts", 2);
	fds[0] = (int)MUST(open_context());
	fds[1] = (int)MUST(open_context());
	expect("one too many", open_context(), -EDQUOT);
	expect_in_child("another user", another_users_context, NULL);
	copy = (int)MUST(dup(fds[0]));
	close(fds[0]);
	expect("a copy keeps it", open_context(), -EDQUOT);
	close(copy);
	fds[0] = (int)MUST(open_context());
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	struct client client = open_client(RING, RING);

	test_info(&client);
	test_commands(&client, &server);
	test_bytes();
	test_bytes_of_commands();
	test_users_bytes();
	test_pinned();
	test_contexts();
	close_server(&server);
	return summary();
}
