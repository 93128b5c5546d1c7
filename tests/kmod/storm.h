/* SPDX-License-Identifier: MIT */
/*
 * The storm's processes, and the memory by which they see each other: the storm itself, which
 * kills; servers, each with workers that write into clients' buffers; clients, which check what
 * they get.
 */
#ifndef TESTS_KMOD_STORM_H
#define TESTS_KMOD_STORM_H

#include <linux/types.h>
#include <stdbool.h>

#define STORM_CLIENTS 8
#define STORM_SERVERS 2		/* the active one and the standby */
#define STORM_WORKERS 2		/* of each server */
#define STORM_BUFFERS 24	/* of each client */
#define STORM_WORDS 512		/* of a buffer: one page */
#define STORM_PASSES 16		/* a worker stamps a buffer so often */

/* What a server is at. */
enum storm_phase { PHASE_STARTS, PHASE_FETCH, PHASE_DISPATCHED, PHASE_COMMIT };

/* Each word is written by one process and read by others, atomically. */
struct storm_state {
	__u32 kills;		/* of servers, so far */
	__u32 complaints;	/* of clients, those killed later too */
	__u32 paused;		/* clients submit nothing new */
	__u32 finish;		/* 1: drain; 2: look at the buffers a last time, and end */
	struct storm_server_state {
		__u32 phase;
		struct {
			__u32 pid;
			__u32 passes_left;	/* 0: it writes nothing */
		} workers[STORM_WORKERS];
	} servers[STORM_SERVERS];
	struct storm_client_state {
		__u32 outstanding;	/* commands pushed and not completed */
		__u32 idle;		/* has seen that it is to submit nothing new */
		__u32 completed;
		__u32 again;		/* completed after more than one attempt */
		__u32 owner_dead;
		__u32 cancelled;
		__u32 buffers_checked;	/* found unchanged after a later kill */
	} clients[STORM_CLIENTS];
};

#define storm_get(word) __atomic_load_n(&(word), __ATOMIC_ACQUIRE)
#define storm_set(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELEASE)

/* What a worker writes: who wrote it, for which command, how far it was. */
static inline __u64 storm_stamp(__u64 command_id, __u32 epoch, __u32 pass)
{
	return command_id << 32 | (__u64)(epoch & 0xffffff) << 8 | pass;
}

/* What a command's payload, one word, is answered with. */
static inline __u64 storm_answer(__u64 payload)
{
	return payload * 0x9e3779b97f4a7c15ULL;
}

/* Whole programs: none returns but the client. */
void storm_client(struct storm_state *state, int index, unsigned int seed);
void storm_server(struct storm_state *state, int state_fd, int index, __u32 role);
void storm_worker(int argc, char **argv);

/* The memory behind a file descriptor of it. */
struct storm_state *storm_map(int fd);

/* What the moments below need of the storm (storm.c). */
struct storm {
	struct storm_state *state;
	int state_fd;
	unsigned int seed;
	int clients[STORM_CLIENTS];	/* pids */
	int servers[STORM_SERVERS];	/* pids; 0: none */
	int active;			/* index into servers */
	int failures;
};

/* A sentence, and a failure more. */
void storm_fail(struct storm *storm, const char *what, long number);
/* Sleeps a moment, and collects processes that have ended: none but workers should. */
void storm_rest(struct storm *storm);
/* SIGKILL, and waits for the process to be gone. */
void storm_kill_server(struct storm *storm, int index);
void storm_start_server(struct storm *storm, int index, __u32 role);
__u32 storm_completed(const struct storm *storm);
unsigned int storm_random(struct storm *storm, unsigned int below);

/* Kills the active server at the moment with this number, counted round; a server is there again
 * when it returns (storm_moments.c). */
void storm_strike(struct storm *storm, int number);
#define STORM_MOMENTS 7

#endif
