// SPDX-License-Identifier: GPL-2.0-only
/* What becomes of commands when their server goes: fence first, then again or an answer. */
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "internal.h"
#include "trace.h"

#define STRIKES 3
#define RETRY_MS 5

static void hold(struct gn_session *session, struct gn_command *command)
{
	if (command->state == GN_QUEUED)
		gn_take_from_queue(command);
	else
		gn_take_from_server(command);
	command->state = GN_HELD;
	list_del_init(&command->notice);
	list_add_tail(&command->place, &session->held);
}

/* A chain that has begun waits as a whole. */
static void hold_all(struct gn_session *session)
{
	struct gn_command *command, *next;
	struct hlist_node *safe;
	int bucket;

	list_for_each_entry_safe(command, next, &session->dispatched, place)
		hold(session, command);
	hash_for_each_safe(gn.by_id, bucket, safe, command, by_id)
		if (command->state == GN_QUEUED && command->chain && command->chain->begun)
			hold(session, command);
}

static void add_strike(struct gn_command *command)
{
	command->strikes++;
	gn.counts.strikes++;
}

/* The commands that the server was at, by its own account, when it died. */
static void strike(struct gn_session *session)
{
	const u64 *breadcrumbs = session->area + GEONEURON_AREA_BREADCRUMBS_AT;
	struct gn_command *command;
	int i, j;

	for (i = 0; i < GEONEURON_BREADCRUMBS; i++) {
		u64 id = READ_ONCE(breadcrumbs[i]);

		for (j = 0; id && j < i; j++)
			if (READ_ONCE(breadcrumbs[j]) == id)
				id = 0;
		command = id ? gn_find_command(id) : NULL;
		if (command && command->state == GN_DISPATCHED && command->epoch == session->epoch)
			add_strike(command);
	}
}

static void end_fetches(struct gn_session *session)
{
	struct gn_fetch *fetch;

	list_for_each_entry(fetch, &session->fetches, node)
		fetch->result = -ECANCELED;
	list_splice_tail_init(&session->fetches, &gn.finished);
}

/* The server goes; a standby takes over under the same lock. gn.lock is held. */
void gn_session_end(struct gn_session *session, bool died)
{
	if (session->gone)
		return;
	session->gone = true;
	end_fetches(session);
	if (session == gn.standby)
		gn.standby = NULL;
	if (session == gn.active) {
		if (died)
			strike(session);
		hold_all(session);
		list_splice_tail_init(&session->gone_buffers, &gn.free_buffers);
		list_splice_tail_init(&session->gone_contexts, &gn.free_contexts);
		gn.active = NULL;
		if (gn.standby) {
			gn_activate(gn.standby);
			gn.standby = NULL;
			gn_serve();
		}
	}
	mod_delayed_work(system_wq, &gn.retry, 0);
}

static bool buffers_idle(struct gn_command *command)
{
	int slot;

	for (slot = 0; slot < command->body.buffer_count; slot++)
		if (!gn_buffer_ready(command->buffers[slot], true))
			return false;
	return true;
}

/*
 * What a client that is gone left needs no wait: nobody will look at its buffers again, and those
 * who still use one hold it by themselves.
 */
static bool idle(struct gn_command *command)
{
	struct gn_command *member;

	if (command->context->closed)
		return true;
	if (!command->chain)
		return buffers_idle(command);
	list_for_each_entry(member, &command->chain->members, member)
		if (!buffers_idle(member))
			return false;
	return true;
}

static void again(struct gn_command *command)
{
	if (command->state == GN_DONE)
		command->replay = true;
	list_del_init(&command->place);
	gn_enqueue(command);
	gn.counts.requeued++;
	trace_geoneuron_requeue(command);
}

static void chain_again(struct gn_chain *chain)
{
	struct gn_command *command;

	chain->begun = false;
	list_for_each_entry(command, &chain->members, member)
		again(command);
}

/* What a held command ends with; 0: it may run again. */
static int fate(const struct gn_command *command)
{
	const struct gn_chain *chain = command->chain;
	bool idempotent = chain ? chain->idempotent :
				  command->body.flags & GEONEURON_COMMAND_IDEMPOTENT;

	if (command->strikes >= STRIKES)
		return -EIO;
	if (command->context->closed || command->cancel_asked)
		return -ECANCELED;
	if (!idempotent)
		return -EOWNERDEAD;
	return chain && chain->failed ? -ECANCELED : 0;
}

/*
 * Whose fate decides that of the chain: the one that killed its servers, else the first that
 * cannot run again, else any.
 */
static struct gn_command *decisive(struct gn_command *command)
{
	struct gn_command *member, *found = NULL;

	if (!command->chain)
		return command;
	list_for_each_entry(member, &command->chain->members, member) {
		if (member->state != GN_HELD)
			continue;
		if (fate(member) == -EIO)
			return member;
		if (!found && fate(member))
			found = member;
	}
	return found ? found : command;
}

/*
 * The command, or another of its chain, leaves the held list: as an answer, or as a command that
 * waits once more.
 */
static void resolve(struct gn_command *held)
{
	struct gn_command *command = decisive(held);
	struct gn_context *context = command->context;
	int result = fate(command);

	if (result) {
		gn_answer(command, result, 0);
		if (result == -EIO)
			gn_ban(context);	/* after the answer that says why */
	} else if (command->chain) {
		chain_again(command->chain);
	} else {
		again(command);
	}
}

/*
 * True when nothing is left to do for the session. Each step takes the first that is held, or
 * others of its chain wherever they lie, off its list, and looks once at what is not idle: a client
 * chooses how much that is. gn.lock is held.
 */
static bool recover(struct gn_session *session)
{
	struct gn_command *command;
	LIST_HEAD(busy);

	while (!list_empty(&session->held)) {
		command = list_first_entry(&session->held, struct gn_command, place);
		if (idle(command))
			resolve(command);
		else
			list_move_tail(&command->place, &busy);
	}
	list_splice(&busy, &session->held);
	return list_empty(&session->held);
}

void gn_retry_work(struct work_struct *work)
{
	struct gn_session *session, *next;
	LIST_HEAD(done);
	bool again = false;

	gn_lock();
	list_for_each_entry_safe(session, next, &gn.sessions, node) {
		if (!session->gone || !session->fenced)
			continue;
		if (recover(session))
			list_move(&session->node, &done);
		else
			again = true;
	}
	gn_serve();
	if (again || gn.blocked)
		schedule_delayed_work(&gn.retry, msecs_to_jiffies(RETRY_MS));
	gn_unlock();
	list_for_each_entry_safe(session, next, &done, node) {
		list_del(&session->node);
		kref_put(&session->refs, gn_session_free);
	}
}
