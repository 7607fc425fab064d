/*
 * Version 2 without its kernel: groups are ordinary directories, and this test makes and removes the files that a
 * kernel shows in them. Which files are written, with what, and what is made of those that the kernel writes.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "cgroup.h"
#include "check.h"

enum { TEXT = 256, SOME_ID = 12345 };

static char root[] = "/tmp/syncode-cgroup-XXXXXX";

static const char *const kernel_files[] = {
	"cgroup.procs", "cgroup.subtree_control", "cgroup.kill", "memory.max", "memory.swap.max", "memory.events",
	"memory.peak",	"pids.max",		  "cpu.max",	 "cpu.weight", "cpu.stat",
};
static const char *missing_file = ""; /* what this kernel does not have */

int __real_mkdirat(int dir_fd, const char *path, mode_t mode);
int __wrap_mkdirat(int dir_fd, const char *path, mode_t mode);
int __real_unlinkat(int dir_fd, const char *path, int flags);
int __wrap_unlinkat(int dir_fd, const char *path, int flags);

int __wrap_mkdirat(int dir_fd, const char *path, mode_t mode)
{
	int made = __real_mkdirat(dir_fd, path, mode);
	int fd = made == 0 ? openat(dir_fd, path, O_RDONLY | O_DIRECTORY) : -1;

	for (size_t i = 0; fd >= 0 && i < COUNT_OF(kernel_files); i++)
		if (strcmp(kernel_files[i], missing_file) != 0)
			close(openat(fd, kernel_files[i], O_WRONLY | O_CREAT | O_EXCL, 0644));
	close_fd(&fd);
	return made;
}

int __wrap_unlinkat(int dir_fd, const char *path, int flags)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY);

	for (size_t i = 0; fd >= 0 && i < COUNT_OF(kernel_files); i++)
		__real_unlinkat(fd, kernel_files[i], 0);
	close_fd(&fd);
	return __real_unlinkat(dir_fd, path, flags);
}

static void expect_file(const char *path, const char *expected)
{
	char text[TEXT] = "";
	int fd = open(path, O_RDONLY);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (got < 0 || strcmp(text, expected) != 0) {
		fprintf(stderr, "%s holds \"%s\", not \"%s\"\n", path, text, expected);
		exit(EXIT_FAILURE);
	}
	close(fd);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	CHECK(fd >= 0 && write_all(fd, text, strlen(text)) == 0);
	close(fd);
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static void expect_owner(const char *path, uid_t uid)
{
	struct stat info;

	CHECK(stat(path, &info) == 0 && info.st_uid == uid && info.st_gid == uid);
}

static void opens_its_slot(struct cgroup_slot *slot)
{
	struct cgroup_paths paths = { .version = 2, .base = { root, root, root, root } };
	const char *where = "";

	/* What an earlier start left. */
	CHECK(mkdirat(AT_FDCWD, "slot3", 0755) == 0 && mkdirat(AT_FDCWD, "slot3/run-7", 0755) == 0);
	CHECK(mkdirat(AT_FDCWD, "slot4", 0755) == 0);
	CHECK(cgroup_open(slot, &paths, 3, SOME_ID, SOME_ID, &where) == 0);
	CHECK(slot->hierarchies == 1);
	CHECK(!exists("slot3/run-7") && exists("slot4"));
	expect_file("slot3/own/cgroup.procs", "0");
	expect_file("slot3/cgroup.subtree_control", "+memory +pids +cpu");
	if (geteuid() == 0)
		expect_owner("slot3/cgroup.procs", SOME_ID);
}

static void sets_limits(struct cgroup_slot *slot, struct run_group *group)
{
	const struct group_limits limits = { .memory_bytes = 256 << 20, .pids = 64, .quota_us = 150000 };
	struct stat joined;
	struct stat directory;

	CHECK(run_group_make(slot, &limits, group) == 0);
	expect_file("slot3/run-1/memory.max", "268435456");
	expect_file("slot3/run-1/memory.swap.max", "0");
	expect_file("slot3/run-1/pids.max", "64");
	expect_file("slot3/run-1/cpu.max", "150000 100000");
	expect_file("slot3/run-1/cpu.weight", "50");
	CHECK(group->join_count == 2);
	CHECK(fstat(group->join_fd[0], &joined) == 0 && stat("slot3/run-1", &directory) == 0);
	CHECK(joined.st_ino == directory.st_ino);
	CHECK(write_all(group->join_fd[1], "0", 1) == 0);
	expect_file("slot3/run-1/cgroup.procs", "0");
	if (geteuid() == 0)
		expect_owner("slot3/run-1/cgroup.procs", SOME_ID);
}

static void reads_figures(const struct run_group *group)
{
	uint64_t peak = 0;

	write_file("slot3/run-1/cpu.stat", "usage_usec 1234567\nuser_usec 1\nsystem_usec 2\n");
	CHECK(run_group_cpu_us(group) == 1234567);
	write_file("slot3/run-1/memory.events", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 0\noom_group_kill 3\n");
	CHECK(!run_group_oom_killed(group));
	write_file("slot3/run-1/memory.events", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 2\noom_group_kill 0\n");
	CHECK(run_group_oom_killed(group));
	write_file("slot3/run-1/memory.peak", "7340032\n");
	CHECK(run_group_peak_bytes(group, &peak) && peak == 7340032);
	CHECK(unlink("slot3/run-1/memory.peak") == 0); /* before Linux 5.19 */
	CHECK(!run_group_peak_bytes(group, &peak));
}

static void kills_and_removes(struct run_group *group)
{
	run_group_kill(group);
	expect_file("slot3/run-1/cgroup.kill", "1");
	CHECK(run_group_remove(group) == 0);
	CHECK(!exists("slot3/run-1") && exists("slot3/own"));
	CHECK(group->join_fd[0] == -1 && group->join_fd[1] == -1 && group->usage_fd == -1);
}

/* Without swap accounting there is no memory.swap.max, which is fine; without a limit nothing is run. */
static void lacks_files(struct cgroup_slot *slot)
{
	const struct group_limits limits = { .memory_bytes = 1 << 20, .pids = 1, .quota_us = 100000 };
	static const char *const needed[] = { "memory.max", "pids.max", "cpu.max", "cpu.weight", "cgroup.procs", "cpu.stat" };
	struct run_group group;

	missing_file = "memory.swap.max";
	CHECK(run_group_make(slot, &limits, &group) == 0 && run_group_remove(&group) == 0);
	for (size_t i = 0; i < COUNT_OF(needed); i++) {
		missing_file = needed[i];
		CHECK(run_group_make(slot, &limits, &group) < 0 && errno == ENOENT);
		CHECK(!exists("slot3/run-3"));
		slot->runs = 2; /* the name again: it must be free */
	}
	missing_file = "";
}

static void sweeps(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY);

	CHECK(mkdirat(AT_FDCWD, "slot4/run-1", 0755) == 0);
	CHECK(fd >= 0 && cgroup_sweep(fd) == 0);
	CHECK(!exists("slot3") && !exists("slot4"));
	close(fd);
}

int main(void)
{
	struct cgroup_slot slot;
	struct run_group group;

	umask(022);
	CHECK(mkdtemp(root) != NULL && chdir(root) == 0);
	opens_its_slot(&slot);
	sets_limits(&slot, &group);
	reads_figures(&group);
	kills_and_removes(&group);
	lacks_files(&slot);
	sweeps();
	return rmdir(root) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
