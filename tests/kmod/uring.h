/* SPDX-License-Identifier: MIT */
/* Commands of the contract sent through an io_uring. What is no result of the command, but a
 * failure of the ring, ends the process. */
#ifndef TESTS_KMOD_URING_H
#define TESTS_KMOD_URING_H

#include <liburing.h>
#include <linux/types.h>

/* A ring of 8 entries with IORING_SETUP_* flags. */
struct io_uring open_uring(unsigned int setup_flags);

/* Puts one command on the ring, to be sent with the next that is started. */
void queue_uring(struct io_uring *ring, int fd, unsigned int operation, const void *payload,
		 unsigned int sqe_flags);

/* Sends one command on fd with its 16 bytes and IOSQE_* flags, without a wait for its end. */
void start_uring(struct io_uring *ring, int fd, unsigned int operation, const void *payload,
		 unsigned int sqe_flags);

/* Waits for the end of the command that ends next; its operation, and its result. */
unsigned int next_uring(struct io_uring *ring, int *result);

/* The same; its result. */
int end_uring(struct io_uring *ring);

/* A client's SUBMIT of up to count commands; the number accepted, or -errno. */
int uring_submit(struct io_uring *ring, int fd, __u32 count, unsigned int sqe_flags);

#endif
