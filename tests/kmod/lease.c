/* SPDX-License-Identifier: MIT */
/* Leases: who loses its session by silence, who does not, and what a COMMIT that comes too late,
 * or twice, changes: nothing. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"

#define SHORT_MS 1500
#define SHORT (SHORT_MS * MILLISECOND)

static struct geoneuron_command again_command(__u64 user_data)
{
	return make_command(user_data, GEONEURON_CLASS_NORMAL, GEONEURON_COMMAND_IDEMPOTENT);
}

/* What a server whose session is lost still gets. */
static void expect_lost(struct server *server, const struct geoneuron_record *held)
{
	struct geoneuron_session session;

	expect("GET_SESSION when lost", control(server->fd, GEONEURON_IOC_GET_SESSION, &session),
	       -ENOTCONN);
	expect("FETCH when lost", fetch(server, 1), -ENOTCONN);
	expect("DETACH when lost", control(server->fd, GEONEURON_IOC_DETACH, NULL), -ENOTCONN);
	if (held)
		expect("COMMIT when lost", commit_record(server, held, 9), -ENOTCONN);
}

/* Silence with a command that waits: the standby gets it at once, whatever the fence. */
static void test_queued(void)
{
	const struct geoneuron_command command = again_command(1);
	struct server silent = open_server(GEONEURON_ROLE_ACTIVE, SHORT);
	struct server standby = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	struct client client = open_client(8, 8);
	struct geoneuron_record record;

	give(&client, &command);
	fetch_records(&standby, &record, 1);
	expect("first attempt", record.attempt, 1);
	expect_lost(&silent, NULL);
	expect("committed", commit_record(&standby, &record, 4), 0);
	expect_completion("by the standby", &client, 1, 4);
	close_server(&silent);
	retire(&standby);
	close_client(&client);
}

/* Silence with a command that was handed out: it waits for the fence, and gets no strike though
 * the server says that it was at it. */
static void test_dispatched(void)
{
	const struct geoneuron_command command = again_command(1);
	struct server silent = open_server(GEONEURON_ROLE_ACTIVE, SHORT);
	struct server standby = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	struct client client = open_client(8, 8);
	struct geoneuron_record held, record;

	give(&client, &command);
	fetch_records(&silent, &held, 1);
	silent.breadcrumbs[0] = held.command_id;
	wait_promoted(&standby);
	expect("it waits", (long)session_of(&standby).fenced, 1);
	expect_lost(&silent, &held);
	expect("it waits still", (long)session_of(&standby).fenced, 1);
	close_server(&silent);
	fetch_records(&standby, &record, 1);
	expect("second attempt", record.attempt, 2);
	expect("no strike", record.strikes, 0);
	expect("committed", commit_record(&standby, &record, 4), 0);
	expect_completion("by the standby", &client, 1, 4);
	retire(&standby);
	close_client(&client);
}

/* The lease of a standby that was promoted by a lost lease runs as well. */
static void test_next(void)
{
	const struct geoneuron_command command = again_command(1);
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, SHORT);
	struct server second = open_server(GEONEURON_ROLE_STANDBY, SHORT), third;
	struct client client = open_client(8, 8);
	struct geoneuron_record record;

	give(&client, &command);
	wait_promoted(&second);
	third = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	wait_promoted(&third);
	expect_lost(&second, NULL);
	fetch_records(&third, &record, 1);
	expect("committed", commit_record(&third, &record, 4), 0);
	expect_completion("by the third", &client, 1, 4);
	close_server(&first);
	close_server(&second);
	retire(&third);
	close_client(&client);
}

/* A short lease is not measured by the long one of the server before. */
static void test_shorter(void)
{
	const struct geoneuron_command command = again_command(1);
	struct server patient = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), hasty, standby;
	struct client client = open_client(8, 8);
	struct geoneuron_record record;

	give(&client, &command);
	fetch_records(&patient, &record, 1);
	retire(&patient);
	hasty = open_server(GEONEURON_ROLE_ACTIVE, SHORT);
	standby = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	fetch_records(&standby, &record, 1);
	expect("the second server's was short", record.epoch > hasty.epoch, 1);
	expect("committed", commit_record(&standby, &record, 4), 0);
	expect_completion("by the standby", &client, 1, 4);
	close_server(&hasty);
	retire(&standby);
	close_client(&client);
}

static void test_idle(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MIN_LEASE_NS);

	sleep_ms(500);
	expect("an idle server stays", session_of(&server).role, GEONEURON_ROLE_ACTIVE);
	retire(&server);
}

/* Idle time between two commands is no part of the lease of the second. */
static void test_idle_between(void)
{
	struct geoneuron_command command = again_command(1);
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, 6 * SECOND);
	struct client client = open_client(8, 8);
	struct geoneuron_record record;

	give(&client, &command);
	fetch_records(&server, &record, 1);
	expect("committed", commit_record(&server, &record, 0), 0);
	expect_completion("the first", &client, 1, 0);
	sleep_ms(5000);
	command.user_data = 2;
	give(&client, &command);
	sleep_ms(3000);
	expect("the second is fetched", fetch(&server, 1), 1);
	expect("committed", commit_record(&server, server.records, 0), 0);
	expect_completion("the second", &client, 2, 0);
	retire(&server);
	close_client(&client);
}

/* GET_SESSION, FETCH and COMMIT each begin the lease anew: no two silences in a row fit into it. */
static void test_renewal(void)
{
	struct geoneuron_command command = again_command(1);
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, 5 * SECOND);
	struct client client = open_client(8, 8);
	struct geoneuron_record records[2];
	struct geoneuron_session session;

	give_many(&client, &command, 3);
	fetch_records(&server, &records[0], 1);
	sleep_ms(3000);
	expect("GET_SESSION", control(server.fd, GEONEURON_IOC_GET_SESSION, &session), 0);
	sleep_ms(3000);
	expect("FETCH", fetch(&server, 1), 1);
	records[1] = server.records[0];
	sleep_ms(3000);
	expect("COMMIT", commit_record(&server, &records[0], 0), 0);
	sleep_ms(3000);
	expect("COMMIT of the second", commit_record(&server, &records[1], 0), 0);
	expect_unread("two completions", &client, 2);
	retire(&server);
	close_client(&client);
}

static struct geoneuron_commit_entry entry_of(const struct geoneuron_record *record)
{
	struct geoneuron_commit_entry entry = answer(record, -1, 0);

	entry.outcome = 1;
	return entry;
}

/* One COMMIT whose entries are stale each for a reason of its own, around one that counts. */
static void test_stale(void)
{
	const struct geoneuron_command command = again_command(1);
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	struct client client = open_client(8, 8);
	struct geoneuron_commit_entry entries[5];
	struct geoneuron_record old, record;
	int i;

	give(&client, &command);
	fetch_records(&first, &old, 1);
	retire(&first);
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	fetch_records(&second, &record, 1);
	for (i = 0; i < 5; i++)
		entries[i] = entry_of(&record);
	entries[0] = entry_of(&old);
	entries[1].attempt--;
	entries[2].command_id += 1000;
	entries[3].result = 42;
	expect("one counts", commit(&second, entries, 5), 1);
	expect("of an old epoch", entries[0].outcome, -ESTALE);
	expect("of an old attempt", entries[1].outcome, -ESTALE);
	expect("unknown", entries[2].outcome, -ENOENT);
	expect("the right one", entries[3].outcome, 0);
	expect("twice", entries[4].outcome, -ENOENT);
	expect_completion("the right one", &client, 1, 42);
	expect_unread("nothing else", &client, 0);
	retire(&second);
	close_client(&client);
}

/* A command that waits, or that waits for a fence, cannot be committed. */
static void test_not_dispatched(void)
{
	const struct geoneuron_command command = again_command(1);
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	struct client client = open_client(8, 8);
	struct geoneuron_record record, forged;

	give_many(&client, &command, 2);
	fetch_records(&first, &record, 1);
	forged = record;
	forged.command_id++;
	expect("queued", commit_record(&first, &forged, 1), -ESTALE);
	forged.attempt = 0;
	expect("queued, no attempt", commit_record(&first, &forged, 1), -ESTALE);
	MUST(ioctl(first.fd, GEONEURON_IOC_DETACH));
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	expect("held", commit_record(&second, &record, 1), -ESTALE);
	record.epoch = second.epoch;
	expect("held, new epoch", commit_record(&second, &record, 1), -ESTALE);
	expect_unread("nothing is answered", &client, 0);
	close_server(&first);
	retire(&second);
	close_client(&client);
}

int main(void)
{
	test_queued();
	test_dispatched();
	test_next();
	test_shorter();
	test_idle();
	test_idle_between();
	test_renewal();
	test_stale();
	test_not_dispatched();
	return summary();
}
