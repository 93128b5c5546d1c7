/* SPDX-License-Identifier: MIT */
/* A command keeps the buffers that it named when it was accepted, whatever becomes of handles. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"

#define BYTES 8192

static struct geoneuron_get_buffer get_buffer(struct server *server,
					      const struct geoneuron_record *record, __u32 slot)
{
	struct geoneuron_get_buffer ask = {
		.command_id = record->command_id, .epoch = record->epoch, .slot = slot,
	};

	MUST(ioctl(server->fd, GEONEURON_IOC_GET_BUFFER, &ask));
	expect("kind", ask.kind, GEONEURON_BUFFER_MEMORY);
	expect("size", (long)ask.size, BYTES);
	expect("id of the buffer", (long)ask.buffer_id, (long)record->buffer_ids[slot]);
	return ask;
}

static __u8 *map_fd(int fd, int protection)
{
	__u8 *memory = mmap(NULL, BYTES, protection, MAP_SHARED, fd, 0);

	MUST(memory == MAP_FAILED ? -1 : 0);
	return memory;
}

static long try_map(int fd, __u64 bytes, int protection, int flags)
{
	void *memory = mmap(NULL, bytes, protection, flags, fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	munmap(memory, bytes);
	return 0;
}

/* Reads slot 0 and writes slot 1. */
static void submit_copy(struct client *client, const struct mapped_buffer *from,
			const struct mapped_buffer *to)
{
	struct geoneuron_command command = nop(1);

	command.buffer_count = 2;
	command.buffers[0] = (struct geoneuron_buffer_use){
		.handle = from->handle, .access = GEONEURON_ACCESS_READ, .length = BYTES,
	};
	command.buffers[1] = (struct geoneuron_buffer_use){
		.handle = to->handle, .access = GEONEURON_ACCESS_WRITE, .length = BYTES,
	};
	push(client, &command);
	expect("accepted", submit_only(client), 1);
}

static void copy(struct server *server)
{
	int from = get_buffer(server, &server->records[0], 0).fd;
	int to = get_buffer(server, &server->records[0], 1).fd;
	__u8 *source = map_fd(from, PROT_READ), *target = map_fd(to, PROT_READ | PROT_WRITE);

	expect("CLOEXEC", fcntl(from, F_GETFD) & fcntl(to, F_GETFD), FD_CLOEXEC);
	expect("a write to what may be read",
	       try_map(from, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED), -EACCES);
	expect("write access gained",
	       mprotect(source, BYTES, PROT_READ | PROT_WRITE) ? -errno : 0, -EACCES);
	expect("past the end", try_map(to, BYTES + 4096, PROT_READ, MAP_SHARED), -EINVAL);
	expect("private", try_map(to, BYTES, PROT_READ, MAP_PRIVATE), -EINVAL);
	memcpy(target, source, BYTES);
	munmap(source, BYTES);
	munmap(target, BYTES);
	close(from);
	close(to);
}

/* After its command was accepted the handle goes, and its number names other memory. */
static struct mapped_buffer replace(struct client *client, const struct mapped_buffer *old,
				    __u8 content)
{
	struct mapped_buffer fresh;

	destroy_handle(client, old);
	fresh = create_buffer(client, BYTES);
	expect("number used again", fresh.handle, old->handle);
	memset(fresh.memory, content, BYTES);
	return fresh;
}

static void expect_content(const char *what, const struct mapped_buffer *buffer, __u8 content)
{
	expect(what, buffer->memory[0], content);
	expect(what, buffer->memory[BYTES - 1], content);
}

static void commit_first(struct server *server)
{
	struct geoneuron_commit_entry entry = answer(&server->records[0], 0, 0);
	struct geoneuron_get_buffer ask = {
		.command_id = entry.command_id, .epoch = entry.epoch,
	};

	expect("committed", commit(server, &entry, 1), 1);
	expect("GET_BUFFER after COMMIT", control(server->fd, GEONEURON_IOC_GET_BUFFER, &ask),
	       -ESTALE);
}

/* dispatched: the handles are replaced after FETCH, else before. */
static void test_replaced(struct client *client, struct server *server, bool dispatched)
{
	struct mapped_buffer from = create_buffer(client, BYTES), to = create_buffer(client, BYTES);
	struct mapped_buffer other_from, other_to;

	memset(from.memory, 'a', BYTES);
	submit_copy(client, &from, &to);
	unmap_buffer(&from);
	if (dispatched)
		fetch_command(server);
	other_from = replace(client, &from, 'x');
	other_to = replace(client, &to, 'y');
	if (!dispatched)
		fetch_command(server);
	copy(server);
	expect_content("the old target", &to, 'a');
	expect_content("the new target", &other_to, 'y');
	expect_content("the new source", &other_from, 'x');
	commit_first(server);
	unmap_buffer(&to);
	destroy_handle(client, &other_from);
	destroy_handle(client, &other_to);
	unmap_buffer(&other_from);
	unmap_buffer(&other_to);
}

/* What the server mapped outlives the command, the client's handle and its context. */
static void test_map_that_stays(struct server *server)
{
	struct client client = open_client(2, 2);
	struct mapped_buffer from = create_buffer(&client, BYTES);
	struct mapped_buffer to = create_buffer(&client, BYTES);
	__u8 *memory;
	int fd;

	memset(from.memory, 'b', BYTES);
	submit_copy(&client, &from, &to);
	fetch_command(server);
	fd = get_buffer(server, &server->records[0], 0).fd;
	unmap_buffer(&from);
	unmap_buffer(&to);
	close_client(&client);
	memory = map_fd(fd, PROT_READ);
	close(fd);
	commit_first(server);
	expect("content", memory[BYTES - 1], 'b');
	munmap(memory, BYTES);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	struct client client = open_client(8, 8);
	struct geoneuron_completion completion;

	test_replaced(&client, &server, false);
	expect("one completion", pop(&client, &completion) && !pop(&client, &completion), 1);
	test_replaced(&client, &server, true);
	expect("one completion", pop(&client, &completion) && !pop(&client, &completion), 1);
	test_map_that_stays(&server);
	close_client(&client);
	close_server(&server);
	return summary();
}
