#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"

enum {
	CHILD_STACK_SIZE = 64 << 10,
	/* How the jail command ends when it could not become one; supervise shows the number. */
	EXIT_DESCRIPTORS = 120,
	EXIT_IDS = 121,
	EXIT_ORPHAN = 122,
	EXIT_EXEC = 123,
	CHILDREN_TEXT_MAX = 4096,
	DECIMAL = 10,
};

struct child {
	const struct jail_command *command;
	pid_t parent;
};

static bool arrange_descriptors(const struct jail_command *command)
{
	for (int i = 0; i < JAIL_FD_END; i++) {
		if (command->descriptor[i] >= 0)
			dup2(command->descriptor[i], i); /* all of them are lifted, so none is overwritten */
		else
			close(i);
	}
	/* A descriptor that the server's own parent left open came all the way into the program once. */
	return close_range(JAIL_FD_END, ~0u, 0) == 0;
}

/* Plain system calls: libc's wrappers would first look for other threads. */
static bool change_ids(const struct jail_command *command)
{
	return !command->change_ids || (syscall(SYS_setgroups, 0, NULL) == 0 &&
					syscall(SYS_setresgid, command->gid, command->gid, command->gid) == 0 &&
					syscall(SYS_setresuid, command->uid, command->uid, command->uid) == 0);
}

/* Runs in the parent's memory while the parent waits: touches nothing but its own stack and kernel state. */
static int run_child(void *argument)
{
	const struct child *child = argument;
	const struct rlimit none = { 0, 0 };
	static char *no_environment[] = { NULL };
	sigset_t nothing;

	if (!arrange_descriptors(child->command))
		_exit(EXIT_DESCRIPTORS);
	syscall(SYS_setpriority, PRIO_PROCESS, 0, 0);
	if (!change_ids(child->command))
		_exit(EXIT_IDS);
	/* After the change of ids, which clears it; and the parent may be gone already. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != child->parent)
		_exit(EXIT_ORPHAN);
	setrlimit(RLIMIT_CORE, &none);
	/* supervise ignores these; a handler's disposition is reset by exec, an ignored one is not. */
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&nothing);
	sigprocmask(SIG_SETMASK, &nothing, NULL);
	execve(child->command->words[0], child->command->words, no_environment);
	_exit(EXIT_EXEC);
}

pid_t jail_command_start(const struct jail_command *command, int *pidfd)
{
	struct child child = { .command = command, .parent = getpid() };
	const int map = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK;
	uint8_t *stack = mmap(NULL, CHILD_STACK_SIZE, PROT_READ | PROT_WRITE, map, -1, 0);
	sigset_t all;
	sigset_t before;
	pid_t pid;
	int fd = -1;

	if (stack == MAP_FAILED)
		return -1;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = clone(run_child, stack + CHILD_STACK_SIZE, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &child, &fd);
	sigprocmask(SIG_SETMASK, &before, NULL);
	munmap(stack, CHILD_STACK_SIZE);
	*pidfd = lift_fd(fd);
	return pid;
}

static int open_children(void)
{
	return open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
}

bool can_list_children(void)
{
	int fd = open_children();
	bool outcome = fd >= 0;

	close_fd(&fd);
	return outcome;
}

/* Sends SIGKILL to each child in the list; false when there is none. */
static bool kill_listed_children(void)
{
	char text[CHILDREN_TEXT_MAX];
	int fd = open_children();
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	char *at = text;
	bool any = false;

	close_fd(&fd);
	text[got > 0 ? got : 0] = 0;
	for (;;) {
		char *end;
		long pid = strtol(at, &end, DECIMAL);

		/* The kernel writes a blank after each; a number without one is cut and has its turn later. */
		if (end == at || *end != ' ')
			return any;
		kill((pid_t)pid, SIGKILL);
		any = true;
		at = end + 1;
	}
}

void kill_children(void)
{
	while (kill_listed_children())
		while (waitpid(-1, NULL, 0) < 0 && errno == EINTR)
			;
}
