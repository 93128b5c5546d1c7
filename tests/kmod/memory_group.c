/* SPDX-License-Identifier: MIT */
/* What a client has the kernel keep is charged to the client's memory cgroup: buffers, rings. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"

#define GROUPS "/sys/fs/cgroup/"
#define GROUP GROUPS "geoneuron-test/"
#define MEGABYTE (1 << 20)
#define RING_ENTRIES GEONEURON_MAX_RING_ENTRIES	/* 2 MiB of commands */
#define BUFFER_BYTES (8 * MEGABYTE)

static void write_file(const char *path, const char *text)
{
	int fd = (int)MUST(open(path, O_WRONLY));

	MUST(write(fd, text, strlen(text)));
	close(fd);
}

static long bytes_charged(void)
{
	char text[32] = "";
	int fd = (int)MUST(open(GROUP "memory.current", O_RDONLY));

	MUST(read(fd, text, sizeof(text) - 1));
	close(fd);
	return atol(text);
}

/* At least wanted bytes more than before, and not twice as many. */
static void expect_growth(const char *what, long before, long wanted)
{
	long growth = bytes_charged() - before;

	printf("%s: %ld bytes more\n", what, growth);
	expect(what, growth >= wanted && growth < 2 * wanted, 1);
}

int main(void)
{
	struct geoneuron_create_buffer buffer = { .size = BUFFER_BYTES };
	struct client client;
	long before;

	write_file(GROUPS "cgroup.subtree_control", "+memory");
	MUST(mkdir(GROUP, 0755));
	write_file(GROUP "cgroup.procs", "0");
	before = bytes_charged();
	client = open_client(RING_ENTRIES, RING_ENTRIES);
	expect_growth("rings", before, 2 * MEGABYTE);
	before = bytes_charged();
	MUST(ioctl(client.fd, GEONEURON_IOC_CREATE_BUFFER, &buffer));
	expect_growth("buffer", before, BUFFER_BYTES);
	write_file(GROUPS "cgroup.procs", "0");
	return summary();
}
