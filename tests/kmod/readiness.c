/* SPDX-License-Identifier: MIT */
/* How a client learns of room and of completions: poll, epoll, eventfd; and what fdinfo tells. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"
#include "kmod/server.h"

#define RING 4
#define BYTES 65536

static int ready(int fd)
{
	struct pollfd one = { .fd = fd, .events = POLLIN | POLLOUT };

	MUST(poll(&one, 1, 0));
	return one.revents;
}

static void push_nops(struct client *client, int count)
{
	while (count--) {
		struct geoneuron_command command = nop(1);

		push(client, &command);
	}
}

static void receive(struct client *client, int count)
{
	struct geoneuron_completion completion;

	while (count--)
		expect("completion there", pop(client, &completion), 1);
}

static void commit_records(struct server *server, int count)
{
	struct geoneuron_commit_entry entries[RING];
	int i;

	for (i = 0; i < count; i++)
		entries[i] = answer(&server->records[i], 0, 0);
	expect("committed", commit(server, entries, (unsigned int)count), count);
}

static void test_poll(struct client *client, struct server *server)
{
	int bare = (int)MUST(open("/dev/geoneuron", O_RDWR | O_CLOEXEC));

	expect("no rings", ready(bare), 0);
	close(bare);
	expect("room", ready(client->fd), POLLOUT);
	push_nops(client, RING);
	expect("accepted", submit_only(client), RING);
	expect("neither", ready(client->fd), 0);
	expect("fetched", fetch(server, RING), RING);
	commit_records(server, RING);
	expect("completions, no room", ready(client->fd), POLLIN);
	receive(client, 1);
	expect("both", ready(client->fd), POLLIN | POLLOUT);
	receive(client, RING - 1);
	expect("room again", ready(client->fd), POLLOUT);
}

struct later {
	struct server *server;
	int count;
};

/* Leaves the others time to fall asleep; they would find the completion without that as well. */
static void *commit_later(void *argument)
{
	struct later *later = argument;

	usleep(100000);
	commit_records(later->server, later->count);
	return NULL;
}

/* Submits and dispatches count commands, and commits them from another thread. */
static pthread_t start_commit(struct client *client, struct later *later)
{
	pthread_t thread;

	push_nops(client, later->count);
	expect("accepted", submit_only(client), later->count);
	expect("fetched", fetch(later->server, RING), later->count);
	MUST(-pthread_create(&thread, NULL, commit_later, later));
	return thread;
}

static void test_wakes(struct client *client, struct server *server)
{
	struct pollfd one = { .fd = client->fd, .events = POLLIN };
	struct epoll_event event = { .events = EPOLLIN | EPOLLET }, got = {};
	struct later later = { .server = server, .count = 1 };
	int epoll = (int)MUST(epoll_create1(EPOLL_CLOEXEC));
	pthread_t thread;

	MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd, &event));
	expect("nothing yet", epoll_wait(epoll, &got, 1, 0), 0);
	thread = start_commit(client, &later);
	expect("poll wakes", poll(&one, 1, -1), 1);
	expect("by a completion", one.revents, POLLIN);
	pthread_join(thread, NULL);
	expect("an edge", epoll_wait(epoll, &got, 1, 0), 1);
	expect("no edge", epoll_wait(epoll, &got, 1, 0), 0);
	thread = start_commit(client, &later);
	expect("epoll wakes", epoll_wait(epoll, &got, 1, -1), 1);
	pthread_join(thread, NULL);
	receive(client, 2);
	close(epoll);
}

static void set_eventfd(struct client *client, int fd)
{
	struct geoneuron_eventfd ask = { .fd = fd };

	MUST(ioctl(client->fd, GEONEURON_IOC_SET_EVENTFD, &ask));
}

static void complete(struct client *client, struct server *server)
{
	push_nops(client, 1);
	expect("accepted", submit_only(client), 1);
	expect("fetched", fetch(server, RING), 1);
	commit_records(server, 1);
	receive(client, 1);
}

static long count_of(int fd)
{
	eventfd_t value;

	return eventfd_read(fd, &value) ? -errno : (long)value;
}

static void test_eventfd(struct client *client, struct server *server)
{
	int first = (int)MUST(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
	int second = (int)MUST(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
	struct later later = { .server = server, .count = 2 };
	struct pollfd one = { .fd = second, .events = POLLIN };
	struct geoneuron_command bad = nop(1);
	pthread_t thread;

	complete(client, server);
	set_eventfd(client, first);
	expect("none since then", count_of(first), -EAGAIN);
	complete(client, server);
	expect("one", count_of(first), 1);
	bad.reserved = 1;
	push(client, &bad);
	expect("accepted", submit_only(client), 1);
	expect("one of the kernel's own", count_of(first), 1);
	receive(client, 1);
	set_eventfd(client, second);
	thread = start_commit(client, &later);
	expect("the eventfd wakes", poll(&one, 1, -1), 1);
	pthread_join(thread, NULL);
	receive(client, 2);
	expect("the new one", count_of(second) > 0, 1);
	expect("not the old one", count_of(first), -EAGAIN);
	close(second);
	complete(client, server);
	set_eventfd(client, -1);
	complete(client, server);
	close(first);
}

static void test_fdinfo(struct client *client, struct server *server)
{
	struct mapped_buffer buffer = create_buffer(client, BYTES);
	int fd;

	expect("buffers", fdinfo(client, "geoneuron-user-buffers"), BYTES / 1024);
	expect("pinned", fdinfo(client, "geoneuron-user-pinned"), 0);
	fd = export_buffer(client, &buffer, O_CLOEXEC);
	expect("pinned by the export", fdinfo(client, "geoneuron-user-pinned"), BYTES / 1024);
	close(fd);
	destroy_handle(client, &buffer);
	unmap_buffer(&buffer);
	push_nops(client, 3);
	expect("accepted", submit_only(client), 3);
	expect("in flight", fdinfo(client, "geoneuron-in-flight"), 3);
	expect("dispatched", fdinfo(client, "geoneuron-dispatched"), 0);
	expect("fetched", fetch(server, 2), 2);
	expect("still in flight", fdinfo(client, "geoneuron-in-flight"), 3);
	expect("two dispatched", fdinfo(client, "geoneuron-dispatched"), 2);
	commit_records(server, 2);
	expect("fetched", fetch(server, 2), 1);
	commit_records(server, 1);
	expect("none in flight", fdinfo(client, "geoneuron-in-flight"), 0);
	expect("an id", fdinfo(client, "drm-client-id") > 0, 1);
	receive(client, 3);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	struct client client = open_client(RING, RING);

	test_poll(&client, &server);
	test_wakes(&client, &server);
	test_eventfd(&client, &server);
	test_fdinfo(&client, &server);
	close_client(&client);
	close_server(&server);
	return summary();
}
