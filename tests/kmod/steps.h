/* SPDX-License-Identifier: MIT */
/* Steps of a client and of a server that the tests of the server's side have in common. What ends
 * otherwise than a step promises ends the process, or is counted by expect. */
#ifndef TESTS_KMOD_STEPS_H
#define TESTS_KMOD_STEPS_H

#include "kmod/client.h"
#include "kmod/server.h"

#define MILLISECOND 1000000ULL
#define SECOND 1000000000ULL
#define LONG_LEASE (60 * SECOND)	/* for servers whose lease is not what is tested */

/* A NOP with this user_data, class and GEONEURON_COMMAND_* flags. */
struct geoneuron_command make_command(__u64 user_data, __u8 priority_class, __u16 flags);

/* Puts one command on the ring and submits it. */
void give(struct client *client, const struct geoneuron_command *command);

/* Puts count commands with user_data first, first + 1, ... on the ring, and submits them. */
void give_many(struct client *client, const struct geoneuron_command *command, unsigned int count);

/* The same, linked to one chain. */
void give_chain(struct client *client, const struct geoneuron_command *command, unsigned int count);

/* The next completion; waits for it. */
struct geoneuron_completion take(struct client *client);

/* Takes the next completion and compares its user_data and result. */
void expect_completion(const char *what, struct client *client, __u64 user_data, int result);

/* Compares the number of completions that lie unread. */
void expect_unread(const char *what, struct client *client, unsigned int wanted);

/* CANCEL of this user_data. */
struct geoneuron_cancel cancel(struct client *client, __u64 user_data);

/* A new buffer of so many bytes; its handle. */
__u32 make_buffer(struct client *client, __u64 bytes);

void destroy_buffer(struct client *client, __u32 handle);

struct geoneuron_session session_of(struct server *server);

/* Wait until the session has so many commands that wait, or that wait for a fence. */
void wait_queued(struct server *server, __u64 wanted);
void wait_fenced(struct server *server, __u64 wanted);

/* Waits until a standby has become the active server; server->epoch is then its epoch. */
void wait_promoted(struct server *server);

/* Starts a FETCH of up to count commands, which pends or ends. */
void start_fetch(struct server *server, unsigned int count);

/* True if the FETCH that was started does not end within a while; starts it again where its
 * bounded life ends. */
bool fetch_pends(struct server *server, unsigned int count);

/* Waits for the end of the FETCH that was started, in spite of its bounded life. */
int end_fetch(struct server *server, unsigned int count);

/* Fetches until it has this number of records, in their order; passes over BUFFER_GONE. */
void fetch_records(struct server *server, struct geoneuron_record *copies, unsigned int count);

/* Fetches the next command into slot 0; what the server is told besides is passed over. */
void fetch_command(struct server *server);

/* Commits one record with a result; the outcome, or what COMMIT itself returned. */
int commit_record(struct server *server, const struct geoneuron_record *record, __s32 result);

/* DETACH and the end of the fence: the server goes, and nobody of it writes any more. */
void retire(struct server *server);

/* Waits for a process; how it ended, as waitpid tells it. */
int wait_for_process(int process);

/* Writes a parameter of the module. */
void set_parameter(const char *name, unsigned int value);

void sleep_ms(unsigned int milliseconds);

#endif
