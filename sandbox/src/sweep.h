/* Removing what an earlier start left, before the first run of this one. */
#ifndef SYNCODE_JAIL_SWEEP_H
#define SYNCODE_JAIL_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct sweep_options {
	const char *const *bases; /* directories; one that does not exist is fine */
	size_t count;
	bool nsjail; /* also the empty directories that nsjail leaves in /tmp, of these users */
	uid_t first_uid;
	uid_t last_uid;
};

/* Kills and removes all below the bases; the exit status. */
int sweep_main(const struct sweep_options *options);

#endif
