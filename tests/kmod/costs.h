/* SPDX-License-Identifier: MIT */
/* The two sides that costs.c compares: messages over a socket, commands through the module. Each
 * call measures once, in processes of its own. */
#ifndef TESTS_KMOD_COSTS_H
#define TESTS_KMOD_COSTS_H

#include "kmod/client.h"

#define COSTS_DEPTH 64
#define COSTS_BATCH 32

double now_us(void);

/* Microseconds of a message there and one back, over a seqpacket socket: as many bytes as a command
 * and a completion have. */
double message_round_trip_us(int rounds);

/* Microseconds from SUBMIT until its completion is there, at depth 1. The client's rings have room
 * for COSTS_DEPTH. */
double command_round_trip_us(struct client *client, int rounds);

/* Microseconds per command with COSTS_DEPTH in flight, submitted COSTS_BATCH at a time. */
double command_us(struct client *client, int commands);

/* Wake-ups a second of an idle server with a FETCH that pends, of a client that waits, and of the
 * module's own work, together; -1 where this kernel does not say. */
double idle_wakeups(int seconds);

#endif
