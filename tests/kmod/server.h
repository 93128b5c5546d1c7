/* SPDX-License-Identifier: MIT */
/* A server of /dev/geoneuron-server, as small as can be: the template for the daemon. Errors that
 * are not a result of the call end the process. */
#ifndef TESTS_KMOD_SERVER_H
#define TESTS_KMOD_SERVER_H

#include <liburing.h>
#include <linux/geoneuron.h>
#include <stdbool.h>

struct server {
	int fd;
	int fence;
	__u32 epoch;	/* 0: a standby */
	struct io_uring ring;
	int early[8];	/* results of what ended while another command was waited for */
	unsigned int early_count;
	__u64 area_bytes;
	__u64 *breadcrumbs;
	struct geoneuron_record *records;
};

/* Attaches as GEONEURON_ROLE_* with a lease in nanoseconds once that is free; maps the area. */
struct server open_server(__u32 role, __u64 lease_ns);

/* The same with GEONEURON_ATTACH_* flags. */
struct server open_server_with(__u32 role, __u64 lease_ns, __u32 flags);

/* Closes all that it has but a fence that was closed already (fence = -1). */
void close_server(struct server *server);

/* Sends one io_uring command with its 16 bytes, without a wait for its end. */
void start_command(struct server *server, unsigned int operation, const void *payload);

/* Waits for the end of the command that ends next; its result. */
int end_command(struct server *server);

/* True if a command ends within a time, so that end_command does not wait. */
bool command_ends(struct server *server, unsigned int milliseconds);

/* Sends one command and waits for its end; what of another operation ends before it is kept for
 * end_command. */
int run_command(struct server *server, unsigned int operation, const void *payload);

/* A FETCH of up to count commands of any class into the slots from 0; fetches again when its
 * bounded life ends. The number of records, or -errno. */
int fetch(struct server *server, unsigned int count);

/* The entry that answers a record with a result and a value. */
struct geoneuron_commit_entry answer(const struct geoneuron_record *record, __s32 result,
					     __u64 value);

/* Commits count entries; the number of those that counted, or -errno. */
int commit(struct server *server, struct geoneuron_commit_entry *entries, unsigned int count);

#endif
