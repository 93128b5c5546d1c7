// SPDX-License-Identifier: GPL-2.0-only
/* Accounts of users: quotas and turns. */
#include <linux/slab.h>

#include "internal.h"

static struct gn_user *find(kuid_t uid)
{
	struct gn_user *user;

	list_for_each_entry(user, &gn.users, node)
		if (uid_eq(user->uid, uid))
			return user;
	return NULL;
}

static struct gn_user *new_user(kuid_t uid)
{
	struct gn_user *user = kzalloc(sizeof(*user), GFP_KERNEL);
	int class;

	if (!user)
		return NULL;
	user->uid = uid;
	for (class = 0; class < GEONEURON_CLASSES; class++) {
		INIT_LIST_HEAD(&user->turn[class]);
		INIT_LIST_HEAD(&user->contexts_turn[class]);
	}
	return user;
}

/* The account of a user, with a reference; NULL: no memory. */
struct gn_user *gn_user_get(kuid_t uid)
{
	struct gn_user *fresh = new_user(uid), *user;

	if (!fresh)
		return NULL;
	gn_lock();
	user = find(uid);
	if (!user) {
		user = fresh;
		fresh = NULL;
		list_add_tail(&user->node, &gn.users);
	}
	user->refs++;
	gn_unlock();
	kfree(fresh);
	return user;
}

void gn_user_put(struct gn_user *user)
{
	gn_lock();
	if (--user->refs)
		user = NULL;
	else
		list_del(&user->node);
	gn_unlock();
	kfree(user);
}
