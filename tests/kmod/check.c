/* SPDX-License-Identifier: MIT */
#include "kmod/check.h"

#include <stdio.h>

static int differences;

void expect(const char *what, long found, long wanted)
{
	if (found == wanted)
		return;
	printf("%s: %ld where %ld was wanted\n", what, found, wanted);
	differences++;
}

int summary(void)
{
	printf("%d differences\n", differences);
	return differences != 0;
}
