#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"

enum {
	GROUP_MODE = 0755,
	REMOVE_TRIES = 4000,
	REMOVE_WAIT_US = 500,
	SWEEP_DEPTH_MAX = 4,
	NUMBER_TEXT_MAX = 24,
	DECIMAL = 10,
};

int cg_open_dir(int dir_fd, const char *name)
{
	return lift_fd(openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

int cg_open_read(int dir_fd, const char *file)
{
	return lift_fd(openat(dir_fd, file, O_RDONLY | O_CLOEXEC));
}

int cg_open_write(int dir_fd, const char *file)
{
	return lift_fd(openat(dir_fd, file, O_WRONLY | O_CLOEXEC));
}

int cg_write(int dir_fd, const char *file, const char *text)
{
	int fd = cg_open_write(dir_fd, file);
	int outcome;

	if (fd < 0)
		return -1;
	outcome = write_all(fd, text, strlen(text));
	close_fd(&fd);
	return outcome;
}

int cg_write_number(int dir_fd, const char *file, uint64_t value)
{
	char text[NUMBER_TEXT_MAX];

	snprintf(text, sizeof text, "%" PRIu64, value);
	return cg_write(dir_fd, file, text);
}

int cg_read(int dir_fd, const char *file, char text[CGROUP_TEXT_MAX])
{
	int fd = cg_open_read(dir_fd, file);
	ssize_t got;

	if (fd < 0)
		return -1;
	got = read(fd, text, CGROUP_TEXT_MAX - 1);
	close_fd(&fd);
	text[got > 0 ? got : 0] = 0;
	return got < 0 ? -1 : 0;
}

bool cg_keyed_number(const char *text, const char *key, uint64_t *out)
{
	size_t length = strlen(key);

	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (strncmp(line, key, length) == 0 && line[length] == ' ') {
			*out = strtoull(line + length + 1, NULL, DECIMAL);
			return true;
		}
	}
	return false;
}

/* Kills what stands in a group's cgroup.procs; numbers of other pid namespaces read as 0 there. */
static void kill_listed(int dir_fd)
{
	char text[CGROUP_TEXT_MAX];
	char *at = text;

	if (cg_read(dir_fd, "cgroup.procs", text) < 0)
		return;
	while (*at != 0) {
		char *end;
		long pid = strtol(at, &end, DECIMAL);

		/* A number that the buffer's end may have cut is left for the next round. */
		if (end == at || *end != '\n')
			return;
		if (pid > 1 && pid != getpid())
			kill((pid_t)pid, SIGKILL);
		at = end + 1;
	}
}

static void kill_group(int dir_fd)
{
	/* Only v2 has it, from Linux 5.14 on. */
	if (cg_write(dir_fd, "cgroup.kill", "1") < 0)
		kill_listed(dir_fd);
}

/* Removes an empty group; processes that still stand in it are killed until they are gone. */
static int remove_group(int parent_fd, const char *name, int dir_fd)
{
	for (int tries = 0; tries < REMOVE_TRIES; tries++) {
		if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -1;
		kill_group(dir_fd);
		usleep(REMOVE_WAIT_US);
	}
	return -1;
}

static int sweep_level(int dir_fd, int depth)
{
	int listed_fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listed = listed_fd < 0 ? NULL : fdopendir(listed_fd);
	const struct dirent *entry;
	int outcome = 0;

	if (listed == NULL) {
		close_fd(&listed_fd);
		return -1;
	}
	while ((entry = readdir(listed)) != NULL) {
		int child_fd;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		child_fd = cg_open_dir(dir_fd, entry->d_name);
		if (child_fd < 0) {
			if (errno != ENOENT) /* gone is fine */
				outcome = -1;
			continue;
		}
		kill_group(child_fd);
		if ((depth < SWEEP_DEPTH_MAX && sweep_level(child_fd, depth + 1) < 0) ||
		    remove_group(dir_fd, entry->d_name, child_fd) < 0)
			outcome = -1;
		close_fd(&child_fd);
	}
	closedir(listed);
	return outcome;
}

int cgroup_sweep(int dir_fd)
{
	return sweep_level(dir_fd, 1);
}

static const struct cgroup_version *version_of(const struct cgroup_slot *slot)
{
	return slot->version == 1 ? &cgroup_version_1 : &cgroup_version_2;
}

/* Opens slot<number> below one BASE, making it when needed. */
static int open_slot_dir(const char *base, const char *name)
{
	int base_fd = lift_fd(open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	int slot_fd = -1;

	if (base_fd < 0)
		return -1;
	if (mkdirat(base_fd, name, GROUP_MODE) == 0 || errno == EEXIST)
		slot_fd = cg_open_dir(base_fd, name);
	close_fd(&base_fd);
	return slot_fd;
}

static int open_slot_dirs(struct cgroup_slot *slot, const struct cgroup_paths *paths, const char *name)
{
	for (size_t c = 0; c < CONTROLLER_COUNT; c++) {
		size_t same = 0;

		while (same < c && strcmp(paths->base[same], paths->base[c]) != 0)
			same++;
		if (same < c) {
			slot->hierarchy_of[c] = slot->hierarchy_of[same];
			continue;
		}
		slot->hierarchy_of[c] = slot->hierarchies;
		slot->slot_fd[slot->hierarchies] = open_slot_dir(paths->base[c], name);
		if (slot->slot_fd[slot->hierarchies] < 0)
			return -1;
		slot->hierarchies++;
	}
	return 0;
}

static int join_own_group(const struct cgroup_slot *slot)
{
	int parent_fd = slot->slot_fd[slot->hierarchy_of[CONTROLLER_PIDS]];
	int own_fd;
	int outcome;

	if (mkdirat(parent_fd, "own", GROUP_MODE) < 0 && errno != EEXIST)
		return -1;
	own_fd = cg_open_dir(parent_fd, "own");
	if (own_fd < 0)
		return -1;
	outcome = version_of(slot)->join_own(own_fd);
	close_fd(&own_fd);
	return outcome;
}

int cgroup_open(struct cgroup_slot *slot, const struct cgroup_paths *paths, unsigned number, uid_t uid, gid_t gid,
		const char **where)
{
	char name[GROUP_NAME_MAX];

	memset(slot, 0, sizeof *slot);
	slot->version = paths->version;
	slot->uid = uid;
	slot->gid = gid;
	slot->give_away = paths->version == 2 && geteuid() == 0;
	snprintf(name, sizeof name, "slot%u", number);
	*where = "making the slot's group";
	if (open_slot_dirs(slot, paths, name) < 0)
		return -1;
	*where = "removing what an earlier start left in the slot's group";
	for (size_t h = 0; h < slot->hierarchies; h++)
		if (cgroup_sweep(slot->slot_fd[h]) < 0)
			return -1;
	*where = "moving into the slot's own group";
	if (join_own_group(slot) < 0)
		return -1;
	*where = "enabling the controllers";
	return version_of(slot)->enable_children(slot);
}

static int open_run_dirs(struct run_group *group)
{
	for (size_t h = 0; h < group->slot->hierarchies; h++) {
		if (mkdirat(group->slot->slot_fd[h], group->name, GROUP_MODE) < 0)
			return -1;
		group->dir_fd[h] = cg_open_dir(group->slot->slot_fd[h], group->name);
		if (group->dir_fd[h] < 0)
			return -1;
	}
	return 0;
}

int run_group_make(struct cgroup_slot *slot, const struct group_limits *limits, struct run_group *group)
{
	const struct cgroup_version *version = version_of(slot);
	int kept;

	memset(group, 0, sizeof *group);
	group->slot = slot;
	group->usage_fd = -1;
	for (size_t i = 0; i < COUNT_OF(group->dir_fd); i++)
		group->dir_fd[i] = -1;
	for (size_t i = 0; i < COUNT_OF(group->join_fd); i++)
		group->join_fd[i] = -1;
	snprintf(group->name, sizeof group->name, "run-%" PRIu64, ++slot->runs);
	if (open_run_dirs(group) == 0 && version->set_limits(group, limits) == 0 && version->open_join(group) == 0) {
		group->usage_fd = version->open_usage(group);
		if (group->usage_fd >= 0)
			return 0;
	}
	kept = errno;
	run_group_remove(group);
	errno = kept;
	return -1;
}

uint64_t run_group_cpu_us(const struct run_group *group)
{
	char text[CGROUP_TEXT_MAX];
	ssize_t got = pread(group->usage_fd, text, sizeof text - 1, 0);

	text[got > 0 ? got : 0] = 0;
	return version_of(group->slot)->cpu_us(text);
}

bool run_group_oom_killed(const struct run_group *group)
{
	return version_of(group->slot)->oom_killed(group);
}

bool run_group_peak_bytes(const struct run_group *group, uint64_t *out)
{
	return version_of(group->slot)->peak_bytes(group, out);
}

void run_group_kill(const struct run_group *group)
{
	kill_group(group->dir_fd[group->slot->hierarchy_of[CONTROLLER_PIDS]]);
}

int run_group_remove(struct run_group *group)
{
	int outcome = 0;

	for (size_t i = 0; i < COUNT_OF(group->join_fd); i++)
		close_fd(&group->join_fd[i]);
	close_fd(&group->usage_fd);
	for (size_t h = 0; h < group->slot->hierarchies; h++) {
		if (group->dir_fd[h] < 0)
			continue;
		if (remove_group(group->slot->slot_fd[h], group->name, group->dir_fd[h]) < 0)
			outcome = -1;
		close_fd(&group->dir_fd[h]);
	}
	return outcome;
}
