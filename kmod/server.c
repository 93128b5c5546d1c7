// SPDX-License-Identifier: GPL-2.0-only
/* /dev/geoneuron-server: the daemon's attachment, its fence, and what it may look at. */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "internal.h"
#include "trace.h"

#define AREA_BYTES PAGE_ALIGN(GEONEURON_AREA_RECORDS_AT + \
			      GEONEURON_MAX_RECORDS * sizeof(struct geoneuron_record))

void gn_session_free(struct kref *refs)
{
	struct gn_session *session = container_of(refs, struct gn_session, refs);

	gn_area_destroy(session->area);
	kfree(session);
}

/*
 * Nobody of the session can write any more. What it held is resolved before the call returns, so
 * that the module is free as soon as the last process is.
 */
static int fence_release(struct inode *inode, struct file *file)
{
	struct gn_session *session = file->private_data;

	gn_lock();
	session->fenced = true;
	gn.counts.fences++;
	trace_geoneuron_fence(session);
	gn_unlock();
	gn_retry_work(NULL);
	kref_put(&session->refs, gn_session_free);
	return 0;
}

static const struct file_operations fence_fops = {
	.owner = THIS_MODULE,
	.release = fence_release,
	.llseek = noop_llseek,
};

static struct gn_session *new_session(u64 lease_ns)
{
	struct gn_session *session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);

	if (!session)
		return NULL;
	session->area = gn_area_create(AREA_BYTES);
	if (!session->area) {
		kfree(session);
		return NULL;
	}
	kref_init(&session->refs);
	INIT_LIST_HEAD(&session->node);
	INIT_LIST_HEAD(&session->fetches);
	INIT_LIST_HEAD(&session->dispatched);
	INIT_LIST_HEAD(&session->held);
	INIT_LIST_HEAD(&session->cancelled);
	INIT_LIST_HEAD(&session->gone_buffers);
	INIT_LIST_HEAD(&session->gone_contexts);
	session->lease_ns = lease_ns;
	return session;
}

/* Makes the session the active one, in an epoch of its own. gn.lock is held. */
void gn_activate(struct gn_session *session)
{
	session->epoch = ++gn.next_epoch;
	session->renewed_ns = ktime_get_ns();
	gn.active = session;
	gn.counts.activations++;
	gn.leased = false;	/* the lease is its own, from gn_serve on */
}

/* Takes the role, with a reference for the server's file and one for the ledger. */
static int take_role(struct gn_server *server, struct gn_session *session, u32 role)
{
	struct gn_session **place = role == GEONEURON_ROLE_ACTIVE ? &gn.active : &gn.standby;
	int result = 0;

	gn_lock();
	if (server->session || *place || (role == GEONEURON_ROLE_ACTIVE && gn.standby)) {
		result = -EBUSY;
	} else {
		server->session = session;
		server->process = get_pid(task_tgid(current));
		kref_get(&session->refs);
		kref_get(&session->refs);
		list_add_tail(&session->node, &gn.sessions);
		if (!gn.active)
			gn_activate(session);
		else
			gn.standby = session;
		gn_serve();
	}
	gn_unlock();
	return result;
}

static struct file *new_fence(struct gn_session *session)
{
	struct file *fence;

	kref_get(&session->refs);
	fence = anon_inode_getfile("[geoneuron-fence]", &fence_fops, session, O_RDONLY);
	if (IS_ERR(fence))
		kref_put(&session->refs, gn_session_free);
	return fence;
}

static long attach_session(struct gn_server *server, struct gn_session *session,
			   struct geoneuron_attach *ask, void __user *argument)
{
	struct file *fence = new_fence(session);
	long result;

	if (IS_ERR(fence))
		return PTR_ERR(fence);
	ask->fence_fd = get_unused_fd_flags(0);
	result = ask->fence_fd < 0 ? ask->fence_fd : take_role(server, session, ask->role);
	if (result)
		goto failed;
	ask->epoch = session->epoch;
	ask->area_bytes = AREA_BYTES;
	if (!copy_to_user(argument, ask, sizeof(*ask))) {
		fd_install(ask->fence_fd, fence);
		return 0;
	}
	gn_lock();
	gn_session_end(session, false);
	gn_unlock();
	result = -EFAULT;
failed:
	if (ask->fence_fd >= 0)
		put_unused_fd(ask->fence_fd);
	fput(fence);
	return result;
}

static long attach(struct gn_server *server, void __user *argument)
{
	struct geoneuron_attach ask;
	struct gn_session *session;
	long result;

	if (copy_from_user(&ask, argument, sizeof(ask)))
		return -EFAULT;
	if (ask.flags & ~GEONEURON_ATTACH_CONTEXTS || ask.role > GEONEURON_ROLE_STANDBY ||
	    ask.lease_ns < GEONEURON_MIN_LEASE_NS || ask.lease_ns > GEONEURON_MAX_LEASE_NS)
		return -EINVAL;
	if (copy_to_user(argument, &ask, sizeof(ask)))
		return -EFAULT;	/* before the file's one session is used up */
	session = new_session(ask.lease_ns);
	if (!session)
		return -ENOMEM;
	session->wants_contexts = ask.flags & GEONEURON_ATTACH_CONTEXTS;
	result = attach_session(server, session, &ask, argument);
	kref_put(&session->refs, gn_session_free);
	return result;
}

static long detach(struct gn_server *server)
{
	long result = -ENOTCONN;

	gn_lock();
	if (server->session && !server->session->gone) {
		gn_session_end(server->session, false);
		result = 0;
	}
	gn_unlock();
	return result;
}

static long get_session(struct gn_server *server, void __user *argument)
{
	struct geoneuron_session told = {};
	struct gn_session *session;

	gn_lock();
	session = server->session;
	if (!session || session->gone) {
		gn_unlock();
		return -ENOTCONN;
	}
	gn_renew(session);
	told.role = session == gn.active ? GEONEURON_ROLE_ACTIVE : GEONEURON_ROLE_STANDBY;
	told.epoch = session->epoch;
	told.queued = gn.queued;
	told.dispatched = list_count_nodes(&session->dispatched);
	list_for_each_entry(session, &gn.sessions, node)
		told.fenced += list_count_nodes(&session->held);
	gn_unlock();
	return copy_to_user(argument, &told, sizeof(told)) ? -EFAULT : 0;
}

/* The buffer of a command that runs in this session, with a reference. */
static struct gn_buffer *buffer_of(struct gn_server *server, struct geoneuron_get_buffer *ask,
				   bool *write)
{
	struct gn_command *command = gn_find_command(ask->command_id);
	struct gn_buffer *buffer;

	if (!server->session || server->session != gn.active)
		return ERR_PTR(-ENOTCONN);
	if (!command || command->state != GN_DISPATCHED || command->epoch != ask->epoch ||
	    ask->epoch != gn.active->epoch)
		return ERR_PTR(-ESTALE);
	if (ask->slot >= command->body.buffer_count)
		return ERR_PTR(-EINVAL);
	buffer = command->buffers[ask->slot];
	*write = command->body.buffers[ask->slot].access & GEONEURON_ACCESS_WRITE &&
		 !command->replay;
	kref_get(&buffer->refs);
	return buffer;
}

/* The fd is installed last: whoever gives a bad address gets none. */
static long tell_buffer(struct geoneuron_get_buffer *ask, struct file *file, void __user *argument)
{
	ask->fd = get_unused_fd_flags(O_CLOEXEC);
	if (ask->fd < 0)
		return ask->fd;
	if (copy_to_user(argument, ask, sizeof(*ask))) {
		put_unused_fd(ask->fd);
		return -EFAULT;
	}
	fd_install(ask->fd, get_file(file));
	return 0;
}

static long get_buffer(struct gn_server *server, void __user *argument)
{
	struct geoneuron_get_buffer ask;
	struct gn_buffer *buffer;
	bool write = false;
	struct file *file;
	long result;

	if (copy_from_user(&ask, argument, sizeof(ask)))
		return -EFAULT;
	gn_lock();
	buffer = buffer_of(server, &ask, &write);
	gn_unlock();
	if (IS_ERR(buffer))
		return PTR_ERR(buffer);
	ask.kind = buffer->memory ? GEONEURON_BUFFER_MEMORY : GEONEURON_BUFFER_DMABUF;
	ask.size = buffer->size;
	ask.buffer_id = buffer->id;
	file = gn_buffer_file(buffer, write);
	gn_buffer_put(buffer);
	if (IS_ERR(file))
		return PTR_ERR(file);
	result = tell_buffer(&ask, file, argument);
	fput(file);
	return result;
}

static int server_open(struct inode *inode, struct file *file)
{
	struct gn_server *server = kzalloc(sizeof(*server), GFP_KERNEL_ACCOUNT);

	file->private_data = server;
	return server ? 0 : -ENOMEM;
}

/* The process that attached is at its end; a child may have the file open still. */
static bool server_ends(const struct gn_server *server)
{
	return server->session && server->process == task_tgid(current) &&
	       !atomic_read(&current->signal->live);
}

static bool killed_from_outside(void)
{
	return (current->signal->group_exit_code & 0x7f) == SIGKILL;
}

/*
 * Every close and every exit comes through here, release does not while a FETCH pends: so FETCHes
 * of this files_struct end here.
 */
static int server_flush(struct file *file, fl_owner_t owner)
{
	struct gn_server *server = file->private_data;
	struct gn_fetch *fetch, *next;

	gn_lock();
	if (server->session)
		list_for_each_entry_safe(fetch, next, &server->session->fetches, node)
			if (fetch->owner == owner) {
				fetch->result = -ECANCELED;
				list_move_tail(&fetch->node, &gn.finished);
			}
	if (server_ends(server))
		gn_session_end(server->session, !killed_from_outside());
	gn_unlock();
	return 0;
}

static int server_release(struct inode *inode, struct file *file)
{
	struct gn_server *server = file->private_data;
	struct gn_session *session = server->session;

	if (session) {
		gn_lock();
		gn_session_end(session, false);
		gn_unlock();
		put_pid(server->process);
		kref_put(&session->refs, gn_session_free);
	}
	kfree(server);
	return 0;
}

static int server_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct gn_server *server = file->private_data;
	struct gn_session *session;

	gn_lock();
	session = server->session;
	gn_unlock();
	if (!session)
		return -ENOTCONN;
	if (!(vma->vm_flags & VM_MAYSHARE) || vma->vm_pgoff)
		return -EINVAL;
	return remap_vmalloc_range(vma, session->area, 0);
}

static long server_ioctl(struct file *file, unsigned int code, unsigned long address)
{
	struct gn_server *server = file->private_data;
	void __user *argument = (void __user *)address;

	switch (code) {
	case GEONEURON_IOC_ATTACH:
		return attach(server, argument);
	case GEONEURON_IOC_DETACH:
		return detach(server);
	case GEONEURON_IOC_GET_SESSION:
		return get_session(server, argument);
	case GEONEURON_IOC_GET_BUFFER:
		return get_buffer(server, argument);
	default:
		return -ENOTTY;
	}
}

const struct file_operations gn_server_fops = {
	.owner = THIS_MODULE,
	.open = server_open,
	.flush = server_flush,
	.release = server_release,
	.unlocked_ioctl = server_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.uring_cmd = gn_server_uring,
	.mmap = server_mmap,
	.llseek = noop_llseek,
};
