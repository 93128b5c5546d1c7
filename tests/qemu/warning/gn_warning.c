// SPDX-License-Identifier: GPL-2.0
/* Warns when it is loaded: a run of the virtual machine that loads it must fail. */
#include <linux/bug.h>
#include <linux/module.h>

static int __init gn_warning_init(void)
{
	WARN(1, "gn_warning: loaded\n");
	return 0;
}

static void __exit gn_warning_exit(void)
{
}

module_init(gn_warning_init);
module_exit(gn_warning_exit);
MODULE_DESCRIPTION("Warns when it is loaded, for the tests of the virtual machine");
MODULE_LICENSE("GPL");
