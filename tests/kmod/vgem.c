/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "kmod/vgem.h"

#include <drm.h>
#include <drm_mode.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kmod/client.h"

/* vgem's own calls, for which libdrm has no header. */
struct attach_fence {
	__u32 handle;
	__u32 flags;
	__u32 fence;	/* out */
	__u32 padding;
};

struct signal_fence {
	__u32 fence;
	__u32 flags;
};

#define ATTACH_WRITE 0x1
#define ATTACH_FENCE DRM_IOWR(DRM_COMMAND_BASE + 0x1, struct attach_fence)
#define SIGNAL_FENCE DRM_IOW(DRM_COMMAND_BASE + 0x2, struct signal_fence)

static bool is_vgem(int fd)
{
	char name[16] = "";
	struct drm_version version = { .name_len = sizeof(name) - 1, .name = name };

	return !ioctl(fd, DRM_IOCTL_VERSION, &version) && !strcmp(name, "vgem");
}

int open_vgem(void)
{
	char path[32];
	int fd, i;

	errno = ENODEV;
	MUST(system("modprobe -q vgem || test -e /sys/devices/platform/vgem") ? -1 : 0);
	for (i = 0; i < 16; i++) {
		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0 && is_vgem(fd))
			return fd;
		if (fd >= 0)
			close(fd);
	}
	errno = ENODEV;
	return (int)MUST(-1);
}

__u32 vgem_create(int vgem, __u32 width, __u32 height, __u64 *size)
{
	struct drm_mode_create_dumb ask = { .width = width, .height = height, .bpp = 32 };

	MUST(ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &ask));
	*size = ask.size;
	return ask.handle;
}

void *vgem_map(int vgem, __u32 handle, __u64 size)
{
	struct drm_mode_map_dumb ask = { .handle = handle };
	void *memory;

	MUST(ioctl(vgem, DRM_IOCTL_MODE_MAP_DUMB, &ask));
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vgem, (off_t)ask.offset);
	MUST(memory == MAP_FAILED ? -1 : 0);
	return memory;
}

int vgem_export(int vgem, __u32 handle)
{
	struct drm_prime_handle ask = { .handle = handle, .flags = DRM_CLOEXEC | DRM_RDWR };

	MUST(ioctl(vgem, DRM_IOCTL_PRIME_HANDLE_TO_FD, &ask));
	return ask.fd;
}

__u32 vgem_import(int vgem, int dma_buf)
{
	struct drm_prime_handle ask = { .fd = dma_buf };

	MUST(ioctl(vgem, DRM_IOCTL_PRIME_FD_TO_HANDLE, &ask));
	return ask.handle;
}

void vgem_forget(int vgem, __u32 handle)
{
	struct drm_gem_close ask = { .handle = handle };

	MUST(ioctl(vgem, DRM_IOCTL_GEM_CLOSE, &ask));
}

__u32 vgem_attach_fence(int vgem, __u32 handle, bool write)
{
	struct attach_fence ask = { .handle = handle, .flags = write ? ATTACH_WRITE : 0 };

	MUST(ioctl(vgem, ATTACH_FENCE, &ask));
	return ask.fence;
}

void vgem_signal_fence(int vgem, __u32 fence)
{
	struct signal_fence ask = { .fence = fence };

	MUST(ioctl(vgem, SIGNAL_FENCE, &ask));
}
