/* SPDX-License-Identifier: MIT */
/* A client that goes: what becomes of its commands and buffers, and what the server is told. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"

#define BYTES 4096

static struct geoneuron_command with_buffer(struct client *client, __u64 user_data)
{
	struct geoneuron_command command = make_command(user_data, GEONEURON_CLASS_NORMAL,
							GEONEURON_COMMAND_IDEMPOTENT);

	command.buffer_count = 1;
	command.buffers[0] = (struct geoneuron_buffer_use){
		.handle = make_buffer(client, BYTES), .length = BYTES,
		.access = GEONEURON_ACCESS_READ | GEONEURON_ACCESS_WRITE,
	};
	return command;
}

static void expect_gone(struct server *server, __u64 buffer_id)
{
	const struct geoneuron_record *record = server->records;

	expect("BUFFER_GONE", fetch(server, 8), 1);
	expect("kind", record->kind, GEONEURON_RECORD_BUFFER_GONE);
	expect("which", (long)record->buffer_ids[0], (long)buffer_id);
	expect("no other", (long)record->buffer_ids[1], 0);
	expect("no command", (long)record->command_id, 0);
	expect("epoch", record->epoch, server->epoch);
}

/* The server may write into a buffer whose client has gone. */
static void expect_usable(struct server *server, const struct geoneuron_record *record)
{
	struct geoneuron_get_buffer ask = {
		.command_id = record->command_id, .epoch = record->epoch,
	};
	char *memory;

	expect("buffer of an orphan", control(server->fd, GEONEURON_IOC_GET_BUFFER, &ask), 0);
	memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, ask.fd, 0);
	MUST(memory == MAP_FAILED ? -1 : 0);
	memset(memory, 1, BYTES);
	munmap(memory, BYTES);
	close(ask.fd);
}

static void test_leaving(struct server *server)
{
	struct client client = open_client(8, 8);
	struct geoneuron_command command = with_buffer(&client, 1);
	struct geoneuron_record record;

	give_many(&client, &command, 3);
	fetch_records(server, &record, 1);
	close_client(&client);
	expect("what waited has vanished", (long)session_of(server).queued, 0);
	expect("what ran is an orphan", (long)session_of(server).dispatched, 1);
	start_fetch(server, 8);
	expect("its buffer lives", fetch_pends(server, 8), 1);
	expect_usable(server, &record);
	expect("COMMIT of an orphan", commit_record(server, &record, 1), 0);
	expect("is accepted, and then", end_fetch(server, 8), 1);
	expect("its buffer is gone", (long)server->records[0].buffer_ids[0],
	       (long)record.buffer_ids[0]);
	expect("which is no command", server->records[0].kind, GEONEURON_RECORD_BUFFER_GONE);
	expect("nothing is left", (long)session_of(server).dispatched, 0);
	expect("twice", commit_record(server, &record, 1), -ENOENT);
}

/* Orphans of a lost server wait for the fence as all others, and do not run again. */
static void test_fence(void)
{
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	struct client client = open_client(8, 8);
	struct geoneuron_command command = with_buffer(&client, 1);
	struct geoneuron_record records[2];

	give_chain(&client, &command, 2);
	fetch_records(&first, records, 2);
	expect("committed", commit_record(&first, &records[0], 0), 0);
	close_client(&client);
	MUST(ioctl(first.fd, GEONEURON_IOC_DETACH));
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	expect("the orphan waits", (long)session_of(&second).fenced, 1);
	close_server(&first);
	wait_fenced(&second, 0);
	expect("it is not queued", (long)session_of(&second).queued, 0);
	start_fetch(&second, 8);
	expect("nor told", fetch_pends(&second, 8), 1);
	retire(&second);
}

/* What a client that went had behind a fence ends there; the living one's goes on. */
static void test_fence_of_two(void)
{
	struct server first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), second;
	const struct geoneuron_command command = make_command(5, GEONEURON_CLASS_NORMAL,
							      GEONEURON_COMMAND_IDEMPOTENT);
	struct client dead = open_client(8, 8), alive = open_client(8, 8);
	struct geoneuron_record records[2];

	give(&dead, &command);
	give(&alive, &command);
	fetch_records(&first, records, 2);
	MUST(ioctl(first.fd, GEONEURON_IOC_DETACH));
	second = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	expect("both wait", (long)session_of(&second).fenced, 2);
	close_client(&dead);
	close_server(&first);
	wait_queued(&second, 1);
	expect("the living one's", fetch(&second, 8), 1);
	expect("committed", commit_record(&second, &second.records[0], 6), 0);
	expect_completion("alive", &alive, 5, 6);
	retire(&second);
	close_client(&alive);
}

static void be_client(int ready)
{
	struct client client = open_client(8, 8);
	struct geoneuron_command command = with_buffer(&client, 1);

	give_many(&client, &command, 2);
	MUST(write(ready, "!", 1));
	pause();
}

/* A client that is killed goes like one that closes. */
static void test_killed(struct server *server)
{
	struct geoneuron_record record;
	int ready[2], client;
	char byte;

	MUST(pipe(ready));
	client = (int)MUST(fork());
	if (!client)
		be_client(ready[1]);
	MUST(read(ready[0], &byte, 1));
	fetch_records(server, &record, 1);
	MUST(kill(client, SIGKILL));
	wait_for_process(client);
	expect("what waited has vanished", (long)session_of(server).queued, 0);
	expect("COMMIT of an orphan", commit_record(server, &record, 1), 0);
	expect_gone(server, record.buffer_ids[0]);
	close(ready[0]);
	close(ready[1]);
}

/* A chain of a client that goes: what waits vanishes, and the server is asked to end what runs. */
static void test_chain(struct server *server)
{
	const struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL, 0);
	const struct geoneuron_uring_fetch no_credits = { .slot_count = 8 };
	struct client client = open_client(8, 8);
	struct geoneuron_record record;
	int told;

	give_chain(&client, &command, 3);
	fetch_records(server, &record, 1);
	start_command(server, GEONEURON_URING_FETCH, &no_credits);
	close_client(&client);
	expect("what waited has vanished", (long)session_of(server).queued, 0);
	told = end_command(server);
	expect("the server is told", told == -ETIME ? fetch(server, 8) : told, 1);
	expect("kind", server->records[0].kind, GEONEURON_RECORD_CANCEL);
	expect("which", (long)server->records[0].command_id, (long)record.command_id);
	expect("COMMIT of an orphan", commit_record(server, &record, 0), 0);
	expect("none is left", (long)session_of(server).dispatched, 0);
}

/* BUFFER_GONE tells of what the server saw, once all who name it have let go, and of no other. */
static void test_gone(struct server *server)
{
	struct client client = open_client(8, 8);
	struct geoneuron_command first = with_buffer(&client, 1), second = with_buffer(&client, 2);
	struct geoneuron_record record;

	give(&client, &first);
	fetch_records(server, &record, 1);
	destroy_buffer(&client, second.buffers[0].handle);
	start_fetch(server, 8);
	expect("one that the server never saw", fetch_pends(server, 8), 1);
	destroy_buffer(&client, first.buffers[0].handle);
	expect("one that a command names", fetch_pends(server, 8), 1);
	expect("committed", commit_record(server, &record, 0), 0);
	expect("then it is told", end_fetch(server, 8), 1);
	expect("kind", server->records[0].kind, GEONEURON_RECORD_BUFFER_GONE);
	expect("which", (long)server->records[0].buffer_ids[0], (long)record.buffer_ids[0]);
	start_fetch(server, 8);
	expect("once", fetch_pends(server, 8), 1);
	close_client(&client);
	expect("nothing else", fetch_pends(server, 8), 1);
}

/* The next server is told of what it saw itself, and not of what an earlier one had. */
static void test_gone_epochs(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct client client = open_client(8, 8);
	struct geoneuron_command first = with_buffer(&client, 1), second = with_buffer(&client, 2);
	struct geoneuron_record record;

	give(&client, &first);
	fetch_records(&server, &record, 1);
	expect("committed", commit_record(&server, &record, 0), 0);
	retire(&server);
	server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	give(&client, &second);
	fetch_records(&server, &record, 1);
	expect("committed", commit_record(&server, &record, 0), 0);
	destroy_buffer(&client, first.buffers[0].handle);
	destroy_buffer(&client, second.buffers[0].handle);
	expect_gone(&server, record.buffer_ids[0]);
	close_client(&client);
	retire(&server);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);

	test_leaving(&server);
	test_killed(&server);
	test_gone(&server);
	retire(&server);
	server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	test_chain(&server);
	retire(&server);
	test_fence();
	test_fence_of_two();
	test_gone_epochs();
	return summary();
}
