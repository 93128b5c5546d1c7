/* SPDX-License-Identifier: MIT */
/* The kernel's vgem: a DRM device of memory alone, that imports, exports and fences buffers. Errors
 * end the process. */
#ifndef TESTS_KMOD_VGEM_H
#define TESTS_KMOD_VGEM_H

#include <linux/types.h>
#include <stdbool.h>

/* Loads the module, unless the kernel has it built in, and opens the device. */
int open_vgem(void);

/* A buffer of width * height pixels of four bytes: its handle, and its size in bytes. */
__u32 vgem_create(int vgem, __u32 width, __u32 height, __u64 *size);

/* Maps such a buffer. */
void *vgem_map(int vgem, __u32 handle, __u64 size);

/* A dma-buf of a buffer. */
int vgem_export(int vgem, __u32 handle);

/* The handle of a dma-buf, which vgem maps for its device; gives it up again. */
__u32 vgem_import(int vgem, int dma_buf);
void vgem_forget(int vgem, __u32 handle);

/* Attaches a fence, of a writer or a reader, to a buffer; and signals it. vgem signals it by itself
 * after ten seconds. */
__u32 vgem_attach_fence(int vgem, __u32 handle, bool write);
void vgem_signal_fence(int vgem, __u32 fence);

#endif
