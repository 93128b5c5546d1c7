// SPDX-License-Identifier: GPL-2.0-only
/* Buffers that cross to other devices: dma-buf, both ways. */
#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "internal.h"

/* What an export holds: its pages, pinned and charged until the last importer is gone. */
struct export {
	struct gn_buffer *buffer;
	unsigned int count;
	struct page *pages[];
};

static void put_pages(struct export *export, unsigned int count)
{
	while (count)
		put_page(export->pages[--count]);
}

static struct export *pin(struct gn_buffer *buffer)
{
	unsigned int count = buffer->size >> PAGE_SHIFT, index;
	struct export *export = kvzalloc(struct_size(export, pages, count), GFP_KERNEL_ACCOUNT);

	if (!export)
		return ERR_PTR(-ENOMEM);
	export->buffer = buffer;
	export->count = count;
	for (index = 0; index < count; index++) {
		struct page *page = shmem_read_mapping_page(buffer->memory->f_mapping, index);

		if (IS_ERR(page)) {
			put_pages(export, index);
			kvfree(export);
			return ERR_CAST(page);
		}
		export->pages[index] = page;
	}
	return export;
}

/* Each importer's device gets a mapping of its own, as udmabuf does it. */
static struct sg_table *export_map(struct dma_buf_attachment *attachment,
				   enum dma_data_direction direction)
{
	struct export *export = attachment->dmabuf->priv;
	struct sg_table *table = kzalloc(sizeof(*table), GFP_KERNEL);
	int result;

	if (!table)
		return ERR_PTR(-ENOMEM);
	result = sg_alloc_table_from_pages(table, export->pages, export->count, 0,
					   export->buffer->size, GFP_KERNEL);
	if (result)
		goto free;
	result = dma_map_sgtable(attachment->dev, table, direction, 0);
	if (!result)
		return table;
	sg_free_table(table);
free:
	kfree(table);
	return ERR_PTR(result);
}

static void export_unmap(struct dma_buf_attachment *attachment, struct sg_table *table,
			 enum dma_data_direction direction)
{
	dma_unmap_sgtable(attachment->dev, table, direction, 0);
	sg_free_table(table);
	kfree(table);
}

static int export_mmap(struct dma_buf *dma_buf, struct vm_area_struct *vma)
{
	struct export *export = dma_buf->priv;

	vma_set_file(vma, export->buffer->memory);
	return vma->vm_file->f_op->mmap(vma->vm_file, vma);
}

static int export_vmap(struct dma_buf *dma_buf, struct iosys_map *map)
{
	struct export *export = dma_buf->priv;
	void *address = vmap(export->pages, export->count, VM_MAP, PAGE_KERNEL);

	if (!address)
		return -ENOMEM;
	iosys_map_set_vaddr(map, address);
	return 0;
}

static void export_vunmap(struct dma_buf *dma_buf, struct iosys_map *map)
{
	vunmap(map->vaddr);
}

static void uncharge_pins(struct gn_buffer *buffer)
{
	gn_lock();
	buffer->user->pinned_bytes -= buffer->size;
	gn_unlock();
}

static void export_release(struct dma_buf *dma_buf)
{
	struct export *export = dma_buf->priv;
	struct gn_buffer *buffer = export->buffer;

	uncharge_pins(buffer);
	put_pages(export, export->count);
	kvfree(export);
	gn_buffer_put(buffer);
}

static const struct dma_buf_ops export_ops = {
	.map_dma_buf = export_map,
	.unmap_dma_buf = export_unmap,
	.mmap = export_mmap,
	.vmap = export_vmap,
	.vunmap = export_vunmap,
	.release = export_release,
};

static bool charge_pins(struct gn_buffer *buffer)
{
	struct gn_user *user = buffer->user;
	bool charged;

	gn_lock();
	charged = buffer->size <= gn_max_pinned_bytes &&
		  user->pinned_bytes <= gn_max_pinned_bytes - buffer->size;
	if (charged)
		user->pinned_bytes += buffer->size;
	gn_unlock();
	return charged;
}

/* A dma-buf of the buffer; takes over the caller's reference to it where it succeeds. */
static struct dma_buf *new_export(struct gn_buffer *buffer, u32 flags)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct dma_buf *dma_buf;
	struct export *export;

	if (!charge_pins(buffer))
		return ERR_PTR(-EDQUOT);
	export = pin(buffer);
	if (IS_ERR(export)) {
		uncharge_pins(buffer);
		return ERR_CAST(export);
	}
	info.ops = &export_ops;
	info.size = buffer->size;
	info.flags = flags & O_ACCMODE;
	info.priv = export;
	info.resv = &buffer->resv;	/* all exports of a buffer share its fences */
	dma_buf = dma_buf_export(&info);
	if (IS_ERR(dma_buf)) {
		uncharge_pins(buffer);
		put_pages(export, export->count);
		kvfree(export);
	}
	return dma_buf;
}

long gn_export_buffer(struct gn_context *context, void __user *argument)
{
	struct geoneuron_export_buffer ask;
	struct gn_buffer *buffer;
	struct dma_buf *dma_buf;

	if (copy_from_user(&ask, argument, sizeof(ask)))
		return -EFAULT;
	if (ask.flags & ~(O_CLOEXEC | O_RDWR) || ask.padding)
		return -EINVAL;
	mutex_lock(&context->lock);
	buffer = gn_buffer_get(context, ask.handle);
	mutex_unlock(&context->lock);
	if (!buffer)
		return -ENOENT;
	dma_buf = buffer->memory ? new_export(buffer, ask.flags) : ERR_PTR(-EOPNOTSUPP);
	if (IS_ERR(dma_buf)) {
		gn_buffer_put(buffer);
		return PTR_ERR(dma_buf);
	}
	ask.fd = get_unused_fd_flags(ask.flags & O_CLOEXEC);
	if (ask.fd < 0 || copy_to_user(argument, &ask, sizeof(ask))) {
		if (ask.fd >= 0)
			put_unused_fd(ask.fd);
		dma_buf_put(dma_buf);
		return ask.fd < 0 ? ask.fd : -EFAULT;
	}
	fd_install(ask.fd, dma_buf->file);
	return 0;
}

static long import(struct gn_context *context, struct geoneuron_import_buffer *ask,
		   struct dma_buf *dma_buf)
{
	bool read_only = ask->flags & GEONEURON_IMPORT_READ_ONLY;
	struct gn_buffer *buffer;

	if (!read_only && !(dma_buf->file->f_mode & FMODE_WRITE))
		return -EPERM;
	buffer = gn_new_buffer(context->user, dma_buf->size);
	if (!buffer)
		return -ENOMEM;
	get_dma_buf(dma_buf);
	buffer->imported = dma_buf;
	buffer->read_only = read_only;
	ask->size = dma_buf->size;
	return gn_publish_buffer(context, buffer, &ask->handle);
}

long gn_import_buffer(struct gn_context *context, void __user *argument)
{
	struct geoneuron_import_buffer ask;
	struct dma_buf *dma_buf;
	long result;

	if (copy_from_user(&ask, argument, sizeof(ask)))
		return -EFAULT;
	if (ask.flags & ~GEONEURON_IMPORT_READ_ONLY || ask.padding)
		return -EINVAL;
	dma_buf = dma_buf_get(ask.fd);
	if (IS_ERR(dma_buf))
		return PTR_ERR(dma_buf);
	result = import(context, &ask, dma_buf);
	dma_buf_put(dma_buf);
	if (!result && copy_to_user(argument, &ask, sizeof(ask))) {
		gn_forget_handle(context, ask.handle);
		return -EFAULT;
	}
	return result;
}

static struct dma_resv *fences_of(struct gn_buffer *buffer)
{
	return buffer->imported ? buffer->imported->resv : &buffer->resv;
}

/* Nobody that the kernel knows of still writes into the buffer or, for a writer, reads from it. */
bool gn_buffer_ready(struct gn_buffer *buffer, bool write)
{
	return dma_resv_test_signaled(fences_of(buffer), dma_resv_usage_rw(write));
}

MODULE_IMPORT_NS(DMA_BUF);
