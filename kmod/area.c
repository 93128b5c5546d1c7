// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel memory that a process maps: rings, and a server's records. vmalloc_user charges nobody, so
 * the pages are taken one by one, each charged to the caller's memory cgroup.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "internal.h"

static void free_pages_of(struct page **pages, unsigned int count)
{
	while (count)
		__free_page(pages[--count]);
	kvfree(pages);
}

/* Zeroed; bytes is a multiple of the page size. NULL: no memory. remap_vmalloc_range maps it. */
void *gn_area_create(u64 bytes)
{
	unsigned int count = bytes >> PAGE_SHIFT, index;
	struct page **pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL_ACCOUNT);
	void *area;

	if (!pages)
		return NULL;
	for (index = 0; index < count; index++) {
		pages[index] = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
		if (!pages[index]) {
			free_pages_of(pages, index);
			return NULL;
		}
	}
	/* From here on vfree gives pages and array back. */
	area = vmap(pages, count, VM_MAP | VM_USERMAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	if (!area)
		free_pages_of(pages, count);
	return area;
}

/* Takes NULL. What is mapped still keeps its pages. */
void gn_area_destroy(void *area)
{
	vfree(area);
}
