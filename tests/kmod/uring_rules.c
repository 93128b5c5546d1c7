/* SPDX-License-Identifier: MIT */
/* Through io_uring: SUBMIT goes from wherever a ring issues it, and a FETCH only from the task that
 * waits for it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"
#include "kmod/server.h"
#include "kmod/uring.h"

static int command_on(struct io_uring *ring, int fd, unsigned int operation, const void *payload,
		      unsigned int flags)
{
	start_uring(ring, fd, operation, payload, flags);
	return end_uring(ring);
}

static void test_rules(struct client *client, struct io_uring *ring)
{
	const struct geoneuron_uring_submit flags = { .flags = 1 }, reserved = { .reserved = 1 };
	const struct geoneuron_uring_submit good = { .count = 1 };
	const unsigned int code = GEONEURON_URING_SUBMIT;
	int bare = (int)MUST(open("/dev/geoneuron", O_RDWR | O_CLOEXEC));

	expect("flags", command_on(ring, client->fd, code, &flags, 0), -EINVAL);
	expect("reserved word", command_on(ring, client->fd, code, &reserved, 0), -EINVAL);
	expect("unknown command", command_on(ring, client->fd, code + 1, &good, 0), -ENOTTY);
	expect("a server's command", command_on(ring, client->fd, GEONEURON_URING_FETCH, &good, 0),
	       -ENOTTY);
	expect("an empty ring", command_on(ring, client->fd, code, &good, 0), -EAGAIN);
	expect("no rings", command_on(ring, bare, code, &good, 0), -ENXIO);
	expect("nothing wanted", uring_submit(ring, client->fd, 0, 0), 0);
	close(bare);
}

/* A wave of commands, each SUBMIT of which takes two. */
static void test_submit(struct client *client, struct server *server, struct io_uring *ring,
			unsigned int flags)
{
	struct geoneuron_commit_entry entries[8];
	struct geoneuron_completion completion;
	int i;

	for (i = 0; i < 8; i++) {
		struct geoneuron_command command = nop((__u64)i);

		push(client, &command);
	}
	for (i = 0; i < 4; i++)
		expect("accepted", uring_submit(ring, client->fd, 2, flags), 2);
	expect("no more", uring_submit(ring, client->fd, 2, flags), -EAGAIN);
	expect("fetched", fetch(server, 8), 8);
	for (i = 0; i < 8; i++)
		entries[i] = answer(&server->records[i], i, 0);
	expect("committed", commit(server, entries, 8), 8);
	for (i = 0; i < 8; i++) {
		expect("completion there", pop(client, &completion), 1);
		expect("in order", (long)completion.user_data, i);
		expect("result", completion.result, i);
	}
}

/* An SQE behind a LINK runs only if the one before it did not fail. */
static void test_links(struct client *client, struct server *server, struct io_uring *ring)
{
	const struct geoneuron_uring_submit one = { .count = 1 };
	struct geoneuron_commit_entry entries[2];
	struct geoneuron_completion completion;
	struct geoneuron_command command = nop(1);
	int i;

	for (i = 0; i < 2; i++)
		push(client, &command);
	queue_uring(ring, client->fd, GEONEURON_URING_SUBMIT, &one, IOSQE_IO_LINK);
	start_uring(ring, client->fd, GEONEURON_URING_SUBMIT, &one, 0);
	for (i = 0; i < 2; i++)
		expect("accepted of a link", end_uring(ring), 1);
	expect("fetched", fetch(server, 2), 2);
	for (i = 0; i < 2; i++)
		entries[i] = answer(&server->records[i], 0, 0);
	expect("committed", commit(server, entries, 2), 2);
	while (pop(client, &completion))
		;
}

static void test_fetch(struct server *server, struct io_uring *ring, unsigned int flags)
{
	const struct geoneuron_uring_fetch ask = { .credits = { 1, 1, 1, 1 }, .slot_count = 1 };

	expect("FETCH of another task", command_on(ring, server->fd, GEONEURON_URING_FETCH, &ask,
						   flags), -EOPNOTSUPP);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	struct client client = open_client(8, 8);
	struct io_uring plain = open_uring(0), polled = open_uring(IORING_SETUP_SQPOLL);

	test_rules(&client, &plain);
	test_rules(&client, &polled);
	test_submit(&client, &server, &plain, 0);
	test_submit(&client, &server, &plain, IOSQE_ASYNC);
	test_submit(&client, &server, &polled, 0);
	test_submit(&client, &server, &polled, IOSQE_ASYNC);
	test_links(&client, &server, &plain);
	test_fetch(&server, &plain, IOSQE_ASYNC);
	test_fetch(&server, &polled, 0);
	test_fetch(&server, &polled, IOSQE_ASYNC);
	io_uring_queue_exit(&plain);
	io_uring_queue_exit(&polled);
	close_client(&client);
	close_server(&server);
	return summary();
}
