// SPDX-License-Identifier: GPL-2.0-only
/* CANCEL: what a client asks to end. */
#include <linux/uaccess.h>

#include "internal.h"

/* What CANCEL is to answer for a command: a member of a chain may take others along. */
static void count_cancel(const struct gn_command *command, struct geoneuron_cancel *ask)
{
	if (command->state == GN_QUEUED)
		ask->cancelled++;
	else
		ask->requested++;
}

static bool meant(const struct gn_command *command, u64 user_data)
{
	return command->body.user_data == user_data && command->state != GN_DONE &&
	       !command->replay;
}

/* The first command behind those of the same chain, which lie together on the context's list. */
static struct gn_command *behind(struct gn_context *context, struct gn_command *command)
{
	struct gn_chain *chain = command->chain;

	list_for_each_entry_continue(command, &context->commands, owned)
		if (!chain || command->chain != chain)
			break;
	return command;
}

static void cancel_all(struct gn_context *context, u64 user_data)
{
	struct gn_command *command, *next;

	command = list_first_entry(&context->commands, struct gn_command, owned);
	for (; !list_entry_is_head(command, &context->commands, owned); command = next) {
		bool queued = command->state == GN_QUEUED;

		/* A queued member takes its chain along, one that runs asks for its own end. */
		next = queued && meant(command, user_data) ? behind(context, command) :
							     list_next_entry(command, owned);
		if (meant(command, user_data))
			gn_cancel(command);
	}
}

long gn_cancel_ioctl(struct gn_context *context, void __user *argument)
{
	struct geoneuron_cancel ask;
	struct gn_command *command;

	if (copy_from_user(&ask, argument, sizeof(ask)))
		return -EFAULT;
	if (ask.flags)
		return -EINVAL;
	ask.cancelled = 0;
	ask.requested = 0;
	gn_lock();
	list_for_each_entry(command, &context->commands, owned)
		if (meant(command, ask.user_data))
			count_cancel(command, &ask);
	cancel_all(context, ask.user_data);
	gn_serve();
	gn_unlock();
	ask.not_found = !ask.cancelled && !ask.requested;
	return copy_to_user(argument, &ask, sizeof(ask)) ? -EFAULT : 0;
}
