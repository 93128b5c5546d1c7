/* SPDX-License-Identifier: MIT */
/* GET_BUFFER: what a server may look at, for how long, and that a READ slot stays read-only. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"

#define BYTES 8192

static struct geoneuron_get_buffer ask_for(const struct geoneuron_record *record, __u32 slot)
{
	return (struct geoneuron_get_buffer){
		.command_id = record->command_id, .epoch = record->epoch, .slot = slot, .fd = -1,
	};
}

/* What GET_BUFFER says to a question that is not to be granted. */
static long refusal(struct server *server, struct geoneuron_get_buffer ask)
{
	long result = control(server->fd, GEONEURON_IOC_GET_BUFFER, &ask);

	if (!result)
		close(ask.fd);
	return result;
}

static struct geoneuron_get_buffer get(struct server *server,
				       const struct geoneuron_record *record, __u32 slot)
{
	struct geoneuron_get_buffer ask = ask_for(record, slot);

	MUST(control(server->fd, GEONEURON_IOC_GET_BUFFER, &ask));
	return ask;
}

static char *map(int fd, size_t bytes, int protection)
{
	return mmap(NULL, bytes, protection, MAP_SHARED, fd, 0);
}

static long try_map(int fd, size_t bytes, int protection, int flags)
{
	void *memory = mmap(NULL, bytes, protection, flags, fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	munmap(memory, bytes);
	return 0;
}

static struct geoneuron_buffer_use use(__u32 handle, __u32 access)
{
	return (struct geoneuron_buffer_use){
		.handle = handle, .access = access, .length = BYTES,
	};
}

static struct geoneuron_command copy_command(__u32 from, __u32 to)
{
	struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL, 0);

	command.buffer_count = 2;
	command.buffers[0] = use(from, GEONEURON_ACCESS_READ);
	command.buffers[1] = use(to, GEONEURON_ACCESS_WRITE);
	return command;
}

static void test_read_slot(struct server *server, const struct geoneuron_record *record)
{
	struct geoneuron_get_buffer found = get(server, record, 0);
	char *memory = map(found.fd, BYTES, PROT_READ);

	expect("kind", found.kind, GEONEURON_BUFFER_MEMORY);
	expect("size", (long)found.size, BYTES);
	expect("id", (long)found.buffer_id, (long)record->buffer_ids[0]);
	expect("O_CLOEXEC", fcntl(found.fd, F_GETFD), FD_CLOEXEC);
	expect("read-only fd", fcntl(found.fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	expect("map for reading", memory != MAP_FAILED, 1);
	if (memory != MAP_FAILED) {
		expect("what the client wrote", strcmp(memory, "question"), 0);
		expect("mprotect", mprotect(memory, BYTES, PROT_READ | PROT_WRITE) ? -errno : 0,
		       -EACCES);
		munmap(memory, BYTES);
	}
	expect("map for writing",
	       try_map(found.fd, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED), -EACCES);
	expect("map past the end", try_map(found.fd, BYTES + 4096, PROT_READ, MAP_SHARED),
	       -EINVAL);
	expect("grow", ftruncate(found.fd, BYTES * 2) ? -errno : 0, -EINVAL);
	expect("write", write(found.fd, "x", 1) < 0, 1);
	close(found.fd);
}

static void test_write_slot(struct server *server, const struct geoneuron_record *record)
{
	struct geoneuron_get_buffer found = get(server, record, 1);
	char *memory = map(found.fd, BYTES, PROT_READ | PROT_WRITE);

	expect("writable fd", fcntl(found.fd, F_GETFL) & O_ACCMODE, O_RDWR);
	expect("map for both", memory != MAP_FAILED, 1);
	if (memory != MAP_FAILED) {
		strcpy(memory, "answer");
		munmap(memory, BYTES);
	}
	expect("map past the end", try_map(found.fd, BYTES + 4096, PROT_READ, MAP_SHARED),
	       -EINVAL);
	expect("shrink", ftruncate(found.fd, 0) ? -errno : 0, -EINVAL);
	expect("punch a hole",
	       fallocate(found.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) < 0, 1);
	close(found.fd);
}

static void test_rules(struct server *server, const struct geoneuron_record *record)
{
	struct geoneuron_get_buffer unused = ask_for(record, 2), far = ask_for(record, 8);
	struct geoneuron_get_buffer unknown = ask_for(record, 0), old = ask_for(record, 0);

	unknown.command_id += 1000;
	old.epoch--;
	expect("slot not used", refusal(server, unused), -EINVAL);
	expect("slot out of range", refusal(server, far), -EINVAL);
	expect("unknown command", refusal(server, unknown), -ESTALE);
	expect("another epoch", refusal(server, old), -ESTALE);
}

/* What cannot be told to the caller leaves no fd behind. */
static void test_address(struct server *server, const struct geoneuron_record *record)
{
	struct geoneuron_get_buffer *read_only = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
						      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int next_fd = dup(server->fd);

	MUST(read_only == MAP_FAILED ? -1 : 0);
	*read_only = ask_for(record, 0);
	MUST(mprotect(read_only, 4096, PROT_READ));
	close(next_fd);
	expect("read-only", control(server->fd, GEONEURON_IOC_GET_BUFFER, read_only), -EFAULT);
	expect("which leaves no fd", dup(0), next_fd);
	close(next_fd);
	munmap(read_only, 4096);
}

static void test_memory(struct server *server)
{
	struct client client = open_client(8, 8);
	struct geoneuron_command command;
	struct geoneuron_record record, queued;
	const struct mapped_buffer question = create_buffer(&client, BYTES);
	const struct mapped_buffer reply = create_buffer(&client, BYTES);

	strcpy((char *)question.memory, "question");
	command = copy_command(question.handle, reply.handle);
	give(&client, &command);
	command.user_data = 2;
	give(&client, &command);
	fetch_records(server, &record, 1);
	queued = record;
	queued.command_id++;
	expect("queued, not dispatched", refusal(server, ask_for(&queued, 0)), -ESTALE);
	destroy_handle(&client, &question);
	test_read_slot(server, &record);
	test_write_slot(server, &record);
	test_rules(server, &record);
	test_address(server, &record);
	expect("zero copy", strcmp((char *)reply.memory, "answer"), 0);
	expect("committed", commit_record(server, &record, 0), 0);
	expect("after COMMIT", refusal(server, ask_for(&record, 0)), -ESTALE);
	fetch_records(server, &queued, 1);
	expect("committed", commit_record(server, &queued, 0), 0);
	unmap_buffer(&question);
	unmap_buffer(&reply);
	close_client(&client);
}

/* Both kinds of access to one slot make it writable. */
static void test_both(struct server *server)
{
	struct client client = open_client(8, 8);
	struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL, 0);
	struct geoneuron_get_buffer found;
	struct geoneuron_record record;

	command.buffer_count = 1;
	command.buffers[0] = use(make_buffer(&client, BYTES),
				 GEONEURON_ACCESS_READ | GEONEURON_ACCESS_WRITE);
	give(&client, &command);
	fetch_records(server, &record, 1);
	found = get(server, &record, 0);
	expect("READ and WRITE",
	       try_map(found.fd, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED), 0);
	expect("committed", commit_record(server, &record, 0), 0);
	close(found.fd);
	close_client(&client);
}

/* A context imports what another exported: the server gets that dma-buf. */
static void test_imported(struct server *server)
{
	struct client owner = open_client(8, 8), client = open_client(8, 8);
	struct geoneuron_export_buffer export = { .flags = O_CLOEXEC | O_RDWR };
	struct geoneuron_import_buffer import = {};
	struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL, 0);
	struct geoneuron_get_buffer found;
	struct geoneuron_record record;
	char *memory;

	export.handle = make_buffer(&owner, BYTES);
	MUST(control(owner.fd, GEONEURON_IOC_EXPORT_BUFFER, &export));
	import.fd = export.fd;
	MUST(control(client.fd, GEONEURON_IOC_IMPORT_BUFFER, &import));
	command.buffer_count = 1;
	command.buffers[0] = use(import.handle, GEONEURON_ACCESS_WRITE);
	give(&client, &command);
	fetch_records(server, &record, 1);
	found = get(server, &record, 0);
	expect("kind of an import", found.kind, GEONEURON_BUFFER_DMABUF);
	expect("size of an import", (long)found.size, BYTES);
	expect("id of an import", (long)found.buffer_id, (long)record.buffer_ids[0]);
	expect("O_CLOEXEC of an import", fcntl(found.fd, F_GETFD), FD_CLOEXEC);
	memory = map(found.fd, BYTES, PROT_READ | PROT_WRITE);
	expect("map of an import", memory != MAP_FAILED, 1);
	munmap(memory, BYTES);
	expect("committed", commit_record(server, &record, 0), 0);
	close(found.fd);
	close(export.fd);
	close_client(&client);
	close_client(&owner);
}

/* A command of a lost server is no business of the next one before it is handed out again. */
static void test_epochs(void)
{
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	struct client client = open_client(8, 8);
	struct geoneuron_command command;
	struct geoneuron_record old, record;

	command = copy_command(make_buffer(&client, BYTES), make_buffer(&client, BYTES));
	command.flags = GEONEURON_COMMAND_IDEMPOTENT;
	give(&client, &command);
	fetch_records(&first, &old, 1);
	MUST(control(first.fd, GEONEURON_IOC_DETACH, NULL));
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	expect("after DETACH", refusal(&first, ask_for(&old, 0)), -ENOTCONN);
	record = old;
	expect("behind the fence, old epoch", refusal(&second, ask_for(&record, 0)), -ESTALE);
	record.epoch = second.epoch;
	expect("behind the fence, new epoch", refusal(&second, ask_for(&record, 0)), -ESTALE);
	close_server(&first);
	fetch_records(&second, &record, 1);
	expect("again, old epoch", refusal(&second, ask_for(&old, 0)), -ESTALE);
	expect("again, new epoch", refusal(&second, ask_for(&record, 0)), 0);
	expect("same buffer", (long)record.buffer_ids[0], (long)old.buffer_ids[0]);
	expect("committed", commit_record(&second, &record, 0), 0);
	retire(&second);
	close_client(&client);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);

	test_memory(&server);
	test_both(&server);
	test_imported(&server);
	retire(&server);
	test_epochs();
	return summary();
}
