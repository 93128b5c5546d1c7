/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "kmod/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

long must(long result, const char *what, const char *file, int line)
{
	if (result >= 0)
		return result;
	fprintf(stderr, "%s:%d: %s: %s\n", file, line, what, strerror(errno));
	exit(1);
}

static void *map(int fd, __u64 bytes, __u64 offset)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);

	MUST(memory == MAP_FAILED ? -1 : 0);
	return memory;
}

long control(int fd, unsigned long code, void *argument)
{
	return ioctl(fd, code, argument) ? -errno : 0;
}

struct client open_client(unsigned int submission_entries, unsigned int completion_entries)
{
	struct geoneuron_setup setup = {
		.submission_entries = submission_entries,
		.completion_entries = completion_entries,
	};
	struct client client = {
		.submission_entries = submission_entries,
		.completion_entries = completion_entries,
	};

	client.fd = (int)MUST(open("/dev/geoneuron", O_RDWR | O_CLOEXEC));
	MUST(ioctl(client.fd, GEONEURON_IOC_SETUP, &setup));
	client.submission_bytes = setup.submission_bytes;
	client.completion_bytes = setup.completion_bytes;
	client.submission = map(client.fd, setup.submission_bytes, setup.submission_offset);
	client.completion = map(client.fd, setup.completion_bytes, setup.completion_offset);
	client.commands = (void *)((char *)client.submission + setup.submission_entries_at);
	client.completions = (void *)((char *)client.completion + setup.completion_entries_at);
	return client;
}

void close_client(struct client *client)
{
	munmap(client->submission, client->submission_bytes);
	munmap(client->completion, client->completion_bytes);
	close(client->fd);
}

struct geoneuron_command nop(__u64 user_data)
{
	struct geoneuron_command command = {
		.flags = GEONEURON_COMMAND_IDEMPOTENT,
		.priority_class = GEONEURON_CLASS_NORMAL,
		.payload_bytes = 1,
		.user_data = user_data,
	};

	command.payload[0] = (__u8)user_data;
	return command;
}

bool push(struct client *client, const struct geoneuron_command *command)
{
	__u32 tail = client->submission->tail;

	if (tail - __atomic_load_n(&client->submission->head, __ATOMIC_ACQUIRE) ==
	    client->submission_entries)
		return false;
	client->commands[tail & (client->submission_entries - 1)] = *command;
	__atomic_store_n(&client->submission->tail, tail + 1, __ATOMIC_RELEASE);
	return true;
}

int submit(struct client *client)
{
	struct geoneuron_submit ask = {
		.count = client->submission_entries,
		.min_complete = 1,
	};

	if (client->submission->tail == client->submission->head)
		ask.count = 0;
	return ioctl(client->fd, GEONEURON_IOC_SUBMIT, &ask) ? -errno : (int)ask.accepted;
}

int submit_only(struct client *client)
{
	struct geoneuron_submit ask = { .count = client->submission_entries };

	return ioctl(client->fd, GEONEURON_IOC_SUBMIT, &ask) ? -errno : (int)ask.accepted;
}

bool pop(struct client *client, struct geoneuron_completion *completion)
{
	__u32 head = client->completion->head;

	if (head == __atomic_load_n(&client->completion->tail, __ATOMIC_ACQUIRE))
		return false;
	*completion = client->completions[head & (client->completion_entries - 1)];
	__atomic_store_n(&client->completion->head, head + 1, __ATOMIC_RELEASE);
	return true;
}

struct mapped_buffer create_buffer(struct client *client, __u64 size)
{
	struct geoneuron_create_buffer ask = { .size = size };

	MUST(ioctl(client->fd, GEONEURON_IOC_CREATE_BUFFER, &ask));
	return (struct mapped_buffer){
		.handle = ask.handle,
		.size = size,
		.memory = map(client->fd, size, ask.mmap_offset),
	};
}

void destroy_handle(struct client *client, const struct mapped_buffer *buffer)
{
	struct geoneuron_destroy_buffer ask = { .handle = buffer->handle };

	MUST(ioctl(client->fd, GEONEURON_IOC_DESTROY_BUFFER, &ask));
}

void unmap_buffer(const struct mapped_buffer *buffer)
{
	munmap(buffer->memory, buffer->size);
}

int export_buffer(struct client *client, const struct mapped_buffer *buffer, __u32 flags)
{
	struct geoneuron_export_buffer ask = { .handle = buffer->handle, .flags = flags };

	MUST(ioctl(client->fd, GEONEURON_IOC_EXPORT_BUFFER, &ask));
	return ask.fd;
}

__u32 import_buffer(struct client *client, int fd, __u32 flags)
{
	struct geoneuron_import_buffer ask = { .fd = fd, .flags = flags };

	MUST(ioctl(client->fd, GEONEURON_IOC_IMPORT_BUFFER, &ask));
	return ask.handle;
}

long fdinfo(const struct client *client, const char *key)
{
	char path[64], line[128];
	long value = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", client->fd);
	file = fopen(path, "r");
	MUST(file ? 0 : -1);
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)) && line[strlen(key)] == ':')
			sscanf(line + strlen(key) + 1, "%ld", &value);
	fclose(file);
	return value;
}

int start_server(const char *path)
{
	char number[16], byte;
	int ready[2], pid;

	MUST(pipe(ready));
	pid = (int)MUST(fork());
	if (!pid) {
		snprintf(number, sizeof(number), "%d", ready[1]);
		execl(path, path, number, (char *)NULL);
		_exit(127);
	}
	close(ready[1]);
	MUST(read(ready[0], &byte, 1) == 1 ? 0 : -1);
	close(ready[0]);
	return pid;
}
