// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where io_uring cannot cancel a pending FETCH (6.1), its life is bounded, and one whose task is
 * exiting ends soon. Elsewhere there is nothing to do.
 */
#include <linux/ktime.h>
#include <linux/sched.h>

#include "compat.h"
#include "internal.h"

#define LIFE_NS NSEC_PER_SEC
#define LOOK_MS 500

static void reap(struct gn_session *session)
{
	u64 now = ktime_get_ns();
	struct gn_fetch *fetch, *next;

	list_for_each_entry_safe(fetch, next, &session->fetches, node) {
		bool exiting = fetch->task->flags & PF_EXITING;

		if (!exiting && now - fetch->born_ns < LIFE_NS)
			continue;
		fetch->result = exiting ? -ECANCELED : -ETIME;
		list_move_tail(&fetch->node, &gn.finished);
	}
}

void gn_reap_work(struct work_struct *work)
{
	struct gn_session *session;
	bool pending = false;

	gn_lock();
	list_for_each_entry(session, &gn.sessions, node) {
		reap(session);
		pending = pending || !list_empty(&session->fetches);
	}
	if (pending)
		schedule_delayed_work(&gn.reap, msecs_to_jiffies(LOOK_MS));
	gn_unlock();
}

void gn_reap_later(void)
{
	if (!GN_HAS_URING_CANCEL)
		schedule_delayed_work(&gn.reap, msecs_to_jiffies(LOOK_MS));
}
