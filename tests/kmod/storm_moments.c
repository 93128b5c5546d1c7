/* SPDX-License-Identifier: MIT */
/* The moments at which the storm kills a server. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include <linux/geoneuron.h>

#include "kmod/storm.h"

#define PATIENCE_SECONDS 120	/* an emulated machine beside others is slow */
#define PROGRESS 200		/* completions that show that work goes on */
#define PASSES_LEFT 4		/* that a stopped writer is still to write, at least */

typedef bool (*condition)(struct storm *storm);

/* Waits for the condition; a failure where it does not come true. */
static bool await(struct storm *storm, condition holds, const char *what)
{
	const time_t end = time(NULL) + PATIENCE_SECONDS;

	while (!holds(storm)) {
		if (storm->failures)
			return false;
		if (time(NULL) > end) {
			storm_fail(storm, what, PATIENCE_SECONDS);
			return false;
		}
		storm_rest(storm);
	}
	return true;
}

static enum storm_phase phase(struct storm *storm, int index)
{
	return storm_get(storm->state->servers[index].phase);
}

static bool standby_there(struct storm *storm)
{
	return phase(storm, !storm->active) != PHASE_STARTS;
}

static bool fetching(struct storm *storm)
{
	return phase(storm, storm->active) == PHASE_FETCH;
}

static bool dispatched(struct storm *storm)
{
	return phase(storm, storm->active) == PHASE_DISPATCHED;
}

static bool committing(struct storm *storm)
{
	return phase(storm, storm->active) == PHASE_COMMIT;
}

static bool calm(struct storm *storm)
{
	int i;

	for (i = 0; i < STORM_CLIENTS; i++)
		if (!storm_get(storm->state->clients[i].idle) ||
		    storm_get(storm->state->clients[i].outstanding))
			return false;
	return fetching(storm);
}

static __u32 completed_then;

static bool gone_on(struct storm *storm)
{
	return storm_completed(storm) - completed_then >= PROGRESS;
}

static void await_progress_since(struct storm *storm, __u32 completed)
{
	completed_then = completed;
	await(storm, gone_on, "no commands have completed for so many seconds");
}

/* A client killed meanwhile takes its count along: count from where we are now. */
static void await_progress(struct storm *storm)
{
	await_progress_since(storm, storm_completed(storm));
}

/* The standby has taken over, or is about to: a new one beside it. */
static void replace_active(struct storm *storm)
{
	int old = storm->active;

	storm->active = !old;
	storm_start_server(storm, old, GEONEURON_ROLE_STANDBY);
}

static void kill_when(struct storm *storm, condition holds, const char *what)
{
	struct timespec moment = { .tv_nsec = storm_random(storm, 100000) };

	if (!await(storm, holds, what))
		return;
	if (storm_random(storm, 2))
		nanosleep(&moment, NULL);
	storm_kill_server(storm, storm->active);
	replace_active(storm);
}

static void kill_idle(struct storm *storm)
{
	storm_set(storm->state->paused, 1);
	kill_when(storm, calm, "the clients have not come to rest for so many seconds");
	storm_set(storm->state->paused, 0);
}

/* Kills the standby too, while it takes over. */
static void kill_promotion(struct storm *storm)
{
	struct timespec moment = { .tv_nsec = storm_random(storm, 1000000) };

	storm_kill_server(storm, storm->active);
	nanosleep(&moment, NULL);
	storm_kill_server(storm, !storm->active);
	storm_start_server(storm, storm->active, GEONEURON_ROLE_ACTIVE);
	await(storm, fetching, "no new server for so many seconds");
	storm_start_server(storm, !storm->active, GEONEURON_ROLE_STANDBY);
}

static bool is_stopped(int pid)
{
	char path[64], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	fclose(file);
	return state == 'T';
}

/* A worker stopped between two stamps: its pid, or 0 where none could be met there. */
static int stop_writer(struct storm *storm)
{
	struct storm_server_state *server = &storm->state->servers[storm->active];
	const time_t end = time(NULL) + PATIENCE_SECONDS;
	int i, pid;

	for (i = 0; time(NULL) < end && !storm->failures; i = (i + 1) % STORM_WORKERS) {
		storm_rest(storm);
		pid = (int)storm_get(server->workers[i].pid);
		if (!pid || storm_get(server->workers[i].passes_left) < PASSES_LEFT)
			continue;
		kill(pid, SIGSTOP);
		while (!is_stopped(pid) && !kill(pid, 0))
			storm_rest(storm);
		if (storm_get(server->workers[i].passes_left) >= PASSES_LEFT)
			return pid;
		kill(pid, SIGCONT);
	}
	storm_fail(storm, "no worker was met writing for so many seconds", PATIENCE_SECONDS);
	return 0;
}

/*
 * A writer that cannot run holds the fence; meanwhile the standby serves what is not held back.
 * That is no more than clients keep in flight, and it may all be done before the dead server is
 * collected: so the count begins while the writer is stopped, and nobody commits.
 */
static void kill_behind_writer(struct storm *storm, int signal)
{
	int writer = stop_writer(storm);
	__u32 completed = storm_completed(storm);

	if (!writer)
		return;
	storm_kill_server(storm, storm->active);
	replace_active(storm);
	await_progress_since(storm, completed);
	kill(writer, signal);
}

static void kill_once(struct storm *storm, int number)
{
	switch (number % STORM_MOMENTS) {
	case 0:
		return kill_when(storm, dispatched, "nothing was dispatched for so many seconds");
	case 1:
		return kill_when(storm, fetching, "no FETCH for so many seconds");
	case 2:
		return kill_when(storm, committing, "no COMMIT for so many seconds");
	case 3:
		return kill_behind_writer(storm, SIGCONT);
	case 4:
		return kill_idle(storm);
	case 5:
		return kill_promotion(storm);
	case 6:
		return kill_behind_writer(storm, SIGKILL);
	}
}

void storm_strike(struct storm *storm, int number)
{
	if (!await(storm, fetching, "no server for so many seconds"))
		return;
	if (!storm->servers[!storm->active])
		storm_start_server(storm, !storm->active, GEONEURON_ROLE_STANDBY);
	if (!await(storm, standby_there, "no standby for so many seconds"))
		return;
	kill_once(storm, number);
	if (!storm->failures)
		await_progress(storm);
}
