// SPDX-License-Identifier: GPL-2.0-only
/* How commands reach the server: FETCH. */
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "compat.h"
#include "internal.h"
#include "trace.h"

#define RETRY_MS 1

struct pending {
	int result;
};

static struct pending *pending_of(struct io_uring_cmd *cmd)
{
	return (struct pending *)cmd->pdu;
}

static void finish_in_task(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	io_uring_cmd_done(cmd, pending_of(cmd)->result, 0, issue_flags);
}

/* Completes a FETCH that the caller has claimed by taking it off its list. Not under gn.lock. */
void gn_finish_fetch(struct gn_fetch *fetch)
{
	struct io_uring_cmd *cmd = fetch->cmd;

	pending_of(cmd)->result = fetch->result;
	put_task_struct(fetch->task);
	kfree(fetch);
	io_uring_cmd_complete_in_task(cmd, finish_in_task);
}

static struct geoneuron_record *next_record(struct gn_session *session, struct gn_fetch *fetch)
{
	struct geoneuron_record *records = session->area + GEONEURON_AREA_RECORDS_AT;
	struct geoneuron_record *record = &records[fetch->ask.first_slot + fetch->result++];

	memset(record, 0, offsetof(struct geoneuron_record, command));
	return record;
}

static bool full(const struct gn_fetch *fetch)
{
	return fetch->result == fetch->ask.slot_count;
}

static void tell_notices(struct gn_session *session, struct gn_fetch *fetch)
{
	struct geoneuron_record *record;
	struct gn_context *context;
	struct gn_command *command;
	struct gn_buffer *buffer;

	while (!full(fetch) && !list_empty(&session->cancelled)) {
		command = list_first_entry(&session->cancelled, struct gn_command, notice);
		list_del_init(&command->notice);
		record = next_record(session, fetch);
		record->kind = GEONEURON_RECORD_CANCEL;
		record->command_id = command->id;
		record->epoch = command->epoch;
		record->attempt = command->attempt;
	}
	while (!full(fetch) && !list_empty(&session->gone_buffers)) {
		buffer = list_first_entry(&session->gone_buffers, struct gn_buffer, notice);
		list_move_tail(&buffer->notice, &gn.free_buffers);
		record = next_record(session, fetch);
		record->kind = GEONEURON_RECORD_BUFFER_GONE;
		record->epoch = session->epoch;
		record->buffer_ids[0] = buffer->id;
	}
	while (!full(fetch) && !list_empty(&session->gone_contexts)) {
		context = list_first_entry(&session->gone_contexts, struct gn_context, notice);
		list_move_tail(&context->notice, &gn.free_contexts);
		record = next_record(session, fetch);
		record->kind = GEONEURON_RECORD_CONTEXT_GONE;
		record->epoch = session->epoch;
		record->context_id = context->id;
	}
}

static void describe(struct gn_session *session, struct gn_command *command,
		     struct geoneuron_record *record)
{
	struct gn_chain *chain = command->chain;
	int slot;

	record->kind = GEONEURON_RECORD_COMMAND;
	record->flags = command->replay ? GEONEURON_RECORD_REPLAY : 0;
	record->command_id = command->id;
	record->epoch = command->epoch;
	record->attempt = command->attempt;
	record->context_id = command->context->id;
	command->context->seen_epoch = session->epoch;
	record->uid = from_kuid(&init_user_ns, command->context->user->uid);
	record->strikes = command->strikes;
	record->accepted_ns = command->accepted_ns;
	record->process = command->context->process;
	record->highest_class = command->context->highest_class;
	record->chain_id = gn_chain_id(command);
	if (chain && !list_is_last(&command->member, &chain->members))
		record->flags |= GEONEURON_RECORD_CHAIN_MORE;
	for (slot = 0; slot < command->body.buffer_count; slot++) {
		record->buffer_ids[slot] = command->buffers[slot]->id;
		command->buffers[slot]->seen_epoch = session->epoch;
	}
	memcpy(&record->command, &command->body, offsetof(struct geoneuron_command, payload));
	memcpy(record->command.payload, command->body.payload, command->body.payload_bytes);
	memset(record->command.payload + command->body.payload_bytes, 0,
	       GEONEURON_PAYLOAD_BYTES - command->body.payload_bytes);
}

static void dispatch(struct gn_session *session, struct gn_command *command,
		     struct gn_fetch *fetch)
{
	gn_take_from_queue(command);
	command->state = GN_DISPATCHED;
	command->epoch = session->epoch;
	command->attempt++;
	command->context->dispatched++;
	list_add_tail(&command->place, &session->dispatched);
	gn_turn_update(command->context);
	fetch->ask.credits[command->priority_class]--;
	if (command->chain)
		command->chain->begun = true;
	gn.counts.dispatched++;
	trace_geoneuron_fetch(command);
	describe(session, command, next_record(session, fetch));
}

/* What others still do with an imported buffer is awaited, by looking again. */
static bool ready(struct gn_command *command)
{
	int slot;

	for (slot = 0; slot < command->body.buffer_count; slot++) {
		struct gn_buffer *buffer = command->buffers[slot];

		if (buffer->imported && !gn_buffer_ready(buffer, false)) {
			gn.blocked = true;
			return false;
		}
	}
	return true;
}

/* The next of a class: users by turns, their contexts by turns, first come first served within. */
static struct gn_command *pick(int class)
{
	struct gn_context *context;
	struct gn_command *command;
	struct gn_user *user;

	list_for_each_entry(user, &gn.turn[class], turn[class])
		list_for_each_entry(context, &user->contexts_turn[class], turn[class]) {
			command = list_first_entry(&context->queue[class], struct gn_command,
						   place);
			if (!ready(command))
				continue;
			list_move_tail(&context->turn[class], &user->contexts_turn[class]);
			list_move_tail(&user->turn[class], &gn.turn[class]);
			return command;
		}
	return NULL;
}

static void fill(struct gn_session *session, struct gn_fetch *fetch)
{
	struct gn_command *command;
	int class;

	tell_notices(session, fetch);
	if (session->retiring)
		return;
	for (class = GEONEURON_CLASSES - 1; class >= 0; class--)
		while (!full(fetch) && fetch->ask.credits[class]) {
			command = pick(class);
			if (!command)
				break;
			dispatch(session, command, fetch);
		}
}

/*
 * What waits for another device is looked at again soon. What is armed already stays so: to move it
 * on with every call would keep it from ever running.
 */
static void look_again(struct gn_session *session)
{
	if (gn.blocked)
		schedule_delayed_work(&gn.retry, msecs_to_jiffies(RETRY_MS));
	gn_lease(session);
}

/* Hands out what may be handed out. gn.lock is held. */
void gn_serve(void)
{
	struct gn_session *session = gn.active;
	struct gn_fetch *fetch, *next;

	gn.blocked = false;
	if (!session)
		return;
	list_for_each_entry_safe(fetch, next, &session->fetches, node) {
		fill(session, fetch);
		if (fetch->result)
			list_move_tail(&fetch->node, &gn.finished);
	}
	look_again(session);
}

static int check_fetch(struct gn_session *session, const struct geoneuron_uring_fetch *ask)
{
	struct gn_fetch *other;

	if (!session || session->gone)
		return -ENOTCONN;
	list_for_each_entry(other, &session->fetches, node)
		if (ask->first_slot < other->ask.first_slot + other->ask.slot_count &&
		    other->ask.first_slot < ask->first_slot + ask->slot_count)
			return -EBUSY;
	return 0;
}

static struct gn_fetch *new_fetch(struct io_uring_cmd *cmd)
{
	struct gn_fetch *fetch = kzalloc(sizeof(*fetch), GFP_KERNEL_ACCOUNT);

	if (!fetch)
		return NULL;
	fetch->cmd = cmd;
	fetch->owner = current->files;
	fetch->task = get_task_struct(current);
	fetch->born_ns = ktime_get_ns();
	memcpy(&fetch->ask, gn_uring_payload(cmd), sizeof(fetch->ask));
	barrier();	/* the copy is what is checked and used from here on */
	return fetch;
}

static void free_fetch(struct gn_fetch *fetch)
{
	put_task_struct(fetch->task);
	kfree(fetch);
}

/*
 * Ends at once, with its count as the result, or pends. Once it is marked cancelable it must end
 * through gn_finish_fetch.
 */
static int fetch_now_or_later(struct gn_server *server, struct gn_fetch *fetch,
			      unsigned int issue_flags)
{
	struct gn_session *session;
	int result;

	gn_lock();
	session = server->session;
	result = check_fetch(session, &fetch->ask);
	if (!result) {
		gn_renew(session);
		gn.blocked = false;
		if (session == gn.active)
			fill(session, fetch);
		result = fetch->result;
		if (!result) {
			gn_uring_mark_cancelable(fetch->cmd, issue_flags);
			list_add_tail(&fetch->node, &session->fetches);
			gn_reap_later();
			result = -EIOCBQUEUED;
		}
		if (session == gn.active)
			look_again(session);
	}
	gn_unlock();
	return result;
}

static int fetch_command(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	struct gn_fetch *fetch;
	int result;

	if (current->flags & (PF_IO_WORKER | PF_KTHREAD))
		return -EOPNOTSUPP;
	fetch = new_fetch(cmd);
	if (!fetch)
		return -ENOMEM;
	if (fetch->ask.flags || !fetch->ask.slot_count ||
	    fetch->ask.first_slot + fetch->ask.slot_count > GEONEURON_MAX_RECORDS)
		result = -EINVAL;
	else
		result = fetch_now_or_later(cmd->file->private_data, fetch, issue_flags);
	if (result != -EIOCBQUEUED)
		free_fetch(fetch);
	return result;
}

/* The ring goes: who takes the FETCH off the list completes it. */
static int cancel_fetch(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	struct gn_server *server = cmd->file->private_data;
	struct gn_fetch *fetch, *found = NULL;

	gn_lock();
	if (server->session)
		list_for_each_entry(fetch, &server->session->fetches, node)
			if (fetch->cmd == cmd) {
				found = fetch;
				list_del(&fetch->node);
				break;
			}
	gn_unlock();
	if (found) {
		free_fetch(found);
		io_uring_cmd_done(cmd, -ECANCELED, 0, issue_flags);
	}
	return 0;
}

int gn_server_uring(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	if (gn_uring_cancels(issue_flags))
		return cancel_fetch(cmd, issue_flags);
	switch (cmd->cmd_op) {
	case GEONEURON_URING_FETCH:
		return gn_uring_end(cmd, fetch_command(cmd, issue_flags), issue_flags);
	case GEONEURON_URING_COMMIT:
		return gn_uring_end(cmd, gn_commit_command(cmd), issue_flags);
	default:
		return -ENOTTY;
	}
}
