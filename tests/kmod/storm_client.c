/* SPDX-License-Identifier: MIT */
/* The storm's client: keeps its ring full, and checks each completion and each buffer. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "kmod/client.h"
#include "kmod/storm.h"

#define ENTRIES 64
#define FLIGHTS 128		/* no more commands than that between push and completion */
#define REUSED_AT_ONCE 4	/* buffers that do not wait for a kill before they are used again */
#define LONGEST_CHAIN 5
#define PATIENCE_MS 50
#define DRAIN_SECONDS 120

struct watched_buffer {
	__u32 handle;
	bool used;		/* by a command, or watched */
	bool watched;		/* its command has completed: it must stay as it is ... */
	__u32 until;		/* ... until so many servers have been killed */
	const __u64 *words;
	__u64 snapshot[STORM_WORDS];
};

struct flight {
	bool used;
	bool may_fail;		/* its chain has a member that is not IDEMPOTENT */
	bool may_be_cancelled;
	__u64 user_data;
	__u64 payload;
	__u64 chain;		/* user_data of its first member */
	int buffer_count;
	struct watched_buffer *buffers[2];
};

struct storm_user {
	struct client client;
	struct storm_state *state;
	struct storm_client_state *told;
	unsigned int seed;
	__u64 next;		/* user_data */
	unsigned int outstanding;
	struct watched_buffer buffers[STORM_BUFFERS];
	struct flight flights[FLIGHTS];
};

static bool chance(struct storm_user *user, int one_in)
{
	return rand_r(&user->seed) % one_in == 0;
}

static void complain(struct storm_user *user, const struct flight *flight, const char *what,
		     long long number)
{
	fprintf(stderr, "client %td, command %llu (%s, %s): %s: %lld\n",
		user->told - user->state->clients, flight ? flight->user_data : 0,
		flight && flight->may_fail ? "may fail" : "idempotent",
		flight && flight->may_be_cancelled ? "cancelled" : "not cancelled", what, number);
	__atomic_fetch_add(&user->state->complaints, 1, __ATOMIC_RELAXED);
}

static void open_buffers(struct storm_user *user)
{
	const size_t bytes = STORM_WORDS * sizeof(__u64);
	int i;

	for (i = 0; i < STORM_BUFFERS; i++) {
		struct geoneuron_create_buffer ask = { .size = bytes };
		void *words;

		MUST(ioctl(user->client.fd, GEONEURON_IOC_CREATE_BUFFER, &ask));
		words = mmap(NULL, bytes, PROT_READ, MAP_SHARED, user->client.fd,
			     (off_t)ask.mmap_offset);
		MUST(words == MAP_FAILED ? -1 : 0);
		user->buffers[i].handle = ask.handle;
		user->buffers[i].words = words;
	}
}

/* What was watched long enough must be as it was. */
static void look_at(struct storm_user *user, struct watched_buffer *buffer)
{
	if (memcmp(buffer->words, buffer->snapshot, sizeof(buffer->snapshot)))
		complain(user, NULL, "a buffer was written after its completion", buffer->handle);
	buffer->watched = false;
	buffer->used = false;
	user->told->buffers_checked++;
}

static struct watched_buffer *free_buffer(struct storm_user *user)
{
	int first = rand_r(&user->seed) % STORM_BUFFERS, i;

	for (i = 0; i < STORM_BUFFERS; i++) {
		struct watched_buffer *buffer = &user->buffers[(first + i) % STORM_BUFFERS];

		if (buffer->watched && storm_get(user->state->kills) >= buffer->until)
			look_at(user, buffer);
		if (!buffer->used)
			return buffer;
	}
	return NULL;
}

static void name_buffers(struct storm_user *user, struct geoneuron_command *command,
			 struct flight *flight)
{
	int wanted = chance(user, 2) ? 0 : 1 + chance(user, 3);
	struct watched_buffer *buffer;

	while (flight->buffer_count < wanted && (buffer = free_buffer(user))) {
		buffer->used = true;
		command->buffers[flight->buffer_count] = (struct geoneuron_buffer_use){
			.handle = buffer->handle,
			.access = GEONEURON_ACCESS_READ | GEONEURON_ACCESS_WRITE,
			.length = sizeof(buffer->snapshot),
		};
		flight->buffers[flight->buffer_count++] = buffer;
	}
	command->buffer_count = (__u8)flight->buffer_count;
}

static void push_member(struct storm_user *user, __u64 chain, bool last, bool idempotent,
			bool may_fail)
{
	struct flight *flight = &user->flights[user->next % FLIGHTS];
	struct geoneuron_command command = nop(user->next);

	*flight = (struct flight){
		.used = true, .may_fail = may_fail, .user_data = user->next++, .chain = chain,
		.payload = (__u64)rand_r(&user->seed) << 32 | (__u64)user->seed,
	};
	command.flags = (__u16)((idempotent ? GEONEURON_COMMAND_IDEMPOTENT : 0) |
				(last ? 0 : GEONEURON_COMMAND_LINK));
	command.priority_class = (__u8)(rand_r(&user->seed) % 3);
	command.payload_bytes = sizeof(flight->payload);
	memcpy(command.payload, &flight->payload, sizeof(flight->payload));
	name_buffers(user, &command, flight);
	push(&user->client, &command);
	user->outstanding++;
}

/* A command alone, or a chain of some: whole on the ring before it is submitted. */
static bool push_chain(struct storm_user *user)
{
	__u32 used = user->client.submission->tail - user->client.submission->head;
	int length = chance(user, 2) ? 1 : 1 + rand_r(&user->seed) % LONGEST_CHAIN, i;
	bool idempotent[LONGEST_CHAIN], may_fail = false;
	__u64 chain = user->next;

	if (used + (__u32)length > ENTRIES)
		return false;
	for (i = 0; i < length; i++)	/* an answer may come late: its place must be free */
		if (user->flights[(chain + (__u64)i) % FLIGHTS].used)
			return false;
	for (i = 0; i < length; i++) {
		idempotent[i] = !chance(user, 2 + 2 * length);
		may_fail = may_fail || !idempotent[i];
	}
	for (i = 0; i < length; i++)
		push_member(user, chain, i + 1 == length, idempotent[i], may_fail);
	return true;
}

static void check_buffer(struct storm_user *user, const struct flight *flight,
			 struct watched_buffer *buffer, const struct geoneuron_completion *completion)
{
	__u64 first, last;
	int i;

	memcpy(buffer->snapshot, buffer->words, sizeof(buffer->snapshot));
	first = buffer->snapshot[0];
	last = storm_stamp(completion->command_id, (__u32)(first >> 8), STORM_PASSES - 1);
	for (i = 0; i < STORM_WORDS && completion->result > 0; i++)
		if (buffer->snapshot[i] != last) {
			complain(user, flight, "the buffer is not what its last writer wrote", i);
			break;
		}
	if (buffer - user->buffers < REUSED_AT_ONCE) {
		buffer->used = false;
		return;
	}
	buffer->watched = true;
	buffer->until = storm_get(user->state->kills) + 1;
}

static void check_result(struct storm_user *user, const struct flight *flight,
			 const struct geoneuron_completion *completion)
{
	bool allowed = false;

	switch (completion->result) {
	case -EOWNERDEAD:
		user->told->owner_dead++;
		allowed = flight->may_fail;
		break;
	case -ECANCELED:
		user->told->cancelled++;
		allowed = flight->may_fail || flight->may_be_cancelled;
		break;
	default:
		allowed = completion->result > 0 &&
			  completion->value == storm_answer(flight->payload);
		user->told->again += completion->result > 1;
	}
	if (!allowed)
		complain(user, flight, "this result must not be", completion->result);
}

static void receive(struct storm_user *user)
{
	struct geoneuron_completion completion;
	struct flight *flight;
	int i;

	while (pop(&user->client, &completion)) {
		flight = &user->flights[completion.user_data % FLIGHTS];
		if (!flight->used || flight->user_data != completion.user_data) {
			complain(user, NULL, "a completion that nobody waits for",
				 (long long)completion.user_data);
			continue;
		}
		check_result(user, flight, &completion);
		for (i = 0; i < flight->buffer_count; i++)
			check_buffer(user, flight, flight->buffers[i], &completion);
		flight->used = false;
		user->outstanding--;
		user->told->completed++;
	}
	storm_set(user->told->outstanding, user->outstanding);
}

static void cancel_one(struct storm_user *user)
{
	struct flight *flight = &user->flights[rand_r(&user->seed) % FLIGHTS];
	struct geoneuron_cancel ask = { .user_data = flight->user_data };
	int i;

	if (!flight->used)
		return;
	for (i = 0; i < FLIGHTS; i++)
		if (user->flights[i].used && user->flights[i].chain == flight->chain)
			user->flights[i].may_be_cancelled = true;
	MUST(ioctl(user->client.fd, GEONEURON_IOC_CANCEL, &ask));
}

/* Submits what is on the ring; waits a moment for a completion, in either of two ways. */
static void submit_and_wait(struct storm_user *user, bool by_poll)
{
	struct geoneuron_submit ask = {
		.count = user->client.submission->tail - user->client.submission->head,
		.min_complete = !by_poll,
	};
	struct pollfd ready = { .fd = user->client.fd, .events = POLLIN };
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ask.deadline_ns = (__u64)now.tv_sec * 1000000000 + (__u64)now.tv_nsec +
			  PATIENCE_MS * 1000000ULL;
	if (ioctl(user->client.fd, GEONEURON_IOC_SUBMIT, &ask)) {
		if (errno != EAGAIN)
			complain(user, NULL, "SUBMIT", -errno);
		by_poll = true;
	}
	if (by_poll)
		MUST(poll(&ready, 1, PATIENCE_MS));
}

static void run(struct storm_user *user, int index)
{
	time_t end = 0;

	while (!storm_get(user->state->finish) || user->outstanding) {
		bool more = !storm_get(user->state->paused) && !storm_get(user->state->finish);

		while (more && push_chain(user))
			;
		storm_set(user->told->outstanding, user->outstanding);
		storm_set(user->told->idle, !more);
		if (chance(user, 8))
			cancel_one(user);
		submit_and_wait(user, index % 2);
		receive(user);
		if (!storm_get(user->state->finish))
			continue;
		end = end ? end : time(NULL) + DRAIN_SECONDS;
		if (time(NULL) > end) {
			complain(user, NULL, "commands without completion", user->outstanding);
			return;
		}
	}
}

void storm_client(struct storm_state *state, int index, unsigned int seed)
{
	static struct storm_user user;
	const struct timespec moment = { .tv_nsec = 5000000 };
	int i;

	user.state = state;
	user.told = &state->clients[index];
	user.seed = seed;
	user.client = open_client(ENTRIES, 2 * ENTRIES);
	open_buffers(&user);
	run(&user, index);
	while (storm_get(state->finish) < 2)
		nanosleep(&moment, NULL);
	for (i = 0; i < STORM_BUFFERS; i++)
		if (user.buffers[i].watched)
			look_at(&user, &user.buffers[i]);
	if (pop(&user.client, &(struct geoneuron_completion){}))
		complain(&user, NULL, "a completion after the last", 1);
}
