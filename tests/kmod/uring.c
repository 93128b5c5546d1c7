/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "kmod/uring.h"

#include <errno.h>
#include <linux/geoneuron.h>
#include <string.h>

#include "kmod/client.h"

/* liburing returns errors negated, and leaves errno alone. */
static void must_uring(int result)
{
	errno = -result;
	MUST(result < 0 ? -1 : 0);
}

struct io_uring open_uring(unsigned int setup_flags)
{
	struct io_uring ring;

	must_uring(io_uring_queue_init(8, &ring, setup_flags));
	return ring;
}

void queue_uring(struct io_uring *ring, int fd, unsigned int operation, const void *payload,
		 unsigned int sqe_flags)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);

	must_uring(sqe ? 0 : -EBUSY);
	*sqe = (struct io_uring_sqe){
		.opcode = IORING_OP_URING_CMD,
		.flags = (__u8)sqe_flags,
		.fd = fd,
		.off = operation,
		.user_data = operation,
	};
	memcpy(&sqe->addr3, payload, 16);
}

void start_uring(struct io_uring *ring, int fd, unsigned int operation, const void *payload,
		 unsigned int sqe_flags)
{
	queue_uring(ring, fd, operation, payload, sqe_flags);
	must_uring(io_uring_submit(ring));
}

unsigned int next_uring(struct io_uring *ring, int *result)
{
	struct io_uring_cqe *cqe;
	unsigned int operation;

	must_uring(io_uring_wait_cqe(ring, &cqe));
	operation = (unsigned int)cqe->user_data;
	*result = cqe->res;
	io_uring_cqe_seen(ring, cqe);
	return operation;
}

int end_uring(struct io_uring *ring)
{
	int result;

	next_uring(ring, &result);
	return result;
}

int uring_submit(struct io_uring *ring, int fd, __u32 count, unsigned int sqe_flags)
{
	const struct geoneuron_uring_submit ask = { .count = count };

	start_uring(ring, fd, GEONEURON_URING_SUBMIT, &ask, sqe_flags);
	return end_uring(ring);
}
