/* SPDX-License-Identifier: MIT */
/* Who may open what, which class that gives, and that no context reaches into another. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"

#define PAGE 4096

static long try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static long try_map(int fd, int protection, __u64 offset)
{
	void *memory = mmap(NULL, PAGE, protection, MAP_SHARED, fd, (off_t)offset);

	return memory == MAP_FAILED ? -errno : 0;
}

static __u32 highest_class(int fd)
{
	struct geoneuron_info info;

	MUST(control(fd, GEONEURON_IOC_GET_INFO, &info));
	return info.highest_class;
}

static void stranger(void *argument)
{
	(void)argument;
	MUST(setgroups(0, NULL));
	MUST(setresgid(1000, 1000, 1000));
	MUST(setresuid(1000, 1000, 1000));
	expect("not of the group", try_open("/dev/geoneuron", O_RDWR), -EACCES);
	expect("not of the group, to read", try_open("/dev/geoneuron", O_RDONLY), -EACCES);
	expect("the server's node", try_open("/dev/geoneuron-server", O_RDWR), -EACCES);
}

static void member(void *argument)
{
	const int *inherited = argument;
	int fd;

	become_user(1000);
	expect("the server's node", try_open("/dev/geoneuron-server", O_RDWR), -EACCES);
	fd = (int)MUST(try_open("/dev/geoneuron", O_RDWR));
	expect("an ordinary user's class", highest_class(fd), GEONEURON_CLASS_INTERACTIVE);
	expect("of the one who opened it", highest_class(*inherited), GEONEURON_CLASS_REALTIME);
}

/* All capabilities, but in a namespace of its own. */
static void namespaced(void *argument)
{
	(void)argument;
	MUST(unshare(CLONE_NEWUSER));
	expect("a namespace's root", highest_class((int)MUST(try_open("/dev/geoneuron", O_RDWR))),
	       GEONEURON_CLASS_INTERACTIVE);
}

static int run_command(struct client *client, __u32 handle)
{
	struct geoneuron_command command = nop(1);
	struct geoneuron_completion completion = {};

	command.buffer_count = 1;
	command.buffers[0] = (struct geoneuron_buffer_use){
		.handle = handle, .access = GEONEURON_ACCESS_READ, .length = 1,
	};
	push(client, &command);
	expect("accepted", submit_only(client), 1);
	expect("answered", pop(client, &completion), 1);
	return completion.result;
}

struct reach {
	__u32 handle;
	__u64 mmap_offset;
};

/* What another context calls by this number is nothing here. */
static void reach_out(void *argument)
{
	const struct reach *reach = argument;
	struct geoneuron_export_buffer export = { .handle = reach->handle };
	struct geoneuron_destroy_buffer destroy = { .handle = reach->handle };
	struct client client;

	become_user(1001);
	client = open_client(2, 2);
	expect("in a command", run_command(&client, reach->handle), -ENOENT);
	expect("EXPORT", control(client.fd, GEONEURON_IOC_EXPORT_BUFFER, &export), -ENOENT);
	expect("DESTROY", control(client.fd, GEONEURON_IOC_DESTROY_BUFFER, &destroy), -ENOENT);
	expect("mmap", try_map(client.fd, PROT_READ, reach->mmap_offset), -ENOENT);
}

static void test_reach(void)
{
	struct client client = open_client(2, 2);
	struct geoneuron_create_buffer ask = { .size = PAGE };
	struct geoneuron_destroy_buffer destroy;
	struct reach reach;

	MUST(control(client.fd, GEONEURON_IOC_CREATE_BUFFER, &ask));
	reach = (struct reach){ .handle = ask.handle, .mmap_offset = ask.mmap_offset };
	expect_in_child("another user's context", reach_out, &reach);
	destroy = (struct geoneuron_destroy_buffer){ .handle = ask.handle };
	expect("still there", control(client.fd, GEONEURON_IOC_DESTROY_BUFFER, &destroy), 0);
	close_client(&client);
}

/* A context that was opened to read: its maps cannot be written. */
static void test_read_only(void)
{
	struct geoneuron_setup setup = { .submission_entries = 2, .completion_entries = 2 };
	int fd = (int)MUST(try_open("/dev/geoneuron", O_RDONLY));

	MUST(control(fd, GEONEURON_IOC_SETUP, &setup));
	expect("to write", try_map(fd, PROT_READ | PROT_WRITE, setup.submission_offset), -EACCES);
	expect("to read", try_map(fd, PROT_READ, setup.submission_offset), 0);
	close(fd);
}

int main(void)
{
	int fd = (int)MUST(try_open("/dev/geoneuron", O_RDWR));

	expect("root's class", highest_class(fd), GEONEURON_CLASS_REALTIME);
	expect_in_child("a stranger", stranger, NULL);
	expect_in_child("a member of the group", member, &fd);
	expect_in_child("a namespace", namespaced, NULL);
	test_reach();
	test_read_only();
	close(fd);
	return summary();
}
