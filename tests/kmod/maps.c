/* SPDX-License-Identifier: MIT */
/* One case per rule of mmap on a context: its rings and its buffers. Needs no server. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"

#define PAGE 4096
#define BUFFER_BYTES (2 * PAGE)
#define TO_READ PROT_READ
#define TO_WRITE (PROT_READ | PROT_WRITE)

/* Maps and unmaps; 0, or -errno. */
static long map(int fd, __u64 offset, __u64 bytes, int protection, int flags)
{
	void *memory = mmap(NULL, bytes, protection, flags, fd, (off_t)offset);

	if (memory == MAP_FAILED)
		return -errno;
	munmap(memory, bytes);
	return 0;
}

static void test_ring(const char *which, int fd, __u64 offset, __u64 bytes)
{
	expect(which, map(fd, offset, bytes, TO_WRITE, MAP_SHARED), 0);
	expect("a ring to read", map(fd, offset, bytes, TO_READ, MAP_SHARED), 0);
	expect("a part of a ring", map(fd, offset, PAGE, TO_WRITE, MAP_SHARED), 0);
	expect("a private ring", map(fd, offset, bytes, TO_WRITE, MAP_PRIVATE), -EINVAL);
	expect("past a ring", map(fd, offset, bytes + PAGE, TO_WRITE, MAP_SHARED), -EINVAL);
	expect("inside a ring", map(fd, offset + PAGE, PAGE, TO_WRITE, MAP_SHARED), -EINVAL);
}

static void test_rings(void)
{
	struct geoneuron_setup setup = { .submission_entries = 64, .completion_entries = 512 };
	int fd = (int)MUST(open("/dev/geoneuron", O_RDWR | O_CLOEXEC));

	expect("no rings yet", map(fd, 0, PAGE, TO_WRITE, MAP_SHARED), -ENXIO);
	MUST(control(fd, GEONEURON_IOC_SETUP, &setup));
	test_ring("submission ring", fd, setup.submission_offset, setup.submission_bytes);
	test_ring("completion ring", fd, setup.completion_offset, setup.completion_bytes);
	close(fd);
}

static void test_buffer(struct client *client)
{
	struct geoneuron_create_buffer ask = { .size = BUFFER_BYTES };
	int fd = client->fd;

	MUST(control(fd, GEONEURON_IOC_CREATE_BUFFER, &ask));
	expect("a buffer", map(fd, ask.mmap_offset, BUFFER_BYTES, TO_WRITE, MAP_SHARED), 0);
	expect("its start", map(fd, ask.mmap_offset, PAGE, TO_READ, MAP_SHARED), 0);
	expect("a private buffer", map(fd, ask.mmap_offset, PAGE, TO_WRITE, MAP_PRIVATE), -EINVAL);
	expect("past a buffer",
	       map(fd, ask.mmap_offset, BUFFER_BYTES + PAGE, TO_WRITE, MAP_SHARED), -EINVAL);
	expect("inside a buffer",
	       map(fd, ask.mmap_offset + PAGE, PAGE, TO_WRITE, MAP_SHARED), -EINVAL);
	destroy_handle(client, &(struct mapped_buffer){ .handle = ask.handle });
	expect("a destroyed buffer", map(fd, ask.mmap_offset, PAGE, TO_WRITE, MAP_SHARED), -ENOENT);
}

/* The offset of a buffer that is gone leads to whatever has its handle now. */
static void test_import(struct client *client)
{
	struct geoneuron_create_buffer first = { .size = PAGE }, second = { .size = PAGE };
	int fd;

	MUST(control(client->fd, GEONEURON_IOC_CREATE_BUFFER, &first));
	MUST(control(client->fd, GEONEURON_IOC_CREATE_BUFFER, &second));
	fd = export_buffer(client, &(struct mapped_buffer){ .handle = second.handle }, O_RDWR);
	destroy_handle(client, &(struct mapped_buffer){ .handle = first.handle });
	expect("a handle used again", import_buffer(client, fd, 0), first.handle);
	expect("an import", map(client->fd, first.mmap_offset, PAGE, TO_WRITE, MAP_SHARED),
	       -EOPNOTSUPP);
	close(fd);
}

/* Workers trust that a buffer keeps its size and its pages. */
static void test_holes(struct client *client)
{
	struct mapped_buffer buffer = create_buffer(client, BUFFER_BYTES);

	buffer.memory[0] = 42;
	expect("a hole", madvise(buffer.memory, PAGE, MADV_REMOVE) ? -errno : 0, -EOPNOTSUPP);
	expect("what lay there", buffer.memory[0], 42);
	expect("truncation", ftruncate(client->fd, 0) ? -errno : 0, -EINVAL);
	destroy_handle(client, &buffer);
	expect("memory after DESTROY", buffer.memory[0], 42);
	unmap_buffer(&buffer);
}

static void test_exports(struct client *client)
{
	struct mapped_buffer buffer = create_buffer(client, BUFFER_BYTES);
	int to_read = export_buffer(client, &buffer, 0);
	int to_write = export_buffer(client, &buffer, O_RDWR);
	__u8 *memory = mmap(NULL, BUFFER_BYTES, TO_READ, MAP_SHARED, to_read, 0);

	MUST(memory == MAP_FAILED ? -1 : 0);
	buffer.memory[PAGE] = 7;
	expect("an export's memory", memory[PAGE], 7);
	expect("write access gained", mprotect(memory, PAGE, TO_WRITE) ? -errno : 0, -EACCES);
	munmap(memory, BUFFER_BYTES);
	expect("write to a readable export", map(to_read, 0, PAGE, TO_WRITE, MAP_SHARED), -EACCES);
	expect("write to an export", map(to_write, 0, BUFFER_BYTES, TO_WRITE, MAP_SHARED), 0);
	expect("past an export",
	       map(to_write, 0, BUFFER_BYTES + PAGE, TO_WRITE, MAP_SHARED), -EINVAL);
	close(to_read);
	close(to_write);
	destroy_handle(client, &buffer);
	unmap_buffer(&buffer);
}

int main(void)
{
	struct client client = open_client(8, 8);

	test_rings();
	test_buffer(&client);
	test_import(&client);
	test_holes(&client);
	test_exports(&client);
	return summary();
}
