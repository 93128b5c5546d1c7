/* SPDX-License-Identifier: MIT */
/* In which order commands are handed out: classes, turns of users and of contexts, first come
 * first served within, and how many one context may have out. */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"

#define WINDOW 4
#define CONTEXTS 3
#define USERS 2

/* A command that tells whose it is: user_data is 100 x owner + number. */
static struct geoneuron_command owned(unsigned int owner, __u8 priority_class)
{
	return make_command(100 * owner, priority_class, 0);
}

static void commit_all(struct server *server, const struct geoneuron_record *records, int count)
{
	int i;

	for (i = 0; i < count; i++)
		expect("committed", commit_record(server, &records[i], 0), 0);
}

static void expect_order(const char *what, const struct geoneuron_record *records,
			 const __u64 *wanted, int count)
{
	int i;

	for (i = 0; i < count; i++)
		expect(what, (long)records[i].command.user_data, (long)wanted[i]);
}

/* As uid opens it, and root again. */
static struct client open_as(uid_t uid)
{
	struct client client;

	MUST(seteuid(uid));
	client = open_client(64, 64);
	MUST(seteuid(0));
	return client;
}

/* One context: the class goes first, then who came first. */
static void test_classes(struct server *server)
{
	static const __u8 classes[] = { 0, 2, 1, 3, 0, 3, 1, 2 };
	static const __u64 wanted[] = { 3, 5, 1, 7, 2, 6, 0, 4 };
	struct client client = open_client(8, 8);
	struct geoneuron_command command;
	struct geoneuron_record records[8];
	__u64 i;

	for (i = 0; i < 8; i++) {
		command = make_command(i, classes[i], 0);
		give(&client, &command);
	}
	fetch_records(server, records, 8);
	expect_order("classes", records, wanted, 8);
	commit_all(server, records, 8);
	close_client(&client);
}

/* A context whose window is full waits, whatever else could be fetched. */
static void test_window(struct server *server)
{
	const struct geoneuron_command bulk = owned(1, GEONEURON_CLASS_BACKGROUND);
	const struct geoneuron_command other = owned(2, GEONEURON_CLASS_BACKGROUND);
	const struct geoneuron_command urgent = owned(3, GEONEURON_CLASS_REALTIME);
	struct client first = open_client(64, 64), second = open_client(64, 64);
	struct geoneuron_record records[WINDOW], more;

	set_parameter("window", WINDOW);
	give_many(&first, &bulk, 50);
	fetch_records(server, records, WINDOW);
	start_fetch(server, 16);
	expect("the window is full", fetch_pends(server, 16), 1);
	give(&second, &urgent);
	expect("an urgent one is next", end_fetch(server, 16), 1);
	expect("which", (long)server->records[0].command.user_data, 300);
	more = server->records[0];
	expect("committed", commit_record(server, &more, 0), 0);
	give(&second, &other);
	expect("and another context's", fetch(server, 16), 1);
	expect("which", (long)server->records[0].command.user_data, 200);
	more = server->records[0];
	expect("committed", commit_record(server, &more, 0), 0);
	expect("one comes back", commit_record(server, &records[1], 0), 0);
	expect("one goes out", fetch(server, 16), 1);
	expect("in order", (long)server->records[0].command.user_data, 104);
	expect("the rest waits", (long)session_of(server).queued, 45);
	set_parameter("window", 256);
	more = server->records[0];
	expect("committed", commit_record(server, &more, 0), 0);
	expect("a wider window", fetch(server, 64), 45);
	close_client(&first);
	close_client(&second);
}

/* Contexts of one user take turns, however many commands each has. */
static void test_contexts(struct server *server)
{
	static const __u64 wanted[] = { 100, 200, 300, 101, 201, 301, 102, 302, 103, 303, 104 };
	static const unsigned int counts[CONTEXTS] = { 5, 2, 4 };
	struct client clients[CONTEXTS];
	struct geoneuron_record records[11];
	unsigned int i;

	for (i = 0; i < CONTEXTS; i++) {
		const struct geoneuron_command command = owned(i + 1, GEONEURON_CLASS_NORMAL);

		clients[i] = open_client(8, 8);
		give_many(&clients[i], &command, counts[i]);
	}
	fetch_records(server, records, 11);
	expect_order("contexts by turns", records, wanted, 11);
	commit_all(server, records, 11);
	for (i = 0; i < CONTEXTS; i++)
		close_client(&clients[i]);
}

/* Users take turns, however many contexts each has: the first has two, the second one. */
static void test_users(struct server *server)
{
	static const __u64 wanted[] = { 100, 300, 200, 301, 101, 302, 201, 303, 102, 202 };
	struct client clients[CONTEXTS];
	static const unsigned int counts[CONTEXTS] = { 3, 3, 4 };
	struct geoneuron_record records[10];
	unsigned int i;

	MUST(chmod("/dev/geoneuron", 0666));
	for (i = 0; i < CONTEXTS; i++) {
		const struct geoneuron_command command = owned(i + 1, GEONEURON_CLASS_NORMAL);

		clients[i] = open_as(i < 2 ? 1001 : 1002);
		give_many(&clients[i], &command, counts[i]);
	}
	fetch_records(server, records, 10);
	expect_order("users by turns", records, wanted, 10);
	expect("first user", records[0].uid, 1001);
	expect("second user", records[1].uid, 1002);
	commit_all(server, records, 10);
	for (i = 0; i < CONTEXTS; i++)
		close_client(&clients[i]);
}

/* A turn is taken once each, over several FETCHes as in one. */
static void test_turns_last(struct server *server)
{
	static const __u64 wanted[] = { 100, 200, 101, 201, 102, 202 };
	struct client clients[USERS];
	struct geoneuron_record records[6];
	unsigned int i;

	for (i = 0; i < USERS; i++) {
		const struct geoneuron_command command = owned(i + 1, GEONEURON_CLASS_NORMAL);

		clients[i] = open_as(1001 + i);
		give_many(&clients[i], &command, 3);
	}
	for (i = 0; i < 6; i++) {
		fetch_records(server, &records[i], 1);
		expect("committed", commit_record(server, &records[i], 0), 0);
	}
	expect_order("turns over FETCHes", records, wanted, 6);
	for (i = 0; i < USERS; i++)
		close_client(&clients[i]);
}

/* What comes back from a lost server goes ahead of what its context has sent since, and in the
 * order in which it was accepted. */
static void test_return(void)
{
	struct geoneuron_command command = make_command(0, GEONEURON_CLASS_NORMAL,
							GEONEURON_COMMAND_IDEMPOTENT);
	static const __u64 wanted[] = { 0, 1, 2, 3, 4, 5 };
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	struct client client = open_client(8, 8);
	struct geoneuron_record records[6];

	give_many(&client, &command, 4);
	fetch_records(&first, records, 3);
	retire(&first);
	command.user_data = 4;
	give_many(&client, &command, 2);
	second = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	wait_queued(&second, 6);
	fetch_records(&second, records, 6);
	expect_order("what came back", records, wanted, 6);
	expect("again", records[2].attempt, 2);
	expect("not fetched before", records[3].attempt, 1);
	commit_all(&second, records, 6);
	retire(&second);
	close_client(&client);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);

	test_classes(&server);
	test_window(&server);
	test_contexts(&server);
	test_users(&server);
	test_turns_last(&server);
	retire(&server);
	test_return();
	return summary();
}
