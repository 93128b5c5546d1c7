/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "kmod/steps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kmod/check.h"

#define LOOKS 30000	/* a condition is awaited so many milliseconds, and then given up */

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * SECOND + (__u64)now.tv_nsec;
}

void sleep_ms(unsigned int milliseconds)
{
	struct timespec left = {
		.tv_sec = milliseconds / 1000,
		.tv_nsec = (long)(milliseconds % 1000) * (long)MILLISECOND,
	};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

struct geoneuron_command make_command(__u64 user_data, __u8 priority_class, __u16 flags)
{
	struct geoneuron_command command = nop(user_data);

	command.priority_class = priority_class;
	command.flags = flags;
	return command;
}

static void push_one(struct client *client, const struct geoneuron_command *command)
{
	errno = ENOSPC;
	MUST(push(client, command) ? 0 : -1);
}

void give(struct client *client, const struct geoneuron_command *command)
{
	push_one(client, command);
	expect("accepted", submit_only(client), 1);
}

void give_many(struct client *client, const struct geoneuron_command *command, unsigned int count)
{
	struct geoneuron_command next = *command;
	unsigned int i;

	for (i = 0; i < count; i++, next.user_data++)
		push_one(client, &next);
	expect("accepted", submit_only(client), count);
}

void give_chain(struct client *client, const struct geoneuron_command *command, unsigned int count)
{
	struct geoneuron_command next = *command;
	unsigned int i;

	next.flags |= GEONEURON_COMMAND_LINK;
	for (i = 0; i < count; i++, next.user_data++) {
		if (i + 1 == count)
			next.flags &= (__u16)~GEONEURON_COMMAND_LINK;
		push_one(client, &next);
	}
	expect("accepted", submit_only(client), count);
}

struct geoneuron_completion take(struct client *client)
{
	struct geoneuron_submit ask = {
		.min_complete = 1,
		.deadline_ns = now_ns() + LOOKS * MILLISECOND,
	};
	struct geoneuron_completion completion = { .result = -ETIME };

	if (pop(client, &completion))
		return completion;
	MUST(ioctl(client->fd, GEONEURON_IOC_SUBMIT, &ask));
	pop(client, &completion);
	return completion;
}

void expect_completion(const char *what, struct client *client, __u64 user_data, int result)
{
	struct geoneuron_completion completion = take(client);

	expect(what, completion.result, result);
	expect(what, (long)completion.user_data, (long)user_data);
}

void expect_unread(const char *what, struct client *client, unsigned int wanted)
{
	__u32 tail = __atomic_load_n(&client->completion->tail, __ATOMIC_ACQUIRE);

	expect(what, tail - client->completion->head, wanted);
}

struct geoneuron_cancel cancel(struct client *client, __u64 user_data)
{
	struct geoneuron_cancel ask = { .user_data = user_data };

	MUST(ioctl(client->fd, GEONEURON_IOC_CANCEL, &ask));
	return ask;
}

__u32 make_buffer(struct client *client, __u64 bytes)
{
	struct geoneuron_create_buffer ask = { .size = bytes };

	MUST(ioctl(client->fd, GEONEURON_IOC_CREATE_BUFFER, &ask));
	return ask.handle;
}

void destroy_buffer(struct client *client, __u32 handle)
{
	struct geoneuron_destroy_buffer ask = { .handle = handle };

	MUST(ioctl(client->fd, GEONEURON_IOC_DESTROY_BUFFER, &ask));
}

struct geoneuron_session session_of(struct server *server)
{
	struct geoneuron_session session;

	MUST(ioctl(server->fd, GEONEURON_IOC_GET_SESSION, &session));
	return session;
}

void wait_queued(struct server *server, __u64 wanted)
{
	int look;

	for (look = 0; look < LOOKS && session_of(server).queued != wanted; look++)
		sleep_ms(1);
	expect("commands that wait", (long)session_of(server).queued, (long)wanted);
}

void wait_fenced(struct server *server, __u64 wanted)
{
	int look;

	for (look = 0; look < LOOKS && session_of(server).fenced != wanted; look++)
		sleep_ms(1);
	expect("commands behind a fence", (long)session_of(server).fenced, (long)wanted);
}

void wait_promoted(struct server *server)
{
	int look;

	for (look = 0; look < LOOKS && !session_of(server).epoch; look++)
		sleep_ms(1);
	server->epoch = session_of(server).epoch;
	expect("promoted", session_of(server).role, GEONEURON_ROLE_ACTIVE);
}

void start_fetch(struct server *server, unsigned int count)
{
	const __u16 most = (__u16)count;
	const struct geoneuron_uring_fetch ask = {
		.credits = { most, most, most, most },
		.slot_count = most,
	};

	start_command(server, GEONEURON_URING_FETCH, &ask);
}

bool fetch_pends(struct server *server, unsigned int count)
{
	int result;

	while (command_ends(server, 100)) {
		result = end_command(server);
		if (result != -ETIME) {
			server->early[server->early_count++] = result;
			return false;
		}
		start_fetch(server, count);
	}
	return true;
}

int end_fetch(struct server *server, unsigned int count)
{
	int result = end_command(server);

	while (result == -ETIME) {
		start_fetch(server, count);
		result = end_command(server);
	}
	return result;
}

void fetch_records(struct server *server, struct geoneuron_record *copies, unsigned int count)
{
	unsigned int found = 0;
	int result, i;

	while (found < count) {
		result = fetch(server, count - found);
		errno = -result;
		MUST(result < 0 ? -1 : 0);
		for (i = 0; i < result; i++)
			if (server->records[i].kind != GEONEURON_RECORD_BUFFER_GONE)
				copies[found++] = server->records[i];
	}
}

void fetch_command(struct server *server)
{
	do
		expect("fetched", fetch(server, 1), 1);
	while (server->records[0].kind != GEONEURON_RECORD_COMMAND);
}

int commit_record(struct server *server, const struct geoneuron_record *record, __s32 result)
{
	struct geoneuron_commit_entry entry = answer(record, result, record->command.payload[0]);
	int committed;

	entry.outcome = 1;	/* which the kernel never says */
	committed = commit(server, &entry, 1);
	if (committed >= 0)
		expect("number that counted", committed, !entry.outcome);
	return committed < 0 ? committed : entry.outcome;
}

void retire(struct server *server)
{
	MUST(ioctl(server->fd, GEONEURON_IOC_DETACH));
	close_server(server);
}

int wait_for_process(int process)
{
	int status;

	MUST(waitpid(process, &status, 0));
	return status;
}

void set_parameter(const char *name, unsigned int value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/module/geoneuron/parameters/%s", name);
	fd = (int)MUST(open(path, O_WRONLY));
	MUST(dprintf(fd, "%u\n", value));
	close(fd);
}
