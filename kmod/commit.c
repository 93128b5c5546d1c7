// SPDX-License-Identifier: GPL-2.0-only
/* How results come back from the server, and commands that it has not begun: COMMIT. */
#include <linux/uaccess.h>

#include "compat.h"
#include "internal.h"
#include "trace.h"

#define COMMIT_BLOCK 16	/* entries on the stack at a time */

/* A chain that nobody has begun, or that nobody has begun again, goes to any server. */
static bool has_begun(const struct gn_chain *chain)
{
	const struct gn_command *command;

	list_for_each_entry(command, &chain->members, member)
		if (command->state != GN_QUEUED)
			return true;
	return false;
}

/* The server has not begun it: it waits once more, unless nobody wants it any more. */
static void give_back(struct gn_command *command)
{
	list_del_init(&command->notice);
	if (command->cancel_asked || command->context->closed) {
		gn_answer(command, -ECANCELED, 0);
		return;
	}
	gn_enqueue(command);
	if (command->chain)
		command->chain->begun = has_begun(command->chain);
	gn.counts.requeued++;
	trace_geoneuron_requeue(command);
}

static int commit_one(struct gn_session *session, const struct geoneuron_commit_entry *entry,
		      bool back)
{
	struct gn_command *command = gn_find_command(entry->command_id);

	if (!command)
		return -ENOENT;
	if (command->state != GN_DISPATCHED || command->epoch != entry->epoch ||
	    entry->epoch != session->epoch || command->attempt != entry->attempt)
		return -ESTALE;
	if (back && (entry->result || entry->value))
		return -EINVAL;
	gn_take_from_server(command);
	if (back)
		give_back(command);
	else
		gn_answer(command, entry->result, entry->value);
	return 0;
}

static int commit_block(struct gn_server *server, struct geoneuron_commit_entry *entries,
			unsigned int count, bool back)
{
	unsigned int i, done = 0;

	gn_lock();
	if (!server->session || server->session != gn.active) {
		gn_unlock();
		return -ENOTCONN;
	}
	gn_renew(server->session);
	server->session->retiring |= back;
	for (i = 0; i < count; i++) {
		entries[i].outcome = commit_one(server->session, &entries[i], back);
		trace_geoneuron_commit(&entries[i]);
		done += !entries[i].outcome;
	}
	gn.counts.committed += back ? 0 : done;
	gn.counts.stale_commits += count - done;
	gn_serve();
	gn_unlock();
	return done;
}

int gn_commit_command(struct io_uring_cmd *cmd)
{
	struct geoneuron_commit_entry entries[COMMIT_BLOCK];
	struct geoneuron_uring_commit ask;
	struct geoneuron_commit_entry __user *from;
	unsigned int count;
	int result, done = 0;
	bool back;

	memcpy(&ask, gn_uring_payload(cmd), sizeof(ask));
	barrier();	/* the copy is what is checked and used from here on */
	back = ask.flags & GEONEURON_COMMIT_GIVE_BACK;
	if (ask.flags & ~GEONEURON_COMMIT_GIVE_BACK || (!ask.count && !back) ||
	    ask.count > GEONEURON_MAX_RECORDS)
		return -EINVAL;
	from = u64_to_user_ptr(ask.entries);
	do {
		count = min_t(unsigned int, ask.count, COMMIT_BLOCK);
		if (copy_from_user(entries, from, count * sizeof(entries[0])))
			return -EFAULT;
		result = commit_block(cmd->file->private_data, entries, count, back);
		if (result < 0)
			return result;
		done += result;
		if (copy_to_user(from, entries, count * sizeof(entries[0])))
			return -EFAULT;
		ask.count -= count;
		from += count;
	} while (ask.count);
	return done;
}
