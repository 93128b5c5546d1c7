/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * geoneuron: how a client reaches the daemon without the kernel module: a Unix socket of type
 * SOCK_SEQPACKET, by default /run/geoneuron/socket. One connection is one context.
 *
 * Each message is a struct geoneuron_message and the entries that it announces, all of one kind.
 * The client begins with HELLO, and the daemon answers WELCOME; then each sends when it likes. The
 * daemon ends a connection that breaks a rule of this file, after a REFUSED that says which.
 *
 * Neither side ever waits to send. A client has at most completion_entries commands without a
 * completion that it received; the daemon reserves as many places, and more are refused.
 */
#ifndef _GEONEURON_SOCKET_H
#define _GEONEURON_SOCKET_H

#include <linux/geoneuron.h>

#define GEONEURON_SOCKET_VERSION 1
#define GEONEURON_SOCKET_PATH "/run/geoneuron/socket"
#define GEONEURON_MESSAGE_ENTRIES 32	/* most entries of a message */
#define GEONEURON_MESSAGE_BYTES (8 + GEONEURON_MESSAGE_ENTRIES * 512)	/* the longest message */
#define GEONEURON_SOCKET_MAX_BUFFERS 4096	/* handles of a context */

/* Of the client. */
#define GEONEURON_MESSAGE_HELLO 1	/* 1 geoneuron_hello */
#define GEONEURON_MESSAGE_BUFFER 2	/* 1 geoneuron_socket_buffer, and its fd */
#define GEONEURON_MESSAGE_DESTROY 3	/* 1 geoneuron_destroy_buffer */
#define GEONEURON_MESSAGE_SUBMIT 4	/* geoneuron_command; chains may cross messages */
#define GEONEURON_MESSAGE_CANCEL 5	/* 1 geoneuron_cancel, its outputs 0 */
/* Of the daemon. */
#define GEONEURON_MESSAGE_WELCOME 16	/* 1 geoneuron_welcome, and the fence's fd */
#define GEONEURON_MESSAGE_COMPLETIONS 17	/* geoneuron_completion */
#define GEONEURON_MESSAGE_CANCELLED 18	/* 1 geoneuron_cancel: an answer, in their order */
#define GEONEURON_MESSAGE_REFUSED 19	/* 1 geoneuron_refusal; then the connection ends */

struct geoneuron_message {
	__u16 kind;		/* GEONEURON_MESSAGE_* */
	__u16 count;		/* entries, 1 .. GEONEURON_MESSAGE_ENTRIES */
	__u32 padding;		/* 0 */
};

struct geoneuron_hello {
	__u32 version;			/* GEONEURON_SOCKET_VERSION */
	__u32 completion_entries;	/* as of SETUP */
	__u64 reserved;			/* 0 */
};

/*
 * The fence is the read end of a pipe whose write end is held by this daemon and its workers, and
 * by nobody else: at end of file no one writes into a buffer any more. Only then does a client
 * whose daemon is gone submit again what is IDEMPOTENT.
 */
struct geoneuron_welcome {
	struct geoneuron_info info;	/* as of GET_INFO */
	__u64 daemon_pid;
};

/*
 * A buffer: a memfd of tmpfs (not hugetlb), sealed with F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_SEAL,
 * which counts at its full size. READ_ONLY: commands may only read it. A handle is the client's
 * number, not 0, and not in use.
 */
struct geoneuron_socket_buffer {
	__u32 handle;
	__u32 flags;		/* GEONEURON_IMPORT_READ_ONLY */
	__u64 size;		/* bytes: those of the memfd */
};

struct geoneuron_refusal {
	__s32 error;		/* negative errno */
	__u32 padding;		/* 0 */
	char sentence[248];	/* UTF-8, ends with 0 */
};

#endif /* _GEONEURON_SOCKET_H */
