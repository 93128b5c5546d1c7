/* SPDX-License-Identifier: MIT */
/* CANCEL of commands that wait, that run, and that wait for a fence; and its race with COMMIT. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"

#define IDEMPOTENT GEONEURON_COMMAND_IDEMPOTENT
#define RACES 300
#define DEPTH 4

static struct geoneuron_command plain(__u64 user_data)
{
	return make_command(user_data, GEONEURON_CLASS_NORMAL, IDEMPOTENT);
}

static void expect_cancel(const char *what, struct client *client, __u64 user_data,
			  struct geoneuron_cancel wanted)
{
	struct geoneuron_cancel found = cancel(client, user_data);

	expect(what, found.cancelled, wanted.cancelled);
	expect(what, found.requested, wanted.requested);
	expect(what, found.not_found, wanted.not_found);
}

static const struct geoneuron_cancel none = { .not_found = 1 };
static const struct geoneuron_cancel asked = { .requested = 1 };

static void test_queued(struct server *server)
{
	const struct geoneuron_command command = plain(1), other = plain(2);
	struct client client = open_client(8, 8);

	give(&client, &command);
	give(&client, &other);
	give(&client, &command);
	expect_cancel("two of them", &client, 1, (struct geoneuron_cancel){ .cancelled = 2 });
	expect_completion("at once", &client, 1, -ECANCELED);
	expect_completion("at once", &client, 1, -ECANCELED);
	expect_unread("and no other", &client, 0);
	expect_cancel("gone", &client, 1, none);
	expect("what is left", fetch(server, 8), 1);
	expect("is the other", (long)server->records[0].command.user_data, 2);
	expect("committed", commit_record(server, &server->records[0], 3), 0);
	expect_completion("the other", &client, 2, 3);
	expect_cancel("finished", &client, 2, none);
	close_client(&client);
}

/* The server is told once, and has the last word. */
static void test_dispatched(struct server *server)
{
	const struct geoneuron_command command = plain(1);
	struct client client = open_client(8, 8), stranger = open_client(8, 8);
	struct geoneuron_record record, told;

	give(&client, &command);
	fetch_records(server, &record, 1);
	start_fetch(server, 8);
	expect_cancel("a stranger's", &stranger, 1, none);
	expect("tells nobody", fetch_pends(server, 8), 1);
	expect_cancel("dispatched", &client, 1, asked);
	expect("the server is told", end_fetch(server, 8), 1);
	told = server->records[0];
	expect("kind", told.kind, GEONEURON_RECORD_CANCEL);
	expect("flags", told.flags, 0);
	expect("command", (long)told.command_id, (long)record.command_id);
	expect("epoch", told.epoch, record.epoch);
	expect("attempt", told.attempt, record.attempt);
	expect_unread("not answered yet", &client, 0);
	expect_cancel("asked already", &client, 1, asked);
	start_fetch(server, 8);
	expect("told once", fetch_pends(server, 8), 1);
	expect("committed", commit_record(server, &record, 17), 0);
	expect_completion("as the server says", &client, 1, 17);
	expect_unread("one completion", &client, 0);
	give(&client, &command);
	expect("a new one is not meant", end_fetch(server, 8), 1);
	expect("kind", server->records[0].kind, GEONEURON_RECORD_COMMAND);
	expect("committed", commit_record(server, &server->records[0], 0), 0);
	close_client(&stranger);
	close_client(&client);
}

/* A record that nobody fetched before the COMMIT is not told any more. */
static void test_not_told(struct server *server)
{
	const struct geoneuron_command command = plain(1);
	struct client client = open_client(8, 8);
	struct geoneuron_record records[2];

	give_chain(&client, &command, 2);
	fetch_records(server, records, 2);
	expect_cancel("dispatched", &client, 1, asked);
	expect("committed", commit_record(server, &records[0], 5), 0);
	expect_completion("it had been done", &client, 1, 5);
	start_fetch(server, 8);
	expect("nothing to tell", fetch_pends(server, 8), 1);
	expect_cancel("the other member", &client, 2, asked);
	expect("that is told", end_fetch(server, 8), 1);
	expect("which", (long)server->records[0].command_id, (long)records[1].command_id);
	expect("committed", commit_record(server, &records[1], -ECANCELED), 0);
	expect_completion("the other member", &client, 2, -ECANCELED);
	close_client(&client);
}

/* A member that waits takes the chain with it: what waits at once, what runs by the server. */
static void test_member(struct server *server)
{
	const struct geoneuron_command command = plain(1);
	struct client client = open_client(8, 8);
	struct geoneuron_record record;

	give_chain(&client, &command, 4);
	fetch_records(server, &record, 1);
	expect_cancel("the third", &client, 3, (struct geoneuron_cancel){ .cancelled = 1 });
	expect_unread("all that waited", &client, 3);
	expect_completion("the third", &client, 3, -ECANCELED);
	expect("one of the others", take(&client).result, -ECANCELED);
	expect("and the last", take(&client).result, -ECANCELED);
	expect("the server is told", fetch(server, 8), 1);
	expect("of the first", (long)server->records[0].command_id, (long)record.command_id);
	expect("committed", commit_record(server, &record, 0), 0);
	expect_completion("the first", &client, 1, 0);
	close_client(&client);
}

/* All members of one user_data: each is counted once. */
static void test_same(struct server *server)
{
	struct geoneuron_command command = plain(7);
	struct client client = open_client(8, 8);
	struct geoneuron_record record;

	command.flags |= GEONEURON_COMMAND_LINK;
	push(&client, &command);
	push(&client, &command);
	command.flags = IDEMPOTENT;
	push(&client, &command);
	expect("accepted", submit_only(&client), 3);
	fetch_records(server, &record, 1);
	expect_cancel("one runs, two wait", &client, 7,
		      (struct geoneuron_cancel){ .cancelled = 2, .requested = 1 });
	expect("committed", commit_record(server, &record, 0), 0);
	expect_unread("three completions", &client, 3);
	expect_cancel("none left", &client, 7, none);
	expect("none waits", (long)session_of(server).queued, 0);
	close_client(&client);
}

/* A command that waits for a fence ends with it, and does not run again. */
static void test_held(void)
{
	const struct geoneuron_command command = plain(1), chain = plain(10);
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	struct client client = open_client(8, 8);
	struct geoneuron_record records[4];

	give(&client, &command);
	give_chain(&client, &chain, 3);
	fetch_records(&first, records, 4);
	MUST(ioctl(first.fd, GEONEURON_IOC_DETACH));
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	expect_cancel("behind the fence", &client, 1, asked);
	expect_cancel("the last of a chain", &client, 12, asked);
	expect_unread("not before the fence", &client, 0);
	close_server(&first);
	expect_completion("with the fence", &client, 1, -ECANCELED);
	expect("a member", take(&client).result, -ECANCELED);
	expect("a member", take(&client).result, -ECANCELED);
	expect("a member", take(&client).result, -ECANCELED);
	start_fetch(&second, 8);
	expect("nothing runs again", fetch_pends(&second, 8), 1);
	retire(&second);
	close_client(&client);
}

/* What was asked of a command before its server was lost is not forgotten. */
static void test_lost(void)
{
	const struct geoneuron_command chain = plain(1);
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct client client = open_client(8, 8);
	struct geoneuron_record records[3];
	int i;

	give_chain(&client, &chain, 3);
	fetch_records(&first, records, 3);
	expect_cancel("the last", &client, 3, asked);
	retire(&first);
	for (i = 0; i < 3; i++)
		expect("a member", take(&client).result, -ECANCELED);
	close_client(&client);
}

/* Gives a chain of two, finishes its first member and loses the server. */
static void finish_first(struct client *client, bool cancelled)
{
	const struct geoneuron_command chain = plain(1);
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct geoneuron_record records[2];

	give_chain(client, &chain, 2);
	fetch_records(&server, records, 2);
	if (cancelled)
		expect_cancel("the first", client, 1, asked);
	expect("committed", commit_record(&server, &records[0], 5), 0);
	expect_completion("the first", client, 1, 5);
	retire(&server);
}

/* A finished member that is to run again has had its answer: there is nothing to cancel. */
static void test_replay(void)
{
	struct client client = open_client(8, 8);
	struct geoneuron_record records[2];
	struct server server;

	finish_first(&client, false);
	expect_cancel("waits to run again", &client, 1, none);
	server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	fetch_records(&server, records, 2);
	expect_cancel("runs again", &client, 1, none);
	retire(&server);
	expect_cancel("waits once more", &client, 1, none);
	server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	fetch_records(&server, records, 2);
	expect("the third attempt", records[1].attempt, 3);
	expect("committed", commit_record(&server, &records[0], 0), 0);
	expect("committed", commit_record(&server, &records[1], 6), 0);
	expect_completion("the second", &client, 2, 6);
	retire(&server);
	close_client(&client);
}

/* The only member without an answer goes while the finished one waits to run again. */
static void test_rest_of_replay(void)
{
	const struct geoneuron_command command = plain(9);
	struct client client = open_client(8, 8);
	struct server server;

	finish_first(&client, false);
	server = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	wait_queued(&server, 2);
	expect_cancel("the second", &client, 2, (struct geoneuron_cancel){ .cancelled = 1 });
	expect_completion("the second", &client, 2, -ECANCELED);
	expect("the chain is gone", (long)session_of(&server).queued, 0);
	give(&client, &command);
	expect("the next is served", fetch(&server, 8), 1);
	expect("which", (long)server.records[0].command.user_data, 9);
	expect("committed", commit_record(&server, &server.records[0], 0), 0);
	retire(&server);
	close_client(&client);
}

/* A member that finished in spite of its CANCEL does not fail its chain when a server is lost. */
static void test_finished(void)
{
	struct client client = open_client(8, 8);
	struct geoneuron_record records[2];
	struct server server;
	int losses;

	finish_first(&client, true);
	for (losses = 0; losses < 2; losses++) {
		server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
		fetch_records(&server, records, 2);
		expect("both again", (long)records[1].command.user_data, 2);
		if (!losses)
			retire(&server);
	}
	expect("committed", commit_record(&server, &records[0], 0), 0);
	expect("committed", commit_record(&server, &records[1], 6), 0);
	expect_completion("the second", &client, 2, 6);
	retire(&server);
	close_client(&client);
}

/* The server of the race: commits what it gets, as fast as it can. */
static void *race_server(void *argument)
{
	struct server *server = argument;
	struct geoneuron_commit_entry entries[2 * DEPTH];
	unsigned int count;
	int found, i;

	for (;;) {
		found = fetch(server, 2 * DEPTH);
		if (found < 0)
			return NULL;	/* DETACH */
		for (count = 0, i = 0; i < found; i++)
			if (server->records[i].kind == GEONEURON_RECORD_COMMAND)
				entries[count++] = answer(&server->records[i], 1, 0);
		if (count)
			commit(server, entries, count);
	}
}

struct counts {
	long cancelled, requested, not_found, ended, refused;
};

/* A few commands of one number each round, cancelled while they are on their way. */
static void race(struct client *client, __u64 round, struct counts *counts)
{
	const struct geoneuron_command command = plain(round);
	struct geoneuron_completion completion;
	struct geoneuron_cancel found;
	int i;

	for (i = 0; i < DEPTH; i++)
		push(client, &command);
	expect("accepted", submit_only(client), DEPTH);
	found = cancel(client, round);
	counts->cancelled += found.cancelled;
	counts->requested += found.requested;
	counts->not_found += found.not_found;
	for (i = 0; i < DEPTH; i++) {
		completion = take(client);
		expect("its round", (long)completion.user_data, (long)round);
		counts->ended += completion.result == 1;
		counts->refused += completion.result == -ECANCELED;
	}
}

static void test_race(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct client client = open_client(2 * DEPTH, 2 * DEPTH);
	struct counts counts = {};
	pthread_t thread;
	__u64 round;

	MUST(-pthread_create(&thread, NULL, race_server, &server));
	for (round = 1; round <= RACES; round++)
		race(&client, round, &counts);
	expect("each has one completion", counts.ended + counts.refused, RACES * DEPTH);
	expect("those that CANCEL ended", counts.refused, counts.cancelled);
	expect("none asked for is lost", counts.requested <= counts.ended, 1);
	expect("not found only when ended", counts.not_found * DEPTH <= counts.ended, 1);
	expect_unread("nothing else", &client, 0);
	MUST(ioctl(server.fd, GEONEURON_IOC_DETACH));
	MUST(-pthread_join(thread, NULL));
	close_server(&server);
	close_client(&client);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);

	test_queued(&server);
	test_dispatched(&server);
	test_not_told(&server);
	test_member(&server);
	test_same(&server);
	retire(&server);
	test_held();
	test_lost();
	test_replay();
	test_rest_of_replay();
	test_finished();
	test_race();
	return summary();
}
