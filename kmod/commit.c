// SPDX-License-Identifier: GPL-2.0-only
/* How results come back from the server: COMMIT. */
#include <linux/uaccess.h>

#include "compat.h"
#include "internal.h"
#include "trace.h"

#define COMMIT_BLOCK 16	/* entries on the stack at a time */

static int commit_one(struct gn_session *session, const struct geoneuron_commit_entry *entry)
{
	struct gn_command *command = gn_find_command(entry->command_id);

	if (!command)
		return -ENOENT;
	if (command->state != GN_DISPATCHED || command->epoch != entry->epoch ||
	    entry->epoch != session->epoch || command->attempt != entry->attempt)
		return -ESTALE;
	gn_take_from_server(command);
	gn_answer(command, entry->result, entry->value);
	return 0;
}

static int commit_block(struct gn_server *server, struct geoneuron_commit_entry *entries,
			unsigned int count)
{
	unsigned int i, done = 0;

	gn_lock();
	if (!server->session || server->session != gn.active) {
		gn_unlock();
		return -ENOTCONN;
	}
	gn_renew(server->session);
	for (i = 0; i < count; i++) {
		entries[i].outcome = commit_one(server->session, &entries[i]);
		trace_geoneuron_commit(&entries[i]);
		done += !entries[i].outcome;
	}
	gn.counts.committed += done;
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

	memcpy(&ask, gn_uring_payload(cmd), sizeof(ask));
	barrier();	/* the copy is what is checked and used from here on */
	if (ask.flags || !ask.count || ask.count > GEONEURON_MAX_RECORDS)
		return -EINVAL;
	from = u64_to_user_ptr(ask.entries);
	for (; ask.count; ask.count -= count, from += count) {
		count = min_t(unsigned int, ask.count, COMMIT_BLOCK);
		if (copy_from_user(entries, from, count * sizeof(entries[0])))
			return -EFAULT;
		result = commit_block(cmd->file->private_data, entries, count);
		if (result < 0)
			return result;
		done += result;
		if (copy_to_user(from, entries, count * sizeof(entries[0])))
			return -EFAULT;
	}
	return done;
}
