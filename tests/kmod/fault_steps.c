/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "kmod/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kmod/check.h"

int ioctl_of(int fd, unsigned long code, void *argument)
{
	return ioctl(fd, code, argument) ? -errno : 0;
}

void open_client_node(struct world *world)
{
	world->fd = (int)MUST(open("/dev/geoneuron", O_RDWR | O_CLOEXEC));
}

void open_server_node(struct world *world)
{
	world->fd = (int)MUST(open("/dev/geoneuron-server", O_RDWR | O_CLOEXEC));
}

void *map_of(int fd, size_t bytes, off_t offset)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

	return memory == MAP_FAILED ? NULL : memory;
}

void close_all(struct world *world, int result)
{
	(void)result;
	if (world->memory)
		munmap(world->memory, 4096);
	if (world->fd >= 0)
		close(world->fd);
	if (world->other_fd >= 0)
		close(world->other_fd);
	world->memory = NULL;
	world->fd = -1;
	world->other_fd = -1;
}

void push_commands(struct world *world, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct geoneuron_command command = nop(i);

		if (!i && count > 1)
			command.flags |= GEONEURON_COMMAND_LINK;
		command.buffer_count = 1;
		command.buffers[0] = (struct geoneuron_buffer_use){
			.handle = world->handle, .length = 4096,
			.access = GEONEURON_ACCESS_READ | GEONEURON_ACCESS_WRITE,
		};
		push(&world->client, &command);
	}
	world->commands = count;
}

static unsigned int answer_all(struct world *world, int count)
{
	struct geoneuron_commit_entry entries[8];
	unsigned int answers = 0;
	int i;

	for (i = 0; i < count; i++)
		if (world->server.records[i].kind == GEONEURON_RECORD_COMMAND)
			entries[answers++] = answer(&world->server.records[i], 1, 0);
	if (answers)
		expect("commits that count", commit(&world->server, entries, answers), answers);
	return answers;
}

static unsigned int completions(struct world *world)
{
	struct geoneuron_completion completion;
	unsigned int count = 0;

	while (pop(&world->client, &completion))
		count++;
	return count;
}

void complete_commands(struct world *world, int result)
{
	struct geoneuron_ring *ring = world->client.submission;
	struct geoneuron_submit ask = { .count = ring->tail - ring->head };
	unsigned int done;

	(void)result;
	if (ask.count) {
		expect("SUBMIT afterwards", ioctl_of(world->client.fd, GEONEURON_IOC_SUBMIT, &ask),
		       0);
		expect("accepted afterwards", ask.accepted, ask.count);
	}
	done = completions(world);
	while (done < world->commands) {
		answer_all(world, fetch(&world->server, 8));
		done += completions(world);
	}
	expect("completions", done, world->commands);
	world->commands = 0;
	close_all(world, 0);
}

void open_ring(struct world *world)
{
	errno = -io_uring_queue_init(4, &world->ring, 0);
	MUST(errno ? -1 : 0);
}

int send_through_ring(struct world *world, int fd, unsigned int operation, const void *payload)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&world->ring);
	struct io_uring_cqe *cqe;
	int result;

	*sqe = (struct io_uring_sqe){ .opcode = IORING_OP_URING_CMD, .fd = fd, .off = operation };
	memcpy(&sqe->addr3, payload, 16);
	result = io_uring_submit(&world->ring);
	if (result != 1)
		return result < 0 ? result : -EAGAIN;
	return io_uring_peek_cqe(&world->ring, &cqe) ? -EINPROGRESS : cqe->res;
}

int end_of_ring(struct world *world, int result)
{
	struct io_uring_cqe *cqe;

	if (result == -EINPROGRESS) {
		errno = -io_uring_wait_cqe(&world->ring, &cqe);
		MUST(errno ? -1 : 0);
		result = cqe->res;
	}
	io_uring_queue_exit(&world->ring);
	return result;
}
