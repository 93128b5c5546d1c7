/* SPDX-License-Identifier: MIT */
/* What the test of failures on demand (faults.c) does with each call of the module (fault_*.c). */
#ifndef TESTS_KMOD_FAULTS_H
#define TESTS_KMOD_FAULTS_H

#include "kmod/client.h"
#include "kmod/server.h"

/* A client and a server in one process, and what the call at hand left. */
struct world {
	struct client client;
	struct server server;
	__u32 handle;			/* a buffer of two pages */
	int fd;				/* what prepare opened, or -1 */
	int other_fd;			/* what run opened, or -1 */
	void *memory;			/* what run mapped, or NULL */
	__u32 new_handle;		/* what prepare or run made, or 0 */
	struct io_uring ring;		/* of a call through io_uring */
	unsigned int commands;		/* pushed, to be completed by undo */
	struct geoneuron_record record;	/* of a dispatched command */
	struct geoneuron_commit_entry entry;
};

/*
 * One call, in three steps. Only run meets failures: it does nothing but the call, and returns its
 * result, -errno for an error. Afterwards undo leaves the world as it was before prepare, whether
 * run succeeded or not, and expects of the module what must hold in either case.
 */
struct fault_call {
	const char *name;
	void (*prepare)(struct world *world);
	int (*run)(struct world *world);
	void (*undo)(struct world *world, int result);
};

/* Ended by an entry without a name. */
extern const struct fault_call client_calls[];
extern const struct fault_call server_calls[];

/* Steps that both share (fault_steps.c). */
int ioctl_of(int fd, unsigned long code, void *argument);
void open_client_node(struct world *world);
void open_server_node(struct world *world);
void close_all(struct world *world, int result);
/* Puts commands on the ring: the first two a chain, all with the buffer. */
void push_commands(struct world *world, unsigned int count);
/* Submits what is on the ring, answers what is not, and expects one completion of each. */
void complete_commands(struct world *world, int result);
/* Prepares a ring, and sends one command through it: its result, or -EINPROGRESS. */
void open_ring(struct world *world);
int send_through_ring(struct world *world, int fd, unsigned int operation, const void *payload);
/* Waits for its end if that has not come yet, and gives the ring up: the command's result. */
int end_of_ring(struct world *world, int result);
void *map_of(int fd, size_t bytes, off_t offset);

#endif
