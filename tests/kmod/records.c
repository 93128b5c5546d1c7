/* SPDX-License-Identifier: MIT */
/* What a FETCH hands out: each field of a record, and credits per class. */
#define _GNU_SOURCE
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"

#define USER 1234
#define SCRIBBLE 0xa5a5a5a5U

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * SECOND + (__u64)now.tv_nsec;
}

/* Fills the area, so that what a record leaves out would show. */
static void scribble(struct server *server)
{
	memset(server->records, 0xa5, 16 * sizeof(*server->records));
}

static void expect_zero(const char *what, const void *from, size_t bytes)
{
	const unsigned char *byte = from;
	size_t i;

	for (i = 0; i < bytes && !byte[i]; i++)
		;
	expect(what, (long)i, (long)bytes);
}

static struct geoneuron_command full_command(struct client *client)
{
	struct geoneuron_command command = make_command(77, GEONEURON_CLASS_INTERACTIVE, 0);

	command.opcode = 0xbeef;
	command.deadline_ns = 123456789;
	command.payload_bytes = 3;
	memcpy(command.payload, "abcdef", 6);
	command.buffer_count = 2;
	command.buffers[0] = (struct geoneuron_buffer_use){
		.handle = make_buffer(client, 8192), .access = GEONEURON_ACCESS_READ,
		.offset = 16, .length = 32,
	};
	command.buffers[1] = (struct geoneuron_buffer_use){
		.handle = make_buffer(client, 4096), .access = GEONEURON_ACCESS_WRITE,
		.length = 4096,
	};
	return command;
}

static void test_fields(struct server *server)
{
	struct client client = open_client(8, 8);
	struct geoneuron_command command = full_command(&client);
	__u64 before = now_ns();
	struct geoneuron_record record;

	give(&client, &command);
	scribble(server);
	fetch_records(server, &record, 1);
	expect("kind", record.kind, GEONEURON_RECORD_COMMAND);
	expect("flags", record.flags, 0);
	expect("an id", record.command_id != 0, 1);
	expect("epoch", record.epoch, server->epoch);
	expect("attempt", record.attempt, 1);
	expect("no chain", (long)record.chain_id, 0);
	expect("a context", record.context_id != 0, 1);
	expect("uid", record.uid, 0);
	expect("strikes", record.strikes, 0);
	expect("process", record.process, getpid());
	expect("highest class", record.highest_class, GEONEURON_CLASS_REALTIME);
	expect("accepted after", record.accepted_ns >= before, 1);
	expect("accepted before", record.accepted_ns <= now_ns(), 1);
	expect_zero("reserved", record.reserved, sizeof(record.reserved));
	expect("buffers have ids", record.buffer_ids[0] && record.buffer_ids[1], 1);
	expect("ids differ", record.buffer_ids[0] != record.buffer_ids[1], 1);
	expect_zero("ids of unused slots", &record.buffer_ids[2], 6 * sizeof(__u64));
	expect("command", memcmp(&record.command, &command,
				 offsetof(struct geoneuron_command, payload)), 0);
	expect("payload", memcmp(record.command.payload, "abc", 3), 0);
	expect_zero("past the payload", record.command.payload + 3, GEONEURON_PAYLOAD_BYTES - 3);
	expect("next slot left alone", server->records[1].kind, SCRIBBLE);
	expect("committed", commit_record(server, &record, 5), 0);
	expect("id in the completion", (long)take(&client).command_id, (long)record.command_id);
	close_client(&client);
}

/* Ids of commands grow; contexts and buffers keep theirs, and share them with nobody. */
static void test_identities(struct server *server)
{
	struct client first = open_client(8, 8), second = open_client(8, 8);
	struct geoneuron_command a = full_command(&first), b = full_command(&second);
	struct geoneuron_record records[3];

	give(&first, &a);
	give(&first, &a);
	give(&second, &b);
	fetch_records(server, &records[0], 1);
	fetch_records(server, &records[1], 2);
	if (records[1].context_id != records[0].context_id) {
		struct geoneuron_record swapped = records[1];

		records[1] = records[2];
		records[2] = swapped;
	}
	expect("same context", (long)records[1].context_id, (long)records[0].context_id);
	expect("other context", records[2].context_id != records[0].context_id, 1);
	expect("ids grow", records[1].command_id > records[0].command_id, 1);
	expect("same buffer", (long)records[1].buffer_ids[0], (long)records[0].buffer_ids[0]);
	expect("other buffer", records[2].buffer_ids[0] != records[0].buffer_ids[0], 1);
	expect("committed", commit_record(server, &records[0], 0), 0);
	expect("committed", commit_record(server, &records[1], 0), 0);
	expect("committed", commit_record(server, &records[2], 0), 0);
	close_client(&first);
	close_client(&second);
}

static void be_a_user(int ready)
{
	struct geoneuron_command command = make_command(9, GEONEURON_CLASS_NORMAL, 0);
	struct client client;

	MUST(chmod("/dev/geoneuron", 0666));
	MUST(setuid(USER));
	client = open_client(8, 8);
	give(&client, &command);
	MUST(write(ready, "!", 1));
	expect_completion("another user's", &client, 9, 0);
	_exit(summary());
}

static void test_uid(struct server *server)
{
	struct geoneuron_record record;
	int ready[2], user;
	char byte;

	MUST(pipe(ready));
	user = (int)MUST(fork());
	if (!user)
		be_a_user(ready[1]);
	MUST(read(ready[0], &byte, 1));
	fetch_records(server, &record, 1);
	expect("uid of another user", record.uid, USER);
	expect("its process", record.process, user);
	expect("its highest class", record.highest_class, GEONEURON_CLASS_INTERACTIVE);
	expect("committed", commit_record(server, &record, 0), 0);
	expect("the other user's view", wait_for_process(user), 0);
	close(ready[0]);
	close(ready[1]);
}

static void test_chain(struct server *server)
{
	struct client client = open_client(8, 8);
	struct geoneuron_command first = make_command(1, GEONEURON_CLASS_INTERACTIVE, 0);
	struct geoneuron_command second = make_command(2, GEONEURON_CLASS_BACKGROUND, 0);
	struct geoneuron_record records[3];
	int i;

	first.flags = GEONEURON_COMMAND_LINK;
	first.deadline_ns = 1111;
	second.flags = GEONEURON_COMMAND_LINK;
	second.deadline_ns = 2222;
	push(&client, &first);
	push(&client, &second);
	second.user_data = 3;
	second.flags = 0;
	push(&client, &second);
	expect("accepted", submit_only(&client), 3);
	fetch_records(server, records, 3);
	for (i = 0; i < 3; i++) {
		expect("order", (long)records[i].command.user_data, i + 1);
		expect("chain_id", (long)records[i].chain_id, (long)records[0].command_id);
		expect("more follow", records[i].flags, i < 2 ? GEONEURON_RECORD_CHAIN_MORE : 0);
		expect("class of the first", records[i].command.priority_class,
		       GEONEURON_CLASS_INTERACTIVE);
		expect("deadline of the first", (long)records[i].command.deadline_ns, 1111);
		expect("committed", commit_record(server, &records[i], i), 0);
		expect_completion("member", &client, (__u64)i + 1, i);
	}
	close_client(&client);
}

/* The number of records that a FETCH with these credits gives, and their classes. */
static void expect_credits(struct server *server, const char *what,
			   struct geoneuron_uring_fetch ask, const int *classes, int count)
{
	struct geoneuron_record records[8];
	int i;

	ask.slot_count = 8;
	expect(what, run_command(server, GEONEURON_URING_FETCH, &ask), count);
	memcpy(records, server->records, sizeof(records));
	for (i = 0; i < count; i++) {
		expect(what, records[i].command.priority_class, classes[i]);
		expect("committed", commit_record(server, &records[i], 0), 0);
	}
}

static void test_credits(struct server *server)
{
	const struct geoneuron_uring_fetch low = { .credits = { 1, 1, 0, 0 } };
	const struct geoneuron_uring_fetch most = { .credits = { 0, 1, 1, 2 } };
	const struct geoneuron_uring_fetch rest = { .credits = { 8, 8, 8, 8 } };
	struct client client = open_client(16, 16);
	struct geoneuron_command command;
	int class;

	for (class = 0; class < GEONEURON_CLASSES; class++) {
		command = make_command(1, (__u8)class, 0);
		give_many(&client, &command, 2);
	}
	expect_credits(server, "credits of the lower classes", low, (int[]){ 1, 0 }, 2);
	expect_credits(server, "credits of the upper", most, (int[]){ 3, 3, 2, 1 }, 4);
	expect_credits(server, "what is left", rest, (int[]){ 2, 0 }, 2);
	close_client(&client);
}

/* Without credits a FETCH waits; slots bound a FETCH whatever its credits. */
static void test_bounds(struct server *server)
{
	const struct geoneuron_uring_fetch one_slot = {
		.credits = { 8, 8, 8, 8 }, .first_slot = 5, .slot_count = 1,
	};
	const struct geoneuron_uring_fetch other_class = {
		.credits = { 8, 0, 8, 8 }, .first_slot = 6, .slot_count = 8,
	};
	const struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL, 0);
	const struct geoneuron_command urgent = make_command(3, GEONEURON_CLASS_REALTIME, 0);
	struct client client = open_client(16, 16);
	struct geoneuron_record record;

	give_many(&client, &command, 2);
	scribble(server);
	expect("one slot", run_command(server, GEONEURON_URING_FETCH, &one_slot), 1);
	record = server->records[5];
	expect("its slot", (long)record.command.user_data, 1);
	expect("slot ahead left alone", server->records[4].kind, SCRIBBLE);
	expect("slot behind left alone", server->records[6].kind, SCRIBBLE);
	expect("committed", commit_record(server, &record, 0), 0);
	start_command(server, GEONEURON_URING_FETCH, &other_class);
	expect("still queued", (long)session_of(server).queued, 1);
	give(&client, &urgent);
	if (end_command(server) < 0)	/* its bounded life has ended */
		run_command(server, GEONEURON_URING_FETCH, &other_class);
	expect("what has a credit", (long)server->records[6].command.user_data, 3);
	close_client(&client);
}

/* Told when it is closed and its last command is over, of contexts whose commands it had. */
static void test_context_gone(void)
{
	struct server server = open_server_with(GEONEURON_ROLE_ACTIVE, LONG_LEASE,
						GEONEURON_ATTACH_CONTEXTS);
	const struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL, 0);
	struct client silent = open_client(8, 8), client = open_client(8, 8);
	struct geoneuron_record records[2];

	give_many(&client, &command, 2);
	fetch_records(&server, records, 2);
	close_client(&silent);
	close_client(&client);
	start_fetch(&server, 8);
	expect("committed", commit_record(&server, &records[0], 0), 0);
	expect("not while one runs", fetch_pends(&server, 8), 1);
	expect("committed", commit_record(&server, &records[1], 0), 0);
	expect("told once", end_fetch(&server, 8), 1);
	expect("of what", server.records[0].kind, GEONEURON_RECORD_CONTEXT_GONE);
	expect("which", (long)server.records[0].context_id, (long)records[0].context_id);
	expect("epoch", server.records[0].epoch, server.epoch);
	start_fetch(&server, 8);
	expect("nothing of one that it never saw", fetch_pends(&server, 8), 1);
	retire(&server);
}

/* Whose server is gone before it is told is freed all the same. */
static void test_context_outlives_server(void)
{
	struct server server = open_server_with(GEONEURON_ROLE_ACTIVE, LONG_LEASE,
						GEONEURON_ATTACH_CONTEXTS);
	const struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL, 0);
	struct client client = open_client(8, 8);
	struct geoneuron_record record;

	give(&client, &command);
	fetch_records(&server, &record, 1);
	expect("committed", commit_record(&server, &record, 0), 0);
	close_client(&client);
	retire(&server);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);

	test_fields(&server);
	test_identities(&server);
	test_uid(&server);
	test_chain(&server);
	test_credits(&server);
	test_bounds(&server);
	retire(&server);
	test_context_gone();
	test_context_outlives_server();
	return summary();
}
