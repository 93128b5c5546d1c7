/* SPDX-License-Identifier: MIT */
/* A call whose argument can be read but not written fails with -EFAULT and leaves nothing behind:
 * no rings, no handle, no fd, no bytes in the accounts, no server. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"
#include "kmod/server.h"

#define LEASE_NS 60000000000ULL
#define BUFFER_BYTES 8192

/* The ioctl on a copy of its argument that nobody can write. */
static int call_read_only(int fd, unsigned long code, const void *argument, size_t bytes)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int result;

	MUST(page == MAP_FAILED ? -1 : 0);
	memcpy(page, argument, bytes);
	MUST(mprotect(page, 4096, PROT_READ));
	result = ioctl(fd, code, page) < 0 ? -errno : 0;
	munmap(page, 4096);
	return result;
}

/* The lowest number that is free: the same before and after, unless an fd was left. */
static int free_fd(void)
{
	int fd = (int)MUST(dup(0));

	close(fd);
	return fd;
}

static void test_setup(void)
{
	struct geoneuron_setup setup = { .submission_entries = 8, .completion_entries = 8 };
	int fd = (int)MUST(open("/dev/geoneuron", O_RDWR | O_CLOEXEC));

	expect("SETUP", call_read_only(fd, GEONEURON_IOC_SETUP, &setup, sizeof(setup)), -EFAULT);
	expect("no rings", ioctl(fd, GEONEURON_IOC_SETUP, &setup), 0);
	close(fd);
}

/* The account of root, who has contexts contexts. */
static void expect_account(unsigned int contexts, unsigned int bytes, unsigned int pinned)
{
	char text[256] = "", wanted[64];
	int fd = (int)MUST(open("/sys/kernel/debug/geoneuron/users", O_RDONLY));

	MUST(read(fd, text, sizeof(text) - 1));
	close(fd);
	snprintf(wanted, sizeof(wanted), "\n0 %u 0 %u %u\n", contexts, bytes, pinned);
	expect(wanted, strstr(text, wanted) != NULL, 1);
}

static void test_buffers(struct client *client)
{
	struct geoneuron_create_buffer create = { .size = BUFFER_BYTES };
	struct geoneuron_export_buffer export = { .flags = O_CLOEXEC };
	struct geoneuron_import_buffer import = {};
	int free_before = free_fd();

	expect("CREATE", call_read_only(client->fd, GEONEURON_IOC_CREATE_BUFFER, &create,
					sizeof(create)), -EFAULT);
	expect_account(1, 0, 0);
	MUST(ioctl(client->fd, GEONEURON_IOC_CREATE_BUFFER, &create));
	expect("the first handle again", create.handle, 1);
	export.handle = create.handle;
	expect("EXPORT", call_read_only(client->fd, GEONEURON_IOC_EXPORT_BUFFER, &export,
					sizeof(export)), -EFAULT);
	expect("no fd of EXPORT", free_fd(), free_before);
	expect_account(1, BUFFER_BYTES, 0);
	export.flags |= O_RDWR;
	MUST(ioctl(client->fd, GEONEURON_IOC_EXPORT_BUFFER, &export));
	import.fd = export.fd;
	expect("IMPORT", call_read_only(client->fd, GEONEURON_IOC_IMPORT_BUFFER, &import,
					sizeof(import)), -EFAULT);
	MUST(ioctl(client->fd, GEONEURON_IOC_IMPORT_BUFFER, &import));
	expect("the second handle", import.handle, 2);
	close(export.fd);
}

static void test_server(struct client *client)
{
	struct geoneuron_attach attach = { .role = GEONEURON_ROLE_ACTIVE, .lease_ns = LEASE_NS };
	int fd = (int)MUST(open("/dev/geoneuron-server", O_RDWR | O_CLOEXEC)), free_before;
	struct geoneuron_command command = nop(1);
	struct geoneuron_get_buffer get = {};
	struct server server;

	free_before = free_fd();
	expect("ATTACH", call_read_only(fd, GEONEURON_IOC_ATTACH, &attach, sizeof(attach)), -EFAULT);
	expect("no fence", free_fd(), free_before);
	close(fd);
	server = open_server(GEONEURON_ROLE_ACTIVE, LEASE_NS);
	command.buffer_count = 1;
	command.buffers[0] = (struct geoneuron_buffer_use){
		.handle = 1, .access = GEONEURON_ACCESS_READ, .length = BUFFER_BYTES,
	};
	push(client, &command);
	MUST(ioctl(client->fd, GEONEURON_IOC_SUBMIT, &(struct geoneuron_submit){ .count = 1 }));
	expect("fetched", fetch(&server, 1), 1);
	get.command_id = server.records[0].command_id;
	get.epoch = server.records[0].epoch;
	free_before = free_fd();
	expect("GET_BUFFER", call_read_only(server.fd, GEONEURON_IOC_GET_BUFFER, &get, sizeof(get)),
	       -EFAULT);
	expect("no fd of GET_BUFFER", free_fd(), free_before);
	MUST(ioctl(server.fd, GEONEURON_IOC_GET_BUFFER, &get));
	close(get.fd);
	close_server(&server);
}

int main(void)
{
	struct client client;

	test_setup();
	client = open_client(8, 8);
	test_buffers(&client);
	test_server(&client);
	close(client.fd);
	return summary();
}
