/* SPDX-License-Identifier: MIT */
/* Strikes: who gets one, who does not, and what three of them cost. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"

#define IDEMPOTENT GEONEURON_COMMAND_IDEMPOTENT
#define WINDOW 16
#define POISON 666	/* user_data of the command at which servers die */
#define BAN_MS 5000

static struct geoneuron_command plain(__u64 user_data)
{
	return make_command(user_data, GEONEURON_CLASS_NORMAL, IDEMPOTENT);
}

/* What a server process does once it has fetched. */
typedef void (*ending)(struct server *server, const struct geoneuron_record *records);

static void crash(struct server *server, const struct geoneuron_record *records)
{
	server->breadcrumbs[3] = records[0].command_id;
	abort();
}

/* The same command in several words is one command. */
static void crash_repeatedly(struct server *server, const struct geoneuron_record *records)
{
	server->breadcrumbs[0] = records[0].command_id;
	server->breadcrumbs[GEONEURON_BREADCRUMBS - 1] = records[0].command_id;
	abort();
}

static void crash_without_breadcrumb(struct server *server, const struct geoneuron_record *records)
{
	(void)server;
	(void)records;
	abort();
}

static void crash_at_stranger(struct server *server, const struct geoneuron_record *records)
{
	server->breadcrumbs[0] = records[0].command_id + 1000;
	abort();
}

static void leave_by_exit(struct server *server, const struct geoneuron_record *records)
{
	server->breadcrumbs[0] = records[0].command_id;
	_exit(1);
}

static void be_killed(struct server *server, const struct geoneuron_record *records)
{
	server->breadcrumbs[0] = records[0].command_id;
	raise(SIGKILL);
}

static void detach(struct server *server, const struct geoneuron_record *records)
{
	server->breadcrumbs[0] = records[0].command_id;
	MUST(ioctl(server->fd, GEONEURON_IOC_DETACH));
	abort();
}

static void close_file(struct server *server, const struct geoneuron_record *records)
{
	server->breadcrumbs[0] = records[0].command_id;
	close_server(server);
	_exit(0);
}

/* A child that ends is not the server that ends. */
static void lose_child(struct server *server, const struct geoneuron_record *records)
{
	int child = (int)MUST(fork());

	if (!child)
		_exit(1);
	wait_for_process(child);
	close_file(server, records);
}

static void wait_for_lost_lease(struct server *server, const struct geoneuron_record *records)
{
	struct geoneuron_commit_entry entry = answer(&records[0], 0, 0);

	server->breadcrumbs[0] = records[0].command_id;
	do
		sleep_ms(1000);
	while (commit(server, &entry, 1) != -ENOTCONN);
	abort();
}

static const struct {
	const char *name;
	ending end;
	__u64 lease_ns;
	__u32 strikes;
} endings[] = {
	{ "crash", crash, LONG_LEASE, 1 },
	{ "crash, two breadcrumbs", crash_repeatedly, LONG_LEASE, 1 },
	{ "exit", leave_by_exit, LONG_LEASE, 1 },
	{ "crash without breadcrumb", crash_without_breadcrumb, LONG_LEASE, 0 },
	{ "crash at what it had not fetched", crash_at_stranger, LONG_LEASE, 0 },
	{ "SIGKILL", be_killed, LONG_LEASE, 0 },
	{ "DETACH", detach, LONG_LEASE, 0 },
	{ "close", close_file, LONG_LEASE, 0 },
	{ "a child's exit, then close", lose_child, LONG_LEASE, 0 },
	{ "a lost lease", wait_for_lost_lease, 500 * MILLISECOND, 0 },
};

/* Runs a server process that fetches count commands, and then ends that way. */
static void serve_once(ending end, __u64 lease_ns, unsigned int count)
{
	struct geoneuron_record records[WINDOW] = {};
	int process = (int)MUST(fork());

	if (!process) {
		struct server server = open_server(GEONEURON_ROLE_ACTIVE, lease_ns);

		fetch_records(&server, records, count);
		end(&server, records);
	}
	wait_for_process(process);
}

static void test_endings(void)
{
	const struct geoneuron_command command = plain(1), innocent = plain(2);
	struct geoneuron_record records[2];
	struct client client = open_client(8, 8);
	struct server server;
	size_t i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		give(&client, &command);
		give(&client, &innocent);
		serve_once(endings[i].end, endings[i].lease_ns, 2);
		server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
		fetch_records(&server, records, 2);
		expect(endings[i].name, records[0].strikes, endings[i].strikes);
		expect(endings[i].name, records[0].attempt, 2);
		expect("innocent", records[1].strikes, 0);
		expect("committed", commit_record(&server, &records[0], 0), 0);
		expect("committed", commit_record(&server, &records[1], 0), 0);
		expect_completion(endings[i].name, &client, 1, 0);
		expect_completion("innocent", &client, 2, 0);
		retire(&server);
	}
	close_client(&client);
}

/* What a server that dies at POISON does before: it answers user_data's below 10, and no other. */
static void die_at_poison(struct server *server, const struct geoneuron_record *records)
{
	int i;

	for (i = 0; i < WINDOW && records[i].command_id; i++)
		if (records[i].command.user_data < 10)
			commit_record(server, &records[i], 1);
	for (i = 0; i < WINDOW && records[i].command_id; i++)
		if (records[i].command.user_data == POISON)
			server->breadcrumbs[7] = records[i].command_id;
	abort();
}

/* Three servers, of which each has everything that is there in its window. */
static void kill_three(unsigned int first_count, unsigned int count)
{
	int death;

	for (death = 0; death < 3; death++)
		serve_once(die_at_poison, LONG_LEASE, death ? count : first_count);
}

/* A banned context is refused, and once the ban is over it is served as any other. */
static void expect_ban(struct client *client, struct server *server)
{
	const struct geoneuron_command command = plain(5);
	struct geoneuron_record record;
	int result, look;

	push(client, &command);
	expect("banned", submit_only(client), -EKEYREJECTED);
	for (look = 0; look < 3000; look++) {
		result = submit_only(client);
		if (result != -EKEYREJECTED)
			break;
		sleep_ms(10);
	}
	expect("the ban has ended", result, 1);
	fetch_records(server, &record, 1);
	expect("no strikes", record.strikes, 0);
	expect("committed", commit_record(server, &record, 6), 0);
	expect_completion("served again", client, 5, 6);
}

/* What a ban ends: all that the context has in the ledger. The others never notice. */
static void test_poison(void)
{
	const struct geoneuron_command poison = plain(POISON), early = plain(1), late = plain(20);
	struct client client = open_client(8, 8), other = open_client(8, 8);
	struct geoneuron_record records[3];
	struct server server;

	give(&client, &early);
	give(&client, &poison);
	give(&client, &late);
	give(&other, &early);
	give(&other, &late);
	give(&other, &late);
	kill_three(6, 4);
	server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	expect_completion("innocent and early", &client, 1, 1);
	expect_completion("poison", &client, POISON, -EIO);
	expect_completion("ended by the ban", &client, 20, -ECANCELED);
	expect_unread("nothing else", &client, 0);
	fetch_records(&server, records, 2);
	expect("other's attempt", records[0].attempt, 4);
	expect("other's strikes", records[0].strikes, 0);
	expect("committed", commit_record(&server, &records[0], 2), 0);
	expect("committed", commit_record(&server, &records[1], 2), 0);
	expect_completion("other and early", &other, 1, 1);
	expect_completion("other", &other, 20, 2);
	expect_completion("other", &other, 20, 2);
	expect_ban(&client, &server);
	retire(&server);
	close_client(&other);
	close_client(&client);
}

/* The poison is the last of a chain whose first member has finished. */
static void test_poison_in_chain(void)
{
	struct geoneuron_command command = plain(1);
	struct client client = open_client(8, 8);
	struct server server;

	command.flags |= GEONEURON_COMMAND_LINK;
	push(&client, &command);
	command.user_data = 20;
	push(&client, &command);
	command = plain(POISON);
	push(&client, &command);
	expect("accepted", submit_only(&client), 3);
	kill_three(3, 3);
	server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	expect_completion("first member", &client, 1, 1);
	expect_completion("poison", &client, POISON, -EIO);
	expect_completion("its neighbour", &client, 20, -ECANCELED);
	expect_unread("nothing else", &client, 0);
	start_fetch(&server, 1);
	expect("nothing is left", fetch_pends(&server, 1), 1);
	retire(&server);
	close_client(&client);
}

/* Dies like the others, but leaves a writer behind that ends when it is told. */
static int release_writer[2];

static void die_and_leave_writer(struct server *server, const struct geoneuron_record *records)
{
	char byte;

	if (MUST(fork()))
		die_at_poison(server, records);
	MUST(read(release_writer[0], &byte, 1));
	_exit(0);
}

/* A ban asks for the end of what a later server has been given, and ends what waits. */
static void test_ban_of_dispatched(void)
{
	const struct geoneuron_command poison = plain(POISON), later = plain(20);
	struct client client = open_client(8, 8);
	struct geoneuron_record record;
	struct server server;

	MUST(pipe(release_writer));
	give(&client, &poison);
	serve_once(die_at_poison, LONG_LEASE, 1);
	serve_once(die_at_poison, LONG_LEASE, 1);
	serve_once(die_and_leave_writer, LONG_LEASE, 1);
	server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	give_many(&client, &later, 2);
	fetch_records(&server, &record, 1);
	expect("a later one", (long)record.command.user_data, 20);
	expect("not banned before the fence", (long)session_of(&server).fenced, 1);
	MUST(write(release_writer[1], "!", 1));
	expect_completion("poison", &client, POISON, -EIO);
	expect_completion("what waited", &client, 21, -ECANCELED);
	expect("the server is told", fetch(&server, WINDOW), 1);
	expect("kind", server.records[0].kind, GEONEURON_RECORD_CANCEL);
	expect("which", (long)server.records[0].command_id, (long)record.command_id);
	expect("committed", commit_record(&server, &record, 4), 0);
	expect_completion("as the server says", &client, 20, 4);
	retire(&server);
	close_client(&client);
}

int main(void)
{
	set_parameter("ban_ms", BAN_MS);
	test_endings();
	test_poison();
	test_poison_in_chain();
	test_ban_of_dispatched();
	return summary();
}
