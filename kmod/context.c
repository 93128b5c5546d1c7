// SPDX-License-Identifier: GPL-2.0-only
/* /dev/geoneuron: one client's open file, its rings and what it may do. */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "internal.h"

/* The server that had commands of it is told; but for that it goes at once. */
void gn_context_free(struct kref *refs)
{
	struct gn_context *context = container_of(refs, struct gn_context, refs);

	gn_area_destroy(context->submission);
	gn_area_destroy(context->completion);
	gn_user_put(context->user);
	gn_lock();
	if (gn.active && gn.active->wants_contexts && context->seen_epoch == gn.active->epoch) {
		list_add_tail(&context->notice, &gn.active->gone_contexts);
		gn_serve();
		context = NULL;
	}
	gn_unlock();
	kfree(context);
}

static bool count_context(struct gn_user *user)
{
	bool counted;

	gn_lock();
	counted = user->contexts < gn_max_contexts;
	if (counted)
		user->contexts++;
	gn_unlock();
	return counted;
}

static struct gn_context *new_context(struct gn_user *user)
{
	struct gn_context *context = kzalloc(sizeof(*context), GFP_KERNEL_ACCOUNT);
	int class;

	if (!context)
		return NULL;
	kref_init(&context->refs);
	context->user = user;
	context->highest_class = capable(CAP_SYS_NICE) ? GEONEURON_CLASS_REALTIME :
							 GEONEURON_CLASS_INTERACTIVE;
	context->process = task_tgid_nr(current);
	mutex_init(&context->lock);
	xa_init_flags(&context->buffers, XA_FLAGS_ALLOC1);
	INIT_LIST_HEAD(&context->commands);
	INIT_LIST_HEAD(&context->wake_node);
	INIT_LIST_HEAD(&context->notice);
	init_waitqueue_head(&context->wait);
	for (class = 0; class < GEONEURON_CLASSES; class++) {
		INIT_LIST_HEAD(&context->queue[class]);
		INIT_LIST_HEAD(&context->turn[class]);
	}
	gn_lock();
	context->id = ++gn.next_context;
	gn_unlock();
	return context;
}

static int client_open(struct inode *inode, struct file *file)
{
	struct gn_user *user = gn_user_get(current_euid());

	if (!user)
		return -ENOMEM;
	if (!count_context(user)) {
		gn_user_put(user);
		return -EDQUOT;
	}
	file->private_data = new_context(user);
	if (file->private_data)
		return 0;
	gn_lock();
	user->contexts--;
	gn_unlock();
	gn_user_put(user);
	return -ENOMEM;
}

static int client_release(struct inode *inode, struct file *file)
{
	struct gn_context *context = file->private_data;
	struct eventfd_ctx *eventfd;
	struct gn_buffer *buffer;
	unsigned long handle;

	gn_lock();
	context->closed = true;
	context->user->contexts--;
	eventfd = context->eventfd;
	context->eventfd = NULL;
	gn_end_queued(context);	/* what runs stays in the ledger as orphans */
	gn.counts.orphaned += context->in_flight;
	gn_serve();	/* a server may have to be told, and less waits for it */
	gn_unlock();
	if (eventfd)
		eventfd_ctx_put(eventfd);
	xa_for_each(&context->buffers, handle, buffer)
		gn_buffer_put(buffer);
	xa_destroy(&context->buffers);
	kref_put(&context->refs, gn_context_free);
	return 0;
}

static long get_info(struct gn_context *context, void __user *argument)
{
	struct geoneuron_info info = {
		.abi_version = GEONEURON_ABI_VERSION,
		.highest_class = context->highest_class,
		.features = GN_HAS_URING_CANCEL ? GEONEURON_FEATURE_URING_CANCEL : 0,
		.max_commands = gn_max_commands,
		.max_buffer_bytes = gn_max_buffer_bytes,
		.max_pinned_bytes = gn_max_pinned_bytes,
		.max_contexts = gn_max_contexts,
	};

	gn_lock();
	info.server_attached = !!gn.active;
	info.standby_attached = !!gn.standby;
	gn_unlock();
	return copy_to_user(argument, &info, sizeof(info)) ? -EFAULT : 0;
}

static bool good_entries(u32 entries)
{
	return is_power_of_2(entries) && entries >= GEONEURON_MIN_RING_ENTRIES &&
	       entries <= GEONEURON_MAX_RING_ENTRIES;
}

static struct geoneuron_ring *new_ring(u32 entries, u64 bytes)
{
	struct geoneuron_ring *ring = gn_area_create(bytes);

	if (ring)
		ring->entries = entries;
	return ring;
}

static void describe_rings(struct geoneuron_setup *setup)
{
	setup->submission_entries_at = sizeof(struct geoneuron_ring);
	setup->completion_entries_at = sizeof(struct geoneuron_ring);
	setup->submission_offset = GN_SUBMISSION_AT;
	setup->completion_offset = GN_COMPLETION_AT;
	setup->submission_bytes = PAGE_ALIGN(sizeof(struct geoneuron_ring) +
		(u64)setup->submission_entries * sizeof(struct geoneuron_command));
	setup->completion_bytes = PAGE_ALIGN(sizeof(struct geoneuron_ring) +
		(u64)setup->completion_entries * sizeof(struct geoneuron_completion));
}

/* Makes the rings the context's own, unless it has some. */
static int publish_rings(struct gn_context *context, const struct geoneuron_setup *setup,
			 struct geoneuron_ring *submission, struct geoneuron_ring *completion)
{
	int result = -EBUSY;

	mutex_lock(&context->lock);
	if (!context->completion) {
		context->submission_entries = setup->submission_entries;
		context->completion_entries = setup->completion_entries;
		context->submission = submission;
		/* Whoever finds it without the mutex finds the submission ring and sizes too. */
		smp_store_release(&context->completion, completion);
		result = 0;
	}
	mutex_unlock(&context->lock);
	return result;
}

/* The answer is written before the rings are there, so that a bad address gives no rings. */
static long setup_ioctl(struct gn_context *context, void __user *argument)
{
	struct geoneuron_ring *submission, *completion;
	struct geoneuron_setup setup;
	long result = -ENOMEM;

	if (copy_from_user(&setup, argument, sizeof(setup)))
		return -EFAULT;
	if (setup.flags || setup.padding || !good_entries(setup.submission_entries) ||
	    !good_entries(setup.completion_entries))
		return -EINVAL;
	if (smp_load_acquire(&context->completion))	/* see publish_rings */
		return -EBUSY;
	describe_rings(&setup);
	submission = new_ring(setup.submission_entries, setup.submission_bytes);
	completion = new_ring(setup.completion_entries, setup.completion_bytes);
	if (submission && completion)
		result = copy_to_user(argument, &setup, sizeof(setup)) ? -EFAULT :
			 publish_rings(context, &setup, submission, completion);
	if (!result)
		return 0;
	gn_area_destroy(submission);
	gn_area_destroy(completion);
	return result;
}

static long set_eventfd(struct gn_context *context, void __user *argument)
{
	struct geoneuron_eventfd ask;
	struct eventfd_ctx *eventfd = NULL;

	if (copy_from_user(&ask, argument, sizeof(ask)))
		return -EFAULT;
	if (ask.flags || ask.fd < -1)
		return -EINVAL;
	if (ask.fd >= 0)
		eventfd = eventfd_ctx_fdget(ask.fd);
	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	gn_lock();
	swap(eventfd, context->eventfd);
	gn_unlock();
	if (eventfd)
		eventfd_ctx_put(eventfd);
	return 0;
}

static long client_ioctl(struct file *file, unsigned int code, unsigned long address)
{
	struct gn_context *context = file->private_data;
	void __user *argument = (void __user *)address;

	switch (code) {
	case GEONEURON_IOC_GET_INFO:
		return get_info(context, argument);
	case GEONEURON_IOC_SETUP:
		return setup_ioctl(context, argument);
	case GEONEURON_IOC_CREATE_BUFFER:
		return gn_create_buffer(context, argument);
	case GEONEURON_IOC_DESTROY_BUFFER:
		return gn_destroy_buffer(context, argument);
	case GEONEURON_IOC_EXPORT_BUFFER:
		return gn_export_buffer(context, argument);
	case GEONEURON_IOC_IMPORT_BUFFER:
		return gn_import_buffer(context, argument);
	case GEONEURON_IOC_SUBMIT:
		return gn_submit_ioctl(context, argument);
	case GEONEURON_IOC_CANCEL:
		return gn_cancel_ioctl(context, argument);
	case GEONEURON_IOC_SET_EVENTFD:
		return set_eventfd(context, argument);
	default:
		return -ENOTTY;
	}
}

static int client_uring(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	const struct geoneuron_uring_submit *ask = gn_uring_payload(cmd);
	struct gn_context *context = cmd->file->private_data;
	u32 count;
	int result;

	if (gn_uring_cancels(issue_flags))
		return 0;	/* nothing ever pends here */
	count = READ_ONCE(ask->count);
	if (cmd->cmd_op != GEONEURON_URING_SUBMIT)
		return -ENOTTY;
	if (READ_ONCE(ask->flags) || READ_ONCE(ask->reserved))
		return -EINVAL;
	result = gn_submit(context, count, !(issue_flags & IO_URING_F_NONBLOCK));
	if (result == -EBUSY)
		return -EAGAIN;	/* io_uring tries again in a thread that may wait */
	return gn_uring_end(cmd, result, issue_flags);
}

static int map_ring(struct gn_context *context, struct vm_area_struct *vma, void *ring)
{
	if (!ring)
		return -ENXIO;
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	vma->vm_pgoff = 0;
	return remap_vmalloc_range(vma, ring, 0);
}

static int client_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct gn_context *context = file->private_data;
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	struct gn_buffer *buffer;
	int result;

	/* The rings never change once the completion ring is there. */
	if (offset == GN_SUBMISSION_AT || offset == GN_COMPLETION_AT) {
		/* See publish_rings. */
		void *completion = smp_load_acquire(&context->completion);

		return map_ring(context, vma, offset ? completion :
				completion ? context->submission : NULL);
	}
	if (offset & ((1ULL << GN_BUFFER_SHIFT) - 1))
		return -EINVAL;
	mutex_lock(&context->lock);
	buffer = gn_buffer_get(context, offset >> GN_BUFFER_SHIFT);
	mutex_unlock(&context->lock);
	if (!buffer)
		return -ENOENT;
	result = gn_buffer_map(buffer, vma);
	gn_buffer_put(buffer);
	return result;
}

static __poll_t client_poll(struct file *file, struct poll_table_struct *table)
{
	struct gn_context *context = file->private_data;
	__poll_t events = 0;

	poll_wait(file, &context->wait, table);
	if (!smp_load_acquire(&context->completion))	/* see publish_rings */
		return 0;
	gn_lock();
	if (gn_room(context))
		events |= EPOLLOUT | EPOLLWRNORM;
	if (context->completion_tail != context->completion_head)
		events |= EPOLLIN | EPOLLRDNORM;
	gn_unlock();
	return events;
}

/* Bytes of the buffers that the context has handles of. */
static u64 named_bytes(struct gn_context *context)
{
	struct gn_buffer *buffer;
	unsigned long handle;
	u64 bytes = 0;

	mutex_lock(&context->lock);
	xa_for_each(&context->buffers, handle, buffer)
		bytes += buffer->size;
	mutex_unlock(&context->lock);
	return bytes;
}

/* In the style of drm-usage-stats: key, colon, tab, value. */
static void client_fdinfo(struct seq_file *out, struct file *file)
{
	struct gn_context *context = file->private_data;
	u64 bytes = named_bytes(context);

	gn_lock();
	seq_puts(out, "drm-driver:\tgeoneuron\n");
	seq_printf(out, "drm-client-id:\t%llu\n", context->id);
	seq_printf(out, "drm-total-memory:\t%llu KiB\n", bytes >> 10);
	seq_printf(out, "geoneuron-in-flight:\t%u\n", context->in_flight);
	seq_printf(out, "geoneuron-dispatched:\t%u\n", context->dispatched);
	seq_printf(out, "geoneuron-user-buffers:\t%llu KiB\n", context->user->buffer_bytes >> 10);
	seq_printf(out, "geoneuron-user-pinned:\t%llu KiB\n", context->user->pinned_bytes >> 10);
	gn_unlock();
}

const struct file_operations gn_client_fops = {
	.owner = THIS_MODULE,
	.open = client_open,
	.release = client_release,
	.unlocked_ioctl = client_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.uring_cmd = client_uring,
	.mmap = client_mmap,
	.poll = client_poll,
	.show_fdinfo = client_fdinfo,
	.llseek = noop_llseek,
};
