/* Starting the jail command, and making sure that nothing of it is left. */
#ifndef SYNCODE_JAIL_SPAWN_H
#define SYNCODE_JAIL_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "protocol.h"

struct jail_command {
	char *const *words;	     /* the first is a path; NULL at the end */
	int descriptor[JAIL_FD_END]; /* what becomes descriptor i; -1: closed */
	bool change_ids;
	uid_t uid;
	gid_t gid;
};

/* Starts it with an empty environment. Its pid, and a pidfd in *pidfd; -1 with errno. */
pid_t jail_command_start(const struct jail_command *command, int *pidfd);

/* False when this kernel cannot list a process's children, which kill_children() lives by. */
bool can_list_children(void);

/*
 * Kills and reaps every child, and what then becomes one since the caller is the subreaper, until there is none: that
 * proves that the whole tree is dead. Only after the jail command itself was reaped.
 */
void kill_children(void);

#endif
