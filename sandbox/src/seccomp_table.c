#include "seccomp_table.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base.h"

#if defined(__x86_64__)
enum { NATIVE_AUDIT_ARCH = (int)AUDIT_ARCH_X86_64 };
#elif defined(__aarch64__)
enum { NATIVE_AUDIT_ARCH = (int)AUDIT_ARCH_AARCH64 };
#else
#error "syncode-jail knows x86_64 and aarch64 only"
#endif

/*
 * The kernel reads most of these arguments as 32 bits, a BPF program compares 64: an equality on all of them is
 * passed by setting a bit above. So every comparison masks.
 */
#define LOW_32 UINT64_C(0xffffffff)
#define ARG_IS(index, value) SCMP_CMP(index, SCMP_CMP_MASKED_EQ, LOW_32, (scmp_datum_t)(value))
#define ARG_HAS(index, bit) SCMP_CMP(index, SCMP_CMP_MASKED_EQ, (scmp_datum_t)(bit), (scmp_datum_t)(bit))

struct rule {
	int number;
	int error;
	unsigned conditions;
	struct scmp_arg_cmp condition[2];
};

#define DENY(call) { SCMP_SYS(call), EPERM, 0, { { 0 } } }
#define DENY_IF(call, one) { SCMP_SYS(call), EPERM, 1, { one } }
#define DENY_IF_BOTH(call, one, two) { SCMP_SYS(call), EPERM, 2, { one, two } }
#define ABSENT(call) { SCMP_SYS(call), ENOSYS, 0, { { 0 } } }

enum {
	INIT_PID = 1,
	TERMINAL_INSERT_INPUT = 0x5412, /* TIOCSTI */
	TERMINAL_LINUX_CONSOLE = 0x541c, /* TIOCLINUX */
	IOPRIO_OF_PROCESS = 1,
	IOPRIO_OF_GROUP = 2,
	IOPRIO_OF_USER = 3,
};

static const struct rule rules[] = {
	/* Other processes: init has the program's uid. */
	DENY(ptrace),
	DENY(process_vm_readv),
	DENY(process_vm_writev),
	DENY(pidfd_getfd),
	DENY(kcmp),
	DENY(process_madvise),
	DENY(move_pages),
	DENY(migrate_pages),

	/* Namespaces and mounts. */
	DENY(unshare),
	DENY(setns),
	DENY(mount),
	DENY(umount2),
	DENY(pivot_root),
	DENY(chroot),
	DENY(fsopen),
	DENY(fsconfig),
	DENY(fsmount),
	DENY(fspick),
	DENY(move_mount),
	DENY(open_tree),
	DENY(mount_setattr),
	DENY_IF(clone, ARG_HAS(0, CLONE_NEWNS)),
	DENY_IF(clone, ARG_HAS(0, CLONE_NEWCGROUP)),
	DENY_IF(clone, ARG_HAS(0, CLONE_NEWUTS)),
	DENY_IF(clone, ARG_HAS(0, CLONE_NEWIPC)),
	DENY_IF(clone, ARG_HAS(0, CLONE_NEWUSER)),
	DENY_IF(clone, ARG_HAS(0, CLONE_NEWPID)),
	DENY_IF(clone, ARG_HAS(0, CLONE_NEWNET)),
	/* Its flags lie in memory, out of a filter's sight. libc and Go fall back to clone. */
	ABSENT(clone3),

	/* A way to make calls that no filter sees. */
	ABSENT(io_uring_setup),
	ABSENT(io_uring_enter),
	ABSENT(io_uring_register),

	/* The session keyring is the host's and outlives the run. */
	DENY(keyctl),
	DENY(add_key),
	DENY(request_key),

	/* Much kernel, no use. */
	DENY(bpf),
	DENY(perf_event_open),
	DENY(userfaultfd),
	DENY(fanotify_init),
	DENY(name_to_handle_at),
	DENY(open_by_handle_at),
	DENY(lookup_dcookie),
	DENY(modify_ldt),
	/* fs.aio-max-nr is one number for the whole host. */
	ABSENT(io_setup),

	/* The machine. */
	DENY(kexec_load),
	DENY(kexec_file_load),
	DENY(init_module),
	DENY(finit_module),
	DENY(delete_module),
	DENY(reboot),
	DENY(swapon),
	DENY(swapoff),
	DENY(acct),
	DENY(quotactl),
	DENY(quotactl_fd),
	DENY(iopl),
	DENY(ioperm),
	DENY(syslog),
	DENY(clock_settime),
	DENY(settimeofday),
	DENY(adjtimex),
	DENY(clock_adjtime),
	DENY(sethostname),
	DENY(setdomainname),
	DENY(vhangup),

	/* Typing into a terminal that somebody else reads. */
	DENY_IF(ioctl, ARG_IS(1, TERMINAL_INSERT_INPUT)),
	DENY_IF(ioctl, ARG_IS(1, TERMINAL_LINUX_CONSOLE)),

	/* A CPU limit of 0 on init, or no CPU for it, would end the run without a status. */
	DENY_IF(prlimit64, ARG_IS(0, INIT_PID)),
	DENY_IF(sched_setaffinity, ARG_IS(0, INIT_PID)),
	DENY_IF(sched_setscheduler, ARG_IS(0, INIT_PID)),
	DENY_IF(sched_setparam, ARG_IS(0, INIT_PID)),
	DENY_IF(sched_setattr, ARG_IS(0, INIT_PID)),
	DENY_IF_BOTH(setpriority, ARG_IS(0, PRIO_PROCESS), ARG_IS(1, INIT_PID)),
	DENY_IF(setpriority, ARG_IS(0, PRIO_PGRP)),
	DENY_IF(setpriority, ARG_IS(0, PRIO_USER)),
	DENY_IF_BOTH(ioprio_set, ARG_IS(0, IOPRIO_OF_PROCESS), ARG_IS(1, INIT_PID)),
	DENY_IF(ioprio_set, ARG_IS(0, IOPRIO_OF_GROUP)),
	DENY_IF(ioprio_set, ARG_IS(0, IOPRIO_OF_USER)),
};

/* Calls newer than this table: a list of what is denied cannot know them, so they do not exist. */
enum { LAST_KNOWN_CALL = 462 }; /* mseal */

#ifdef SYNCODE_JAIL_TEST
/* OMIT=",name,name,": leaves lines out, so that a test can show that each one carries. */
static bool omitted(const char *name)
{
	const char *list = getenv("SYNCODE_JAIL_TEST_OMIT");
	char item[64];

	snprintf(item, sizeof item, ",%s,", name);
	return list != NULL && (strstr(list, item) != NULL || strstr(list, ",all,") != NULL);
}

static bool omitted_call(int number)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
	bool outcome = name != NULL && omitted(name);

	free(name);
	return outcome;
}
#else
static bool omitted(const char *name)
{
	(void)name;
	return false;
}

static bool omitted_call(int number)
{
	(void)number;
	return false;
}
#endif

static int add_table(scmp_filter_ctx filter)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		const struct rule *rule = &rules[i];

		if (omitted_call(rule->number))
			continue;
		if (seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint16_t)rule->error), rule->number,
					   rule->conditions, rule->condition) < 0)
			return -1;
	}
	return 0;
}

enum {
	FAMILY_BITS = 6, /* families up to 63 are compared one by one, any bit above is denied */
	ARGUMENT_BITS = 32,
	SOCKET_TYPE_MASK = 0xf,
};

static bool family_allowed(int family)
{
	return family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK;
}

/* Local and loopback sockets, and route netlink, which runtimes ask for interfaces. Nothing raw. */
static int add_sockets(scmp_filter_ctx filter)
{
	const uint32_t deny = SCMP_ACT_ERRNO(EPERM);
	int failed = 0;

	for (int family = 0; family < 1 << FAMILY_BITS; family++)
		if (!family_allowed(family))
			failed |= seccomp_rule_add(filter, deny, SCMP_SYS(socket), 1, ARG_IS(0, family));
	for (int bit = FAMILY_BITS; bit < ARGUMENT_BITS; bit++)
		failed |= seccomp_rule_add(filter, deny, SCMP_SYS(socket), 1, ARG_HAS(0, UINT64_C(1) << bit));
	failed |= seccomp_rule_add(filter, deny, SCMP_SYS(socket), 2, ARG_IS(0, AF_INET),
				   SCMP_A1(SCMP_CMP_MASKED_EQ, SOCKET_TYPE_MASK, SOCK_RAW));
	failed |= seccomp_rule_add(filter, deny, SCMP_SYS(socket), 2, ARG_IS(0, AF_INET6),
				   SCMP_A1(SCMP_CMP_MASKED_EQ, SOCKET_TYPE_MASK, SOCK_RAW));
	for (int bit = 0; bit < ARGUMENT_BITS; bit++) /* protocol 0 is NETLINK_ROUTE */
		failed |= seccomp_rule_add(filter, deny, SCMP_SYS(socket), 2, ARG_IS(0, AF_NETLINK),
					   ARG_HAS(2, UINT64_C(1) << bit));
	return failed < 0 ? -1 : 0;
}

static int add_socket_pairs(scmp_filter_ctx filter)
{
	int failed = 0;

	for (int bit = 1; bit < ARGUMENT_BITS; bit++) /* leaves AF_UNSPEC, which has none, and AF_UNIX */
		failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socketpair), 1,
					   ARG_HAS(0, UINT64_C(1) << bit));
	return failed < 0 ? -1 : 0;
}

/*
 * A few instructions in front of libseccomp's, which cannot compare the number of a call: native calls above the last
 * known one get ENOSYS. Other architectures, and x32, whose numbers have bit 30, go on to libseccomp's part and its
 * answer to them.
 */
static int write_later_calls(int fd)
{
	enum { X32_BIT = 0x40000000, SKIP_ALL = 4 };
	static const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)NATIVE_AUDIT_ARCH, 0, SKIP_ALL),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LAST_KNOWN_CALL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};

	return omitted("later") ? 0 : write_all(fd, program, sizeof program);
}

static int fill(scmp_filter_ctx filter)
{
	const uint32_t foreign = omitted("badarch") ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS;
	const uint32_t binary_tree = 2;

	if (seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, foreign) < 0 ||
	    seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, binary_tree) < 0)
		return -1;
	if (add_table(filter) < 0)
		return -1;
	if (!omitted("socket") && add_sockets(filter) < 0)
		return -1;
	if (!omitted("socketpair") && add_socket_pairs(filter) < 0)
		return -1;
	return 0;
}

int seccomp_table_export(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int fd = lift_fd(memfd_create("seccomp", MFD_CLOEXEC));

	if (filter == NULL || fd < 0 || fill(filter) < 0 || write_later_calls(fd) < 0 ||
	    seccomp_export_bpf(filter, fd) < 0)
		close_fd(&fd);
	seccomp_release(filter);
	return fd;
}
