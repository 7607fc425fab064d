/* The long-lived process outside of the jails: one for each worker, one run at a time. */
#ifndef SYNCODE_JAIL_SUPERVISE_H
#define SYNCODE_JAIL_SUPERVISE_H

#include <stdbool.h>
#include <sys/types.h>

#include "cgroup.h"
#include "stage.h"

struct supervise_options {
	unsigned slot;
	struct cgroup_paths cgroup;
	bool change_ids;
	uid_t uid;
	gid_t gid;
	struct stage stage; /* without a directory: none */
};

/* Takes frames from descriptor 0 and answers on 1 until 0 ends. The exit status. */
int supervise_main(const struct supervise_options *options);

#endif
