/* SPDX-License-Identifier: MIT */
/* A server goes and a standby takes over: at once for what was not dispatched, after the fence for
 * what was. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"

#define WINDOW 8

/* A process that does nothing but keep the fence open, stopped where it cannot act. */
static int stopped_writer(const struct server *server)
{
	int ready[2], writer, status;
	char byte;

	MUST(pipe(ready));
	writer = (int)MUST(fork());
	if (!writer) {
		munmap(server->breadcrumbs, server->area_bytes);
		close(server->fd);
		close(server->ring.ring_fd);
		MUST(write(ready[1], "!", 1));
		for (;;)
			pause();
	}
	MUST(read(ready[0], &byte, 1));
	close(ready[0]);
	close(ready[1]);
	MUST(kill(writer, SIGSTOP));
	MUST(waitpid(writer, &status, WUNTRACED));
	expect("writer stopped", WIFSTOPPED(status), 1);
	return writer;
}

static void end_writer(int writer)
{
	MUST(kill(writer, SIGKILL));
	wait_for_process(writer);
}

/* How a server leaves; its fence stays as it is. */
static void leave_by_detach(struct server *server)
{
	MUST(ioctl(server->fd, GEONEURON_IOC_DETACH));
}

static void leave_by_close(struct server *server)
{
	int fence = server->fence;

	server->fence = -1;
	close_server(server);
	server->fence = fence;
	server->fd = -1;
}

static void finish_leaving(struct server *server)
{
	if (server->fd < 0)
		close(server->fence);
	else
		close_server(server);
}

/* The standby's FETCH pends until it is promoted, and then gets what nobody had fetched. */
static void test_queued(void (*leave)(struct server *))
{
	const struct geoneuron_command command = make_command(10, GEONEURON_CLASS_NORMAL, 0);
	struct server active = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct server standby = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	struct client client = open_client(8, 8);
	struct geoneuron_record record;

	start_fetch(&standby, WINDOW);
	give(&client, &command);
	expect("a standby is given nothing", fetch_pends(&standby, WINDOW), 1);
	leave(&active);
	expect("what waited goes on at once", end_fetch(&standby, WINDOW), 1);
	wait_promoted(&standby);
	record = standby.records[0];
	expect("first attempt", record.attempt, 1);
	expect("epoch of the standby", record.epoch, standby.epoch);
	expect("a later epoch", standby.epoch > active.epoch, 1);
	expect("committed", commit_record(&standby, &record, 3), 0);
	expect_completion("by the standby", &client, 10, 3);
	finish_leaving(&active);
	retire(&standby);
	close_client(&client);
}

/* The ends of a dispatched command of each kind, once the fence is closed. */
static void expect_recovered(struct server *standby, struct client *client,
			     const struct geoneuron_record *before)
{
	struct geoneuron_record again[2];

	expect_completion("not IDEMPOTENT", client, 2, -EOWNERDEAD);
	fetch_records(standby, again, 2);
	expect("IDEMPOTENT again", (long)again[0].command_id, (long)before[0].command_id);
	expect("its attempt", again[0].attempt, 2);
	expect("no strike", again[0].strikes, 0);
	expect("ahead of a newer one", (long)again[1].command.user_data, 3);
	expect("whose attempt is the first", again[1].attempt, 1);
	expect("committed", commit_record(standby, &again[0], 11), 0);
	expect("committed", commit_record(standby, &again[1], 33), 0);
	expect_completion("again", client, 1, 11);
	expect_completion("newer", client, 3, 33);
	expect_unread("nothing twice", client, 0);
}

/* While one writer has the fence, nothing of the old epoch is answered or handed out. */
static void test_fence(void (*leave)(struct server *))
{
	struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL,
							GEONEURON_COMMAND_IDEMPOTENT);
	struct server active = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	struct server standby = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	struct client client = open_client(8, 8);
	struct geoneuron_record before[2];
	int writer;

	give(&client, &command);
	command = make_command(2, GEONEURON_CLASS_NORMAL, 0);
	give(&client, &command);
	fetch_records(&active, before, 2);
	writer = stopped_writer(&active);
	leave(&active);
	finish_leaving(&active);
	wait_promoted(&standby);
	start_fetch(&standby, WINDOW);
	expect("nothing is handed out", fetch_pends(&standby, WINDOW), 1);
	sleep_ms(1000);
	expect("nor later", fetch_pends(&standby, WINDOW), 1);
	expect_unread("nothing is answered", &client, 0);
	expect("both wait", (long)session_of(&standby).fenced, 2);
	command = make_command(3, GEONEURON_CLASS_NORMAL, GEONEURON_COMMAND_IDEMPOTENT);
	give(&client, &command);
	expect("a new one goes on", end_fetch(&standby, WINDOW), 1);
	expect("committed", commit_record(&standby, standby.records, 33), 0);
	expect_completion("past the fence", &client, 3, 33);
	end_writer(writer);
	give(&client, &command);
	wait_queued(&standby, 2);
	expect_recovered(&standby, &client, before);
	retire(&standby);
	close_client(&client);
}

/* The last copy counts: the server's own closed, a second one open. */
static void test_copies(void)
{
	const struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL, 0);
	struct server active = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE), next;
	struct client client = open_client(8, 8);
	int copy = (int)MUST(dup(active.fence));

	give(&client, &command);
	fetch(&active, WINDOW);
	retire(&active);
	next = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	sleep_ms(100);
	expect("one waits", (long)session_of(&next).fenced, 1);
	expect_unread("nothing is answered", &client, 0);
	close(copy);
	expect_completion("after the last copy", &client, 1, -EOWNERDEAD);
	expect("none waits", (long)session_of(&next).fenced, 0);
	retire(&next);
	close_client(&client);
}

/* Two epochs behind fences of their own, the later one closed first. */
static void test_two_epochs(void)
{
	struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL,
							GEONEURON_COMMAND_IDEMPOTENT);
	struct server servers[3];
	struct client client = open_client(8, 8);
	struct geoneuron_record record;
	int fences[2], i;

	for (i = 0; i < 2; i++) {
		servers[i] = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
		command.user_data = (__u64)i + 1;
		give(&client, &command);
		fetch_records(&servers[i], &record, 1);
		fences[i] = servers[i].fence;
		servers[i].fence = -1;
		retire(&servers[i]);
	}
	servers[2] = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	expect("two wait", (long)session_of(&servers[2]).fenced, 2);
	close(fences[1]);
	fetch_records(&servers[2], &record, 1);
	expect("the later is free", (long)record.command.user_data, 2);
	expect("committed", commit_record(&servers[2], &record, 0), 0);
	expect("the earlier waits", (long)session_of(&servers[2]).fenced, 1);
	close(fences[0]);
	fetch_records(&servers[2], &record, 1);
	expect("the earlier is free", (long)record.command.user_data, 1);
	expect("committed", commit_record(&servers[2], &record, 0), 0);
	retire(&servers[2]);
	close_client(&client);
}

/* Attempts grow with each server that is lost, and cost nothing else. */
static void test_attempts(void)
{
	const struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL,
							      GEONEURON_COMMAND_IDEMPOTENT);
	struct client client = open_client(8, 8);
	struct geoneuron_record record;
	struct server server;
	__u32 attempt;

	give(&client, &command);
	for (attempt = 1; attempt <= 5; attempt++) {
		server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
		fetch_records(&server, &record, 1);
		expect("attempt", record.attempt, attempt);
		expect("strikes", record.strikes, 0);
		if (attempt < 5)
			retire(&server);
	}
	expect("committed", commit_record(&server, &record, 7), 0);
	expect_completion("the fifth", &client, 1, 7);
	retire(&server);
	close_client(&client);
}

/* A server whose process ends while a child that it has just forked has its file open still. */
static void be_forking_server(int ready, int end)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	char byte;

	fetch(&server, WINDOW);
	if (!MUST(fork())) {
		close(server.fence);
		MUST(write(ready, "!", 1));
		MUST(read(end, &byte, 1));
		_exit(0);
	}
	pause();
}

static void test_forked(void)
{
	const struct geoneuron_command command = make_command(1, GEONEURON_CLASS_NORMAL,
							      GEONEURON_COMMAND_IDEMPOTENT);
	struct client client = open_client(8, 8);
	struct geoneuron_record record;
	struct server standby;
	int ready[2], end[2], process;
	char byte;

	MUST(pipe(ready));
	MUST(pipe(end));
	give(&client, &command);
	process = (int)MUST(fork());
	if (!process)
		be_forking_server(ready[1], end[0]);
	MUST(read(ready[0], &byte, 1));
	standby = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	MUST(kill(process, SIGKILL));
	wait_for_process(process);
	wait_promoted(&standby);
	fetch_records(&standby, &record, 1);
	expect("attempt after a fork", record.attempt, 2);
	expect("committed", commit_record(&standby, &record, 7), 0);
	expect_completion("after a fork", &client, 1, 7);
	MUST(write(end[1], "!", 1));
	retire(&standby);
	close_client(&client);
}

int main(void)
{
	test_queued(leave_by_detach);
	test_queued(leave_by_close);
	test_fence(leave_by_detach);
	test_fence(leave_by_close);
	test_copies();
	test_two_epochs();
	test_attempts();
	test_forked();
	return summary();
}
