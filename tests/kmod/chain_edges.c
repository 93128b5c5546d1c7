/* SPDX-License-Identifier: MIT */
/* What chains must not do at their edges: run in part when they are too long, be counted wrong by
 * CANCEL, or leave a member behind that runs again while the last one completes. */
#define _GNU_SOURCE
#include <errno.h>

#include "kmod/check.h"
#include "kmod/steps.h"

/* Puts a chain of length commands on the ring, all with the same user_data. */
static void push_chain(struct client *client, int length, __u64 user_data)
{
	struct geoneuron_command command = nop(user_data);
	int i;

	for (i = 0; i < length; i++) {
		command.flags = GEONEURON_COMMAND_IDEMPOTENT;
		if (i + 1 < length)
			command.flags |= GEONEURON_COMMAND_LINK;
		expect("pushed", push(client, &command), true);
	}
}

static int count_results(struct client *client, int result)
{
	struct geoneuron_completion completion;
	int count = 0;

	while (pop(client, &completion))
		count += completion.result == result;
	return count;
}

/* However many SUBMITs it takes, no member may run; what comes after the chain does. */
static void test_too_long(struct server *server, unsigned int completion_entries, int length)
{
	struct client client = open_client(128, completion_entries);
	struct geoneuron_commit_entry entry;
	int refused = 0, accepted;

	push_chain(&client, length, 1);
	while ((accepted = submit_only(&client)) > 0)
		refused += count_results(&client, -EINVAL);
	expect("end of a long chain", accepted, -EAGAIN);
	expect("members refused", refused, length);
	push_chain(&client, 1, 2);
	expect("command after a long chain", submit_only(&client), 1);
	expect("fetched", fetch(server, 4), 1);
	entry = answer(&server->records[0], 7, 0);
	expect("committed", commit(server, &entry, 1), 1);
	expect("answered", count_results(&client, 7), 1);
	close_client(&client);
}

static void test_cancel_counts(struct server *server)
{
	struct client client = open_client(16, 16);
	struct geoneuron_commit_entry entry;

	push_chain(&client, 3, 5);
	push_chain(&client, 1, 6);
	expect("accepted", submit_only(&client), 4);
	expect("all members of a chain that waits", cancel(&client, 5).cancelled, 3);
	expect("their completions", count_results(&client, -ECANCELED), 3);
	expect("cancelled before", cancel(&client, 5).not_found, 1);
	expect("fetched", fetch(server, 4), 1);
	expect("asked", cancel(&client, 6).requested, 1);
	expect("asked again", cancel(&client, 6).requested, 1);
	entry = answer(&server->records[0], 0, 0);
	expect("committed", commit(server, &entry, 1), 1);
	expect("one completion", count_results(&client, 0), 1);
	expect("nothing left", cancel(&client, 6).not_found, 1);
	close_client(&client);
}

/* The last member of a chain completes while the first, which had, still runs again. */
static void test_overtaken_replay(struct server *server)
{
	struct client client = open_client(16, 16);
	struct geoneuron_commit_entry first, last;

	push_chain(&client, 2, 9);
	expect("accepted", submit_only(&client), 2);
	expect("fetched", fetch(server, 4), 2);
	first = answer(&server->records[0], 1, 0);
	expect("first committed", commit(server, &first, 1), 1);
	close_server(server);
	*server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	expect("fetched again", fetch(server, 4), 2);
	expect("runs again", (long)server->records[0].flags,
	       GEONEURON_RECORD_REPLAY | GEONEURON_RECORD_CHAIN_MORE);
	first = answer(&server->records[0], 1, 0);
	last = answer(&server->records[1], 1, 0);
	expect("last committed", commit(server, &last, 1), 1);
	expect("first is gone", commit(server, &first, 1), 0);
	expect("outcome", first.outcome, -ENOENT);
	expect("two completions", count_results(&client, 1), 2);
	expect("nothing dispatched", fdinfo(&client, "geoneuron-dispatched"), 0);
	expect("nothing in flight", fdinfo(&client, "geoneuron-in-flight"), 0);
	close_client(&client);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);

	test_too_long(&server, 128, 100);
	test_too_long(&server, 8, 12);
	test_cancel_counts(&server);
	test_overtaken_replay(&server);
	close_server(&server);
	return summary();
}
