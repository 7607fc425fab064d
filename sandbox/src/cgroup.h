/*
 * Control groups, version 1 and 2.
 *
 * BASE (one per instance, made by the server) holds slot<N>, one for each supervise; that holds `own`, for the jail's
 * own processes, and run-<n>, fresh for each run, for the program alone. So a run is charged with nothing but itself,
 * an OOM kill never hits init, and whatever an earlier start left lies below one directory.
 */
#ifndef SYNCODE_JAIL_CGROUP_H
#define SYNCODE_JAIL_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol.h"

enum controller { CONTROLLER_MEMORY, CONTROLLER_PIDS, CONTROLLER_CPUACCT, CONTROLLER_CPU, CONTROLLER_COUNT };

enum {
	GROUP_NAME_MAX = 32,
	CGROUP_TEXT_MAX = 1024,
	/* The kernel's own period. With 10 ms one thread lost 5 % of its wall time to throttling. */
	QUOTA_PERIOD_US = 100000,
	/* Half of what a group has by default: the server goes first. */
	RUN_CPU_SHARES_V1 = 512,
	RUN_CPU_WEIGHT_V2 = 50,
};

/* Where BASE lies: v1 a directory per controller (two may be the same one), v2 one. */
struct cgroup_paths {
	int version;
	const char *base[CONTROLLER_COUNT];
};

struct cgroup_slot {
	int version;
	size_t hierarchies;
	size_t hierarchy_of[CONTROLLER_COUNT];
	int slot_fd[CONTROLLER_COUNT]; /* of each hierarchy */
	bool give_away;		       /* runs belong to uid, gid (v2, as root) */
	uid_t uid;
	gid_t gid;
	uint64_t runs;
};

struct group_limits {
	uint64_t memory_bytes;
	uint64_t pids;
	uint64_t quota_us; /* of each QUOTA_PERIOD_US */
};

struct run_group {
	struct cgroup_slot *slot;
	char name[GROUP_NAME_MAX];
	int dir_fd[CONTROLLER_COUNT];
	int join_fd[GROUP_FILES_MAX]; /* what init gets from JAIL_FD_GROUP on */
	size_t join_count;
	int usage_fd;
};

/* What differs between the versions; `dir_fd` of the group is open in all of them. */
struct cgroup_version {
	int (*enable_children)(const struct cgroup_slot *slot);
	int (*join_own)(int own_fd);
	int (*set_limits)(const struct run_group *group, const struct group_limits *limits);
	int (*open_join)(struct run_group *group);
	int (*open_usage)(const struct run_group *group);
	uint64_t (*cpu_us)(const char *usage_text);
	bool (*oom_killed)(const struct run_group *group);
	bool (*peak_bytes)(const struct run_group *group, uint64_t *out);
};
extern const struct cgroup_version cgroup_version_1;
extern const struct cgroup_version cgroup_version_2;

/*
 * Makes or takes over slot<number>, kills and removes what an earlier supervise left in it, and moves the calling
 * process into its `own`. 0, or -1 with errno and *where naming the step.
 */
int cgroup_open(struct cgroup_slot *slot, const struct cgroup_paths *paths, unsigned number, uid_t uid, gid_t gid,
		const char **where);

/* A fresh group with its limits. On failure -1 with errno, and nothing is left. */
int run_group_make(struct cgroup_slot *slot, const struct group_limits *limits, struct run_group *group);
uint64_t run_group_cpu_us(const struct run_group *group);
bool run_group_oom_killed(const struct run_group *group);
/* False where the kernel does not count it. */
bool run_group_peak_bytes(const struct run_group *group, uint64_t *out);
void run_group_kill(const struct run_group *group);
/* Closes and removes it. -1 when something in it could not be killed. */
int run_group_remove(struct run_group *group);

/* Kills everything below an open directory and removes its subdirectories. 0, or -1 when something is left. */
int cgroup_sweep(int dir_fd);

/* Files of a group. Text is cut at CGROUP_TEXT_MAX - 1; reads give -1 with errno. */
int cg_open_dir(int dir_fd, const char *name);
int cg_write(int dir_fd, const char *file, const char *text);
int cg_write_number(int dir_fd, const char *file, uint64_t value);
int cg_open_read(int dir_fd, const char *file);
int cg_open_write(int dir_fd, const char *file);
int cg_read(int dir_fd, const char *file, char text[CGROUP_TEXT_MAX]);
/* The number after `key` and a blank at the start of a line; false when there is none. */
bool cg_keyed_number(const char *text, const char *key, uint64_t *out);

#endif
