// SPDX-License-Identifier: GPL-2.0-only
/* From a client's ring into the ledger: SUBMIT. */
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "internal.h"

/* A chain, or one command, on its way into the ledger. */
struct batch {
	struct list_head commands;	/* by gn_command.member */
	struct gn_chain *chain;		/* NULL for one command */
	unsigned int count;
	struct gn_command *bad;		/* the member that breaks a rule, or NULL */
	int error;			/* what that one completes with */
	bool broken;			/* one of a chain that is too long or has no end */
	bool goes_on;			/* and the chain's next command follows */
};

static void discard(struct batch *batch)
{
	struct gn_command *command, *next;

	list_for_each_entry_safe(command, next, &batch->commands, member)
		gn_free_command(command);
	kfree(batch->chain);
}

/* The ring's entry, copied once; of its payload what is used, for the rest goes nowhere. */
static void copy_body(struct geoneuron_command *body, const struct geoneuron_command *entry)
{
	memcpy(body, entry, offsetof(struct geoneuron_command, payload));
	barrier();	/* the copy is what is checked and used from here on */
	memcpy(body->payload, entry->payload,
	       min_t(u16, body->payload_bytes, GEONEURON_PAYLOAD_BYTES));
}

static struct gn_command *copy_command(struct gn_context *context, u32 index)
{
	const struct geoneuron_command *entries = (void *)(context->submission + 1);
	struct gn_command *command = kmem_cache_alloc(gn_commands, GFP_KERNEL_ACCOUNT);

	if (!command)
		return NULL;
	memset(command, 0, offsetof(struct gn_command, body));
	copy_body(&command->body, &entries[index & (context->submission_entries - 1)]);
	kref_get(&context->refs);
	command->context = context;
	command->priority_class = command->body.priority_class;
	INIT_LIST_HEAD(&command->member);
	INIT_LIST_HEAD(&command->place);
	INIT_LIST_HEAD(&command->notice);
	return command;
}

static int resolve(struct gn_command *command, int slot)
{
	const struct geoneuron_buffer_use *use = &command->body.buffers[slot];
	const u32 both = GEONEURON_ACCESS_READ | GEONEURON_ACCESS_WRITE;
	struct gn_buffer *buffer;

	if (!use->access || use->access & ~both || !use->length)
		return -EINVAL;
	buffer = gn_buffer_get(command->context, use->handle);
	if (!buffer)
		return -ENOENT;
	command->buffers[slot] = buffer;
	if (use->offset > buffer->size || use->length > buffer->size - use->offset)
		return -EINVAL;
	if (use->access & GEONEURON_ACCESS_WRITE && buffer->read_only)
		return -EACCES;
	return 0;
}

static int check(struct gn_command *command)
{
	static const struct geoneuron_buffer_use unused;
	const struct geoneuron_command *body = &command->body;
	int slot, result;

	if (body->flags & ~(GEONEURON_COMMAND_LINK | GEONEURON_COMMAND_IDEMPOTENT) ||
	    body->priority_class >= GEONEURON_CLASSES || body->reserved ||
	    body->buffer_count > GEONEURON_COMMAND_BUFFERS ||
	    body->payload_bytes > GEONEURON_PAYLOAD_BYTES)
		return -EINVAL;
	if (body->priority_class > command->context->highest_class)
		return -EPERM;
	for (slot = 0; slot < GEONEURON_COMMAND_BUFFERS; slot++) {
		if (slot >= body->buffer_count &&
		    memcmp(&body->buffers[slot], &unused, sizeof(unused)))
			return -EINVAL;
		result = slot < body->buffer_count ? resolve(command, slot) : 0;
		if (result)
			return result;
	}
	return 0;
}

/* How many entries from index on are one chain: 0 where it is too long or does not end in time. */
static unsigned int chain_length(struct gn_context *context, u32 index, unsigned int available)
{
	const struct geoneuron_command *entries = (void *)(context->submission + 1);
	unsigned int most = min3(available, context->completion_entries,
				 (u32)GEONEURON_MAX_CHAIN_COMMANDS);
	unsigned int length;

	for (length = 1; length <= most; length++, index++)
		if (!(READ_ONCE(entries[index & (context->submission_entries - 1)].flags) &
		      GEONEURON_COMMAND_LINK))
			return length;
	return 0;
}

static int make_chain(struct batch *batch)
{
	if (batch->count < 2)
		return 0;
	batch->chain = kzalloc(sizeof(*batch->chain), GFP_KERNEL_ACCOUNT);
	if (!batch->chain)
		return -ENOMEM;
	INIT_LIST_HEAD(&batch->chain->members);
	batch->chain->idempotent = true;
	return 0;
}

/* Flags may have changed between the look at the chain's length and the copy: broken as well. */
static void check_links(struct batch *batch, struct gn_command *command, bool last)
{
	bool linked = command->body.flags & GEONEURON_COMMAND_LINK;

	batch->goes_on = linked && last;
	if ((linked == last || batch->broken) && !batch->bad) {
		batch->bad = command;
		batch->error = -EINVAL;
	}
	if (batch->chain && !(command->body.flags & GEONEURON_COMMAND_IDEMPOTENT))
		batch->chain->idempotent = false;
}

static int fill_batch(struct gn_context *context, struct batch *batch, u32 index,
		      unsigned int available)
{
	unsigned int length = context->chain_broken ? 0 : chain_length(context, index, available);
	struct gn_command *command, *first = NULL;
	unsigned int i;
	int result;

	INIT_LIST_HEAD(&batch->commands);
	batch->chain = NULL;
	batch->error = 0;
	batch->bad = NULL;
	batch->broken = context->chain_broken;
	batch->goes_on = false;
	batch->count = length ? length : 1;
	result = make_chain(batch);
	for (i = 0; i < batch->count && !result; i++) {
		command = copy_command(context, index + i);
		if (!command) {
			result = -ENOMEM;
			break;
		}
		list_add_tail(&command->member, &batch->commands);
		command->chain = batch->chain;
		first = first ? first : command;
		check_links(batch, command, i + 1 == batch->count);
		if (!batch->bad)
			batch->error = check(command);
		if (batch->error && !batch->bad)
			batch->bad = command;
		command->priority_class = first->priority_class;
		command->body.priority_class = first->priority_class;
		command->body.deadline_ns = first->body.deadline_ns;
	}
	if (result)
		discard(batch);
	return result;
}

/* Why the whole batch cannot be accepted now; 0 where it can. */
static int refusal(struct gn_context *context, struct batch *batch)
{
	if (context->banned_until_ns > context->submitted_ns)
		return -EKEYREJECTED;
	if (batch->count > gn_room(context))
		return -EAGAIN;
	if (context->user->commands + batch->count > gn_max_commands)
		return -EDQUOT;
	return 0;
}

/*
 * Nothing of a batch that breaks a rule ever waits in a queue: its class may be one that there is
 * no queue for. So its members are answered one by one, and not as a chain.
 */
static void answer_broken(struct batch *batch)
{
	struct gn_command *command, *next;

	list_for_each_entry_safe(command, next, &batch->commands, member) {
		list_del_init(&command->member);
		command->chain = NULL;
		gn_accept(command);
		gn_answer(command, command == batch->bad ? batch->error : -ECANCELED, 0);
	}
	kfree(batch->chain);
}

static void enqueue_batch(struct batch *batch)
{
	struct gn_command *command, *next;

	list_for_each_entry_safe(command, next, &batch->commands, member) {
		list_del_init(&command->member);
		gn_accept(command);
		gn_enqueue(command);
	}
}

static int accept_batch(struct gn_context *context, struct batch *batch)
{
	int result;

	gn_lock();
	result = refusal(context, batch);
	if (!result && batch->bad)
		answer_broken(batch);
	else if (!result)
		enqueue_batch(batch);
	gn_unlock();
	return result;
}

static u32 available(struct gn_context *context)
{
	/* The entries are read after the tail that the client wrote behind them. */
	u32 tail = smp_load_acquire(&context->submission->tail);

	return min(tail - context->submission_head, context->submission_entries);
}

static int lock_context(struct gn_context *context, bool may_wait)
{
	if (!may_wait)
		return mutex_trylock(&context->lock) ? 0 : -EBUSY;
	return mutex_lock_killable(&context->lock);
}

/* Takes up to count commands; the number taken, or why none was. -EBUSY: others are at it. */
int gn_submit(struct gn_context *context, u32 count, bool may_wait)
{
	unsigned int left, accepted = 0;
	struct batch batch;
	int result = lock_context(context, may_wait);

	if (result)
		return result;
	if (!context->completion) {
		mutex_unlock(&context->lock);
		return -ENXIO;
	}
	context->submitted_ns = ktime_get_ns();
	for (left = min(count, available(context)); left && !result; left -= batch.count) {
		result = fill_batch(context, &batch, context->submission_head, left);
		if (result)
			break;
		result = accept_batch(context, &batch);
		if (result) {
			discard(&batch);
			break;
		}
		accepted += batch.count;
		context->chain_broken = batch.goes_on;
		context->submission_head += batch.count;
		/* The client may reuse an entry only when it has been copied. */
		smp_store_release(&context->submission->head, context->submission_head);
	}
	mutex_unlock(&context->lock);
	if (accepted) {
		gn_lock();
		gn_serve();
		gn_unlock();
		return accepted;
	}
	return result ? result : count ? -EAGAIN : 0;
}

static bool enough(struct gn_context *context, u32 wanted)
{
	u32 unread;
	bool done;

	gn_lock();
	gn_room(context);
	unread = context->completion_tail - context->completion_head;
	done = unread >= min(wanted, unread + context->in_flight);
	gn_unlock();
	return done;
}

static int wait_for(struct gn_context *context, const struct geoneuron_submit *ask)
{
	bool any_signal = ask->flags & GEONEURON_SUBMIT_INTERRUPTIBLE;
	/* Freezable, so that a client that waits does not keep the machine from suspending. */
	int state = (any_signal ? TASK_INTERRUPTIBLE : TASK_KILLABLE) | TASK_FREEZABLE;
	ktime_t deadline = ns_to_ktime(min_t(u64, ask->deadline_ns, KTIME_MAX));
	DEFINE_WAIT(entry);
	int result = 0;

	while (!result) {
		prepare_to_wait(&context->wait, &entry, state);
		if (enough(context, ask->min_complete))
			break;
		if (signal_pending_state(state, current))
			result = -EINTR;
		else if (!ask->deadline_ns)
			schedule();
		else if (!schedule_hrtimeout(&deadline, HRTIMER_MODE_ABS))
			result = -ETIME;
	}
	finish_wait(&context->wait, &entry);
	return result == -ETIME && enough(context, ask->min_complete) ? 0 : result;
}

long gn_submit_ioctl(struct gn_context *context, void __user *argument)
{
	struct geoneuron_submit ask;
	int accepted;

	if (copy_from_user(&ask, argument, sizeof(ask)))
		return -EFAULT;
	if (ask.flags & ~GEONEURON_SUBMIT_INTERRUPTIBLE || ask.padding)
		return -EINVAL;
	accepted = gn_submit(context, ask.count, true);
	if (accepted < 0)
		return accepted;
	ask.accepted = accepted;
	ask.wait_result = ask.min_complete ? wait_for(context, &ask) : 0;
	/* The caller gave a bad address after all: what was accepted stays accepted. */
	return copy_to_user(argument, &ask, sizeof(ask)) ? -EFAULT : 0;
}
