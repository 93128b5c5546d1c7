// SPDX-License-Identifier: GPL-2.0-only
/* The record of every accepted command that has no completion yet, and the order among them. */
#include <linux/eventfd.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#include "compat.h"
#include "internal.h"
#include "trace.h"

void gn_lock(void)
	__acquires(&gn.lock)
{
	spin_lock(&gn.lock);
}

void gn_free_command(struct gn_command *command)
{
	int i;

	for (i = 0; i < GEONEURON_COMMAND_BUFFERS; i++)
		if (command->buffers[i])
			gn_buffer_put(command->buffers[i]);
	kref_put(&command->context->refs, gn_context_free);
	kmem_cache_free(gn_commands, command);
}

static void wake_contexts(void)
{
	struct gn_context *context, *next;

	list_for_each_entry_safe(context, next, &gn.wake, wake_node) {
		list_del_init(&context->wake_node);
		if (context->eventfd)
			gn_eventfd_signal(context->eventfd);
		wake_up_all(&context->wait);
	}
}

void gn_unlock(void)
	__releases(&gn.lock)
{
	struct gn_command *command, *next_command;
	struct gn_context *context, *next_context;
	struct gn_buffer *buffer, *next_buffer;
	struct gn_fetch *fetch, *next_fetch;
	LIST_HEAD(dead);
	LIST_HEAD(finished);
	LIST_HEAD(buffers);
	LIST_HEAD(contexts);

	wake_contexts();
	list_splice_init(&gn.dead, &dead);
	list_splice_init(&gn.finished, &finished);
	list_splice_init(&gn.free_buffers, &buffers);
	list_splice_init(&gn.free_contexts, &contexts);
	spin_unlock(&gn.lock);
	list_for_each_entry_safe(fetch, next_fetch, &finished, node)
		gn_finish_fetch(fetch);
	list_for_each_entry_safe(command, next_command, &dead, place)
		gn_free_command(command);
	list_for_each_entry_safe(buffer, next_buffer, &buffers, notice)
		gn_buffer_free(buffer);
	list_for_each_entry_safe(context, next_context, &contexts, notice)
		kfree(context);
}

struct gn_command *gn_find_command(u64 id)
{
	struct gn_command *command;

	hash_for_each_possible(gn.by_id, command, by_id, id)
		if (command->id == id)
			return command;
	return NULL;
}

/* How many more commands the context may have accepted. Reads the client's head and clamps it. */
unsigned int gn_room(struct gn_context *context)
{
	u32 head = READ_ONCE(context->completion->head);
	u32 unread;

	if (head - context->completion_head <= context->completion_tail - context->completion_head)
		context->completion_head = head;
	unread = context->completion_tail - context->completion_head;
	return context->completion_entries - unread - context->in_flight;
}

/*
 * Links a context into the turns of the classes from which it may be served now. Called for every
 * step of every command, most of which change nothing here.
 */
void gn_turn_update(struct gn_context *context)
{
	struct gn_user *user = context->user;
	bool open = context->dispatched < max(gn_window, 1U);
	int class;

	for (class = 0; class < GEONEURON_CLASSES; class++) {
		bool wanted = open && !list_empty(&context->queue[class]);

		if (wanted == !list_empty(&context->turn[class]))
			continue;
		if (wanted)
			list_add_tail(&context->turn[class], &user->contexts_turn[class]);
		else
			list_del_init(&context->turn[class]);
		if (list_empty(&user->contexts_turn[class]))
			list_del_init(&user->turn[class]);
		else if (list_empty(&user->turn[class]))
			list_add_tail(&user->turn[class], &gn.turn[class]);
	}
}

/* Into its place by id, so that what comes back goes ahead of what is newer. */
void gn_enqueue(struct gn_command *command)
{
	struct list_head *queue = &command->context->queue[command->priority_class];
	struct list_head *after = queue->prev;

	while (after != queue && list_entry(after, struct gn_command, place)->id > command->id)
		after = after->prev;
	list_add(&command->place, after);
	command->state = GN_QUEUED;
	gn.queued++;
	gn_turn_update(command->context);
}

void gn_take_from_queue(struct gn_command *command)
{
	list_del_init(&command->place);
	gn.queued--;
	gn_turn_update(command->context);
}

/* The first member's number; 0 outside chains. */
u64 gn_chain_id(const struct gn_command *command)
{
	return command->chain ?
	       list_first_entry(&command->chain->members, struct gn_command, member)->id : 0;
}

/* Its server is done with it, or gone. */
void gn_take_from_server(struct gn_command *command)
{
	list_del_init(&command->place);
	command->context->dispatched--;
	gn_turn_update(command->context);
}

/* Gives an accepted command its number and its reserved completion. */
void gn_accept(struct gn_command *command)
{
	struct gn_context *context = command->context;

	command->id = ++gn.next_command;
	command->accepted_ns = context->submitted_ns;
	context->in_flight++;
	context->user->commands++;
	list_add_tail(&command->owned, &context->commands);
	hash_add(gn.by_id, &command->by_id, command->id);
	if (command->chain) {
		list_add_tail(&command->member, &command->chain->members);
		command->chain->left++;
	}
	gn.counts.accepted++;
	trace_geoneuron_submit(command);
}

static void post(struct gn_context *context, struct gn_command *command, int result, u64 value)
{
	struct geoneuron_completion *entries = (void *)(context->completion + 1);
	struct geoneuron_completion *entry =
		&entries[context->completion_tail & (context->completion_entries - 1)];

	entry->user_data = command->body.user_data;
	entry->result = result;
	entry->flags = 0;
	entry->value = value;
	entry->command_id = command->id;
	gn.counts.completed++;
	/* The client sees the entry before the tail that covers it. */
	smp_store_release(&context->completion->tail, ++context->completion_tail);
	if (list_empty(&context->wake_node))
		list_add_tail(&context->wake_node, &gn.wake);
}

/* Out of the ledger; gn_unlock frees it. It must be in no queue. */
void gn_drop(struct gn_command *command)
{
	command->context->user->commands--;
	hash_del(&command->by_id);
	list_del_init(&command->owned);
	list_del_init(&command->notice);
	list_move_tail(&command->place, &gn.dead);
}

/* All have their completions, but one that runs again for its chain may still wait or run. */
static void drop_chain(struct gn_chain *chain)
{
	struct gn_command *command, *next;

	list_for_each_entry_safe(command, next, &chain->members, member) {
		if (command->state == GN_QUEUED)
			gn_take_from_queue(command);
		if (command->state == GN_DISPATCHED)
			gn_take_from_server(command);
		list_del_init(&command->member);
		gn_drop(command);
	}
	kfree(chain);
}

/*
 * The one place where a command gets its completion. It must be in no queue. What failed fails the
 * rest of its chain.
 */
void gn_answer(struct gn_command *command, int result, u64 value)
{
	struct gn_context *context = command->context;
	struct gn_chain *chain = command->chain;

	list_del_init(&command->place);
	list_del_init(&command->notice);
	command->cancel_asked = false;
	if (!command->replay) {
		context->in_flight--;
		if (context->closed)
			gn.counts.vanished++;
		else
			post(context, command, result, value);
	}
	if (!chain) {
		gn_drop(command);
		return;
	}
	if (!command->replay)
		chain->left--;
	command->state = GN_DONE;
	command->replay = false;
	if (!chain->left)
		drop_chain(chain);
	else if (result < 0)
		gn_fail_chain(chain);
}

/* Ends the members that wait; asks the server to end those that run. */
void gn_fail_chain(struct gn_chain *chain)
{
	struct gn_command *command, *next;
	bool last;

	if (chain->failed)
		return;
	chain->failed = true;
	list_for_each_entry_safe(command, next, &chain->members, member) {
		if (command->state == GN_DISPATCHED)
			gn_cancel(command);
		if (command->state != GN_QUEUED)
			continue;
		gn_take_from_queue(command);
		last = chain->left == 1 && !command->replay;
		gn_answer(command, -ECANCELED, 0);
		if (last)
			return;	/* the chain is gone */
	}
}

/* Ends a command that waits, or asks for the end of one that runs. What has its answer stays. */
void gn_cancel(struct gn_command *command)
{
	if (command->replay)
		return;
	if (command->state == GN_QUEUED) {
		gn_take_from_queue(command);
		gn_answer(command, -ECANCELED, 0);
	} else if (command->state != GN_DONE && !command->cancel_asked) {
		command->cancel_asked = true;
		if (command->state == GN_DISPATCHED && gn.active)
			list_add_tail(&command->notice, &gn.active->cancelled);
	}
}

/* Ends all of the context's that waits. A chain takes its members along, wherever they are. */
void gn_end_queued(struct gn_context *context)
{
	struct gn_command *command;
	int class;

	for (class = 0; class < GEONEURON_CLASSES; class++)
		while (!list_empty(&context->queue[class])) {
			command = list_first_entry(&context->queue[class], struct gn_command,
						   place);
			gn_take_from_queue(command);
			gn_answer(command, -ECANCELED, 0);
		}
}

/* Nothing of the context is accepted for a while, and what it has in the ledger ends. */
void gn_ban(struct gn_context *context)
{
	struct gn_command *command;

	gn.counts.bans++;
	context->banned_until_ns = ktime_get_ns() + (u64)gn_ban_ms * NSEC_PER_MSEC;
	gn_end_queued(context);
	list_for_each_entry(command, &context->commands, owned)
		gn_cancel(command);
}
