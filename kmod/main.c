// SPDX-License-Identifier: GPL-2.0-only
/* geoneuron: a ledger of commands between programs and the daemon that serves them. */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "internal.h"

unsigned int gn_max_commands = 8192;
module_param_named(max_commands, gn_max_commands, uint, 0644);
MODULE_PARM_DESC(max_commands, "Commands per user that are in flight, or of a chain that is");

unsigned int gn_max_contexts = 256;
module_param_named(max_contexts, gn_max_contexts, uint, 0644);
MODULE_PARM_DESC(max_contexts, "Open contexts per user");

unsigned long gn_max_buffer_bytes = 4UL << 30;
module_param_named(max_buffer_bytes, gn_max_buffer_bytes, ulong, 0644);
MODULE_PARM_DESC(max_buffer_bytes, "Bytes of buffers per user");

unsigned long gn_max_pinned_bytes = 1UL << 30;
module_param_named(max_pinned_bytes, gn_max_pinned_bytes, ulong, 0644);
MODULE_PARM_DESC(max_pinned_bytes, "Bytes of exported, and so pinned, buffers per user");

unsigned int gn_window = 256;
module_param_named(window, gn_window, uint, 0644);
MODULE_PARM_DESC(window, "Commands of one context that the server may hold at a time");

unsigned int gn_ban_ms = 10000;
module_param_named(ban_ms, gn_ban_ms, uint, 0644);
MODULE_PARM_DESC(ban_ms, "Milliseconds of ban for a context whose command killed three servers");

struct gn_ledger gn;
struct kmem_cache *gn_commands;

static struct miscdevice client = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "geoneuron",
	.fops = &gn_client_fops,
	.mode = 0660,
};

static struct miscdevice server = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "geoneuron-server",
	.fops = &gn_server_fops,
	.mode = 0600,
};

/*
 * A cache with a constructor is spared the clearing of each object under init_on_alloc: most of a
 * command is overwritten at once, by copy_command().
 */
static void construct_command(void *command)
{
	memset(command, 0, sizeof(struct gn_command));
}

static void init_ledger(void)
{
	int class;

	spin_lock_init(&gn.lock);
	INIT_LIST_HEAD(&gn.users);
	INIT_LIST_HEAD(&gn.sessions);
	INIT_LIST_HEAD(&gn.wake);
	INIT_LIST_HEAD(&gn.dead);
	INIT_LIST_HEAD(&gn.finished);
	INIT_LIST_HEAD(&gn.free_buffers);
	INIT_LIST_HEAD(&gn.free_contexts);
	for (class = 0; class < GEONEURON_CLASSES; class++)
		INIT_LIST_HEAD(&gn.turn[class]);
	hash_init(gn.by_id);
	INIT_DELAYED_WORK(&gn.lease, gn_lease_work);
	INIT_DELAYED_WORK(&gn.retry, gn_retry_work);
	INIT_DELAYED_WORK(&gn.reap, gn_reap_work);
}

static int __init gn_init(void)
{
	int result;

	init_ledger();
	gn_commands = kmem_cache_create("gn_command", sizeof(struct gn_command),
					__alignof__(struct gn_command), SLAB_ACCOUNT,
					construct_command);
	if (!gn_commands)
		return -ENOMEM;
	result = misc_register(&client);
	if (result)
		goto free_cache;
	result = misc_register(&server);
	if (result)
		goto no_server;
	gn_debugfs_init();
	return 0;
no_server:
	misc_deregister(&client);
free_cache:
	kmem_cache_destroy(gn_commands);
	return result;
}

/* No file is open, so no command is left, and no session but those whose fence has just closed. */
static void __exit gn_exit(void)
{
	gn_debugfs_finish();
	misc_deregister(&server);
	misc_deregister(&client);
	cancel_delayed_work_sync(&gn.reap);
	cancel_delayed_work_sync(&gn.lease);
	cancel_delayed_work_sync(&gn.retry);
	gn_retry_work(NULL);
	cancel_delayed_work_sync(&gn.retry);
	kmem_cache_destroy(gn_commands);
}

module_init(gn_init);
module_exit(gn_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Command ledger between programs and the geoneuron daemon");
