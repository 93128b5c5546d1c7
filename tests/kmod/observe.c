/* SPDX-License-Identifier: MIT */
/* What the module shows of itself: after a run that is known command by command, in which one
 * server is killed, the trace has each event with the right ids, and debugfs the right numbers. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"
#include "kmod/server.h"

#define TRACING "/sys/kernel/tracing/"
#define DEBUGFS "/sys/kernel/debug/geoneuron/"
#define LEASE_NS 60000000000ULL
#define BUFFER_BYTES 8192

/* What a file of the kernel's holds; until the next call. */
static const char *read_all(const char *path)
{
	static char text[1 << 20];
	int fd = (int)MUST(open(path, O_RDONLY));
	size_t size = 0;
	ssize_t got;

	while ((got = MUST(read(fd, text + size, sizeof(text) - 1 - size))) > 0)
		size += (size_t)got;
	close(fd);
	text[size] = 0;
	return text;
}

static void write_all(const char *path, const char *text)
{
	int fd = (int)MUST(open(path, O_WRONLY | O_TRUNC));

	MUST(write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1);
	close(fd);
}

/* The trace has this event with these fields exactly once. */
static void expect_event(const char *format, ...)
{
	char event[200];
	const char *at;
	int found = 0;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(event, sizeof(event), format, arguments);
	va_end(arguments);
	for (at = read_all(TRACING "trace"); (at = strstr(at, event)); at++)
		found++;
	expect(event, found, 1);
}

static void expect_counter(const char *name, long wanted)
{
	const char *at = read_all(DEBUGFS "counters");
	size_t length = strlen(name);

	while (at && (strncmp(at, name, length) || at[length] != ' '))
		at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
	expect(name, at ? atol(at + length) : -1, wanted);
}

static void expect_line(const char *path, const char *line)
{
	expect(line, strstr(read_all(path), line) != NULL, 1);
}

static void give(struct client *client, __u64 user_data, __u16 flags)
{
	struct geoneuron_command command = nop(user_data);

	command.flags = flags;
	push(client, &command);
	expect("accepted",
	       ioctl(client->fd, GEONEURON_IOC_SUBMIT, &(struct geoneuron_submit){ .count = 1 }), 0);
}

/* A process that attaches, fetches two commands, and is killed with them. */
static void run_victim(void)
{
	int ready[2], pid;
	char byte;

	MUST(pipe(ready));
	pid = (int)MUST(fork());
	if (!pid) {
		struct server server = open_server(GEONEURON_ROLE_ACTIVE, LEASE_NS);

		MUST(fetch(&server, 2) == 2 ? 0 : -1);
		MUST(write(ready[1], "!", 1));
		pause();
	}
	close(ready[1]);
	expect("victim is ready", read(ready[0], &byte, 1), 1);
	expect_counter("dispatched_now", 2);
	expect_counter("queued_now", 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
}

/* The three commands, two of them for the second time, and one commit that is stale. */
static void serve_all(struct server *server, struct geoneuron_record *records)
{
	struct geoneuron_commit_entry entries[4];
	int have = 0, count, i;

	while (have < 3) {
		count = fetch(server, 4);
		MUST(count < 0 ? -1 : 0);
		memcpy(&records[have], server->records, (size_t)count * sizeof(*records));
		have += count;
	}
	expect_counter("dispatched_now", 3);
	for (i = 0; i < 3; i++)
		entries[i] = answer(&records[i], i, 0);
	entries[3] = entries[0];
	entries[3].attempt += 7;
	expect("stale commit", commit(server, &entries[3], 1), 0);
	expect("commits", commit(server, entries, 3), 3);
}

/* A command whose client goes while the server has it. */
static void run_orphan(struct server *server)
{
	struct geoneuron_commit_entry entry;
	int pid = (int)MUST(fork());

	if (!pid) {
		struct client client = open_client(8, 8);

		give(&client, 21, 0);
		pause();
	}
	expect("orphan fetched", fetch(server, 4), 1);
	entry = answer(&server->records[0], 0, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	expect("orphan committed", commit(server, &entry, 1), 1);
}

static void check_trace(struct server *server, const struct geoneuron_record *records)
{
	const struct geoneuron_record *first = &records[0], *last = &records[2];
	unsigned long long id = first->command_id, context = first->context_id;

	expect_event("geoneuron_submit: command_id=%llu context_id=%llu chain_id=0 user_data=11 ", id,
		     context);
	expect_event("geoneuron_submit: command_id=%llu context_id=%llu chain_id=0 user_data=13 ",
		     (unsigned long long)last->command_id, context);
	expect_event("geoneuron_fetch: command_id=%llu context_id=%llu epoch=%u attempt=1 ", id,
		     context, server->epoch - 1);
	expect_event("geoneuron_requeue: command_id=%llu context_id=%llu epoch=%u attempt=1 ", id,
		     context, server->epoch - 1);
	expect_event("geoneuron_fetch: command_id=%llu context_id=%llu epoch=%u attempt=2 ", id,
		     context, server->epoch);
	expect_event("geoneuron_commit: command_id=%llu epoch=%u attempt=2 result=0 outcome=0\n", id,
		     server->epoch);
	expect_event("geoneuron_commit: command_id=%llu epoch=%u attempt=9 result=0 outcome=%d\n",
		     id, server->epoch, -ESTALE);
	expect_event("geoneuron_fetch: command_id=%llu context_id=%llu epoch=%u attempt=1 ",
		     (unsigned long long)last->command_id, context, server->epoch);
	expect_event("geoneuron_fence: epoch=%u server_gone=", server->epoch - 1);
}

static void check_counters(void)
{
	static const struct {
		const char *name;
		long value;
	} wanted[] = {
		{ "accepted", 4 }, { "completed", 3 }, { "vanished", 1 }, { "dispatched", 6 },
		{ "committed", 4 }, { "stale_commits", 1 }, { "requeued", 2 }, { "orphaned", 1 },
		{ "strikes", 0 }, { "bans", 0 }, { "activations", 2 }, { "lapsed_leases", 0 },
		{ "fences", 1 }, { "queued_now", 0 }, { "dispatched_now", 0 }, { "held_now", 0 },
		{ "sessions_now", 1 }, { "users_now", 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		expect_counter(wanted[i].name, wanted[i].value);
}

static void check_lists(struct client *client)
{
	struct geoneuron_create_buffer buffer = { .size = BUFFER_BYTES };
	struct geoneuron_export_buffer export = { .flags = O_CLOEXEC };
	char fdinfo[64];

	MUST(ioctl(client->fd, GEONEURON_IOC_CREATE_BUFFER, &buffer));
	export.handle = buffer.handle;
	MUST(ioctl(client->fd, GEONEURON_IOC_EXPORT_BUFFER, &export));
	give(client, 31, 0);
	expect_line(DEBUGFS "users", "\n0 1 1 8192 8192\n");
	expect_line(DEBUGFS "sessions", "\n2 active open 0 0 0 60000000000\n");
	expect_counter("queued_now", 1);
	snprintf(fdinfo, sizeof(fdinfo), "/proc/self/fdinfo/%d", client->fd);
	expect_line(fdinfo, "\ndrm-driver:\tgeoneuron\n");
	expect_line(fdinfo, "\ndrm-total-memory:\t8 KiB\n");
	expect_line(fdinfo, "\ngeoneuron-in-flight:\t1\n");
	close(export.fd);
	expect_line(DEBUGFS "users", "\n0 1 1 8192 0\n");
}

/* A member of a chain that has its completion is in the ledger, and in the account, to its end. */
static void check_chain(struct client *client, struct server *server)
{
	struct geoneuron_command command = nop(41);
	struct geoneuron_commit_entry entries[2];

	command.flags |= GEONEURON_COMMAND_LINK;
	push(client, &command);
	command.flags &= (__u16)~GEONEURON_COMMAND_LINK;
	push(client, &command);
	MUST(ioctl(client->fd, GEONEURON_IOC_SUBMIT, &(struct geoneuron_submit){ .count = 2 }));
	expect("chain fetched", fetch(server, 4), 3);
	entries[0] = answer(&server->records[0], 0, 0);
	expect("command before it", commit(server, entries, 1), 1);
	entries[0] = answer(&server->records[1], 0, 0);
	entries[1] = answer(&server->records[2], 0, 0);
	expect("first member", commit(server, entries, 1), 1);
	expect_line(DEBUGFS "users", "\n0 1 2 8192 0\n");
	expect("second member", commit(server, &entries[1], 1), 1);
	expect_line(DEBUGFS "users", "\n0 1 0 8192 0\n");
}

int main(void)
{
	struct client client = open_client(8, 8);
	struct geoneuron_record records[8];
	struct server server;

	write_all(TRACING "events/geoneuron/enable", "1");
	give(&client, 11, GEONEURON_COMMAND_IDEMPOTENT);
	give(&client, 12, GEONEURON_COMMAND_IDEMPOTENT);
	give(&client, 13, 0);
	run_victim();
	server = open_server(GEONEURON_ROLE_ACTIVE, LEASE_NS);
	serve_all(&server, records);
	run_orphan(&server);
	check_trace(&server, records);
	check_counters();
	check_lists(&client);
	check_chain(&client, &server);
	write_all(TRACING "events/geoneuron/enable", "0");
	close_server(&server);
	return summary();
}
