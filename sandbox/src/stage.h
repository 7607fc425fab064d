/*
 * As root each jail runs as a user who cannot walk through a 0700 home or cache. So supervise takes a mount namespace
 * of its own and shows what jails need of the host below one directory that everybody can walk through. The host does
 * not see it; a jail sees the real source in its mountinfo.
 */
#ifndef SYNCODE_JAIL_STAGE_H
#define SYNCODE_JAIL_STAGE_H

#include <stddef.h>

enum { STAGE_BINDS_MAX = 32 };

struct stage_bind {
	const char *name;   /* below the stage; one name, no slash */
	const char *source; /* a directory or a file of the host */
};

struct stage {
	const char *directory; /* exists; what lies below it is hidden in this namespace */
	struct stage_bind binds[STAGE_BINDS_MAX];
	size_t count;
};

/* 0, or -1 with errno and *where naming what failed. */
int stage_make(const struct stage *stage, const char **where);

#endif
