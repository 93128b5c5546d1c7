/* SPDX-License-Identifier: MIT */
/* What a test program of the module counts and prints. */
#ifndef TESTS_KMOD_CHECK_H
#define TESTS_KMOD_CHECK_H

/* Prints what differs, and counts it. */
void expect(const char *what, long found, long wanted);

/* Prints the number of differences; the program's exit status. */
int summary(void);

#endif
