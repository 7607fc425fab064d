/* Version 1: a hierarchy per controller. */
#include <errno.h>
#include <stdlib.h>

#include "base.h"
#include "cgroup.h"

enum { DECIMAL = 10 };

static int dir_of(const struct run_group *group, enum controller controller)
{
	return group->dir_fd[group->slot->hierarchy_of[controller]];
}

static int enable_children(const struct cgroup_slot *slot)
{
	(void)slot; /* every group has its hierarchy's controllers */
	return 0;
}

/* `tasks` moves one thread in 0.03 ms; cgroup.procs waits for an RCU grace period, 6 to 18 ms. */
static int join_own(int own_fd)
{
	return cg_write(own_fd, "tasks", "0");
}

/* Not every kernel accounts swap or lets it be tuned in a group; the other files must be there. */
static int write_optional(int dir_fd, const char *file, uint64_t value)
{
	return cg_write_number(dir_fd, file, value) == 0 || errno == ENOENT ? 0 : -1;
}

static int set_limits(const struct run_group *group, const struct group_limits *limits)
{
	int memory = dir_of(group, CONTROLLER_MEMORY);
	int cpu = dir_of(group, CONTROLLER_CPU);

	/* Memory first: memory + swap may not be the smaller one of the two. Both equal: no swap on top. */
	if (cg_write_number(memory, "memory.limit_in_bytes", limits->memory_bytes) < 0 ||
	    write_optional(memory, "memory.memsw.limit_in_bytes", limits->memory_bytes) < 0 ||
	    write_optional(memory, "memory.swappiness", 0) < 0)
		return -1;
	if (cg_write_number(dir_of(group, CONTROLLER_PIDS), "pids.max", limits->pids) < 0)
		return -1;
	if (cg_write_number(cpu, "cpu.cfs_period_us", QUOTA_PERIOD_US) < 0 ||
	    cg_write_number(cpu, "cpu.cfs_quota_us", limits->quota_us) < 0)
		return -1;
	return cg_write_number(cpu, "cpu.shares", RUN_CPU_SHARES_V1);
}

/* Opened here with supervise's rights: init's child, which has none, only writes. */
static int open_join(struct run_group *group)
{
	for (size_t h = 0; h < group->slot->hierarchies; h++) {
		group->join_fd[h] = cg_open_write(group->dir_fd[h], "tasks");
		if (group->join_fd[h] < 0)
			return -1;
	}
	group->join_count = group->slot->hierarchies;
	return 0;
}

static int open_usage(const struct run_group *group)
{
	return cg_open_read(dir_of(group, CONTROLLER_CPUACCT), "cpuacct.usage");
}

static uint64_t cpu_us(const char *usage_text)
{
	return strtoull(usage_text, NULL, DECIMAL) / NS_PER_US;
}

static bool oom_killed(const struct run_group *group)
{
	char text[CGROUP_TEXT_MAX];
	uint64_t kills = 0;

	return cg_read(dir_of(group, CONTROLLER_MEMORY), "memory.oom_control", text) == 0 &&
	       cg_keyed_number(text, "oom_kill", &kills) && kills > 0;
}

static bool peak_bytes(const struct run_group *group, uint64_t *out)
{
	char text[CGROUP_TEXT_MAX];

	if (cg_read(dir_of(group, CONTROLLER_MEMORY), "memory.max_usage_in_bytes", text) < 0)
		return false;
	*out = strtoull(text, NULL, DECIMAL);
	return true;
}

const struct cgroup_version cgroup_version_1 = {
	.enable_children = enable_children,
	.join_own = join_own,
	.set_limits = set_limits,
	.open_join = open_join,
	.open_usage = open_usage,
	.cpu_us = cpu_us,
	.oom_killed = oom_killed,
	.peak_bytes = peak_bytes,
};
