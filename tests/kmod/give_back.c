/* SPDX-License-Identifier: MIT */
/* What a server has not begun it may give back: then the next one runs it, IDEMPOTENT or not. */
#include <errno.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "kmod/check.h"
#include "kmod/steps.h"

#define MOST 8

/* Gives so many back; what COMMIT returns. */
static int give_entries_back(struct server *server, struct geoneuron_commit_entry *entries,
			     unsigned int count)
{
	const struct geoneuron_uring_commit ask = {
		.entries = (uintptr_t)entries,
		.count = count,
		.flags = GEONEURON_COMMIT_GIVE_BACK,
	};

	return run_command(server, GEONEURON_URING_COMMIT, &ask);
}

static int give_back(struct server *server, const struct geoneuron_record *records,
		     unsigned int count)
{
	struct geoneuron_commit_entry entries[MOST];
	unsigned int i;

	for (i = 0; i < count; i++)
		entries[i] = answer(&records[i], 0, 0);
	return give_entries_back(server, entries, count);
}

/* The next server runs it at its second attempt, without a wait for the fence of the first. */
static void expect_next(struct server *next, struct client *client, __u64 user_data)
{
	struct geoneuron_record record;

	fetch_records(next, &record, 1);
	expect("in its place", (long)record.command.user_data, (long)user_data);
	expect("another attempt", record.attempt, 2);
	expect("committed", commit_record(next, &record, 5), 0);
	expect_completion("by the next", client, user_data, 5);
}

static void test_commands(void)
{
	struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL, 0);
	struct server active = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct server standby = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	struct client client = open_client(8, 8);
	struct geoneuron_record records[3];

	for (; command.user_data <= 3; command.user_data++)
		give(&client, &command);
	fetch_records(&active, records, 3);
	expect("two are given back", give_back(&active, &records[1], 2), 2);
	expect("they are not its any more", commit_record(&active, &records[1], 0), -ESTALE);
	start_fetch(&active, MOST);
	command.user_data = 9;
	give(&client, &command);
	expect("it gets no more", fetch_pends(&active, MOST), 1);
	expect("what it has begun it ends", commit_record(&active, &records[0], 4), 0);
	expect_completion("by the first", &client, 1, 4);
	MUST(ioctl(active.fd, GEONEURON_IOC_DETACH));
	wait_promoted(&standby);
	expect_next(&standby, &client, 2);
	expect_next(&standby, &client, 3);
	fetch_records(&standby, records, 1);
	expect("the new one last", (long)records[0].command.user_data, 9);
	expect("committed", commit_record(&standby, &records[0], 0), 0);
	expect_completion("new", &client, 9, 0);
	expect_unread("nothing twice", &client, 0);
	close_server(&active);
	retire(&standby);
	close_client(&client);
}

/* Without entries it says that the server wants no more. */
static void test_nothing(void)
{
	const struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL, 0);
	struct server active = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct server standby = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	struct client client = open_client(8, 8);
	struct geoneuron_record record;

	expect("a standby has nothing to give", give_back(&standby, NULL, 0), -ENOTCONN);
	expect("nothing is given back", give_back(&active, NULL, 0), 0);
	start_fetch(&active, MOST);
	give(&client, &command);
	expect("it gets none", fetch_pends(&active, MOST), 1);
	retire(&active);
	wait_promoted(&standby);
	fetch_records(&standby, &record, 1);
	expect("the first attempt", record.attempt, 1);
	expect("committed", commit_record(&standby, &record, 0), 0);
	expect_completion("by the next", &client, 1, 0);
	retire(&standby);
	close_client(&client);
}

/* A chain goes on elsewhere only where nobody has begun it. */
static void test_chains(void)
{
	const struct geoneuron_command command = make_command(7, GEONEURON_CLASS_NORMAL, 0);
	struct server active = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct server standby = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	struct client begun = open_client(8, 8), whole = open_client(8, 8);
	struct geoneuron_record records[2];
	__u64 i;

	give_chain(&begun, &command, 2);
	fetch_records(&active, records, 2);
	expect("committed", commit_record(&active, &records[0], 0), 0);
	expect_completion("of the chain", &begun, 7, 0);
	give_chain(&whole, &command, 2);
	expect("the second is given back", give_back(&active, &records[1], 1), 1);
	expect_unread("and waits", &begun, 0);
	retire(&active);
	expect_completion("what it needs is lost", &begun, 8, -EOWNERDEAD);
	wait_promoted(&standby);
	fetch_records(&standby, records, 2);
	for (i = 0; i < 2; i++) {
		expect("committed", commit_record(&standby, &records[i], 0), 0);
		expect_completion("of the chain that had not begun", &whole, 7 + i, 0);
	}
	retire(&standby);
	close_client(&begun);
	close_client(&whole);
}

static void test_chain_given_back_whole(void)
{
	const struct geoneuron_command command = make_command(7, GEONEURON_CLASS_NORMAL, 0);
	struct server active = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct server standby = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	struct client client = open_client(8, 8);
	struct geoneuron_record records[2];

	give_chain(&client, &command, 2);
	fetch_records(&active, records, 2);
	expect("the second is given back", give_back(&active, &records[1], 1), 1);
	expect("and the first", give_back(&active, &records[0], 1), 1);
	retire(&active);
	wait_promoted(&standby);
	expect_next(&standby, &client, 7);
	expect_next(&standby, &client, 8);
	retire(&standby);
	close_client(&client);
}

/* What nobody wants any more ends here. */
static void test_unwanted(void)
{
	const struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL, 0);
	struct server active = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct client client = open_client(8, 8), gone = open_client(8, 8);
	struct geoneuron_record records[2];

	give(&client, &command);
	fetch_records(&active, &records[0], 1);
	give(&gone, &command);
	fetch_records(&active, &records[1], 1);
	expect("asked for", cancel(&client, 1).requested, 1);
	close_client(&gone);
	expect("given back", give_back(&active, records, 2), 2);
	expect_completion("cancelled", &client, 1, -ECANCELED);
	expect("nothing waits", (long)session_of(&active).queued, 0);
	expect("nothing runs", (long)session_of(&active).dispatched, 0);
	retire(&active);
	close_client(&client);
}

static void test_rules(void)
{
	const struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL, 0);
	struct server active = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct client client = open_client(8, 8);
	struct geoneuron_commit_entry entries[4];
	struct geoneuron_record record;

	give(&client, &command);
	fetch_records(&active, &record, 1);
	entries[0] = answer(&record, 1, 0);
	entries[1] = answer(&record, 0, 1);
	entries[2] = answer(&record, 0, 0);
	entries[2].attempt++;
	entries[3] = answer(&record, 0, 0);
	entries[3].command_id = 0;
	expect("none counts", give_entries_back(&active, entries, 4), 0);
	expect("with a result", entries[0].outcome, -EINVAL);
	expect("with a value", entries[1].outcome, -EINVAL);
	expect("of another attempt", entries[2].outcome, -ESTALE);
	expect("of no command", entries[3].outcome, -ENOENT);
	expect("it is its still", commit_record(&active, &record, 3), 0);
	expect_completion("committed", &client, 1, 3);
	retire(&active);
	close_client(&client);
}

int main(void)
{
	test_commands();
	test_nothing();
	test_chains();
	test_chain_given_back_whole();
	test_unwanted();
	test_rules();
	return summary();
}
