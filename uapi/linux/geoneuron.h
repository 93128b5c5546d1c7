/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * geoneuron: the contract between the kernel module, its clients and its server.
 *
 * Rules for every structure: integers of fixed width in the machine's byte order; padding is named
 * and must be zero; a flag that is not named here is refused. Breaking either rule is -EINVAL, an
 * ioctl that is not named here is -ENOTTY, an address that cannot be read or written is -EFAULT; a
 * call that fails so changes nothing, unless it says otherwise. Whatever needs memory or an fd may
 * also end with -ENOMEM, -EMFILE or -ENFILE. Other errors are named at each call.
 * Times are nanoseconds of CLOCK_MONOTONIC.
 *
 * The promise behind it all: an accepted command gets exactly one completion, whatever dies in
 * between, and nobody writes into a client's buffer after that completion.
 */
#ifndef _LINUX_GEONEURON_H
#define _LINUX_GEONEURON_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define GEONEURON_ABI_VERSION 1

/* Limits that are part of the layout, or that no setting of the module can raise. */
#define GEONEURON_COMMAND_BUFFERS 8	/* buffers that one command may name */
#define GEONEURON_PAYLOAD_BYTES 288	/* opaque bytes that one command carries */
#define GEONEURON_MIN_RING_ENTRIES 2
#define GEONEURON_MAX_RING_ENTRIES 4096
#define GEONEURON_MAX_CHAIN_COMMANDS 64
#define GEONEURON_CLASSES 4

/* Classes of urgency; a higher one goes first. */
#define GEONEURON_CLASS_BACKGROUND 0
#define GEONEURON_CLASS_NORMAL 1
#define GEONEURON_CLASS_INTERACTIVE 2
#define GEONEURON_CLASS_REALTIME 3	/* needs CAP_SYS_NICE in the initial namespace at open */

/* ---- Commands and completions: what lies in a client's rings ------------------------------- */

/*
 * One buffer that a command touches. The bytes [offset, offset + length) must lie inside the
 * buffer; length must not be 0. The handle is looked up once, when the command is accepted: to
 * destroy it, or to reuse its number, changes nothing for the command.
 */
struct geoneuron_buffer_use {
	__u32 handle;
	__u32 access;	/* GEONEURON_ACCESS_READ, GEONEURON_ACCESS_WRITE or both; not 0 */
	__u64 offset;	/* bytes */
	__u64 length;	/* bytes */
};

#define GEONEURON_ACCESS_READ 0x1
#define GEONEURON_ACCESS_WRITE 0x2

/*
 * A command, 512 bytes. The kernel copies it once, when SUBMIT takes it, and never reads the ring's
 * entry again. A command that breaks a rule of this structure is accepted and completes with
 * -EINVAL (-ENOENT: no such handle; -EPERM: a class above the context's highest; -EACCES: WRITE to
 * a buffer that may only be read); the others of its chain complete with -ECANCELED.
 */
struct geoneuron_command {
	__u16 opcode;		/* see geoneuron/commands.h; the kernel does not read it */
	__u16 flags;		/* GEONEURON_COMMAND_* */
	__u8 priority_class;	/* GEONEURON_CLASS_*, at most geoneuron_info.highest_class */
	__u8 buffer_count;	/* 0 .. GEONEURON_COMMAND_BUFFERS; the others must be all zero */
	__u16 payload_bytes;	/* 0 .. GEONEURON_PAYLOAD_BYTES; bytes past them stay here */
	__u64 user_data;	/* comes back in the completion */
	__u64 deadline_ns;	/* when the result is wanted; 0: no deadline */
	__u64 reserved;		/* 0 */
	struct geoneuron_buffer_use buffers[GEONEURON_COMMAND_BUFFERS];
	__u8 payload[GEONEURON_PAYLOAD_BYTES];
};

/*
 * LINK: the next command belongs to the same chain. Members run in order, share the class and
 * deadline of the first, and fail together. A chain must end inside its SUBMIT and have at most
 * GEONEURON_MAX_CHAIN_COMMANDS members, and no more than the completion ring has entries; else all
 * its members, those of later SUBMITs too, complete with -EINVAL.
 */
#define GEONEURON_COMMAND_LINK 0x1
/*
 * IDEMPOTENT: may run again from the start when its server is lost. Holds for the whole chain only
 * if every member has it.
 */
#define GEONEURON_COMMAND_IDEMPOTENT 0x2

/*
 * The answer to a command. result is what the server committed, or of the kernel's own:
 * -ECANCELED (by CANCEL, a ban of its context, or a member of its chain that failed), -EOWNERDEAD
 * (its server was lost, and it or another of its chain is not IDEMPOTENT), -EIO (it killed its
 * server three times), -EINVAL, -ENOENT, -EPERM, -EACCES (see struct geoneuron_command).
 */
struct geoneuron_completion {
	__u64 user_data;
	__s32 result;
	__u32 flags;		/* 0 */
	__u64 value;		/* the server's, 0 where the kernel answered */
	__u64 command_id;	/* grows with acceptance; the same that the server saw */
};

/*
 * The head of a mapped ring; its entries begin at the offset that SETUP returns. Indices run freely
 * and are taken modulo entries, a power of two. Submission: the client writes tail, the kernel
 * head. Completion: the kernel writes tail, the client head. The side that writes an index keeps
 * its own copy: what the other side scribbles over it changes nothing. The kernel clamps what it
 * reads to what is possible.
 */
struct geoneuron_ring {
	__u32 head;
	__u32 padding0[15];
	__u32 tail;
	__u32 padding1[15];
	__u32 entries;		/* written once by the kernel, and read by nobody there */
	__u32 padding2[15];
};

/* ---- /dev/geoneuron: clients --------------------------------------------------------------- */

/*
 * Each open file is a context, of the user and with the rights of who opened it; any process that
 * has it may make any of these calls. open: -EDQUOT (the user's quota of contexts).
 *
 * mmap, MAP_SHARED, at an offset that SETUP or CREATE_BUFFER returned: -ENXIO (no rings yet),
 * -ENOENT (no such handle), -EOPNOTSUPP (an imported buffer: map the dma-buf itself), -EINVAL
 * (longer than what is there, MAP_PRIVATE, another offset).
 *
 * poll: EPOLLIN while completions are unread, EPOLLOUT while a command may be accepted as far as
 * the completion ring goes; nothing before SETUP.
 */

/* GET_INFO: any context, at any time. Cannot fail but with -EFAULT. */
struct geoneuron_info {
	__u32 abi_version;	/* GEONEURON_ABI_VERSION */
	__u32 highest_class;	/* that this context may use, fixed when it was opened */
	__u64 features;		/* GEONEURON_FEATURE_* */
	__u32 server_attached;	/* 1: an active server is there at this moment */
	__u32 standby_attached;	/* 1: so is a standby */
	__u64 max_commands;	/* quotas of this user, all contexts together; see the parameters */
	__u64 max_buffer_bytes;
	__u64 max_pinned_bytes;
	__u64 max_contexts;
	__u64 reserved[4];	/* 0 */
};

#define GEONEURON_FEATURE_URING_CANCEL 0x1	/* FETCH has no bounded life (6.7 and later) */

/*
 * SETUP: gives the context its two rings, once. Entries must be powers of two between
 * GEONEURON_MIN_RING_ENTRIES and GEONEURON_MAX_RING_ENTRIES (-EINVAL). -EBUSY: has rings.
 */
struct geoneuron_setup {
	__u32 submission_entries;
	__u32 completion_entries;	/* bound of commands in flight and unread completions */
	__u32 flags;			/* 0 */
	__u32 padding;			/* 0 */
	__u64 submission_offset;	/* out: offset for mmap of the submission ring */
	__u64 submission_bytes;		/* out: its length */
	__u64 completion_offset;	/* out */
	__u64 completion_bytes;		/* out */
	__u32 submission_entries_at;	/* out: bytes from the ring's start to its first entry */
	__u32 completion_entries_at;	/* out */
};

/*
 * CREATE_BUFFER: memory for commands, populated before the call returns and charged to the
 * caller's memory cgroup. size is in bytes, a multiple of the page size, not 0 (-EINVAL). -EDQUOT:
 * over the user's quota. -EINTR: killed while populating. -ENOSPC: no free handle.
 */
struct geoneuron_create_buffer {
	__u64 size;
	__u32 flags;		/* 0 */
	__u32 handle;		/* out: of this context, never 0 */
	__u64 mmap_offset;	/* out: offset for mmap of the whole buffer */
};

/* DESTROY_BUFFER: gives the handle up. Commands, maps and exports keep the memory. -ENOENT. */
struct geoneuron_destroy_buffer {
	__u32 handle;
	__u32 padding;		/* 0 */
};

/*
 * EXPORT_BUFFER: as a dma-buf. flags: O_CLOEXEC, O_RDWR (else its maps are read-only). -ENOENT: no
 * such handle. -EDQUOT: over the quota of pinned bytes, to which each export adds the buffer's size
 * until it is closed. -EOPNOTSUPP: an imported buffer.
 */
struct geoneuron_export_buffer {
	__u32 handle;
	__u32 flags;
	__s32 fd;		/* out */
	__u32 padding;		/* 0 */
};

/*
 * IMPORT_BUFFER: a dma-buf of any device. It is referenced, not mapped; commands that read or write
 * it wait until its write fences have signalled. -EBADF: no such fd. -EINVAL: not a dma-buf.
 * -EPERM: an fd without write access, unless READ_ONLY is asked for. -ENOSPC: no free handle.
 */
struct geoneuron_import_buffer {
	__s32 fd;
	__u32 flags;		/* GEONEURON_IMPORT_READ_ONLY */
	__u32 handle;		/* out */
	__u32 padding;		/* 0 */
	__u64 size;		/* out: bytes */
};

#define GEONEURON_IMPORT_READ_ONLY 0x1

/*
 * SUBMIT: takes up to count commands from the submission ring, and then waits until min_complete
 * unread completions are there or deadline_ns has passed.
 *
 * Acceptance reserves a place for the completion: commands in flight and completions unread never
 * exceed the completion ring. accepted says how many were taken; the ring's head has moved by as
 * many. Where none could be taken and count is not 0 the call fails and does not wait: -EAGAIN (the
 * submission ring is empty, or the completion ring is full of unread or promised completions),
 * -EDQUOT (the user's quota of commands, in which answered members of a chain count until its
 * end), -EKEYREJECTED (this context is banned for a while), -ENXIO (no rings: see SETUP), -EINTR
 * (killed). Where the result cannot be written (-EFAULT), what was accepted stays accepted.
 *
 * How the wait ended is in wait_result and never in the return value, so that a caller that is
 * interrupted does not submit twice: 0, -ETIME or -EINTR (the caller is being killed, or a signal
 * arrived and GEONEURON_SUBMIT_INTERRUPTIBLE is set). min_complete is clamped to what is
 * outstanding. As io_uring command (GEONEURON_URING_SUBMIT) it never waits.
 */
struct geoneuron_submit {
	__u32 count;		/* any; what the ring does not hold is not taken */
	__u32 flags;		/* GEONEURON_SUBMIT_* */
	__u32 min_complete;	/* 0: no wait */
	__u32 accepted;		/* out */
	__s32 wait_result;	/* out */
	__u32 padding;		/* 0 */
	__u64 deadline_ns;	/* absolute; 0: wait without end */
};

#define GEONEURON_SUBMIT_INTERRUPTIBLE 0x1	/* any signal ends the wait, not only a kill */

/*
 * CANCEL: for every command of this context with this user_data and no completion yet. A queued one
 * completes with -ECANCELED before the call returns, and so do the others of its chain that wait. A
 * dispatched one is marked, the server is told once, and its one completion still comes from the
 * server, or, where that is lost, after its fence. -ENOENT never: not_found is 1 where no command
 * was meant. Where the result cannot be written (-EFAULT), what was cancelled stays cancelled.
 */
struct geoneuron_cancel {
	__u64 user_data;
	__u32 flags;		/* 0 */
	__u32 cancelled;	/* out: completed now */
	__u32 requested;	/* out: dispatched, the server has been asked */
	__u32 not_found;	/* out */
};

/*
 * SET_EVENTFD: signalled with every completion, or once for several that come together; fd -1 takes
 * it away. -EBADF: no such fd. -EINVAL: not an eventfd.
 */
struct geoneuron_eventfd {
	__s32 fd;
	__u32 flags;		/* 0 */
};

#define GEONEURON_IOC 0xB7

#define GEONEURON_IOC_GET_INFO _IOR(GEONEURON_IOC, 0x00, struct geoneuron_info)
#define GEONEURON_IOC_SETUP _IOWR(GEONEURON_IOC, 0x01, struct geoneuron_setup)
#define GEONEURON_IOC_CREATE_BUFFER _IOWR(GEONEURON_IOC, 0x02, struct geoneuron_create_buffer)
#define GEONEURON_IOC_DESTROY_BUFFER _IOW(GEONEURON_IOC, 0x03, struct geoneuron_destroy_buffer)
#define GEONEURON_IOC_EXPORT_BUFFER _IOWR(GEONEURON_IOC, 0x04, struct geoneuron_export_buffer)
#define GEONEURON_IOC_IMPORT_BUFFER _IOWR(GEONEURON_IOC, 0x05, struct geoneuron_import_buffer)
#define GEONEURON_IOC_SUBMIT _IOWR(GEONEURON_IOC, 0x06, struct geoneuron_submit)
#define GEONEURON_IOC_CANCEL _IOWR(GEONEURON_IOC, 0x07, struct geoneuron_cancel)
#define GEONEURON_IOC_SET_EVENTFD _IOW(GEONEURON_IOC, 0x08, struct geoneuron_eventfd)

/* ---- /dev/geoneuron-server: the daemon ------------------------------------------------------ */

#define GEONEURON_MAX_RECORDS 1024	/* slots of the mapped record area */
#define GEONEURON_BREADCRUMBS 512	/* words of the mapped breadcrumb page */

/* What a record tells. */
#define GEONEURON_RECORD_COMMAND 1	/* run this command, and commit it */
#define GEONEURON_RECORD_CANCEL 2	/* the client of command_id, yours now, wants its end */
#define GEONEURON_RECORD_BUFFER_GONE 3	/* nobody names buffer_ids[0] any more: drop imports */
#define GEONEURON_RECORD_CONTEXT_GONE 4	/* context_id is closed, and its last command is over */

/*
 * REPLAY: the command ran to its end under an earlier server, and is handed out because a later
 * member of its chain must run again. Commit it like any other; its client is not told twice.
 */
#define GEONEURON_RECORD_REPLAY 0x1
#define GEONEURON_RECORD_CHAIN_MORE 0x2	/* another member of the same chain follows */

/*
 * One entry of the record area, 704 bytes, written by the kernel before the FETCH that named its
 * slot completes, and not touched again before a later FETCH names it.
 */
struct geoneuron_record {
	__u32 kind;		/* GEONEURON_RECORD_* */
	__u32 flags;
	__u64 command_id;
	__u32 epoch;		/* of this session */
	__u32 attempt;		/* 1 at the first dispatch */
	__u64 chain_id;		/* the first member's command_id; 0 outside chains */
	__u64 context_id;
	__u32 uid;		/* who opened the context, in the initial user namespace */
	__u32 strikes;		/* servers that this command has killed so far */
	__u64 accepted_ns;	/* when the SUBMIT that took it began */
	__u32 process;		/* who opened the context, in the initial namespace of processes */
	__u32 highest_class;	/* that the context may use */
	__u64 reserved[8];	/* 0 */
	__u64 buffer_ids[GEONEURON_COMMAND_BUFFERS];	/* unique for the module's life; 0: none */
	struct geoneuron_command command;
};

/* How the mapped area is laid out: byte offsets. Before ATTACH mmap fails with -ENOTCONN. */
#define GEONEURON_AREA_BREADCRUMBS_AT 0		/* __u64[GEONEURON_BREADCRUMBS]: one page */
#define GEONEURON_AREA_RECORDS_AT 4096		/* struct geoneuron_record[GEONEURON_MAX_RECORDS] */

/*
 * ATTACH: makes this open file the active server, or the standby that takes over when the active
 * one goes. Once per open file. -EBUSY: the role is taken (a standby that asks for ACTIVE while
 * there is none is promoted at once, by itself). -EINVAL: lease out of range, unknown role.
 *
 * The lease runs while the server has commands, or while some wait and no pending FETCH has credits
 * for them; each FETCH, COMMIT and GET_SESSION renews it, and a server that lets it run out is
 * detached. The session also ends with the process that attached, where that has the file open till
 * its end and shares its table of files with nobody; else by its lease.
 *
 * fence_fd is to be inherited by every worker of this session and to be closed by all who write
 * into clients' buffers when they stop. When its last copy is closed, nobody of this session can
 * write any more; only then does the kernel answer or hand out again what the session held.
 */
struct geoneuron_attach {
	__u32 role;		/* GEONEURON_ROLE_* */
	__u32 flags;		/* GEONEURON_ATTACH_* */
	__u64 lease_ns;		/* GEONEURON_MIN_LEASE_NS .. GEONEURON_MAX_LEASE_NS */
	__s32 fence_fd;		/* out: without O_CLOEXEC */
	__u32 epoch;		/* out: 0 for a standby; later ones in GET_SESSION */
	__u64 area_bytes;	/* out: map this much of the server's fd at offset 0 */
};

#define GEONEURON_ROLE_ACTIVE 0
#define GEONEURON_ROLE_STANDBY 1
/* The server keeps something by context: it gets a CONTEXT_GONE for each whose commands it had. */
#define GEONEURON_ATTACH_CONTEXTS 0x1
#define GEONEURON_MIN_LEASE_NS 10000000ULL		/* 10 ms */
#define GEONEURON_MAX_LEASE_NS 60000000000ULL		/* 60 s */

/* GET_SESSION: whether a standby has been promoted, and its epoch. -ENOTCONN: not attached. */
struct geoneuron_session {
	__u32 role;		/* out: GEONEURON_ROLE_* at this moment */
	__u32 epoch;		/* out: 0 for a standby */
	__u64 queued;		/* out: commands that wait in the ledger */
	__u64 dispatched;	/* out: commands handed out and not committed, of this epoch */
	__u64 fenced;		/* out: commands that wait for an earlier epoch's fence */
};

/*
 * GET_BUFFER: an fd of the buffer that a command names, good for mmap. Only for a command that was
 * dispatched in this epoch and is not committed (-ESTALE), and a slot it uses (-EINVAL), by the
 * active server (-ENOTCONN). The fd of a READ slot, and any of a REPLAY, is read-only. An imported
 * buffer comes as that dma-buf, as it was imported; any other as a memory file of a fixed size.
 */
struct geoneuron_get_buffer {
	__u64 command_id;
	__u32 epoch;
	__u32 slot;		/* 0 .. GEONEURON_COMMAND_BUFFERS - 1 */
	__s32 fd;		/* out: O_CLOEXEC */
	__u32 kind;		/* out: GEONEURON_BUFFER_* */
	__u64 size;		/* out: bytes */
	__u64 buffer_id;	/* out: as in the record */
};

#define GEONEURON_BUFFER_MEMORY 0
#define GEONEURON_BUFFER_DMABUF 1

#define GEONEURON_IOC_ATTACH _IOWR(GEONEURON_IOC, 0x40, struct geoneuron_attach)
#define GEONEURON_IOC_DETACH _IO(GEONEURON_IOC, 0x41)	/* -ENOTCONN; gives nobody a strike */
#define GEONEURON_IOC_GET_SESSION _IOR(GEONEURON_IOC, 0x42, struct geoneuron_session)
#define GEONEURON_IOC_GET_BUFFER _IOWR(GEONEURON_IOC, 0x43, struct geoneuron_get_buffer)

/* ---- io_uring commands: cmd_op of an IORING_OP_URING_CMD, and its 16 bytes in sqe->cmd ------- */

/*
 * On /dev/geoneuron. Like the ioctl without its wait: the cqe's res is the number accepted, or what
 * the ioctl fails with.
 */
struct geoneuron_uring_submit {
	__u32 count;
	__u32 flags;		/* 0 */
	__u64 reserved;		/* 0 */
};

/*
 * On /dev/geoneuron-server. Ends when at least one record is there for the given credits; res is
 * the number of records, which lie in slots first_slot, first_slot + 1, ... of the record area.
 * COMMAND records use up a credit of their class each; other records need none. Slots of FETCHes
 * that pend at the same time must not overlap (-EBUSY). res is also -ETIME (its bounded life has
 * ended: fetch again), -ECANCELED (the task or session ends), -ENOTCONN (not attached), -EINVAL,
 * -EOPNOTSUPP (from an io-wq worker or an SQPOLL thread). A standby's FETCH pends until it is
 * promoted.
 */
struct geoneuron_uring_fetch {
	__u16 credits[GEONEURON_CLASSES];	/* most COMMAND records of each class */
	__u16 first_slot;
	__u16 slot_count;			/* 1 .. GEONEURON_MAX_RECORDS - first_slot */
	__u32 flags;				/* 0 */
};

/*
 * On /dev/geoneuron-server. entries is the address of count commit entries. The call goes through
 * all of them; res is the number whose outcome is 0, or -EINVAL (count), -ENOTCONN (not the active
 * server), -EFAULT. Before a failure some may have counted: committed again, they are refused.
 *
 * GIVE_BACK: from now on no FETCH of this session brings commands, whatever its credits; and those
 * of the entries were not begun, and will not be by it: they wait again, in their places, for the
 * next server, IDEMPOTENT or not. One that its client has cancelled, or whose client is gone, ends.
 * Where others of its chain were begun, what becomes of those becomes of it.
 */
struct geoneuron_uring_commit {
	__u64 entries;
	__u32 count;		/* 1 .. GEONEURON_MAX_RECORDS; with GIVE_BACK also 0 */
	__u32 flags;		/* GEONEURON_COMMIT_* */
};

#define GEONEURON_COMMIT_GIVE_BACK 0x1

struct geoneuron_commit_entry {
	__u64 command_id;
	__u32 epoch;
	__u32 attempt;
	__s32 result;		/* 0 or positive: done; negative: failed, and its chain with it */
	__s32 outcome;		/* out: 0, -ESTALE (another epoch or attempt), -ENOENT, -EINVAL */
	__u64 value;		/* passed on to the client; 0 with GIVE_BACK, as is result */
};

#define GEONEURON_URING_SUBMIT 0x01
#define GEONEURON_URING_FETCH 0x41
#define GEONEURON_URING_COMMIT 0x42

#endif /* _LINUX_GEONEURON_H */
