/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "kmod/check.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kmod/client.h"

static int differences;

void expect(const char *what, long found, long wanted)
{
	if (found == wanted)
		return;
	printf("%s: %ld where %ld was wanted\n", what, found, wanted);
	differences++;
}

void expect_in_child(const char *what, void (*body)(void *argument), void *argument)
{
	int pid, status = -1;

	fflush(stdout);
	pid = (int)MUST(fork());
	if (!pid) {
		differences = 0;
		body(argument);
		exit(differences != 0);
	}
	MUST(waitpid(pid, &status, 0));
	expect(what, status, 0);
}

void become_user(unsigned int uid)
{
	MUST(setgroups(0, NULL));
	MUST(setresuid(uid, uid, uid));
}

int summary(void)
{
	printf("%d differences\n", differences);
	return differences != 0;
}
