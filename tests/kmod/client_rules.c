/* SPDX-License-Identifier: MIT */
/* One case per rule of the client's ioctls, each valid but for one thing. Needs no server. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kmod/check.h"
#include "kmod/client.h"

#define PAGE 4096

static long setup(unsigned int submission_entries, unsigned int completion_entries, __u32 flags,
		  __u32 padding)
{
	struct geoneuron_setup ask = {
		.submission_entries = submission_entries,
		.completion_entries = completion_entries,
		.flags = flags,
		.padding = padding,
	};
	int fd = (int)MUST(open("/dev/geoneuron", O_RDWR | O_CLOEXEC));
	long result = control(fd, GEONEURON_IOC_SETUP, &ask);

	close(fd);
	return result;
}

static void test_setup(struct client *client)
{
	static const unsigned int good[] = { GEONEURON_MIN_RING_ENTRIES, 64,
					     GEONEURON_MAX_RING_ENTRIES };
	static const unsigned int bad[] = { 0, 1, 3, 8191, 8192, 1U << 31 };
	struct geoneuron_setup ask = { .submission_entries = 8, .completion_entries = 8 };
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		expect("submission entries", setup(good[i], 8, 0, 0), 0);
		expect("completion entries", setup(8, good[i], 0, 0), 0);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		expect("bad submission entries",
		       setup(bad[i], 8, 0, 0), -EINVAL);
		expect("bad completion entries",
		       setup(8, bad[i], 0, 0), -EINVAL);
	}
	expect("flags of SETUP", setup(8, 8, 1, 0), -EINVAL);
	expect("padding of SETUP", setup(8, 8, 0, 1), -EINVAL);
	expect("second SETUP", control(client->fd, GEONEURON_IOC_SETUP, &ask), -EBUSY);
}

static long create(struct client *client, __u64 size, __u32 flags)
{
	struct geoneuron_create_buffer ask = { .size = size, .flags = flags };

	return control(client->fd, GEONEURON_IOC_CREATE_BUFFER, &ask);
}

static void test_create(struct client *client)
{
	struct mapped_buffer buffer = create_buffer(client, PAGE);

	expect("handle of CREATE", buffer.handle != 0, 1);
	expect("new memory", buffer.memory[0] | buffer.memory[PAGE - 1], 0);
	unmap_buffer(&buffer);
	destroy_handle(client, &buffer);
	expect("no size", create(client, 0, 0), -EINVAL);
	expect("size not of pages", create(client, PAGE + 1, 0), -EINVAL);
	expect("flags of CREATE", create(client, PAGE, 1), -EINVAL);
	expect("over the quota", create(client, 1ULL << 50, 0), -EDQUOT);
	expect("more than a file can hold", create(client, 1ULL << 63, 0), -EINVAL);
}

static long destroy(struct client *client, __u32 handle, __u32 padding)
{
	struct geoneuron_destroy_buffer ask = { .handle = handle, .padding = padding };

	return control(client->fd, GEONEURON_IOC_DESTROY_BUFFER, &ask);
}

static void test_destroy(struct client *client)
{
	struct mapped_buffer buffer = create_buffer(client, PAGE);

	unmap_buffer(&buffer);
	expect("no handle", destroy(client, 0, 0), -ENOENT);
	expect("unknown handle", destroy(client, buffer.handle + 1, 0), -ENOENT);
	expect("padding of DESTROY", destroy(client, buffer.handle, 1), -EINVAL);
	expect("DESTROY", destroy(client, buffer.handle, 0), 0);
	expect("second DESTROY", destroy(client, buffer.handle, 0), -ENOENT);
}

static long export(struct client *client, __u32 handle, __u32 flags, __u32 padding)
{
	struct geoneuron_export_buffer ask = {
		.handle = handle, .flags = flags, .padding = padding,
	};
	long result = control(client->fd, GEONEURON_IOC_EXPORT_BUFFER, &ask);
	int wanted = flags & O_CLOEXEC ? FD_CLOEXEC : 0;

	if (result)
		return result;
	expect("O_CLOEXEC of the export", fcntl(ask.fd, F_GETFD), wanted);
	expect("access of the export", fcntl(ask.fd, F_GETFL) & O_ACCMODE, flags & O_ACCMODE);
	close(ask.fd);
	return 0;
}

static void test_export(struct client *client)
{
	struct mapped_buffer buffer = create_buffer(client, PAGE);

	expect("EXPORT", export(client, buffer.handle, 0, 0), 0);
	expect("EXPORT to write", export(client, buffer.handle, O_RDWR | O_CLOEXEC, 0), 0);
	expect("flags of EXPORT", export(client, buffer.handle, O_WRONLY, 0), -EINVAL);
	expect("unknown flags of EXPORT", export(client, buffer.handle, O_APPEND, 0), -EINVAL);
	expect("padding of EXPORT", export(client, buffer.handle, 0, 1), -EINVAL);
	expect("EXPORT of no handle", export(client, 0, 0, 0), -ENOENT);
	expect("EXPORT of an unknown handle", export(client, buffer.handle + 1, 0, 0), -ENOENT);
	destroy_handle(client, &buffer);
	unmap_buffer(&buffer);
}

static long import(struct client *client, int fd, __u32 flags, __u32 padding)
{
	struct geoneuron_import_buffer ask = { .fd = fd, .flags = flags, .padding = padding };
	long result = control(client->fd, GEONEURON_IOC_IMPORT_BUFFER, &ask);

	if (result)
		return result;
	expect("size of the import", (long)ask.size, PAGE);
	expect("EXPORT of an import", export(client, ask.handle, 0, 0), -EOPNOTSUPP);
	return destroy(client, ask.handle, 0);
}

static void test_import(struct client *client)
{
	struct mapped_buffer buffer = create_buffer(client, PAGE);
	int to_read = export_buffer(client, &buffer, 0);
	int to_write = export_buffer(client, &buffer, O_RDWR);

	expect("IMPORT", import(client, to_write, 0, 0), 0);
	expect("IMPORT to read", import(client, to_read, GEONEURON_IMPORT_READ_ONLY, 0), 0);
	expect("IMPORT without write access", import(client, to_read, 0, 0), -EPERM);
	expect("flags of IMPORT", import(client, to_write, 2, 0), -EINVAL);
	expect("padding of IMPORT", import(client, to_write, 0, 1), -EINVAL);
	expect("IMPORT of no fd", import(client, -1, 0, 0), -EBADF);
	expect("IMPORT of a closed fd", import(client, 1000, 0, 0), -EBADF);
	expect("IMPORT of no dma-buf", import(client, client->fd, 0, 0), -EINVAL);
	destroy_handle(client, &buffer);
	unmap_buffer(&buffer);
	close(to_read);
	close(to_write);
}

static void test_submit(struct client *client)
{
	struct geoneuron_submit flags = { .flags = 2 }, padding = { .padding = 1 };
	struct geoneuron_submit some = { .count = 1 }, none = { .min_complete = 1 };
	int bare = (int)MUST(open("/dev/geoneuron", O_RDWR | O_CLOEXEC));

	expect("flags of SUBMIT", control(client->fd, GEONEURON_IOC_SUBMIT, &flags), -EINVAL);
	expect("padding of SUBMIT", control(client->fd, GEONEURON_IOC_SUBMIT, &padding), -EINVAL);
	expect("an empty ring", control(client->fd, GEONEURON_IOC_SUBMIT, &some), -EAGAIN);
	expect("nothing to wait for", control(client->fd, GEONEURON_IOC_SUBMIT, &none), 0);
	expect("SUBMIT without rings", control(bare, GEONEURON_IOC_SUBMIT, &some), -ENXIO);
	expect("a wait without rings", control(bare, GEONEURON_IOC_SUBMIT, &none), -ENXIO);
	close(bare);
}

static void test_cancel(struct client *client)
{
	struct geoneuron_cancel ask = { .user_data = 12345, .cancelled = 7, .requested = 7 };
	struct geoneuron_cancel flags = { .flags = 1 };

	expect("CANCEL of nothing", control(client->fd, GEONEURON_IOC_CANCEL, &ask), 0);
	expect("cancelled", ask.cancelled, 0);
	expect("requested", ask.requested, 0);
	expect("not found", ask.not_found, 1);
	expect("flags of CANCEL", control(client->fd, GEONEURON_IOC_CANCEL, &flags), -EINVAL);
}

static long set_eventfd(struct client *client, int fd, __u32 flags)
{
	struct geoneuron_eventfd ask = { .fd = fd, .flags = flags };

	return control(client->fd, GEONEURON_IOC_SET_EVENTFD, &ask);
}

static void test_set_eventfd(struct client *client)
{
	int fd = (int)MUST(eventfd(0, EFD_CLOEXEC));

	expect("SET_EVENTFD", set_eventfd(client, fd, 0), 0);
	expect("SET_EVENTFD again", set_eventfd(client, fd, 0), 0);
	expect("no eventfd any more", set_eventfd(client, -1, 0), 0);
	expect("flags of SET_EVENTFD", set_eventfd(client, fd, 1), -EINVAL);
	expect("a negative fd", set_eventfd(client, -2, 0), -EINVAL);
	expect("a closed fd", set_eventfd(client, 1000, 0), -EBADF);
	expect("not an eventfd", set_eventfd(client, client->fd, 0), -EINVAL);
	close(fd);
}

static void test_info(struct client *client)
{
	struct geoneuron_info info;
	size_t i;

	MUST(ioctl(client->fd, GEONEURON_IOC_GET_INFO, &info));
	expect("ABI version", info.abi_version, GEONEURON_ABI_VERSION);
	expect("root's highest class", info.highest_class, GEONEURON_CLASS_REALTIME);
	expect("features", (long)(info.features & ~(__u64)GEONEURON_FEATURE_URING_CANCEL), 0);
	expect("no server", info.server_attached | info.standby_attached, 0);
	expect("a quota of commands", info.max_commands > 0, 1);
	expect("a quota of bytes", info.max_buffer_bytes > 0, 1);
	expect("a quota of pinned bytes", info.max_pinned_bytes > 0, 1);
	expect("a quota of contexts", info.max_contexts > 0, 1);
	for (i = 0; i < sizeof(info.reserved) / sizeof(info.reserved[0]); i++)
		expect("reserved word of GET_INFO", (long)info.reserved[i], 0);
}

static void test_addresses(struct client *client)
{
	static const unsigned long codes[] = {
		GEONEURON_IOC_GET_INFO, GEONEURON_IOC_SETUP, GEONEURON_IOC_CREATE_BUFFER,
		GEONEURON_IOC_DESTROY_BUFFER, GEONEURON_IOC_EXPORT_BUFFER,
		GEONEURON_IOC_IMPORT_BUFFER, GEONEURON_IOC_SUBMIT, GEONEURON_IOC_CANCEL,
		GEONEURON_IOC_SET_EVENTFD,
	};
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		expect("bad address", control(client->fd, codes[i], (void *)(uintptr_t)8), -EFAULT);
	expect("unknown ioctl", control(client->fd, _IO(GEONEURON_IOC, 0x3f), NULL), -ENOTTY);
	expect("a server's ioctl", control(client->fd, GEONEURON_IOC_DETACH, NULL), -ENOTTY);
}

int main(void)
{
	struct client client = open_client(8, 8);

	test_info(&client);
	test_setup(&client);
	test_create(&client);
	test_destroy(&client);
	test_export(&client);
	test_import(&client);
	test_submit(&client);
	test_cancel(&client);
	test_set_eventfd(&client);
	test_addresses(&client);
	return summary();
}
