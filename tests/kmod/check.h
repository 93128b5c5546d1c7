/* SPDX-License-Identifier: MIT */
/* What a test program of the module counts and prints. */
#ifndef TESTS_KMOD_CHECK_H
#define TESTS_KMOD_CHECK_H

/* Prints what differs, and counts it. */
void expect(const char *what, long found, long wanted);

/* Runs body in a child process and counts one difference if it counted any, or died. */
void expect_in_child(const char *what, void (*body)(void *argument), void *argument);

/* Makes the process an ordinary user's, in root's group so that it may open the nodes. */
void become_user(unsigned int uid);

/* Prints the number of differences; the program's exit status. */
int summary(void);

#endif
