/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the module share: the ledger's structures and the calls between them.
 *
 * One spinlock guards the ledger. What must not happen under it (completing a FETCH, freeing) is
 * noted under it and done by gn_unlock(), which first wakes who waits: under the lock, so that no
 * context goes meanwhile.
 */
#ifndef GN_INTERNAL_H
#define GN_INTERNAL_H

#include <linux/dma-resv.h>
#include <linux/geoneuron.h>
#include <linux/hashtable.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

struct dma_buf;
struct eventfd_ctx;
struct file;
struct io_uring_cmd;
struct pid;

/* One per user who has a context open or memory left; found by uid, guarded by gn.lock. */
struct gn_user {
	struct list_head node;		/* gn.users */
	unsigned int refs;
	kuid_t uid;
	unsigned int commands;		/* in the ledger, answered members of chains too */
	unsigned int contexts;
	u64 buffer_bytes;
	u64 pinned_bytes;
	struct list_head turn[GEONEURON_CLASSES];	/* gn.turn, while one may be served */
	struct list_head contexts_turn[GEONEURON_CLASSES];
};

struct gn_buffer {
	struct kref refs;
	struct gn_user *user;
	u64 id;
	u64 size;			/* bytes */
	bool read_only;
	struct file *memory;		/* of shmem; NULL when imported */
	struct dma_buf *imported;
	struct dma_resv resv;		/* of all its exports */
	u32 seen_epoch;			/* a server of this epoch may have imported it */
	struct list_head notice;	/* gn_session.gone */
};

struct gn_context {
	struct kref refs;
	struct gn_user *user;
	u64 id;
	u32 highest_class;
	pid_t process;			/* that opened it, in the initial namespace */

	struct mutex lock;		/* rings, handles, submission */
	struct geoneuron_ring *submission;
	struct geoneuron_ring *completion;
	u32 submission_entries;
	u32 completion_entries;
	u32 submission_head;
	u64 submitted_ns;		/* when SUBMIT began: the clock is not cheap to read */
	bool chain_broken;		/* the next command belongs to a chain that was refused */
	struct xarray buffers;		/* handle -> gn_buffer */

	/* Under gn.lock. */
	u32 completion_tail;
	u32 completion_head;		/* the last possible one that the client wrote */
	u32 in_flight;
	u32 dispatched;
	bool closed;
	u64 banned_until_ns;
	struct eventfd_ctx *eventfd;
	struct list_head commands;
	struct list_head queue[GEONEURON_CLASSES];
	struct list_head turn[GEONEURON_CLASSES];	/* gn_user.contexts_turn */
	struct list_head wake_node;
	u32 seen_epoch;			/* a server of this epoch had commands of it */
	struct list_head notice;	/* gn_session.gone_contexts */

	wait_queue_head_t wait;
};

enum gn_state {
	GN_QUEUED,	/* in its context's queue */
	GN_DISPATCHED,	/* with the server of its epoch */
	GN_HELD,	/* its server is gone, and its fence or a buffer's is not done */
	GN_DONE,	/* answered, kept because its chain goes on */
};

/* Members in order; all under gn.lock. */
struct gn_chain {
	struct list_head members;
	unsigned int left;		/* without completion */
	bool idempotent;
	bool begun;			/* a member was handed out, and the chain not queued anew */
	bool failed;
};

struct gn_command {
	u64 id;
	struct gn_context *context;
	struct gn_chain *chain;		/* NULL outside chains */
	struct list_head member;	/* gn_chain.members */
	struct list_head owned;		/* gn_context.commands */
	struct list_head place;		/* queue, gn_session.dispatched or held, or gn.dead */
	struct list_head notice;	/* gn_session.cancelled */
	struct hlist_node by_id;
	enum gn_state state;
	u8 priority_class;
	u8 strikes;
	bool replay;			/* answered already, runs again for its chain */
	bool cancel_asked;
	u32 epoch;
	u32 attempt;
	u64 accepted_ns;
	struct gn_buffer *buffers[GEONEURON_COMMAND_BUFFERS];
	struct geoneuron_command body;	/* last: what lies before it is zeroed first */
};

struct gn_fetch {
	struct list_head node;		/* gn_session.fetches or gn.finished */
	struct io_uring_cmd *cmd;
	struct task_struct *task;	/* referenced */
	void *owner;			/* its files_struct, as an identity */
	u64 born_ns;
	int result;
	struct geoneuron_uring_fetch ask;
};

/* One server's attachment. It outlives the server's file as long as its fence is open. */
struct gn_session {
	struct kref refs;
	struct list_head node;		/* gn.sessions */
	u32 epoch;			/* 0: a standby that was not promoted yet */
	bool gone;			/* the server */
	bool fenced;			/* the fence's last copy is closed */
	bool wants_contexts;		/* is told of contexts that are gone */
	bool retiring;			/* has given commands back, and gets no more */
	u64 lease_ns;
	u64 renewed_ns;
	void *area;
	struct list_head fetches;
	struct list_head dispatched;
	struct list_head held;
	struct list_head cancelled;	/* commands to tell of */
	struct list_head gone_buffers;	/* buffers to tell of */
	struct list_head gone_contexts;	/* contexts to tell of */
};

/* An open file of /dev/geoneuron-server. */
struct gn_server {
	struct gn_session *session;	/* set once, under gn.lock; referenced */
	struct pid *process;		/* that attached; referenced */
};

/*
 * What happened since the module was loaded, for debugfs. At any moment accepted is the sum of
 * completed, vanished and the commands in flight.
 */
struct gn_counts {
	u64 accepted;
	u64 completed;		/* completions given to clients */
	u64 vanished;		/* commands that ended after their client was gone */
	u64 dispatched;		/* hand-outs, those of the same command counted each */
	u64 committed;
	u64 stale_commits;	/* results that counted for nothing */
	u64 requeued;
	u64 orphaned;		/* commands that a server had when their client went */
	u64 strikes;
	u64 bans;
	u64 activations;	/* servers that became the active one */
	u64 lapsed_leases;
	u64 fences;		/* that closed */
};

struct gn_ledger {
	spinlock_t lock;	/* all of this, and what is said to be under gn.lock */
	u64 next_command, next_context, next_buffer;
	u32 next_epoch;
	struct list_head users;
	struct list_head turn[GEONEURON_CLASSES];
	struct list_head sessions;
	struct gn_session *active, *standby;
	unsigned int queued;
	DECLARE_HASHTABLE(by_id, 12);
	/* Left for gn_unlock. */
	struct list_head wake, dead, finished, free_buffers, free_contexts;
	bool blocked;			/* something waits for another device's fence */
	bool leased;			/* the lease runs */
	struct delayed_work lease, retry, reap;
	struct gn_counts counts;
};

extern struct gn_ledger gn;
extern struct kmem_cache *gn_commands;

/* Offsets for mmap: the rings first, then each buffer at its handle. */
#define GN_SUBMISSION_AT 0ULL
#define GN_COMPLETION_AT BIT_ULL(32)
#define GN_BUFFER_SHIFT 40

/* Module parameters, see main.c. */
extern unsigned int gn_max_commands, gn_max_contexts, gn_window, gn_ban_ms;
extern unsigned long gn_max_buffer_bytes, gn_max_pinned_bytes;

/* ledger.c */
void gn_lock(void)
	__acquires(&gn.lock);
/* And does what was noted under the lock: wakes, completes FETCHes, frees. */
void gn_unlock(void)
	__releases(&gn.lock);
struct gn_command *gn_find_command(u64 id);
unsigned int gn_room(struct gn_context *context);
void gn_accept(struct gn_command *command);
u64 gn_chain_id(const struct gn_command *command);
void gn_answer(struct gn_command *command, int result, u64 value);
void gn_fail_chain(struct gn_chain *chain);
void gn_cancel(struct gn_command *command);
void gn_enqueue(struct gn_command *command);
void gn_take_from_queue(struct gn_command *command);
void gn_take_from_server(struct gn_command *command);
void gn_turn_update(struct gn_context *context);
void gn_drop(struct gn_command *command);
void gn_free_command(struct gn_command *command);
void gn_end_queued(struct gn_context *context);
void gn_ban(struct gn_context *context);

/* user.c */
struct gn_user *gn_user_get(kuid_t uid);
void gn_user_put(struct gn_user *user);

/* context.c */
void gn_context_free(struct kref *refs);
extern const struct file_operations gn_client_fops;

/* submit.c */
int gn_submit(struct gn_context *context, u32 count, bool may_wait);
long gn_submit_ioctl(struct gn_context *context, void __user *argument);
long gn_cancel_ioctl(struct gn_context *context, void __user *argument);

/* buffer.c and share.c */
struct gn_buffer *gn_buffer_get(struct gn_context *context, u32 handle);
void gn_buffer_put(struct gn_buffer *buffer);
void gn_buffer_free(struct gn_buffer *buffer);
struct gn_buffer *gn_new_buffer(struct gn_user *user, u64 size);
int gn_publish_buffer(struct gn_context *context, struct gn_buffer *buffer, u32 *handle);
int gn_forget_handle(struct gn_context *context, u32 handle);
bool gn_buffer_ready(struct gn_buffer *buffer, bool write);
int gn_buffer_map(struct gn_buffer *buffer, struct vm_area_struct *vma);
struct file *gn_buffer_file(struct gn_buffer *buffer, bool write);
long gn_create_buffer(struct gn_context *context, void __user *argument);
long gn_destroy_buffer(struct gn_context *context, void __user *argument);
long gn_export_buffer(struct gn_context *context, void __user *argument);
long gn_import_buffer(struct gn_context *context, void __user *argument);

/* server.c, fetch.c, commit.c, lease.c and recover.c */
extern const struct file_operations gn_server_fops;
void gn_session_free(struct kref *refs);
void gn_activate(struct gn_session *session);
void gn_session_end(struct gn_session *session, bool died);
void gn_renew(struct gn_session *session);
void gn_serve(void);
void gn_lease(struct gn_session *session);
void gn_finish_fetch(struct gn_fetch *fetch);
void gn_reap_later(void);
void gn_reap_work(struct work_struct *work);
int gn_commit_command(struct io_uring_cmd *cmd);
int gn_server_uring(struct io_uring_cmd *cmd, unsigned int issue_flags);
void gn_retry_work(struct work_struct *work);
void gn_lease_work(struct work_struct *work);

/* area.c */
void *gn_area_create(u64 bytes);
void gn_area_destroy(void *area);

/* debugfs.c */
void gn_debugfs_init(void);
void gn_debugfs_finish(void);

#endif
