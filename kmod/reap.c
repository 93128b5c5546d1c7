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

static void reap(struct gn_session *session, u64 now)
{
	struct gn_fetch *fetch, *next;

	list_for_each_entry_safe(fetch, next, &session->fetches, node) {
		bool exiting = fetch->task->flags & PF_EXITING;

		if (!exiting && now - fetch->born_ns < LIFE_NS)
			continue;
		fetch->result = exiting ? -ECANCELED : -ETIME;
		list_move_tail(&fetch->node, &gn.finished);
	}
}

/* FETCHes pend in the order in which they came, so a session's first is the next to end. */
static u64 next_end(struct gn_session *session)
{
	struct gn_fetch *first = list_first_entry_or_null(&session->fetches, struct gn_fetch, node);

	return first ? first->born_ns + LIFE_NS : U64_MAX;
}

/* An idle machine is woken no more often than FETCHes end. */
void gn_reap_work(struct work_struct *work)
{
	struct gn_session *session;
	u64 now, end = U64_MAX;

	gn_lock();
	now = ktime_get_ns();
	list_for_each_entry(session, &gn.sessions, node) {
		reap(session, now);
		end = min(end, next_end(session));
	}
	if (end != U64_MAX)
		schedule_delayed_work(&gn.reap, nsecs_to_jiffies(end - now) + 1);
	gn_unlock();
}

/* Work that is due already is due for an older FETCH, and finds this one when its turn has come. */
void gn_reap_later(void)
{
	if (!GN_HAS_URING_CANCEL)
		schedule_delayed_work(&gn.reap, nsecs_to_jiffies(LIFE_NS) + 1);
}
