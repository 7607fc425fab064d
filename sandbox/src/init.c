#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "artefact.h"
#include "base.h"
#include "confine.h"
#include "protocol.h"
#include "spec.h"

enum {
	EXIT_FAILED = 125,
	EXIT_UNHEARD = 124, /* supervise is gone: nobody reads this */
	EXIT_CANNOT_EXECUTE = 126,
	PROGRAM_UMASK = 022,
	GROUP_DIRECTORY = JAIL_FD_GROUP, /* v2 */
	GROUP_PROCS = JAIL_FD_GROUP + 1, /* v2 */
};

const char *jail_site_name(unsigned site)
{
	static const char *const names[SITE_COUNT] = {
		[SITE_SPEC] = "reading what to do",
		[SITE_FILTER] = "reading the seccomp filter",
		[SITE_NAMESPACE] = "unsharing the cgroup namespace",
		[SITE_TMPFS] = "mounting the work directories",
		[SITE_NETWORK] = "unsharing the network",
		[SITE_PROGRAM] = "looking for the program",
		[SITE_FORK] = "starting the program's process",
		[SITE_GROUP] = "joining the run's control group",
		[SITE_LIMITS] = "setting resource limits",
		[SITE_CAPABILITIES] = "dropping capabilities",
		[SITE_DIRECTORY] = "changing to the work directory",
		[SITE_SECCOMP] = "applying the seccomp filter",
		[SITE_DESCRIPTORS] = "closing descriptors at exec",
		[SITE_REAP] = "waiting for the program",
	};

	return site < SITE_COUNT && names[site] != NULL ? names[site] : "an unknown step";
}

static void report(enum status_kind kind, unsigned site, int wait_status, int error, uint64_t wall_us)
{
	struct status_record record = { kind, site, wait_status, error, wall_us };

	if (write_all(JAIL_FD_STATUS, &record, sizeof record) < 0)
		_exit(EXIT_UNHEARD);
}

static _Noreturn void fail(enum jail_site site)
{
	report(STATUS_FAILED, site, 0, errno, 0);
	_exit(EXIT_FAILED);
}

/* Nothing of this process is the program's to see, and none of its descriptors goes through exec. */
static void harden(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (close_range(JAIL_FD_STATUS, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		fail(SITE_DESCRIPTORS);
}

static void read_spec(struct spec *spec)
{
	struct stat info;
	void *data;

	if (fstat(JAIL_FD_SPEC, &info) < 0)
		fail(SITE_SPEC);
	if (info.st_size <= 0 || info.st_size > SPEC_BYTES_MAX) {
		errno = EMSGSIZE;
		fail(SITE_SPEC);
	}
	data = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, JAIL_FD_SPEC, 0);
	if (data == MAP_FAILED)
		fail(SITE_SPEC);
	if (spec_parse(data, (size_t)info.st_size, spec) != NULL) {
		errno = EINVAL;
		fail(SITE_SPEC);
	}
	close(JAIL_FD_SPEC);
}

/* Version 1: one file for each hierarchy, opened by supervise; "0" is the writer. */
static void join_v1(const struct spec *spec)
{
	for (uint64_t i = 0; i < spec->group_files; i++)
		if (write(JAIL_FD_GROUP + (int)i, "0", 1) != 1)
			fail(SITE_GROUP);
}

/* Version 2: the child is born in the group. -1 with errno when this kernel or its rights do not allow it. */
static pid_t clone_into_group(void)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = GROUP_DIRECTORY,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

/* Both ways end with the child in the group before it does anything else. */
static pid_t fork_into_group(const struct spec *spec)
{
	pid_t pid;

	if (spec->group_version == 2) {
		pid = clone_into_group();
		if (pid >= 0 || (errno != EACCES && errno != ENOSYS && errno != EPERM && errno != ENOENT))
			return pid;
	}
	pid = fork();
	if (pid == 0 && spec->group_version == 1)
		join_v1(spec);
	else if (pid == 0 && write(GROUP_PROCS, "0", 1) != 1)
		fail(SITE_GROUP);
	return pid;
}

/* The program was there a moment ago: what fails now is the file's content, and so the program's doing. */
static _Noreturn void execute(const struct spec *spec)
{
	execve(spec->arguments[0], spec->arguments, spec->variables);
	dprintf(STDERR_FILENO, "cannot execute %s: %s\n", spec->arguments[0], strerror(errno));
	_exit(EXIT_CANNOT_EXECUTE);
}

/* The program's side of the fork. */
static _Noreturn void become_program(const struct spec *spec, const struct sock_fprog *filter)
{
	sigset_t nothing;

	setsid();
	/* After joining: /proc/self/cgroup then shows the run's group as `/`. */
	if (unshare(CLONE_NEWCGROUP) < 0)
		fail(SITE_NAMESPACE);
	if (set_resource_limits(spec) < 0)
		fail(SITE_LIMITS);
	if (drop_capabilities() < 0)
		fail(SITE_CAPABILITIES);
	if (chdir(spec->directory) < 0)
		fail(SITE_DIRECTORY);
	umask(PROGRAM_UMASK);
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&nothing);
	sigprocmask(SIG_SETMASK, &nothing, NULL);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || apply_filter(filter) < 0)
		fail(SITE_SECCOMP);
	execute(spec);
}

/* Reaps everything until the program itself has ended. */
static int wait_for_program(pid_t program)
{
	for (;;) {
		int wait_status;
		pid_t ended = waitpid(-1, &wait_status, 0);

		if (ended == program)
			return wait_status;
		if (ended < 0 && errno != EINTR)
			fail(SITE_REAP);
	}
}

/* All others must be dead first: what is brought out may not change under the reading. */
static void collect(const struct spec *spec)
{
	int box_fd;

	do
		kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR);
	box_fd = open("/box", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (artefact_send(JAIL_FD_ARTEFACT, box_fd, spec->collect_path, spec->collect_bytes, spec->collect_files) < 0)
		_exit(EXIT_UNHEARD);
}

/* PID 1 from here on: no capability, no stream of the program's, no group. */
static void give_up_rest(void)
{
	close_range(STDIN_FILENO, STDERR_FILENO, 0);
	close_range(JAIL_FD_GROUP, JAIL_FD_END - 1, 0);
	if (drop_capabilities() < 0)
		fail(SITE_CAPABILITIES);
}

void init_main(void)
{
	static struct spec spec; /* its lists are too large for a stack */
	struct sock_fprog filter;
	uint64_t started_us;
	int wait_status;
	pid_t program;

	harden();
	read_spec(&spec);
	if (mount_boxes(&spec) < 0)
		fail(SITE_TMPFS);
	/* Not by the jail command: bubblewrap would bring loopback up. */
	if (unshare(CLONE_NEWNET) < 0)
		fail(SITE_NETWORK);
	if (load_filter(JAIL_FD_FILTER, &filter) < 0)
		fail(SITE_FILTER);
	if (access(spec.arguments[0], X_OK) < 0)
		fail(SITE_PROGRAM);
	report(STATUS_STARTED, 0, 0, 0, 0);
	started_us = now_us();
	program = fork_into_group(&spec);
	if (program < 0)
		fail(SITE_FORK);
	if (program == 0)
		become_program(&spec, &filter);
	give_up_rest();
	wait_status = wait_for_program(program);
	report(STATUS_ENDED, 0, wait_status, 0, now_us() - started_us);
	if (spec.collect_path != NULL && WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
		collect(&spec);
	_exit(EXIT_SUCCESS);
}
