/* SPDX-License-Identifier: MIT */
/* A FETCH that pends while its server forks, closes a copy, executes another program, or dies: it
 * ends, nobody waits for long, and the next server attaches. Where io_uring cannot cancel it (6.1)
 * that takes as long as its bounded life; the limit here is generous for a busy host. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"
#include "kmod/server.h"

#define LIMIT_SECONDS 20

static void start_fetch(struct server *server)
{
	const struct geoneuron_uring_fetch ask = { .credits = { 1, 1, 1, 1 }, .slot_count = 1 };

	start_command(server, GEONEURON_URING_FETCH, &ask);
}

/* Answers one command of a new context, to show that the server is whole. pending: a FETCH that may
 * get it is under way, or has ended by itself. */
static void expect_service(const char *what, struct server *server, bool pending)
{
	struct client client = open_client(2, 2);
	struct geoneuron_command command = nop(1);
	struct geoneuron_completion completion = {};
	struct geoneuron_commit_entry entry;
	int found = -ETIME;

	push(&client, &command);
	expect(what, submit_only(&client), 1);
	if (pending)
		found = end_command(server);
	if (found == -ETIME || found == -ECANCELED)
		found = fetch(server, 1);
	expect(what, found, 1);
	entry = answer(&server->records[0], 3, 0);
	expect(what, commit(server, &entry, 1), 1);
	expect(what, pop(&client, &completion), 1);
	expect(what, completion.result, 3);
	close_client(&client);
}

/* A child has copies of the server's fds; its end must not touch the parent's FETCH. That the
 * parent closes a copy ends it. Where its life is bounded it may end by itself at any moment. */
static void test_copies(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	struct io_uring_cqe *cqe;
	int pid, result;
	bool early;

	do {
		start_fetch(&server);
		pid = (int)MUST(fork());
		if (!pid)
			_exit(0);
		MUST(waitpid(pid, NULL, 0));
		early = !io_uring_peek_cqe(&server.ring, &cqe);
		close(dup(server.fd));
		result = end_command(&server);
		if (early)
			expect("after a child's end", result, -ETIME);
	} while (result == -ETIME);
	expect("after a copy was closed", result, -ECANCELED);
	expect_service("after a copy was closed", &server, false);
	close_server(&server);
}

static void *fetch_and_exit(void *argument)
{
	start_fetch(argument);
	return NULL;
}

/* The thread that fetched goes, its ring stays: whether its FETCH does is the kernel's choice. */
static void test_thread(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	pthread_t thread;

	MUST(-pthread_create(&thread, NULL, fetch_and_exit, &server));
	pthread_join(thread, NULL);
	expect_service("after its thread's end", &server, true);
	close_server(&server);
}

/* A server with a FETCH pending that then goes in one of these ways. */
enum end { EXECUTES, RETURNS, KILLED, KILLED_WITH_THREADS };

static void *pause_for_good(void *argument)
{
	for (;;)
		pause();
	return argument;
}

static void be_server(enum end end, int ready)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	pthread_t thread;
	char text[16];

	if (end == KILLED_WITH_THREADS)
		MUST(-pthread_create(&thread, NULL, pause_for_good, NULL));
	start_fetch(&server);
	snprintf(text, sizeof(text), "%d", ready);
	if (end == EXECUTES)
		execl("/proc/self/exe", "pending", text, (char *)NULL);
	MUST(write(ready, "!", 1));
	if (end == RETURNS)
		_exit(0);
	pause_for_good(NULL);
}

static void test_end(const char *what, enum end end)
{
	time_t began = time(NULL);
	struct server server;
	int ready[2], pid;
	char byte;

	MUST(pipe(ready));
	pid = (int)MUST(fork());
	if (!pid)
		be_server(end, ready[1]);
	MUST(read(ready[0], &byte, 1) == 1 ? 0 : -1);
	close(ready[0]);
	close(ready[1]);
	if (end != RETURNS && end != EXECUTES)
		kill(pid, SIGKILL);
	if (end != EXECUTES)
		MUST(waitpid(pid, NULL, 0));
	server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	expect_service(what, &server, false);
	close_server(&server);
	if (end == EXECUTES) {
		kill(pid, SIGKILL);
		MUST(waitpid(pid, NULL, 0));
	}
	expect(what, time(NULL) - began < LIMIT_SECONDS, 1);
}

int main(int argc, char **argv)
{
	if (argc == 2) {	/* the other side of exec */
		MUST(write(atoi(argv[1]), "!", 1));
		pause_for_good(NULL);
	}
	test_copies();
	test_thread();
	test_end("after exec", EXECUTES);
	test_end("after exit", RETURNS);
	test_end("after SIGKILL", KILLED);
	test_end("after SIGKILL of threads", KILLED_WITH_THREADS);
	return summary();
}
