// SPDX-License-Identifier: GPL-2.0-only
/* A server that has something to do and is silent for longer than its lease is detached. */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "internal.h"

static bool credited(const struct gn_session *session, int class)
{
	const struct gn_fetch *fetch;

	list_for_each_entry(fetch, &session->fetches, node)
		if (fetch->ask.credits[class])
			return true;
	return false;
}

/*
 * True while the server has something to run, or to fetch. What another device's fence keeps
 * waiting is not laid to a server that has asked for it.
 */
static bool owes(const struct gn_session *session)
{
	int class;

	for (class = 0; class < GEONEURON_CLASSES; class++)
		if (!list_empty(&gn.turn[class]) && (session->retiring || !credited(session, class)))
			return true;
	return !list_empty(&session->dispatched);
}

void gn_renew(struct gn_session *session)
{
	session->renewed_ns = ktime_get_ns();
}

/* Runs while the active server has something to do, and ends it when it has been silent. */
void gn_lease_work(struct work_struct *work)
{
	struct gn_session *session;
	u64 silent;

	gn_lock();
	session = gn.active;
	gn.leased = session && owes(session);
	if (gn.leased) {
		silent = ktime_get_ns() - session->renewed_ns;
		if (silent >= session->lease_ns) {
			gn.counts.lapsed_leases++;
			gn_session_end(session, false);
		} else {
			mod_delayed_work(system_wq, &gn.lease,
					 nsecs_to_jiffies(session->lease_ns - silent) + 1);
		}
	}
	gn_unlock();
}

/* Starts the lease with the first thing to do, so that no idle time counts. gn.lock is held. */
void gn_lease(struct gn_session *session)
{
	bool owing = owes(session);

	if (owing && !gn.leased) {
		gn_renew(session);
		mod_delayed_work(system_wq, &gn.lease, nsecs_to_jiffies(session->lease_ns) + 1);
	}
	gn.leased = owing;
}
