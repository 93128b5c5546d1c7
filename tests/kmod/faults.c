/* SPDX-License-Identifier: MIT */
/*
 * faults: every call of the module while memory runs out or addresses fault, on a kernel that can
 * be asked for that: the first time in the call, the second, ... until it meets none (fail-nth);
 * then at random. Whatever a call answers, it leaves no descriptor behind and a good command works
 * afterwards. Oopses and leaks are for who runs the guest to see.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/faults.h"

#define MOST_FAILURES 400	/* in one call, so that a test that never ends is a failure */
#define ROUNDS 60
#define PERCENT "20"

static void write_setting(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0) {
		fprintf(stderr, "%s: %s: this kernel cannot fail on demand; --kernel debug can\n",
			path, strerror(errno));
		exit(1);
	}
	close(fd);
}

/* Failures are silent and hit allocations that may sleep too, which nearly all are. */
static void settle_injection(void)
{
	static const char *const settings[][2] = {
		{ "failslab/ignore-gfp-wait", "N" },
		{ "failslab/verbose", "0" },
		{ "failslab/task-filter", "Y" },
		{ "failslab/times", "-1" },
		{ "fail_page_alloc/ignore-gfp-wait", "N" },
		{ "fail_page_alloc/min-order", "0" },
		{ "fail_page_alloc/verbose", "0" },
		{ "fail_usercopy/verbose", "0" },
	};
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s", settings[i][0]);
		write_setting(path, settings[i][1]);
	}
}

static long open_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	long count = 0;

	MUST(folder ? 0 : -1);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void run_good_command(struct world *world)
{
	push_commands(world, 1);
	complete_commands(world, 0);
}

static bool failed(int result)
{
	return result < 0 && result != -EINPROGRESS;
}

/* True when the call has met its failure number nth; what it answered goes to result. */
static bool meets(struct world *world, const struct fault_call *call, int nth_fd, int nth,
		  int *result)
{
	char number[16] = {};
	ssize_t length;

	snprintf(number, sizeof(number), "%d", nth);
	call->prepare(world);
	MUST(pwrite(nth_fd, number, strlen(number), 0));
	*result = call->run(world);
	/* The look, or this write, may be what fails: then the call had come to its end before. */
	length = pread(nth_fd, number, sizeof(number) - 1, 0);
	MUST(pwrite(nth_fd, "0", 1, 0) < 0 && errno != EFAULT ? -1 : 0);
	return length > 0 && atoi(number) == 0;
}

static void fail_each(struct world *world, const struct fault_call *call, int nth_fd)
{
	long before = open_descriptors();
	int nth, result, failures = 0;
	bool met = true;

	for (nth = 1; met && nth <= MOST_FAILURES; nth++) {
		met = meets(world, call, nth_fd, nth, &result);
		failures += failed(result);
		if (!met && failed(result))
			expect(call->name, result, 0);
		call->undo(world, result);
		run_good_command(world);
		expect("descriptors", open_descriptors(), before);
	}
	expect("a call that never comes to its end", met, 0);
	printf("%-26s %3d places, %3d errors\n", call->name, nth - 2, failures);
}

static void fail_at_random(struct world *world, const struct fault_call *call)
{
	long before = open_descriptors();
	int round, result, failures = 0;
	int fd = (int)MUST(open("/proc/self/make-it-fail", O_WRONLY | O_CLOEXEC));

	for (round = 0; round < ROUNDS; round++) {
		call->prepare(world);
		MUST(pwrite(fd, "1", 1, 0));
		result = call->run(world);
		MUST(pwrite(fd, "0", 1, 0));
		failures += failed(result);
		call->undo(world, result);
		run_good_command(world);
	}
	close(fd);
	expect("descriptors", open_descriptors(), before);
	printf("%-26s %3d errors in %d rounds\n", call->name, failures, ROUNDS);
}

static void for_each_call(struct world *world, const struct fault_call *calls)
{
	int nth_fd = (int)MUST(open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC));
	const struct fault_call *call;

	for (call = calls; call->name; call++) {
		call->prepare(world);	/* once in peace: what it touches first is there later */
		call->undo(world, call->run(world));
		run_good_command(world);
		fail_each(world, call, nth_fd);
		write_setting("/sys/kernel/debug/failslab/probability", PERCENT);
		fail_at_random(world, call);
		write_setting("/sys/kernel/debug/failslab/probability", "0");
	}
	close(nth_fd);
}

int main(void)
{
	struct geoneuron_create_buffer ask = { .size = 8192 };
	struct world world = {
		.client = open_client(8, 16),
		.server = open_server(GEONEURON_ROLE_ACTIVE, GEONEURON_MAX_LEASE_NS),
		.fd = -1, .other_fd = -1,
	};

	MUST(ioctl(world.client.fd, GEONEURON_IOC_CREATE_BUFFER, &ask));
	world.handle = ask.handle;
	settle_injection();
	setvbuf(stdout, NULL, _IOLBF, 0);
	MUST(mlockall(MCL_CURRENT));
	for_each_call(&world, client_calls);
	for_each_call(&world, server_calls);
	close_server(&world.server);
	close(world.client.fd);
	return summary();
}
