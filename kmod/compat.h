/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only file that knows kernels. What differs is told apart by headers that exist, not by
 * version numbers: Debian's 6.1 carries backports.
 */
#ifndef GN_COMPAT_H
#define GN_COMPAT_H

#include <linux/eventfd.h>

#if __has_include("linux/io_uring/cmd.h")

#include <linux/io_uring/cmd.h>
#define GN_HAS_URING_CANCEL 1

static inline const void *gn_uring_payload(struct io_uring_cmd *cmd)
{
	return io_uring_sqe_cmd(cmd->sqe);
}

static inline bool gn_uring_cancels(unsigned int issue_flags)
{
	return issue_flags & IO_URING_F_CANCEL;
}

static inline void gn_uring_mark_cancelable(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
	io_uring_cmd_mark_cancelable(cmd, issue_flags);
}

static inline void gn_eventfd_signal(struct eventfd_ctx *eventfd)
{
	eventfd_signal(eventfd);
}

#else

#include <linux/io_uring.h>
#define GN_HAS_URING_CANCEL 0

static inline const void *gn_uring_payload(struct io_uring_cmd *cmd)
{
	return cmd->cmd;
}

static inline bool gn_uring_cancels(unsigned int issue_flags)
{
	return false;
}

static inline void gn_uring_mark_cancelable(struct io_uring_cmd *cmd, unsigned int issue_flags)
{
}

static inline void gn_eventfd_signal(struct eventfd_ctx *eventfd)
{
	eventfd_signal(eventfd, 1);
}

#endif

/*
 * What to return for a command that has ended with this result, or that pends (-EIOCBQUEUED). 6.1
 * takes a positive result that is returned for a failure, and loses it in a worker thread;
 * -EAGAIN would be tried again in one. So commands never end by return.
 */
static inline int gn_uring_end(struct io_uring_cmd *cmd, int result, unsigned int issue_flags)
{
	if (result != -EIOCBQUEUED)
		io_uring_cmd_done(cmd, result, 0, issue_flags);
	return -EIOCBQUEUED;
}

#endif
