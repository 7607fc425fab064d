#include "sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "cgroup.h"

enum { DECIMAL = 10 };

#define NSJAIL_PREFIX "nsjail."

/* The user in `nsjail.<uid>.<more>`; false for another name. */
static bool nsjail_owner(const char *name, unsigned long *uid)
{
	char *end;

	if (strncmp(name, NSJAIL_PREFIX, strlen(NSJAIL_PREFIX)) != 0)
		return false;
	name += strlen(NSJAIL_PREFIX);
	*uid = strtoul(name, &end, DECIMAL);
	return end != name && *end == '.';
}

static void remove_nsjail_leftovers(const struct sweep_options *options)
{
	DIR *listed = opendir("/tmp");
	const struct dirent *entry;
	unsigned long uid;

	if (listed == NULL)
		return;
	while ((entry = readdir(listed)) != NULL)
		if (nsjail_owner(entry->d_name, &uid) && uid >= options->first_uid && uid <= options->last_uid)
			unlinkat(dirfd(listed), entry->d_name, AT_REMOVEDIR); /* only goes when it is empty */
	closedir(listed);
}

static int sweep_base(const char *base)
{
	int fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int outcome;

	if (fd < 0 && errno == ENOENT)
		return 0;
	outcome = fd < 0 ? -1 : cgroup_sweep(fd);
	if (outcome < 0)
		fprintf(stderr, "syncode-jail: %s could not be emptied: %s\n", base, strerror(errno));
	close_fd(&fd);
	return outcome;
}

int sweep_main(const struct sweep_options *options)
{
	int outcome = 0;

	for (size_t i = 0; i < options->count; i++)
		if (sweep_base(options->bases[i]) < 0)
			outcome = -1;
	if (options->nsjail)
		remove_nsjail_leftovers(options);
	return outcome < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
