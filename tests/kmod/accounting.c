/* SPDX-License-Identifier: MIT */
/* Commands in flight and completions unread never exceed the completion ring, whatever the client
 * writes where only the kernel should, and every command gets one completion. */
#include <errno.h>

#include "kmod/check.h"
#include "kmod/client.h"
#include "kmod/server.h"

#define SUBMISSIONS 32
#define COMPLETIONS 8

static __u64 sent, received;

static void push_nop(struct client *client, unsigned int flags)
{
	struct geoneuron_command command = nop(sent);

	command.flags |= (__u16)flags;
	sent += push(client, &command);
}

static void receive(struct client *client, unsigned int count)
{
	struct geoneuron_completion completion;

	while (count--) {
		expect("completion there", pop(client, &completion), 1);
		expect("first come, first served", (long)completion.user_data, (long)received);
		expect("result", completion.result, 0);
		received++;
	}
}

static void answer_some(struct server *server, unsigned int first, unsigned int count)
{
	struct geoneuron_commit_entry entries[COMPLETIONS];
	unsigned int i;

	for (i = 0; i < count; i++)
		entries[i] = answer(&server->records[first + i], 0, 0);
	expect("committed", commit(server, entries, count), count);
}

static __u32 unread(const struct client *client)
{
	return client->completion->tail - client->completion->head;
}

static void test_full_ring(struct client *client, struct server *server)
{
	while (sent < SUBMISSIONS)
		push_nop(client, 0);
	expect("fill the ring", submit_only(client), COMPLETIONS);
	expect("all in flight", submit_only(client), -EAGAIN);
	expect("fetched", fetch(server, COMPLETIONS), COMPLETIONS);
	answer_some(server, 0, 3);
	expect("three unread, five in flight", submit_only(client), -EAGAIN);
	expect("unread", unread(client), 3);
	receive(client, 2);
	expect("as many as were read", submit_only(client), 2);
	expect("full again", submit_only(client), -EAGAIN);
	answer_some(server, 3, 5);
	expect("fetched", fetch(server, COMPLETIONS), 2);
	answer_some(server, 0, 2);
	expect("all unread", submit_only(client), -EAGAIN);
	expect("unread", unread(client), COMPLETIONS);
	receive(client, COMPLETIONS);
}

/* What is left goes through in steps of a ring. */
static void drain(struct client *client, struct server *server)
{
	int count;

	while (received < sent) {
		count = submit_only(client);
		expect("accepted", count > 0 && count <= COMPLETIONS, 1);
		expect("fetched", fetch(server, COMPLETIONS), count);
		answer_some(server, 0, (unsigned int)count);
		receive(client, (unsigned int)count);
	}
	expect("nothing left", unread(client), 0);
}

/* A chain goes in whole, or waits. */
static void test_chain_that_waits(struct client *client, struct server *server)
{
	int i;

	for (i = 0; i < COMPLETIONS - 2; i++)
		push_nop(client, 0);
	for (i = 0; i < 3; i++)
		push_nop(client, i < 2 ? GEONEURON_COMMAND_LINK : 0);
	expect("all but the chain", submit_only(client), COMPLETIONS - 2);
	expect("two places for three", submit_only(client), -EAGAIN);
	expect("fetched", fetch(server, COMPLETIONS), COMPLETIONS - 2);
	answer_some(server, 0, 1);
	expect("unread takes a place", submit_only(client), -EAGAIN);
	receive(client, 1);
	expect("three places", submit_only(client), 3);
	answer_some(server, 1, COMPLETIONS - 3);
	receive(client, COMPLETIONS - 3);
	expect("fetched", fetch(server, COMPLETIONS), 3);
	answer_some(server, 0, 3);
	receive(client, 3);
}

/* The kernel keeps its own copy of the indices that it writes, and clamps the client's. */
static void test_scribbled_indices(struct client *client, struct server *server)
{
	__u32 submission_head = client->submission->head, tail = client->completion->tail;
	__u32 head = client->completion->head;
	int i;

	for (i = 0; i < COMPLETIONS + 2; i++)
		push_nop(client, 0);
	expect("fill the ring", submit_only(client), COMPLETIONS);
	client->completion->head = head + 1;	/* nothing is there to be read */
	expect("head past the tail", submit_only(client), -EAGAIN);
	client->completion->head = head - 3;
	expect("head gone back", submit_only(client), -EAGAIN);
	client->completion->head = head;
	client->completion->tail = tail + 5;
	client->submission->head = submission_head - 100;
	client->completion->entries = 4096;
	client->submission->entries = 1;
	expect("fetched", fetch(server, COMPLETIONS), COMPLETIONS);
	answer_some(server, 0, COMPLETIONS);
	expect("the kernel's tail", client->completion->tail, tail + COMPLETIONS);
	receive(client, COMPLETIONS);
	expect("two left", submit_only(client), 2);
	expect("the kernel's head", client->submission->head, submission_head + COMPLETIONS + 2);
	expect("fetched", fetch(server, COMPLETIONS), 2);
	answer_some(server, 0, 2);
	receive(client, 2);
}

/* A tail far ahead stands for no more entries than the ring has. */
static void test_far_tail(struct server *server)
{
	struct client client = open_client(2, COMPLETIONS);
	struct geoneuron_submit ask = { .count = ~0U };

	sent = received = 0;
	push_nop(&client, 0);
	push_nop(&client, 0);
	client.submission->tail += 1000;
	expect("SUBMIT", control(client.fd, GEONEURON_IOC_SUBMIT, &ask), 0);
	expect("a ringful", ask.accepted, 2);
	expect("fetched", fetch(server, COMPLETIONS), 2);
	answer_some(server, 0, 2);
	receive(&client, 2);
	client.submission->tail = client.submission->head;
	expect("nothing more", submit_only(&client), -EAGAIN);
	close_client(&client);
}

/* Many times around both rings. */
static void test_many(struct client *client, struct server *server)
{
	int round;

	for (round = 0; round < 500; round++) {
		while (sent - received < COMPLETIONS)
			push_nop(client, 0);
		drain(client, server);
	}
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	struct client client = open_client(SUBMISSIONS, COMPLETIONS);

	test_full_ring(&client, &server);
	drain(&client, &server);
	test_chain_that_waits(&client, &server);
	test_scribbled_indices(&client, &server);
	test_many(&client, &server);
	test_far_tail(&server);
	close_client(&client);
	close_server(&server);
	return summary();
}
