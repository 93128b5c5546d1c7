/* SPDX-License-Identifier: MIT */
/* How SUBMIT's wait ends, and that it never makes a caller submit twice. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"
#include "kmod/server.h"

#define MILLISECOND 1000000ULL

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
	(void)number;
	alarms++;
}

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000000000 + (__u64)now.tv_nsec;
}

/* From now on a signal every 20 ms, or none. */
static void set_alarms(bool on)
{
	const int interval_us = on ? 20000 : 0;
	struct itimerval timer = {
		.it_interval.tv_usec = interval_us, .it_value.tv_usec = interval_us,
	};

	alarms = 0;
	MUST(setitimer(ITIMER_REAL, &timer, NULL));
}

static struct geoneuron_submit wait_for(struct client *client, __u32 count, __u32 min_complete,
					__u32 flags, __u64 deadline_ns)
{
	struct geoneuron_submit ask = {
		.count = count,
		.flags = flags,
		.min_complete = min_complete,
		.accepted = 77,
		.wait_result = 77,
		.deadline_ns = deadline_ns,
	};

	expect("SUBMIT", control(client->fd, GEONEURON_IOC_SUBMIT, &ask), 0);
	return ask;
}

static void push_nop(struct client *client, __u64 user_data)
{
	struct geoneuron_command command = nop(user_data);

	expect("pushed", push(client, &command), 1);
}

/* Answers what the server gets, and expects that it is count commands. */
static void serve(struct server *server, int count)
{
	struct geoneuron_commit_entry entries[8];
	int i;

	expect("fetched", fetch(server, 8), count);
	for (i = 0; i < count; i++)
		entries[i] = answer(&server->records[i], 0, 0);
	expect("committed", commit(server, entries, (unsigned int)count), count);
}

static void receive(struct client *client, int count)
{
	struct geoneuron_completion completion;

	while (count--)
		expect("completion there", pop(client, &completion), 1);
	expect("no more", pop(client, &completion), 0);
}

static void test_deadlines(struct client *client, struct server *server)
{
	__u64 deadline = now_ns() + 50 * MILLISECOND;
	struct geoneuron_submit told;

	push_nop(client, 1);
	told = wait_for(client, 1, 1, 0, deadline);
	expect("late", told.wait_result, -ETIME);
	expect("not before its time", now_ns() >= deadline, 1);
	expect("accepted all the same", told.accepted, 1);
	expect("a deadline in the past", wait_for(client, 0, 1, 0, 1).wait_result, -ETIME);
	expect("a far deadline", wait_for(client, 0, 0, 0, ~0ULL).wait_result, 0);
	serve(server, 1);
	expect("past, but there", wait_for(client, 0, 1, 0, 1).wait_result, 0);
	expect("there, and far", wait_for(client, 0, 1, 0, ~0ULL).wait_result, 0);
	receive(client, 1);
}

static void test_clamp(struct client *client, struct server *server)
{
	expect("nothing outstanding", wait_for(client, 0, 100, 0, 0).wait_result, 0);
	push_nop(client, 1);
	push_nop(client, 2);
	wait_for(client, 2, 0, 0, 0);
	serve(server, 2);
	expect("more than outstanding", wait_for(client, 0, 100, 0, 0).wait_result, 0);
	push_nop(client, 3);
	expect("unread ones count", wait_for(client, 1, 2, 0, 0).wait_result, 0);
	expect("one more than unread", wait_for(client, 0, 3, 0, 1).wait_result, -ETIME);
	expect("more than all", wait_for(client, 0, 4, 0, 1).wait_result, -ETIME);
	serve(server, 1);
	expect("all", wait_for(client, 0, 4, 0, 0).wait_result, 0);
	receive(client, 3);
}

/* With a handler that restarts calls, and with one that does not. */
static void test_signals(struct client *client, struct server *server, int action_flags)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = action_flags };
	__u32 head = client->submission->head;
	struct geoneuron_submit told;

	MUST(sigaction(SIGALRM, &action, NULL));
	push_nop(client, 1);
	push_nop(client, 2);
	set_alarms(true);
	told = wait_for(client, 1, 1, GEONEURON_SUBMIT_INTERRUPTIBLE, 0);
	expect("interrupted", told.wait_result, -EINTR);
	expect("accepted", told.accepted, 1);
	expect("the handler ran", alarms > 0, 1);
	alarms = 0;
	told = wait_for(client, 1, 2, 0, now_ns() + 200 * MILLISECOND);
	set_alarms(false);
	expect("not interruptible", told.wait_result, -ETIME);
	expect("accepted", told.accepted, 1);
	expect("head", client->submission->head, head + 2);
	serve(server, 2);
	receive(client, 2);
}

static __u64 queued(struct server *server)
{
	struct geoneuron_session session;

	MUST(ioctl(server->fd, GEONEURON_IOC_GET_SESSION, &session));
	return session.queued;
}

/* Waits until a task sleeps: 'D' where only a deadly signal wakes it, 'S' where any does. */
static void await_sleep(int pid, char wanted)
{
	char path[32], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	do {
		usleep(1000);
		file = fopen(path, "r");
		MUST(!file || fscanf(file, "%*d %*s %c", &state) != 1 ? -1 : 0);
		fclose(file);
	} while (state != wanted);
}

/* A deadly signal ends any wait, and what the task had queued vanishes. */
static void test_death(struct server *server, int number, __u32 flags)
{
	int status, pid = (int)MUST(fork());

	if (!pid) {
		struct client client = open_client(8, 8);

		push_nop(&client, 1);
		wait_for(&client, 1, 1, flags, 0);
		_exit(0);
	}
	while (!queued(server))
		usleep(1000);
	await_sleep(pid, flags ? 'S' : 'D');
	kill(pid, number);
	MUST(waitpid(pid, &status, 0));
	expect("killed", WIFSIGNALED(status) ? WTERMSIG(status) : -1, number);
	while (queued(server))
		usleep(1000);
}

int main(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	struct client client = open_client(8, 8);

	test_deadlines(&client, &server);
	test_clamp(&client, &server);
	test_signals(&client, &server, 0);
	test_signals(&client, &server, SA_RESTART);
	test_death(&server, SIGKILL, 0);
	test_death(&server, SIGTERM, 0);
	test_death(&server, SIGKILL, GEONEURON_SUBMIT_INTERRUPTIBLE);
	close_client(&client);
	close_server(&server);
	return summary();
}
