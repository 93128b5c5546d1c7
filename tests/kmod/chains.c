/* SPDX-License-Identifier: MIT */
/* Chains: one order, one end, and what becomes of them when their server is lost. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"

#define IDEMPOTENT GEONEURON_COMMAND_IDEMPOTENT
#define BYTES 4096

static struct geoneuron_command member(__u64 user_data, __u16 flags)
{
	return make_command(user_data, GEONEURON_CLASS_NORMAL, flags);
}

/* Compares one record with what it should tell of a chain's member. */
static void expect_member(const struct geoneuron_record *record, __u64 user_data, __u32 attempt,
			  __u32 flags)
{
	expect("member", (long)record->command.user_data, (long)user_data);
	expect("attempt", record->attempt, attempt);
	expect("flags", record->flags, flags);
}

/* A negative result ends the members that wait, and asks for the end of those that run. */
static void test_failure(struct server *server)
{
	const struct geoneuron_command command = member(1, IDEMPOTENT);
	struct client client = open_client(8, 8);
	struct geoneuron_record records[3], told;

	give_chain(&client, &command, 4);
	fetch_records(server, records, 3);
	expect("committed", commit_record(server, &records[0], 8), 0);
	expect("failed", commit_record(server, &records[1], -EDOM), 0);
	expect_completion("before the failure", &client, 1, 8);
	expect_completion("the failure", &client, 2, -EDOM);
	expect_completion("what waited", &client, 4, -ECANCELED);
	expect_unread("what runs has no completion", &client, 0);
	fetch_records(server, &told, 1);
	expect("the server is told", told.kind, GEONEURON_RECORD_CANCEL);
	expect("of what runs", (long)told.command_id, (long)records[2].command_id);
	expect("its attempt", told.attempt, records[2].attempt);
	expect("its epoch", told.epoch, records[2].epoch);
	expect("committed", commit_record(server, &records[2], -ECANCELED), 0);
	expect_completion("what ran", &client, 3, -ECANCELED);
	close_client(&client);
}

/* A chain that runs while another context's commands come keeps its order. */
static void test_order(struct server *server)
{
	const struct geoneuron_command command = member(1, 0), other = member(100, 0);
	struct client client = open_client(8, 8), neighbour = open_client(8, 8);
	struct geoneuron_record record;
	__u64 next = 1;
	int i;

	give_chain(&client, &command, 4);
	give_many(&neighbour, &other, 4);
	for (i = 0; i < 8; i++) {
		fetch_records(server, &record, 1);
		if (record.command.user_data < 100) {
			expect_member(&record, next, 1,
				      next < 4 ? GEONEURON_RECORD_CHAIN_MORE : 0);
			next++;
		}
		expect("committed", commit_record(server, &record, 0), 0);
	}
	expect("all members", (long)next, 5);
	close_client(&client);
	close_client(&neighbour);
}

static void expect_replay_buffer(struct server *server, const struct geoneuron_record *record)
{
	struct geoneuron_get_buffer ask = {
		.command_id = record->command_id, .epoch = record->epoch,
	};
	char *memory;

	expect("buffer of a finished member",
	       control(server->fd, GEONEURON_IOC_GET_BUFFER, &ask), 0);
	memory = mmap(NULL, BYTES, PROT_READ, MAP_SHARED, ask.fd, 0);
	expect("map of it", memory != MAP_FAILED, 1);
	if (memory != MAP_FAILED)
		expect("what it holds", strcmp(memory, "weights"), 0);
	expect("nobody writes after the completion",
	       mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, ask.fd, 0) == MAP_FAILED, 1);
	munmap(memory, BYTES);
	close(ask.fd);
}

/* Finished members run again as REPLAY and are answered no second time. */
static void test_replay(void)
{
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	struct geoneuron_command command = member(1, IDEMPOTENT | GEONEURON_COMMAND_LINK);
	struct client client = open_client(8, 8);
	struct geoneuron_record before[2], after[3];
	const struct mapped_buffer buffer = create_buffer(&client, BYTES);

	strcpy((char *)buffer.memory, "weights");
	command.buffer_count = 1;
	command.buffers[0] = (struct geoneuron_buffer_use){
		.handle = buffer.handle, .length = BYTES,
		.access = GEONEURON_ACCESS_READ | GEONEURON_ACCESS_WRITE,
	};
	push(&client, &command);
	command = member(2, IDEMPOTENT);
	command.flags |= GEONEURON_COMMAND_LINK;
	push(&client, &command);
	command = member(3, IDEMPOTENT);
	push(&client, &command);
	expect("accepted", submit_only(&client), 3);
	destroy_handle(&client, &buffer);
	fetch_records(&first, before, 2);
	expect("committed", commit_record(&first, &before[0], 5), 0);
	expect_completion("finished", &client, 1, 5);
	retire(&first);
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	fetch_records(&second, after, 3);
	expect_member(&after[0], 1, 2, GEONEURON_RECORD_REPLAY | GEONEURON_RECORD_CHAIN_MORE);
	expect_member(&after[1], 2, 2, GEONEURON_RECORD_CHAIN_MORE);
	expect_member(&after[2], 3, 1, 0);
	expect("one chain", (long)after[2].chain_id, (long)before[0].command_id);
	expect("same buffer", (long)after[0].buffer_ids[0], (long)before[0].buffer_ids[0]);
	expect_replay_buffer(&second, &after[0]);
	expect("replay committed", commit_record(&second, &after[0], 6), 0);
	expect_unread("no second completion", &client, 0);
	expect("committed", commit_record(&second, &after[1], 7), 0);
	expect("committed", commit_record(&second, &after[2], 8), 0);
	expect_completion("second member", &client, 2, 7);
	expect_completion("third member", &client, 3, 8);
	expect_unread("nothing else", &client, 0);
	unmap_buffer(&buffer);
	retire(&second);
	close_client(&client);
}

/* A chain that waits behind the fence as a whole: its members that nobody had fetched too. */
static void test_begun(void)
{
	const struct geoneuron_command command = member(1, IDEMPOTENT);
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	struct client client = open_client(8, 8);
	struct geoneuron_record record, after[2];

	give_chain(&client, &command, 2);
	fetch_records(&first, &record, 1);
	expect("committed", commit_record(&first, &record, 0), 0);
	expect_completion("the first", &client, 1, 0);
	MUST(ioctl(first.fd, GEONEURON_IOC_DETACH));
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	expect("the second waits", (long)session_of(&second).fenced, 1);
	expect("and is not queued", (long)session_of(&second).queued, 0);
	close_server(&first);
	fetch_records(&second, after, 2);
	expect_member(&after[0], 1, 2, GEONEURON_RECORD_REPLAY | GEONEURON_RECORD_CHAIN_MORE);
	expect_member(&after[1], 2, 1, 0);
	expect("committed", commit_record(&second, &after[0], 0), 0);
	expect("committed", commit_record(&second, &after[1], 0), 0);
	expect_completion("the second", &client, 2, 0);
	retire(&second);
	close_client(&client);
}

/* A chain that nobody has begun goes on at once. */
static void test_not_begun(void)
{
	const struct geoneuron_command command = member(1, 0);
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	struct client client = open_client(8, 8);
	struct geoneuron_record after[2];

	give_chain(&client, &command, 2);
	MUST(ioctl(first.fd, GEONEURON_IOC_DETACH));
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	fetch_records(&second, after, 2);
	expect_member(&after[0], 1, 1, GEONEURON_RECORD_CHAIN_MORE);
	expect_member(&after[1], 2, 1, 0);
	expect("committed", commit_record(&second, &after[0], 0), 0);
	expect("committed", commit_record(&second, &after[1], 0), 0);
	expect_completion("first", &client, 1, 0);
	expect_completion("second", &client, 2, 0);
	close_server(&first);
	retire(&second);
	close_client(&client);
}

/* One member that is not IDEMPOTENT: none of the chain runs again, and all that is left is told
 * so. which is the member, 1 to 4; the first is finished, two are dispatched, one waits. */
static void test_not_idempotent(unsigned int which)
{
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	struct client client = open_client(8, 8);
	struct geoneuron_record records[3];
	unsigned int i;

	for (i = 1; i <= 4; i++) {
		struct geoneuron_command command = member(i, i == which ? 0 : IDEMPOTENT);

		command.flags |= i < 4 ? GEONEURON_COMMAND_LINK : 0;
		push(&client, &command);
	}
	expect("accepted", submit_only(&client), 4);
	fetch_records(&first, records, 3);
	expect("committed", commit_record(&first, &records[0], 1), 0);
	expect_completion("finished", &client, 1, 1);
	retire(&first);
	for (i = 2; i <= 4; i++)
		expect_completion("the rest", &client, i, -EOWNERDEAD);
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	start_fetch(&second, 1);
	expect("nothing runs again", fetch_pends(&second, 1), 1);
	expect_unread("nothing else", &client, 0);
	retire(&second);
	close_client(&client);
}

/* Finished again by a second server, lost again: the third is handed all that is left. */
static void test_twice(void)
{
	const struct geoneuron_command command = member(1, IDEMPOTENT);
	struct client client = open_client(8, 8);
	struct geoneuron_record records[3];
	struct server server;
	__u32 attempt;

	give_chain(&client, &command, 3);
	for (attempt = 1; attempt <= 3; attempt++) {
		server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
		fetch_records(&server, records, 3);
		expect_member(&records[0], 1, attempt, GEONEURON_RECORD_CHAIN_MORE |
			      (attempt > 1 ? GEONEURON_RECORD_REPLAY : 0));
		expect_member(&records[1], 2, attempt, GEONEURON_RECORD_CHAIN_MORE |
			      (attempt > 2 ? GEONEURON_RECORD_REPLAY : 0));
		expect_member(&records[2], 3, attempt, 0);
		expect("committed", commit_record(&server, &records[0], 0), 0);
		if (attempt > 1)
			expect("committed", commit_record(&server, &records[1], 0), 0);
		if (attempt > 2)
			expect("committed", commit_record(&server, &records[2], 0), 0);
		expect_completion("member", &client, attempt, 0);
		expect_unread("one at a time", &client, 0);
		retire(&server);
	}
	close_client(&client);
}

/* A server that commits the last member first ends the chain: what it then says of the finished
 * member is too late, and the window is whole again. */
static void test_out_of_order(void)
{
	const struct geoneuron_command command = member(1, IDEMPOTENT), next = member(10, 0);
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	struct client client = open_client(8, 8);
	struct geoneuron_record records[4];

	set_parameter("window", 2);
	give_chain(&client, &command, 2);
	fetch_records(&first, records, 2);
	expect("committed", commit_record(&first, &records[0], 0), 0);
	retire(&first);
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	fetch_records(&second, records, 2);
	expect("last first", commit_record(&second, &records[1], 0), 0);
	expect("the replay is too late", commit_record(&second, &records[0], 0), -ENOENT);
	give_many(&client, &next, 2);
	expect("the window is whole", fetch(&second, 4), 2);
	set_parameter("window", 256);
	retire(&second);
	close_client(&client);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	unsigned int which;

	test_failure(&server);
	test_order(&server);
	retire(&server);
	test_replay();
	test_begun();
	test_not_begun();
	for (which = 1; which <= 4; which++)
		test_not_idempotent(which);
	test_twice();
	test_out_of_order();
	return summary();
}
