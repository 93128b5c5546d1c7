/* SPDX-License-Identifier: MIT */
/* Answers each command with its attempt as the result and its first payload byte as the value. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "kmod/client.h"
#include "kmod/opcodes.h"
#include "kmod/server.h"

#define SLOTS 32
#define LEASE_NS 2000000000ULL

/* The breadcrumb says which command a crash is to be laid to. */
static struct geoneuron_commit_entry work(struct server *server,
					  const struct geoneuron_record *record)
{
	__atomic_store_n(&server->breadcrumbs[0], record->command_id, __ATOMIC_RELEASE);
	if (record->command.opcode == OPCODE_CRASH)
		abort();
	__atomic_store_n(&server->breadcrumbs[0], 0, __ATOMIC_RELEASE);
	return answer(record, (__s32)record->attempt, record->command.payload[0]);
}

static void serve(struct server *server, int count)
{
	struct geoneuron_commit_entry entries[SLOTS];
	unsigned int answers = 0;
	int i;

	for (i = 0; i < count; i++)
		if (server->records[i].kind == GEONEURON_RECORD_COMMAND)
			entries[answers++] = work(server, &server->records[i]);
	if (answers)
		MUST(commit(server, entries, answers));
}

int main(int argc, char **argv)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LEASE_NS);
	int count;

	if (argc > 1)
		MUST(write(atoi(argv[1]), "!", 1));
	for (;;) {
		count = fetch(&server, SLOTS);
		errno = -count;
		MUST(count < 0 ? -1 : 0);
		serve(&server, count);
	}
}
