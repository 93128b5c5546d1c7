/* SPDX-License-Identifier: MIT */
/* One case per rule of ATTACH, DETACH, GET_SESSION, the mapped area, FETCH and COMMIT, each valid
 * but for one thing. Prints what differs; exit status 1 if anything does. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/steps.h"
#include "kmod/uring.h"

static int open_node(void)
{
	return (int)MUST(open("/dev/geoneuron-server", O_RDWR | O_CLOEXEC));
}

/* What ATTACH says on a file of its own, which is closed again. */
static long try_attach(struct geoneuron_attach ask)
{
	int fd = open_node();
	long result = control(fd, GEONEURON_IOC_ATTACH, &ask);

	if (!result)
		close(ask.fence_fd);
	close(fd);
	return result;
}

static const struct {
	const char *name;
	struct geoneuron_attach ask;
	long result;
} attaches[] = {
	{ "nothing broken", { .role = GEONEURON_ROLE_ACTIVE, .lease_ns = LONG_LEASE }, 0 },
	{ "a standby's role", { .role = GEONEURON_ROLE_STANDBY, .lease_ns = LONG_LEASE }, 0 },
	{ "shortest lease", { .lease_ns = GEONEURON_MIN_LEASE_NS }, 0 },
	{ "longest lease", { .lease_ns = GEONEURON_MAX_LEASE_NS }, 0 },
	{ "lease too short", { .lease_ns = GEONEURON_MIN_LEASE_NS - 1 }, -EINVAL },
	{ "lease too long", { .lease_ns = GEONEURON_MAX_LEASE_NS + 1 }, -EINVAL },
	{ "no lease", { .lease_ns = 0 }, -EINVAL },
	{ "unknown role", { .role = 2, .lease_ns = LONG_LEASE }, -EINVAL },
	{ "flags of ATTACH", { .flags = 2, .lease_ns = LONG_LEASE }, -EINVAL },
};

static void test_attach(void)
{
	size_t i;

	for (i = 0; i < sizeof(attaches) / sizeof(attaches[0]); i++)
		expect(attaches[i].name, try_attach(attaches[i].ask), attaches[i].result);
}

/* What cannot be told to the caller does not happen: the role stays free, and the file may try
 * again. */
static void test_addresses(void)
{
	struct geoneuron_attach *ask = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open_node();
	struct server server;

	MUST(ask == MAP_FAILED ? -1 : 0);
	ask->lease_ns = LONG_LEASE;
	MUST(mprotect(ask, 4096, PROT_READ));
	expect("ATTACH, bad address", control(fd, GEONEURON_IOC_ATTACH, (void *)8), -EFAULT);
	expect("ATTACH, read-only", control(fd, GEONEURON_IOC_ATTACH, ask), -EFAULT);
	MUST(mprotect(ask, 4096, PROT_READ | PROT_WRITE));
	expect("ATTACH, the same file", control(fd, GEONEURON_IOC_ATTACH, ask), 0);
	close(ask->fence_fd);
	MUST(mprotect(ask, 4096, PROT_READ));
	MUST(control(fd, GEONEURON_IOC_DETACH, NULL));
	server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	expect("GET_SESSION, bad address", control(server.fd, GEONEURON_IOC_GET_SESSION, ask),
	       -EFAULT);
	expect("GET_BUFFER, bad address", control(server.fd, GEONEURON_IOC_GET_BUFFER, (void *)8),
	       -EFAULT);
	expect("unknown ioctl", control(server.fd, _IO(GEONEURON_IOC, 0x7f), NULL), -ENOTTY);
	expect("a client's ioctl", control(server.fd, GEONEURON_IOC_GET_INFO, ask), -ENOTTY);
	retire(&server);
	close(fd);
	munmap(ask, 4096);
}

static void test_roles(void)
{
	const struct geoneuron_attach active = { .lease_ns = LONG_LEASE };
	struct geoneuron_attach standby = { .role = GEONEURON_ROLE_STANDBY,
					    .lease_ns = LONG_LEASE };
	struct server first = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE), second;
	__u32 epoch = first.epoch;

	expect("a first standby is active", session_of(&first).role, GEONEURON_ROLE_ACTIVE);
	expect("epoch of the active", session_of(&first).epoch, first.epoch);
	expect("active taken", try_attach(active), -EBUSY);
	second = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	expect("epoch of a standby", second.epoch, 0);
	expect("a second is standby", session_of(&second).role, GEONEURON_ROLE_STANDBY);
	expect("its epoch", session_of(&second).epoch, 0);
	expect("standby taken", try_attach(standby), -EBUSY);
	expect("ATTACH twice", control(second.fd, GEONEURON_IOC_ATTACH, &standby), -EBUSY);
	expect("no O_CLOEXEC", fcntl(first.fence, F_GETFD), 0);
	expect("DETACH of a standby", control(second.fd, GEONEURON_IOC_DETACH, NULL), 0);
	expect("ATTACH after DETACH", control(second.fd, GEONEURON_IOC_ATTACH, &standby), -EBUSY);
	expect("standby free again", try_attach(standby), 0);
	close_server(&second);
	retire(&first);
	first = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	expect("epochs grow", first.epoch > epoch, 1);
	retire(&first);
}

static void test_info(void)
{
	struct client client = open_client(8, 8);
	struct geoneuron_info info;
	struct server active, standby;

	MUST(control(client.fd, GEONEURON_IOC_GET_INFO, &info));
	expect("no server", info.server_attached, 0);
	active = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	MUST(control(client.fd, GEONEURON_IOC_GET_INFO, &info));
	expect("a server", info.server_attached, 1);
	expect("no standby", info.standby_attached, 0);
	standby = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	MUST(control(client.fd, GEONEURON_IOC_GET_INFO, &info));
	expect("a standby", info.standby_attached, 1);
	expect("a server's ioctl", control(client.fd, GEONEURON_IOC_DETACH, NULL), -ENOTTY);
	retire(&standby);
	retire(&active);
	close_client(&client);
}

static long try_map(int fd, size_t bytes, int flags, off_t offset)
{
	void *area = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, offset);

	if (area == MAP_FAILED)
		return -errno;
	munmap(area, bytes);
	return 0;
}

static void test_area(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	const size_t bytes = GEONEURON_AREA_RECORDS_AT +
			     GEONEURON_MAX_RECORDS * sizeof(struct geoneuron_record);
	int fd = open_node();

	expect("area holds all", server.area_bytes >= bytes, 1);
	expect("area as told", try_map(server.fd, server.area_bytes, MAP_SHARED, 0), 0);
	expect("area not attached", try_map(fd, server.area_bytes, MAP_SHARED, 0), -ENOTCONN);
	expect("area private", try_map(server.fd, server.area_bytes, MAP_PRIVATE, 0), -EINVAL);
	expect("area too long", try_map(server.fd, server.area_bytes + 4096, MAP_SHARED, 0),
	       -EINVAL);
	expect("area elsewhere", try_map(server.fd, 4096, MAP_SHARED, 4096), -EINVAL);
	close(fd);
	retire(&server);
}

static void test_node(void)
{
	struct stat node;

	MUST(stat("/dev/geoneuron-server", &node));
	expect("mode of the server's node", node.st_mode & 07777, 0600);
}

/* A server's file that never attached, or whose session has ended. */
static void expect_detached(struct server *server)
{
	struct geoneuron_commit_entry entry = { .command_id = 1 };
	struct geoneuron_get_buffer buffer = { .command_id = 1 };
	struct geoneuron_session session;

	expect("DETACH", control(server->fd, GEONEURON_IOC_DETACH, NULL), -ENOTCONN);
	expect("GET_SESSION", control(server->fd, GEONEURON_IOC_GET_SESSION, &session), -ENOTCONN);
	expect("GET_BUFFER", control(server->fd, GEONEURON_IOC_GET_BUFFER, &buffer), -ENOTCONN);
	expect("FETCH", fetch(server, 1), -ENOTCONN);
	expect("COMMIT", commit(server, &entry, 1), -ENOTCONN);
}

static void test_detached(void)
{
	struct server server = { .fd = open_node() };
	struct geoneuron_commit_entry entry = { .command_id = 1 };
	struct geoneuron_get_buffer buffer = { .command_id = 1 };
	struct server standby;

	server.ring = open_uring(0);
	expect_detached(&server);
	io_uring_queue_exit(&server.ring);
	close(server.fd);
	server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	standby = open_server(GEONEURON_ROLE_STANDBY, LONG_LEASE);
	expect("GET_BUFFER of a standby", control(standby.fd, GEONEURON_IOC_GET_BUFFER, &buffer),
	       -ENOTCONN);
	expect("COMMIT of a standby", commit(&standby, &entry, 1), -ENOTCONN);
	MUST(control(server.fd, GEONEURON_IOC_DETACH, NULL));
	expect_detached(&server);
	close_server(&server);
	retire(&standby);
}

static const struct {
	const char *name;
	struct geoneuron_uring_fetch ask;
	int result;
} fetches[] = {
	{ "flags of FETCH", { .slot_count = 1, .flags = 1 }, -EINVAL },
	{ "no slots", { .slot_count = 0 }, -EINVAL },
	{ "slots past the end", { .first_slot = GEONEURON_MAX_RECORDS - 1, .slot_count = 2 },
	  -EINVAL },
	{ "first slot past the end", { .first_slot = GEONEURON_MAX_RECORDS, .slot_count = 1 },
	  -EINVAL },
	{ "too many slots", { .slot_count = GEONEURON_MAX_RECORDS + 1 }, -EINVAL },
	{ "slots that overflow", { .first_slot = 0xffff, .slot_count = 0xffff }, -EINVAL },
};

/* A FETCH beside one that pends, and that is started again where its bounded life has ended. */
static int fetch_beside(struct server *server, const struct geoneuron_uring_fetch *pending,
			const struct geoneuron_uring_fetch *ask)
{
	int result = run_command(server, GEONEURON_URING_FETCH, ask);

	while (result == -ETIME) {
		end_command(server);
		start_command(server, GEONEURON_URING_FETCH, pending);
		result = run_command(server, GEONEURON_URING_FETCH, ask);
	}
	return result;
}

static void test_fetch(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	const struct geoneuron_uring_fetch pending = { .first_slot = 8, .slot_count = 8 };
	const struct geoneuron_uring_fetch head = { .first_slot = 0, .slot_count = 9 };
	const struct geoneuron_uring_fetch tail = { .first_slot = 15, .slot_count = 8 };
	const struct geoneuron_uring_fetch inner = { .first_slot = 10, .slot_count = 1 };
	const struct geoneuron_uring_fetch before = { .first_slot = 0, .slot_count = 8 };
	const struct geoneuron_uring_fetch after = { .first_slot = 16, .slot_count = 1008 };
	size_t i;
	int result;

	for (i = 0; i < sizeof(fetches) / sizeof(fetches[0]); i++)
		expect(fetches[i].name,
		       run_command(&server, GEONEURON_URING_FETCH, &fetches[i].ask),
		       fetches[i].result);
	expect("unknown command", run_command(&server, 0x7f, &pending), -ENOTTY);
	start_command(&server, GEONEURON_URING_FETCH, &pending);
	expect("slots that overlap ahead", fetch_beside(&server, &pending, &head), -EBUSY);
	expect("slots that overlap behind", fetch_beside(&server, &pending, &tail), -EBUSY);
	expect("slots within", fetch_beside(&server, &pending, &inner), -EBUSY);
	start_command(&server, GEONEURON_URING_FETCH, &before);
	start_command(&server, GEONEURON_URING_FETCH, &after);
	MUST(control(server.fd, GEONEURON_IOC_DETACH, NULL));
	for (i = 0; i < 3; i++) {
		result = end_command(&server);
		if (result != -ETIME)	/* of a bounded life */
			expect("FETCH that pends at DETACH", result, -ECANCELED);
	}
	close_server(&server);
}

/* One FETCH, in a ring with these setup flags and with these flags of the entry. */
static int fetch_from(struct server *server, unsigned int setup, __u8 flags)
{
	const struct geoneuron_uring_fetch ask = { .slot_count = 1 };
	struct io_uring ring = open_uring(setup);
	int result;

	start_uring(&ring, server->fd, GEONEURON_URING_FETCH, &ask, flags);
	result = end_uring(&ring);
	io_uring_queue_exit(&ring);
	return result;
}

static void test_threads(void)
{
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);

	expect("FETCH of an io-wq worker", fetch_from(&server, 0, IOSQE_ASYNC), -EOPNOTSUPP);
	expect("FETCH of an SQPOLL thread", fetch_from(&server, IORING_SETUP_SQPOLL, 0),
	       -EOPNOTSUPP);
	retire(&server);
}

static int try_commit(struct server *server, void *entries, __u32 count, __u32 flags)
{
	const struct geoneuron_uring_commit ask = {
		.entries = (uintptr_t)entries, .count = count, .flags = flags,
	};

	return run_command(server, GEONEURON_URING_COMMIT, &ask);
}

static void test_commit(void)
{
	static struct geoneuron_commit_entry entries[GEONEURON_MAX_RECORDS + 1];
	struct server server = open_server(GEONEURON_ROLE_ACTIVE, LONG_LEASE);
	void *read_only = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	MUST(read_only == MAP_FAILED ? -1 : 0);
	expect("flags of COMMIT", try_commit(&server, entries, 1, 2), -EINVAL);
	expect("no entries", try_commit(&server, entries, 0, 0), -EINVAL);
	expect("too many entries", try_commit(&server, entries, GEONEURON_MAX_RECORDS + 1, 0),
	       -EINVAL);
	expect("bad address", try_commit(&server, (void *)8, 1, 0), -EFAULT);
	expect("read-only entries", try_commit(&server, read_only, 1, 0), -EFAULT);
	expect("all unknown", try_commit(&server, entries, GEONEURON_MAX_RECORDS, 0), 0);
	expect("first outcome", entries[0].outcome, -ENOENT);
	expect("last outcome", entries[GEONEURON_MAX_RECORDS - 1].outcome, -ENOENT);
	expect("not one more", entries[GEONEURON_MAX_RECORDS].outcome, 0);
	munmap(read_only, 4096);
	retire(&server);
}

int main(void)
{
	test_node();
	test_attach();
	test_addresses();
	test_roles();
	test_info();
	test_area();
	test_detached();
	test_fetch();
	test_threads();
	test_commit();
	return summary();
}
