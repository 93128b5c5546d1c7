/* SPDX-License-Identifier: MIT */
/* life SERVER: what exec, fork, dup and death of clients leave in the ledger. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"
#include "kmod/server.h"

#define TOTAL 600

static struct geoneuron_session session_of(struct server *server)
{
	struct geoneuron_session told;

	MUST(ioctl(server->fd, GEONEURON_IOC_GET_SESSION, &told));
	return told;
}

static void await_queued(struct server *server, __u64 wanted)
{
	while (session_of(server).queued != wanted)
		usleep(1000);
}

static void push_nop(struct client *client, __u64 user_data)
{
	struct geoneuron_command command = nop(user_data);

	expect("pushed", push(client, &command), 1);
}

static void answer_one(struct server *server)
{
	struct geoneuron_commit_entry entry;

	expect("fetched", fetch(server, 1), 1);
	entry = answer(&server->records[0], 0, 0);
	expect("committed", commit(server, &entry, 1), 1);
}

/* This program again, as life ROLE NUMBER. */
static void become(const char *role, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	execl("/proc/self/exe", "life", role, text, (char *)NULL);
	_exit(127);
}

/* The other side of exec: the context came along, and what was on its ring. */
static int submit_after_exec(int fd)
{
	struct geoneuron_setup again = { .submission_entries = 8, .completion_entries = 8 };
	struct geoneuron_submit ask = { .count = 1, .min_complete = 1 };

	expect("it has its rings", control(fd, GEONEURON_IOC_SETUP, &again), -EBUSY);
	expect("SUBMIT", control(fd, GEONEURON_IOC_SUBMIT, &ask), 0);
	expect("accepted", ask.accepted, 1);
	expect("its wait", ask.wait_result, 0);
	return summary();
}

static void test_exec_with_context(struct server *server)
{
	int status, pid = (int)MUST(fork());

	if (!pid) {
		struct client client = open_client(8, 8);

		push_nop(&client, 1);
		MUST(fcntl(client.fd, F_SETFD, 0));
		become("submit", client.fd);
	}
	answer_one(server);
	MUST(waitpid(pid, &status, 0));
	expect("exec with a context", status, 0);
}

/* Queues a command, says so, and executes what lives until its input ends. */
static void queue_and_exec(int input, int ready)
{
	struct client client = open_client(8, 8);

	push_nop(&client, 1);
	MUST(submit_only(&client) == 1 ? 0 : -1);
	MUST(dup2(input, 0));
	MUST(write(ready, "!", 1));
	become("hold", 0);
}

/* With O_CLOEXEC the context goes at exec, and what waited in it. */
static void test_exec_without(struct server *server)
{
	int status, hold[2], ready[2], pid;
	char byte;

	MUST(pipe2(hold, O_CLOEXEC));
	MUST(pipe2(ready, O_CLOEXEC));
	pid = (int)MUST(fork());
	if (!pid)
		queue_and_exec(hold[0], ready[1]);
	close(ready[1]);
	MUST(read(ready[0], &byte, 1) == 1 ? 0 : -1);
	await_queued(server, 0);
	expect("it lives", waitpid(pid, &status, WNOHANG), 0);
	close(hold[0]);
	close(hold[1]);
	close(ready[0]);
	MUST(waitpid(pid, &status, 0));
	expect("exec without its context", status, 0);
}

struct shared {
	bool stop;
	char seen[TOTAL];
};

/* Parent and child both submit what the parent puts on the ring. */
static void test_fork(struct client *client)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct geoneuron_completion completion;
	int pid, status, sent = 0, received = 0, wrong = 0;

	MUST(shared == MAP_FAILED ? -1 : 0);
	pid = (int)MUST(fork());
	if (!pid) {
		while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED))
			submit_only(client);
		_exit(0);
	}
	while (received < TOTAL) {
		struct geoneuron_command command = nop((__u64)sent);

		if (sent < TOTAL && push(client, &command))
			sent++;
		submit_only(client);
		for (; pop(client, &completion); received++)
			wrong += completion.user_data >= TOTAL || completion.result <= 0 ||
				 shared->seen[completion.user_data]++;
	}
	expect("lost or doubled", wrong, 0);
	__atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
	MUST(waitpid(pid, &status, 0));
	expect("the child", status, 0);
	expect("nothing left", pop(client, &completion), 0);
	munmap(shared, sizeof(*shared));
}

/* A child that dies in SUBMIT on the parent's context takes nothing along. */
static void test_child_killed(struct client *client, struct server *server)
{
	struct geoneuron_completion completion;
	int pid, status;

	push_nop(client, 1);
	pid = (int)MUST(fork());
	if (!pid) {
		submit(client);
		_exit(0);
	}
	await_queued(server, 1);
	kill(pid, SIGKILL);
	MUST(waitpid(pid, &status, 0));
	expect("still queued", (long)session_of(server).queued, 1);
	answer_one(server);
	expect("the parent's completion", pop(client, &completion), 1);
	expect("of it", (long)completion.user_data, 1);
}

/* A context is gone with the last of its fds and maps. */
static void test_dup(struct server *server)
{
	struct client client = open_client(8, 8), copy;
	struct geoneuron_completion completion;

	copy = client;
	copy.fd = (int)MUST(dup(client.fd));
	close(client.fd);
	push_nop(&copy, 1);
	expect("through the copy", submit_only(&copy), 1);
	answer_one(server);
	expect("its completion", pop(&copy, &completion), 1);
	push_nop(&copy, 2);
	expect("one more", submit_only(&copy), 1);
	close(copy.fd);
	expect("the maps keep it", (long)session_of(server).queued, 1);
	munmap(copy.submission, copy.submission_bytes);
	expect("one of them does", (long)session_of(server).queued, 1);
	munmap(copy.completion, copy.completion_bytes);
	await_queued(server, 0);
}

/* What was dispatched when its client went is committed as ever, to nobody. */
static void test_orphan(struct server *server)
{
	struct client client = open_client(8, 8);
	struct geoneuron_commit_entry entry;

	push_nop(&client, 1);
	push_nop(&client, 2);
	expect("accepted", submit_only(&client), 2);
	expect("fetched", fetch(server, 1), 1);
	entry = answer(&server->records[0], 0, 0);
	close_client(&client);
	await_queued(server, 0);
	expect("the orphan", (long)session_of(server).dispatched, 1);
	expect("committed", commit(server, &entry, 1), 1);
	expect("and gone", (long)session_of(server).dispatched, 0);
}

static void test_with_own_server(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	struct client client = open_client(8, 8);

	test_exec_with_context(&server);
	test_exec_without(&server);
	test_child_killed(&client, &server);
	test_dup(&server);
	test_orphan(&server);
	close_client(&client);
	close_server(&server);
}

static void test_with_echo_server(const char *path)
{
	struct client client = open_client(8, 8);
	int pid = start_server(path);

	test_fork(&client);
	close_client(&client);
	kill(pid, SIGKILL);
	MUST(waitpid(pid, NULL, 0));
}

int main(int argc, char **argv)
{
	char byte;

	if (argc == 3 && !strcmp(argv[1], "submit"))
		return submit_after_exec(atoi(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "hold"))
		return read(0, &byte, 1) != 0;
	if (argc != 2) {
		fprintf(stderr, "usage: life SERVER\n");
		return 2;
	}
	test_with_own_server();
	test_with_echo_server(argv[1]);
	return summary();
}
