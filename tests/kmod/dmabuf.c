/* SPDX-License-Identifier: MIT */
/* Buffers that cross to another device and back, pixel by pixel, and the fences upon them. The
 * other device is vgem. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"
#include "kmod/vgem.h"

/* After so long vgem signals a fence by itself. */
#define VGEM_FENCE_SECONDS 10
#define WIDTH 320
#define HEIGHT 240
#define PIXELS (WIDTH * HEIGHT)
#define BYTES (PIXELS * 4UL)

static __u32 pixel(size_t at, __u32 key)
{
	return ((__u32)at * 2654435761U) ^ key;
}

static void paint(void *memory, __u32 key)
{
	__u32 *pixels = memory;
	size_t i;

	for (i = 0; i < PIXELS; i++)
		pixels[i] = pixel(i, key);
}

static long different_pixels(const void *memory, __u32 key)
{
	const __u32 *pixels = memory;
	long different = 0;
	size_t i;

	for (i = 0; i < PIXELS; i++)
		different += pixels[i] != pixel(i, key);
	return different;
}

static void *map_fd(int fd, int protection)
{
	void *memory = mmap(NULL, BYTES, protection, MAP_SHARED, fd, 0);

	MUST(memory == MAP_FAILED ? -1 : 0);
	return memory;
}

static void submit_use(struct client *client, __u32 handle, __u32 access)
{
	struct geoneuron_command command = nop(1);

	command.flags = 0;
	command.buffer_count = 1;
	command.buffers[0] = (struct geoneuron_buffer_use){
		.handle = handle, .access = access, .length = BYTES,
	};
	push(client, &command);
	expect("accepted", submit_only(client), 1);
}

static int buffer_fd(struct server *server, __u32 kind)
{
	struct geoneuron_get_buffer ask = {
		.command_id = server->records[0].command_id, .epoch = server->epoch,
	};

	MUST(ioctl(server->fd, GEONEURON_IOC_GET_BUFFER, &ask));
	expect("kind", ask.kind, kind);
	expect("size", (long)ask.size, BYTES);
	return ask.fd;
}

static void finish(struct client *client, struct server *server)
{
	struct geoneuron_commit_entry entry = answer(&server->records[0], 0, 0);
	struct geoneuron_completion completion = {};

	expect("committed", commit(server, &entry, 1), 1);
	expect("completion there", pop(client, &completion), 1);
	expect("result", completion.result, 0);
}

/* vgem maps our pages for its device, and hands the same dma-buf on. */
static void test_export(struct client *client, struct server *server, int vgem)
{
	struct mapped_buffer buffer = create_buffer(client, BYTES);
	int ours = export_buffer(client, &buffer, O_RDWR | O_CLOEXEC), theirs, fd;
	__u32 handle;
	void *memory;

	paint(buffer.memory, 1);
	handle = vgem_import(vgem, ours);
	close(ours);
	theirs = vgem_export(vgem, handle);
	memory = map_fd(theirs, PROT_READ | PROT_WRITE);
	expect("pixels over there", different_pixels(memory, 1), 0);
	paint(memory, 2);
	expect("pixels back here", different_pixels(buffer.memory, 2), 0);
	submit_use(client, buffer.handle, GEONEURON_ACCESS_WRITE);
	fetch_command(server);
	fd = buffer_fd(server, GEONEURON_BUFFER_MEMORY);
	paint(map_fd(fd, PROT_READ | PROT_WRITE), 3);
	finish(client, server);
	close(fd);
	expect("what the server drew", different_pixels(memory, 3), 0);
	destroy_handle(client, &buffer);
	unmap_buffer(&buffer);
	close(theirs);
	expect("the last map", different_pixels(memory, 3), 0);
	munmap(memory, BYTES);
	vgem_forget(vgem, handle);
}

static void test_import(struct client *client, struct server *server, int vgem)
{
	__u64 size;
	__u32 theirs = vgem_create(vgem, WIDTH, HEIGHT, &size), ours;
	void *memory = vgem_map(vgem, theirs, size);
	int fd = vgem_export(vgem, theirs);

	expect("size over there", (long)size, BYTES);
	paint(memory, 4);
	ours = import_buffer(client, fd, 0);
	close(fd);
	submit_use(client, ours, GEONEURON_ACCESS_READ | GEONEURON_ACCESS_WRITE);
	destroy_handle(client, &(struct mapped_buffer){ .handle = ours });
	fetch_command(server);
	fd = buffer_fd(server, GEONEURON_BUFFER_DMABUF);
	vgem_forget(vgem, theirs);
	expect("pixels at the server", different_pixels(map_fd(fd, PROT_READ), 4), 0);
	paint(map_fd(fd, PROT_READ | PROT_WRITE), 5);
	close(fd);
	finish(client, server);
	expect("pixels back over there", different_pixels(memory, 5), 0);
	munmap(memory, size);
}

/* What another device reads is dispatched. */
static void test_reader(struct client *client, struct server *server, int vgem, __u32 theirs,
			__u32 ours)
{
	__u32 fence = vgem_attach_fence(vgem, theirs, false);

	submit_use(client, ours, GEONEURON_ACCESS_WRITE);
	fetch_command(server);
	finish(client, server);
	vgem_signal_fence(vgem, fence);
}

/* What it still writes is not, but what comes from others is. False where this took so long that
 * vgem may have given up its fence. */
static bool test_writer(struct client *client, struct server *server, int vgem, __u32 theirs,
			__u32 ours)
{
	struct client other = open_client(2, 2);
	struct geoneuron_command command = nop(1);
	time_t began = time(NULL);
	__u32 fence = vgem_attach_fence(vgem, theirs, true);
	long first, second;
	bool in_time;

	submit_use(client, ours, GEONEURON_ACCESS_READ);
	push(&other, &command);
	expect("accepted", submit_only(&other), 1);
	fetch_command(server);
	first = fdinfo(client, "geoneuron-dispatched");
	if (!first)
		finish(&other, server);
	second = fdinfo(client, "geoneuron-dispatched");
	in_time = time(NULL) - began < VGEM_FENCE_SECONDS - 2;
	if (in_time) {
		expect("while it is written", first, 0);
		expect("and still", second, 0);
		vgem_signal_fence(vgem, fence);
		fetch_command(server);
		expect("now", fdinfo(client, "geoneuron-dispatched"), 1);
		finish(client, server);
	}
	close_client(&other);
	return in_time;
}

static void test_fences(int vgem)
{
	struct server server;
	struct client client;
	__u64 size;
	__u32 theirs = vgem_create(vgem, WIDTH, HEIGHT, &size), ours;
	int fd = vgem_export(vgem, theirs);
	bool done;

	do {
		server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
		client = open_client(8, 8);
		ours = import_buffer(&client, fd, 0);
		test_reader(&client, &server, vgem, theirs, ours);
		done = test_writer(&client, &server, vgem, theirs, ours);
		close_client(&client);
		close_server(&server);
	} while (!done);
	vgem_forget(vgem, theirs);
	close(fd);
}

/* A server goes while another device still uses what its command wrote: no answer before that. */
static void test_fence_after_server(struct client *client, int vgem)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	struct mapped_buffer buffer = create_buffer(client, BYTES);
	int ours = export_buffer(client, &buffer, O_RDWR | O_CLOEXEC);
	__u32 theirs = vgem_import(vgem, ours), fence;
	struct geoneuron_completion completion = {};
	struct geoneuron_submit wait = { .min_complete = 1 };

	submit_use(client, buffer.handle, GEONEURON_ACCESS_WRITE);
	fetch_command(&server);
	fence = vgem_attach_fence(vgem, theirs, true);
	close_server(&server);
	expect("no answer yet", pop(client, &completion), 0);
	vgem_signal_fence(vgem, fence);
	expect("SUBMIT", control(client->fd, GEONEURON_IOC_SUBMIT, &wait), 0);
	expect("answered", pop(client, &completion), 1);
	expect("its server was lost", completion.result, -EOWNERDEAD);
	vgem_forget(vgem, theirs);
	close(ours);
	destroy_handle(client, &buffer);
	unmap_buffer(&buffer);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	struct client client = open_client(8, 8);
	int vgem = open_vgem();

	test_export(&client, &server, vgem);
	test_import(&client, &server, vgem);
	close_server(&server);
	test_fences(vgem);
	test_fence_after_server(&client, vgem);
	close(vgem);
	close_client(&client);
	return summary();
}
