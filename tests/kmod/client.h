/* SPDX-License-Identifier: MIT */
/* A client of /dev/geoneuron, as small as can be: the template for the library. Errors end it. */
#ifndef TESTS_KMOD_CLIENT_H
#define TESTS_KMOD_CLIENT_H

#include <linux/geoneuron.h>
#include <stdbool.h>

struct client {
	int fd;
	unsigned int submission_entries;
	struct geoneuron_ring *submission;
	struct geoneuron_ring *completion;
	struct geoneuron_command *commands;
	struct geoneuron_completion *completions;
	unsigned int completion_entries;
};

/* Ends the process with file, line, what and errno where a call failed. */
#define MUST(call) must((call), #call, __FILE__, __LINE__)
long must(long result, const char *what, const char *file, int line);

/* Opens a context with rings of so many entries. */
struct client open_client(unsigned int submission_entries, unsigned int completion_entries);

/* A valid NOP, IDEMPOTENT and NORMAL, that echoes the low byte of user_data. */
struct geoneuron_command nop(__u64 user_data);

/* Puts a command on the ring; false when it is full. */
bool push(struct client *client, const struct geoneuron_command *command);

/* Submits all that is on the ring and waits for one completion; the number accepted, or -errno. */
int submit(struct client *client);

/* Takes the next completion; false when there is none. */
bool pop(struct client *client, struct geoneuron_completion *completion);

/* Starts the program at path as the server, and returns its pid once it is attached. */
int start_server(const char *path);

#endif
