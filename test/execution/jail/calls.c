/*
 * Makes every kind of call that the seccomp table is about and prints `name=` with what came of it: an errno's name,
 * `yes`, or `signal N`. Each runs in a child, so that one that kills does not end the list.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char zeros[4096];

/* Numbers that an older libc does not name. */
enum { NR_OPEN_TREE_ATTR = 467, NR_FILE_GETATTR = 468, NR_MSEAL = 462 };

static void call(const char *name, long number, long a, long b, long c, long d, long e)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		long outcome = syscall(number, a, b, c, d, e, 0);

		if (outcome == 0 && (number == SYS_clone || number == SYS_clone3) && getppid() != 1)
			_exit(0); /* perhaps the clone's child; the parent prints */
		printf("%s=%s\n", name, outcome >= 0 ? "yes" : strerrorname_np(errno));
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		printf("%s=signal %d\n", name, WTERMSIG(status));
}

#define CALL0(name) call(#name, SYS_##name, 0, 0, 0, 0, 0)
#define POINTER ((long)zeros)
#define HIGH (1L << 32) /* a bit that the kernel does not look at */

static void namespaces(void)
{
	call("unshare user", SYS_unshare, CLONE_NEWUSER, 0, 0, 0, 0);
	call("clone user", SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
	call("clone net high", SYS_clone, HIGH | CLONE_NEWNET | CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
	CALL0(clone3);
	call("setns", SYS_setns, open("/proc/self/ns/uts", O_RDONLY), 0, 0, 0, 0);
	call("mount", SYS_mount, POINTER, (long)"/box", (long)"tmpfs", 0, 0);
	call("umount2", SYS_umount2, (long)"/tmp", 2, 0, 0, 0);
	call("pivot_root", SYS_pivot_root, (long)".", (long)".", 0, 0, 0);
	call("chroot", SYS_chroot, (long)"/box", 0, 0, 0, 0);
	call("fsopen", SYS_fsopen, (long)"tmpfs", 0, 0, 0, 0);
	call("open_tree", SYS_open_tree, AT_FDCWD, (long)"/box", 0, 0, 0);
	call("open_tree high", SYS_open_tree, AT_FDCWD, (long)"/box", HIGH, 0, 0);
	call("mount_setattr", SYS_mount_setattr, AT_FDCWD, (long)"/box", 0, POINTER, 32);
}

static void kernel_surface(void)
{
	struct perf_event_attr attributes = { .type = 1, .size = sizeof attributes, .exclude_kernel = 1 };

	call("io_uring_setup", SYS_io_uring_setup, 4, POINTER, 0, 0, 0);
	call("io_setup", SYS_io_setup, 1, POINTER, 0, 0, 0);
	call("keyctl", SYS_keyctl, 0, -3, 0, 0, 0);
	call("add_key", SYS_add_key, (long)"user", (long)"x", (long)"y", 1, -4);
	call("request_key", SYS_request_key, (long)"user", (long)"x", 0, -4, 0);
	call("bpf", SYS_bpf, 0, POINTER, 48, 0, 0);
	call("perf_event_open", SYS_perf_event_open, (long)&attributes, 0, -1, -1, 0);
	call("userfaultfd", SYS_userfaultfd, 1, 0, 0, 0, 0);
	call("fanotify_init", SYS_fanotify_init, 0x200, 0, 0, 0, 0);
	call("name_to_handle_at", SYS_name_to_handle_at, AT_FDCWD, (long)"/box", POINTER, POINTER + 2048, 0);
	call("open_by_handle_at", SYS_open_by_handle_at, AT_FDCWD, POINTER, 0, 0, 0);
	call("modify_ldt", SYS_modify_ldt, 0, POINTER, 16, 0, 0);
	call("kcmp", SYS_kcmp, getpid(), getpid(), 0, 0, 1);
	call("open_tree_attr (later)", NR_OPEN_TREE_ATTR, AT_FDCWD, (long)"/box", 0, 0, 0);
	call("file_getattr (later)", NR_FILE_GETATTR, AT_FDCWD, (long)"/box", POINTER, 24, 0);
	call("999 (later)", 999, 0, 0, 0, 0, 0);
}

static void machine(void)
{
	call("syslog", SYS_syslog, 3, POINTER, 100, 0, 0);
	CALL0(quotactl);
	CALL0(acct);
	CALL0(iopl);
	call("sethostname", SYS_sethostname, (long)"x", 1, 0, 0, 0);
	call("adjtimex", SYS_adjtimex, POINTER, 0, 0, 0, 0);
	CALL0(vhangup);
	call("swapoff", SYS_swapoff, (long)"x", 0, 0, 0, 0);
	CALL0(reboot);
	CALL0(init_module);
	CALL0(kexec_load);
	call("TIOCSTI", SYS_ioctl, 0, 0x5412, (long)"x", 0, 0);
	call("TIOCSTI high", SYS_ioctl, 0, HIGH | 0x5412, (long)"x", 0, 0);
	call("TIOCLINUX", SYS_ioctl, 0, 0x541c, POINTER, 0, 0);
}

static void init_itself(void)
{
	static struct rlimit none;
	static struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int init = (int)syscall(SYS_pidfd_open, 1, 0);

	call("ptrace init", SYS_ptrace, 0x4206, 1, 0, 0, 0);
	call("ptrace me", SYS_ptrace, 0, 0, 0, 0, 0);
	call("process_vm_readv", SYS_process_vm_readv, 1, 0, 0, 0, 0);
	call("process_vm_writev", SYS_process_vm_writev, 1, 0, 0, 0, 0);
	call("pidfd_getfd", SYS_pidfd_getfd, init, 3, 0, 0, 0);
	call("process_madvise", SYS_process_madvise, init, POINTER, 0, 20, 0);
	call("move_pages", SYS_move_pages, 1, 0, 0, 0, 0);
	call("migrate_pages", SYS_migrate_pages, 1, 8, POINTER, POINTER, 0);
	call("prlimit64 init", SYS_prlimit64, 1, RLIMIT_CPU, (long)&none, 0, 0);
	call("prlimit64 init high", SYS_prlimit64, HIGH | 1, RLIMIT_CPU, (long)&none, 0, 0);
	call("prlimit64 self", SYS_prlimit64, 0, RLIMIT_CPU, 0, (long)&all, 0);
	call("sched_setaffinity init", SYS_sched_setaffinity, 1, 8, (long)"\1\0\0\0\0\0\0", 0, 0);
	call("sched_setscheduler init", SYS_sched_setscheduler, 1, SCHED_IDLE, POINTER, 0, 0);
	call("sched_setparam init", SYS_sched_setparam, 1, POINTER, 0, 0, 0);
	call("sched_setattr init", SYS_sched_setattr, 1, POINTER, 0, 0, 0);
	call("setpriority init", SYS_setpriority, PRIO_PROCESS, 1, 19, 0, 0);
	call("setpriority self", SYS_setpriority, PRIO_PROCESS, 0, 1, 0, 0);
	call("setpriority user", SYS_setpriority, PRIO_USER, 0, 1, 0, 0);
	call("setpriority group", SYS_setpriority, PRIO_PGRP, 0, 1, 0, 0);
	call("ioprio_set init", SYS_ioprio_set, 1, 1, 0x6000, 0, 0);
	call("kill init", SYS_kill, 1, SIGKILL, 0, 0, 0); /* accepted and without effect: it is PID 1 */
	call("open init's environ", SYS_openat, AT_FDCWD, (long)"/proc/1/environ", O_RDONLY, 0, 0);
	call("open init's maps", SYS_openat, AT_FDCWD, (long)"/proc/1/maps", O_RDONLY, 0, 0);
	call("open init's fd", SYS_openat, AT_FDCWD, (long)"/proc/1/fd/3", O_WRONLY, 0, 0);
}

static void sockets(void)
{
	char name[32];

	for (int family = 0; family < 70; family++) {
		if (family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK)
			continue;
		snprintf(name, sizeof name, "socket family %d", family);
		call(name, SYS_socket, family, SOCK_DGRAM, 0, 0, 0);
	}
	call("socket family 40 high", SYS_socket, HIGH | 40, SOCK_STREAM, 0, 0, 0);
	call("socket unix", SYS_socket, AF_UNIX, SOCK_STREAM, 0, 0, 0);
	call("socket inet", SYS_socket, AF_INET, SOCK_STREAM, 0, 0, 0);
	call("socket inet6", SYS_socket, AF_INET6, SOCK_DGRAM, 0, 0, 0);
	call("socket inet raw", SYS_socket, AF_INET, SOCK_RAW, 1, 0, 0);
	call("socket inet6 raw", SYS_socket, AF_INET6, SOCK_RAW | SOCK_CLOEXEC, 58, 0, 0);
	call("socket netlink route", SYS_socket, AF_NETLINK, SOCK_RAW, 0, 0, 0);
	call("socket netlink audit", SYS_socket, AF_NETLINK, SOCK_RAW, 9, 0, 0);
	call("socket netlink netfilter", SYS_socket, AF_NETLINK, SOCK_RAW, 12, 0, 0);
	call("socket netlink netfilter high", SYS_socket, AF_NETLINK, SOCK_RAW, HIGH | 12, 0, 0);
	call("socketpair unix", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, POINTER, 0);
	call("socketpair tipc", SYS_socketpair, 30, SOCK_SEQPACKET, 0, POINTER, 0);
}

#ifdef __x86_64__
static void other_numbers(void)
{
	int status;
	pid_t child;

	call("x32 getpid", 0x40000000 + 39, 0, 0, 0, 0, 0);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		long outcome = 20; /* getpid of i386 */

		__asm__ volatile("int $0x80" : "+a"(outcome) : : "memory");
		printf("i386 getpid=%s\n", outcome > 0 ? "yes" : "no");
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		printf("i386 getpid=signal %d\n", WTERMSIG(status));
}
#endif

int main(void)
{
	namespaces();
	kernel_surface();
	machine();
	init_itself();
	sockets();
#ifdef __x86_64__
	other_numbers();
#endif
	return 0;
}
