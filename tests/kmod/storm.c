/* SPDX-License-Identifier: MIT */
/*
 * storm KILLS SEED: clients submit commands, alone and in chains, with and without buffers, while
 * servers are killed at chosen moments, and clients too. Each command of a client that lives gets
 * one completion; IDEMPOTENT ones succeed; nobody writes into a buffer after its completion.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kmod/client.h"
#include "kmod/server.h"
#include "kmod/storm.h"

#define REST_NS 200000
#define END_SECONDS 180
#define LEDGER_SECONDS 20
#define STATE_BYTES 4096

void storm_fail(struct storm *storm, const char *what, long number)
{
	fprintf(stderr, "storm: %s: %ld\n", what, number);
	storm->failures++;
}

unsigned int storm_random(struct storm *storm, unsigned int below)
{
	return (unsigned int)rand_r(&storm->seed) % below;
}

struct storm_state *storm_map(int fd)
{
	void *state = mmap(NULL, STATE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	MUST(state == MAP_FAILED ? -1 : 0);
	return state;
}

__u32 storm_completed(const struct storm *storm)
{
	__u32 sum = 0;
	int i;

	for (i = 0; i < STORM_CLIENTS; i++)
		sum += storm_get(storm->state->clients[i].completed);
	return sum;
}

/* Workers come to us when their server has gone, and end by themselves; nobody else may. False when
 * no process is left. */
static bool collect(struct storm *storm)
{
	int status, pid, i;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < STORM_CLIENTS; i++)
			if (pid == storm->clients[i]) {
				storm->clients[i] = 0;
				if (status || storm_get(storm->state->finish) < 2)
					storm_fail(storm, "a client ended with status", status);
			}
		for (i = 0; i < STORM_SERVERS; i++)
			if (pid == storm->servers[i]) {
				storm->servers[i] = 0;
				storm_fail(storm, "a server ended with status", status);
			}
	}
	return !pid;
}

void storm_rest(struct storm *storm)
{
	const struct timespec moment = { .tv_nsec = REST_NS };

	nanosleep(&moment, NULL);
	collect(storm);
}

static void kill_process(int *pid)
{
	if (!*pid)
		return;
	kill(*pid, SIGKILL);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

void storm_kill_server(struct storm *storm, int index)
{
	kill_process(&storm->servers[index]);
	storm_set(storm->state->kills, storm->state->kills + 1);
}

void storm_start_server(struct storm *storm, int index, __u32 role)
{
	storm->state->servers[index] = (struct storm_server_state){ .phase = PHASE_STARTS };
	fflush(NULL);
	storm->servers[index] = (int)MUST(fork());
	if (storm->servers[index])
		return;
	storm_server(storm->state, storm->state_fd, index, role);
}

static void start_client(struct storm *storm, int index)
{
	unsigned int seed = storm_random(storm, 1U << 30);

	storm->state->clients[index] = (struct storm_client_state){};
	fflush(NULL);
	storm->clients[index] = (int)MUST(fork());
	if (storm->clients[index])
		return;
	storm_client(storm->state, index, seed);
	exit(0);
}

static bool all_drained(const struct storm *storm)
{
	int i;

	for (i = 0; i < STORM_CLIENTS; i++)
		if (storm_get(storm->state->clients[i].outstanding) || !storm->clients[i])
			return false;
	return true;
}

/* What counts as queued, dispatched or held back once each command has its completion. */
static long left_in_ledger(const struct server *server)
{
	struct geoneuron_session session;

	MUST(ioctl(server->fd, GEONEURON_IOC_GET_SESSION, &session));
	return (long)(session.queued + session.dispatched + session.fenced);
}

static void check_ledger(struct storm *storm)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS);
	const time_t end = time(NULL) + LEDGER_SECONDS;

	while (left_in_ledger(&server) && time(NULL) < end)
		storm_rest(storm);
	if (left_in_ledger(&server))
		storm_fail(storm, "commands left in the ledger", left_in_ledger(&server));
	close_server(&server);
}

/* Also those that were started last. */
static bool all_served(const struct storm *storm)
{
	int i;

	for (i = 0; i < STORM_CLIENTS; i++)
		if (!storm_get(storm->state->clients[i].completed))
			return false;
	return true;
}

/* Waits until no command is left, kills the servers once more, and lets the clients look again. */
static void finish(struct storm *storm)
{
	const time_t end = time(NULL) + END_SECONDS;
	int i;

	while (!all_served(storm) && !storm->failures && time(NULL) < end)
		storm_rest(storm);
	storm_set(storm->state->finish, 1);
	while (!all_drained(storm) && !storm->failures && time(NULL) < end)
		storm_rest(storm);
	for (i = 0; i < STORM_SERVERS; i++)
		storm_kill_server(storm, i);
	if (!storm->failures)
		check_ledger(storm);
	storm_set(storm->state->finish, 2);
	while (collect(storm) && time(NULL) < end)
		storm_rest(storm);
	if (collect(storm))
		storm_fail(storm, "processes have not ended after so many seconds", END_SECONDS);
}

static void report(struct storm *storm, int clients_killed)
{
	struct storm_client_state sum = {}, *one;

	for (one = storm->state->clients; one < storm->state->clients + STORM_CLIENTS; one++) {
		if (!one->completed)
			storm_fail(storm, "a client without one completion", one - storm->state->clients);
		sum.completed += one->completed;
		sum.again += one->again;
		sum.owner_dead += one->owner_dead;
		sum.cancelled += one->cancelled;
		sum.buffers_checked += one->buffers_checked;
	}
	printf("%u servers and %d clients killed; of the living %u commands: %u run again, "
	       "%u -EOWNERDEAD, %u -ECANCELED; %u buffers looked at after a later kill\n",
	       storm->state->kills, clients_killed, sum.completed, sum.again, sum.owner_dead,
	       sum.cancelled, sum.buffers_checked);
	if (storm->state->complaints)
		storm_fail(storm, "complaints of clients", storm->state->complaints);
	if (!sum.again || !sum.owner_dead || !sum.buffers_checked)
		storm_fail(storm, "too calm for a storm", sum.completed);
}

static int storm_main(int kills, unsigned int seed)
{
	struct storm storm = { .seed = seed };
	int i, clients_killed = 0;

	storm.state_fd = (int)MUST(memfd_create("storm", 0));
	MUST(ftruncate(storm.state_fd, STATE_BYTES));
	storm.state = storm_map(storm.state_fd);
	MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
	for (i = 0; i < STORM_CLIENTS; i++)
		start_client(&storm, i);
	storm_start_server(&storm, 0, 0);
	for (i = 0; i < kills && !storm.failures; i++) {
		storm_strike(&storm, i);
		if (i % 3)
			continue;
		int victim = (int)storm_random(&storm, STORM_CLIENTS);

		kill_process(&storm.clients[victim]);
		start_client(&storm, victim);
		clients_killed++;
	}
	finish(&storm);
	report(&storm, clients_killed);
	return storm.failures != 0;
}

int main(int argc, char **argv)
{
	_Static_assert(sizeof(struct storm_state) <= STATE_BYTES, "one page");

	if (argc > 1 && !strcmp(argv[1], "worker"))
		storm_worker(argc, argv);
	if (argc == 3 && atoi(argv[1]) >= STORM_MOMENTS)
		return storm_main(atoi(argv[1]), (unsigned int)atoi(argv[2]));
	fprintf(stderr, "usage: storm KILLS SEED (at least %d kills)\n", STORM_MOMENTS);
	return 2;
}
