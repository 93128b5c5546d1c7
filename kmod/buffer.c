// SPDX-License-Identifier: GPL-2.0-only
/* Memory shared by a client and the workers: shmem, populated, of a size that stays. */
#include <linux/anon_inodes.h>
#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "internal.h"

/* shmem's own operations, but for the two below; set at the first buffer. */
static struct file_operations memory_fops;
static const struct file_operations *shmem_fops;
static DEFINE_MUTEX(memory_fops_lock);

static void uncharge(struct gn_user *user, u64 size)
{
	gn_lock();
	user->buffer_bytes -= size;
	gn_unlock();
	gn_user_put(user);
}

/* The account that a memory file is charged to hangs on its inode. */
static int memory_release(struct inode *inode, struct file *file)
{
	struct gn_user *user = inode->i_private;

	uncharge(user, i_size_read(inode));
	inode->i_private = NULL;
	return shmem_fops->release ? shmem_fops->release(inode, file) : 0;
}

/*
 * Maps and fds keep the memory file, not the buffer, and the quota is given back when the pages
 * are: so its release must come to us. Without fallocate no hole can be punched.
 */
static void adopt(struct file *memory, struct gn_user *user)
{
	mutex_lock(&memory_fops_lock);
	if (!shmem_fops) {
		memory_fops = *memory->f_op;
		memory_fops.owner = THIS_MODULE;
		memory_fops.release = memory_release;
		memory_fops.fallocate = NULL;
		shmem_fops = memory->f_op;
	}
	mutex_unlock(&memory_fops_lock);
	__module_get(THIS_MODULE);
	fops_put(memory->f_op);
	memory->f_op = &memory_fops;
	file_inode(memory)->i_private = user;
}

static int populate(struct file *memory, u64 size)
{
	pgoff_t index;
	struct page *page;

	for (index = 0; index < size >> PAGE_SHIFT; index++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		page = shmem_read_mapping_page(memory->f_mapping, index);
		if (IS_ERR(page))
			return PTR_ERR(page);
		set_page_dirty(page);	/* a clean page could be dropped */
		put_page(page);
		cond_resched();
	}
	return 0;
}

static bool charge(struct gn_user *user, u64 size)
{
	bool charged;

	gn_lock();
	charged = size <= gn_max_buffer_bytes && user->buffer_bytes <= gn_max_buffer_bytes - size;
	if (charged) {
		user->buffer_bytes += size;
		user->refs++;
	}
	gn_unlock();
	return charged;
}

static struct file *new_memory(struct gn_user *user, u64 size)
{
	struct file *memory;
	int result;

	if (!charge(user, size))
		return ERR_PTR(-EDQUOT);
	memory = shmem_file_setup("geoneuron", size, VM_NORESERVE);
	if (IS_ERR(memory)) {
		uncharge(user, size);
		return memory;
	}
	adopt(memory, user);	/* from here on its release gives the charge back */
	result = populate(memory, size);
	if (!result)
		return memory;
	fput(memory);
	return ERR_PTR(result);
}

/* Without memory yet; NULL where there is none for the structure itself. */
struct gn_buffer *gn_new_buffer(struct gn_user *user, u64 size)
{
	struct gn_buffer *buffer = kzalloc(sizeof(*buffer), GFP_KERNEL_ACCOUNT);

	if (!buffer)
		return NULL;
	kref_init(&buffer->refs);
	INIT_LIST_HEAD(&buffer->notice);
	dma_resv_init(&buffer->resv);
	buffer->size = size;
	buffer->user = user;
	gn_lock();
	user->refs++;
	buffer->id = ++gn.next_buffer;
	gn_unlock();
	return buffer;
}

/* Frees what is left once nobody, and no record for a server, names the buffer. */
void gn_buffer_free(struct gn_buffer *buffer)
{
	dma_resv_fini(&buffer->resv);
	gn_user_put(buffer->user);
	kfree(buffer);
}

static void last_put(struct kref *refs)
{
	struct gn_buffer *buffer = container_of(refs, struct gn_buffer, refs);
	struct file *memory = buffer->memory;
	struct dma_buf *imported = buffer->imported;

	buffer->memory = NULL;
	buffer->imported = NULL;
	gn_lock();
	if (gn.active && buffer->seen_epoch == gn.active->epoch) {
		list_add_tail(&buffer->notice, &gn.active->gone_buffers);
		gn_serve();
		buffer = NULL;
	}
	gn_unlock();
	if (memory)
		fput(memory);
	if (imported)
		dma_buf_put(imported);
	if (buffer)
		gn_buffer_free(buffer);
}

void gn_buffer_put(struct gn_buffer *buffer)
{
	kref_put(&buffer->refs, last_put);
}

/* With a reference; NULL: no such handle. context->lock is held. */
struct gn_buffer *gn_buffer_get(struct gn_context *context, u32 handle)
{
	struct gn_buffer *buffer = xa_load(&context->buffers, handle);

	if (buffer)
		kref_get(&buffer->refs);
	return buffer;
}

/* Gives the buffer a handle and takes over the caller's reference. */
int gn_publish_buffer(struct gn_context *context, struct gn_buffer *buffer, u32 *handle)
{
	int result;

	mutex_lock(&context->lock);
	result = xa_alloc(&context->buffers, handle, buffer, XA_LIMIT(1, (1U << 20) - 1),
			  GFP_KERNEL_ACCOUNT);
	mutex_unlock(&context->lock);
	if (result)
		gn_buffer_put(buffer);
	return result == -EBUSY ? -ENOSPC : result;
}

static struct gn_buffer *take_handle(struct gn_context *context, u32 handle)
{
	struct gn_buffer *buffer;

	mutex_lock(&context->lock);
	buffer = xa_erase(&context->buffers, handle);
	mutex_unlock(&context->lock);
	return buffer;
}

/* 0, or -ENOENT. */
int gn_forget_handle(struct gn_context *context, u32 handle)
{
	struct gn_buffer *buffer = take_handle(context, handle);

	if (!buffer)
		return -ENOENT;
	gn_buffer_put(buffer);
	return 0;
}

long gn_create_buffer(struct gn_context *context, void __user *argument)
{
	struct geoneuron_create_buffer ask;
	struct gn_buffer *buffer;
	struct file *memory;
	int result;

	if (copy_from_user(&ask, argument, sizeof(ask)))
		return -EFAULT;
	if (ask.flags || !ask.size || ask.size & ~PAGE_MASK || ask.size > MAX_LFS_FILESIZE)
		return -EINVAL;
	memory = new_memory(context->user, ask.size);
	if (IS_ERR(memory))
		return PTR_ERR(memory);
	buffer = gn_new_buffer(context->user, ask.size);
	if (!buffer) {
		fput(memory);
		return -ENOMEM;
	}
	buffer->memory = memory;
	result = gn_publish_buffer(context, buffer, &ask.handle);
	if (result)
		return result;
	ask.mmap_offset = (u64)ask.handle << GN_BUFFER_SHIFT;
	if (!copy_to_user(argument, &ask, sizeof(ask)))
		return 0;
	gn_forget_handle(context, ask.handle);
	return -EFAULT;
}

long gn_destroy_buffer(struct gn_context *context, void __user *argument)
{
	struct geoneuron_destroy_buffer ask;

	if (copy_from_user(&ask, argument, sizeof(ask)))
		return -EFAULT;
	if (ask.padding)
		return -EINVAL;
	return gn_forget_handle(context, ask.handle);
}

/* The map goes to the memory file, so that it lives as long as the map. */
static int map_memory(struct file *memory, struct vm_area_struct *vma)
{
	vma_set_file(vma, memory);
	return memory->f_op->mmap(memory, vma);
}

int gn_buffer_map(struct gn_buffer *buffer, struct vm_area_struct *vma)
{
	if (!buffer->memory)
		return -EOPNOTSUPP;	/* imported: map the dma-buf itself */
	if (!(vma->vm_flags & VM_MAYSHARE) || vma->vm_end - vma->vm_start > buffer->size)
		return -EINVAL;
	vma->vm_pgoff = 0;
	return map_memory(buffer->memory, vma);
}

/*
 * What GET_BUFFER gives: a file that can be mapped, and nothing else. mmap itself keeps maps of a
 * read-only file from becoming writable; it takes VM_SHARED from them, and leaves VM_MAYSHARE.
 */
static int view_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct file *memory = file->private_data;

	if (!(vma->vm_flags & VM_MAYSHARE) ||
	    ((u64)vma->vm_pgoff << PAGE_SHIFT) + (vma->vm_end - vma->vm_start) >
	    i_size_read(file_inode(memory)))
		return -EINVAL;
	return map_memory(memory, vma);
}

static int view_release(struct inode *inode, struct file *file)
{
	fput(file->private_data);
	return 0;
}

static const struct file_operations view_fops = {
	.owner = THIS_MODULE,
	.mmap = view_mmap,
	.release = view_release,
	.llseek = noop_llseek,
};

/* For GET_BUFFER: a view of the memory, or the dma-buf that was imported. */
struct file *gn_buffer_file(struct gn_buffer *buffer, bool write)
{
	struct file *view;

	if (!buffer->memory)
		return get_file(buffer->imported->file);
	view = anon_inode_getfile("[geoneuron-buffer]", &view_fops, get_file(buffer->memory),
				  write ? O_RDWR : O_RDONLY);
	if (IS_ERR(view))
		fput(buffer->memory);
	return view;
}
