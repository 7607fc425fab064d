/* Version 2: one hierarchy, no processes in inner groups. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base.h"
#include "cgroup.h"

enum { DECIMAL = 10, CPU_MAX_TEXT = 48 };

static int dir_of(const struct run_group *group)
{
	return group->dir_fd[0];
}

/*
 * init clones its child into the run's group. The kernel asks for write access to cgroup.procs of that group and of
 * the common ancestor of both, the slot; as root these belong to the slot's user therefore.
 */
static int give_away(const struct cgroup_slot *slot, int dir_fd)
{
	if (!slot->give_away)
		return 0;
	return fchownat(dir_fd, "cgroup.procs", slot->uid, slot->gid, AT_SYMLINK_NOFOLLOW);
}

static int enable_children(const struct cgroup_slot *slot)
{
	if (cg_write(slot->slot_fd[0], "cgroup.subtree_control", "+memory +pids +cpu") < 0)
		return -1;
	return give_away(slot, slot->slot_fd[0]);
}

static int join_own(int own_fd)
{
	return cg_write(own_fd, "cgroup.procs", "0");
}

static int write_optional(int dir_fd, const char *file, uint64_t value)
{
	return cg_write_number(dir_fd, file, value) == 0 || errno == ENOENT ? 0 : -1;
}

static int set_limits(const struct run_group *group, const struct group_limits *limits)
{
	int dir = dir_of(group);
	char cpu_max[CPU_MAX_TEXT];

	snprintf(cpu_max, sizeof cpu_max, "%" PRIu64 " %d", limits->quota_us, QUOTA_PERIOD_US);
	if (cg_write_number(dir, "memory.max", limits->memory_bytes) < 0 ||
	    write_optional(dir, "memory.swap.max", 0) < 0 || /* absent without swap accounting */
	    cg_write_number(dir, "pids.max", limits->pids) < 0 || cg_write(dir, "cpu.max", cpu_max) < 0)
		return -1;
	return cg_write_number(dir, "cpu.weight", RUN_CPU_WEIGHT_V2);
}

static int open_join(struct run_group *group)
{
	int dir = dir_of(group);

	/* The file is for kernels where cloning into the group is refused: its writer counts as who opened it. */
	group->join_fd[1] = cg_open_write(dir, "cgroup.procs");
	if (group->join_fd[1] < 0 || give_away(group->slot, dir) < 0)
		return -1;
	group->join_fd[0] = cg_open_dir(dir, ".");
	if (group->join_fd[0] < 0)
		return -1;
	group->join_count = 2;
	return 0;
}

static int open_usage(const struct run_group *group)
{
	return cg_open_read(dir_of(group), "cpu.stat");
}

static uint64_t cpu_us(const char *usage_text)
{
	uint64_t used = 0;

	cg_keyed_number(usage_text, "usage_usec", &used);
	return used;
}

static bool oom_killed(const struct run_group *group)
{
	char text[CGROUP_TEXT_MAX];
	uint64_t kills = 0;

	return cg_read(dir_of(group), "memory.events", text) == 0 && cg_keyed_number(text, "oom_kill", &kills) &&
	       kills > 0;
}

/* memory.peak came with Linux 5.19. */
static bool peak_bytes(const struct run_group *group, uint64_t *out)
{
	char text[CGROUP_TEXT_MAX];

	if (cg_read(dir_of(group), "memory.peak", text) < 0)
		return false;
	*out = strtoull(text, NULL, DECIMAL);
	return true;
}

const struct cgroup_version cgroup_version_2 = {
	.enable_children = enable_children,
	.join_own = join_own,
	.set_limits = set_limits,
	.open_join = open_join,
	.open_usage = open_usage,
	.cpu_us = cpu_us,
	.oom_killed = oom_killed,
	.peak_bytes = peak_bytes,
};
