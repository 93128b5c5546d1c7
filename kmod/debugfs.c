// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/geoneuron: counters, sessions and users, for root. Each file is read under one
 * hold of the ledger's lock, so that its numbers belong together. A kernel without debugfs has none
 * of it, and the module works there all the same.
 */
#include <linux/cred.h>
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "internal.h"

static struct dentry *folder;

/* The gauges follow the counters, which only grow. */
static int counters_show(struct seq_file *out, void *unused)
{
	const struct gn_counts *counts = &gn.counts;
	struct gn_session *session;
	struct gn_user *user;
	u64 dispatched = 0, held = 0, sessions = 0, users = 0;

	gn_lock();
	list_for_each_entry(session, &gn.sessions, node) {
		sessions++;
		dispatched += list_count_nodes(&session->dispatched);
		held += list_count_nodes(&session->held);
	}
	list_for_each_entry(user, &gn.users, node)
		users++;
	seq_printf(out, "accepted %llu\n", counts->accepted);
	seq_printf(out, "completed %llu\n", counts->completed);
	seq_printf(out, "vanished %llu\n", counts->vanished);
	seq_printf(out, "dispatched %llu\n", counts->dispatched);
	seq_printf(out, "committed %llu\n", counts->committed);
	seq_printf(out, "stale_commits %llu\n", counts->stale_commits);
	seq_printf(out, "requeued %llu\n", counts->requeued);
	seq_printf(out, "orphaned %llu\n", counts->orphaned);
	seq_printf(out, "strikes %llu\n", counts->strikes);
	seq_printf(out, "bans %llu\n", counts->bans);
	seq_printf(out, "activations %llu\n", counts->activations);
	seq_printf(out, "lapsed_leases %llu\n", counts->lapsed_leases);
	seq_printf(out, "fences %llu\n", counts->fences);
	seq_printf(out, "queued_now %u\n", gn.queued);
	seq_printf(out, "dispatched_now %llu\n", dispatched);
	seq_printf(out, "held_now %llu\n", held);
	seq_printf(out, "sessions_now %llu\n", sessions);
	seq_printf(out, "users_now %llu\n", users);
	gn_unlock();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static const char *role_of(const struct gn_session *session)
{
	if (session == gn.active)
		return "active";
	return session == gn.standby ? "standby" : "gone";
}

static int sessions_show(struct seq_file *out, void *unused)
{
	struct gn_session *session;

	seq_puts(out, "epoch role fence dispatched held fetches lease_ns\n");
	gn_lock();
	list_for_each_entry(session, &gn.sessions, node)
		seq_printf(out, "%u %s %s %zu %zu %zu %llu\n", session->epoch, role_of(session),
			   session->fenced ? "closed" : "open",
			   list_count_nodes(&session->dispatched),
			   list_count_nodes(&session->held),
			   list_count_nodes(&session->fetches), session->lease_ns);
	gn_unlock();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sessions);

static int users_show(struct seq_file *out, void *unused)
{
	struct gn_user *user;

	seq_puts(out, "uid contexts commands buffer_bytes pinned_bytes\n");
	gn_lock();
	list_for_each_entry(user, &gn.users, node)
		seq_printf(out, "%u %u %u %llu %llu\n",
			   from_kuid_munged(&init_user_ns, user->uid), user->contexts,
			   user->commands, user->buffer_bytes, user->pinned_bytes);
	gn_unlock();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(users);

/* What cannot be created is missing there, and nothing else. */
void gn_debugfs_init(void)
{
	folder = debugfs_create_dir("geoneuron", NULL);
	debugfs_create_file("counters", 0400, folder, NULL, &counters_fops);
	debugfs_create_file("sessions", 0400, folder, NULL, &sessions_fops);
	debugfs_create_file("users", 0400, folder, NULL, &users_fops);
}

/* Waits for whoever reads one of them. */
void gn_debugfs_finish(void)
{
	debugfs_remove(folder);
}
