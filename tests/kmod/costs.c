/* SPDX-License-Identifier: MIT */
/*
 * costs: what the module costs, beside messages over a socket in the same run. Both take turns, and
 * each ratio is the median of the ratios of neighbours, so that other load falls on both. Pin it to
 * one processor: between two, the host decides. Prints JSON; fails where a figure misses twice its
 * aim.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>

#include "kmod/costs.h"

#define ROUNDS 9
#define TRIPS 2000
#define COMMANDS 16384
#define IDLE_SECONDS 10

struct aim {
	const char *name;
	double value;
	double aim;
	bool at_most;
	double gate;
};

static int by_size(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), by_size);
	return values[ROUNDS / 2];
}

static bool within(double value, double limit, bool at_most)
{
	return at_most ? value <= limit : value >= limit;
}

static int print_aims(const struct aim *aims, int count)
{
	int i, failures = 0;

	for (i = 0; i < count; i++) {
		const struct aim *one = &aims[i];
		bool passed = within(one->value, one->gate, one->at_most);

		printf("  \"%s\": {\"value\": %.2f, \"aim\": \"%s %.1f\", \"met\": %s}%s\n",
		       one->name, one->value, one->at_most ? "at most" : "at least", one->aim,
		       within(one->value, one->aim, one->at_most) ? "true" : "false",
		       i + 1 < count ? "," : "");
		if (!passed) {
			fprintf(stderr, "costs: %s: %.2f misses twice its aim, %.1f\n", one->name,
				one->value, one->aim);
			failures++;
		}
	}
	return failures;
}

static void pin_to_first_processor(void)
{
	cpu_set_t processors;

	CPU_ZERO(&processors);
	CPU_SET(0, &processors);
	MUST(sched_setaffinity(0, sizeof(processors), &processors));
}

static bool cancels(const struct client *client)
{
	struct geoneuron_info info;

	MUST(ioctl(client->fd, GEONEURON_IOC_GET_INFO, &info));
	return info.features & GEONEURON_FEATURE_URING_CANCEL;
}

static int report(double *trips, double *rates, double idle, bool bounded)
{
	const struct aim aims[] = {
		{ "round_trip_against_message", median(trips), 1.2, true, 2.4 },
		{ "commands_against_messages", median(rates), 8, false, 4 },
		{ "idle_wakeups_per_second", idle, bounded ? 2 : 0, true, bounded ? 4 : 0 },
	};

	return print_aims(aims, sizeof(aims) / sizeof(aims[0]));
}

int main(void)
{
	struct client client = open_client(COSTS_DEPTH, 2 * COSTS_DEPTH);
	double message[ROUNDS], trip[ROUNDS], command[ROUNDS], trips[ROUNDS], rates[ROUNDS];
	struct utsname kernel;
	double idle;
	int i, failures;

	pin_to_first_processor();
	for (i = 0; i < ROUNDS; i++) {
		message[i] = message_round_trip_us(TRIPS);
		trip[i] = command_round_trip_us(&client, TRIPS);
		command[i] = command_us(&client, COMMANDS);
		trips[i] = trip[i] / message[i];
		rates[i] = message[i] / 2 / command[i];	/* two messages a round trip */
	}
	idle = idle_wakeups(IDLE_SECONDS);
	uname(&kernel);
	printf("{\n  \"kernel\": \"%s\",\n  \"message_round_trip_us\": %.2f,\n"
	       "  \"command_round_trip_us\": %.2f,\n  \"command_in_batches_us\": %.2f,\n",
	       kernel.release, median(message), median(trip), median(command));
	failures = report(trips, rates, idle, !cancels(&client));
	printf("}\n");
	return failures != 0 || idle < 0;
}
