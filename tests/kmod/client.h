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
	__u64 submission_bytes;
	__u64 completion_bytes;
};

/* Ends the process with file, line, what and errno where a call failed. */
#define MUST(call) must((call), #call, __FILE__, __LINE__)
long must(long result, const char *what, const char *file, int line);

/* An ioctl; 0, or -errno. */
long control(int fd, unsigned long code, void *argument);

/* Opens a context with rings of so many entries. */
struct client open_client(unsigned int submission_entries, unsigned int completion_entries);

/* Unmaps the rings and closes the context. */
void close_client(struct client *client);

/* A valid NOP, IDEMPOTENT and NORMAL, that echoes the low byte of user_data. */
struct geoneuron_command nop(__u64 user_data);

/* Puts a command on the ring; false when it is full. */
bool push(struct client *client, const struct geoneuron_command *command);

/* Submits all that is on the ring and waits for one completion; the number accepted, or -errno. */
int submit(struct client *client);

/* Submits all that is on the ring without a wait; the number accepted, or -errno. */
int submit_only(struct client *client);

/* Takes the next completion; false when there is none. */
bool pop(struct client *client, struct geoneuron_completion *completion);

struct mapped_buffer {
	__u32 handle;
	__u64 size;
	__u8 *memory;
};

/* Creates a buffer, and maps it. */
struct mapped_buffer create_buffer(struct client *client, __u64 size);

/* Gives up the handle, or the map. */
void destroy_handle(struct client *client, const struct mapped_buffer *buffer);
void unmap_buffer(const struct mapped_buffer *buffer);

/* Exports a buffer with these flags; the dma-buf's fd. */
int export_buffer(struct client *client, const struct mapped_buffer *buffer, __u32 flags);

/* Imports a dma-buf with these flags; its handle. */
__u32 import_buffer(struct client *client, int fd, __u32 flags);

/* The number behind key in the context's fdinfo, or -1. */
long fdinfo(const struct client *client, const char *key);

/* Starts the program at path as the server, and returns its pid once it is attached. */
int start_server(const char *path);

#endif
