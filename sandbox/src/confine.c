#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base.h"

enum {
	MOUNT_OPTIONS_MAX = 96,
	PRIVATE_MODE = 0755,
	SHARED_MODE = 01777, /* as /tmp is everywhere */
	/* The root of the tmpfs, and the directories for /box, /tmp and /dev/shm. */
	OWN_INODES = 4,
	LAST_CAPABILITY = 63,
	HIDDEN_NAME_MAX = 32,
	PENDING_SIGNALS = 1024, /* timers included */
	MESSAGE_QUEUE_BYTES = 128 << 10,
};

#define BOX "/box"

/* Makes a directory in the tmpfs, which still shows at /box, and shows it at `target`. */
static int bind_part(const char *name, const char *target, mode_t mode)
{
	char part[HIDDEN_NAME_MAX];

	snprintf(part, sizeof part, BOX "/%s", name);
	if (mkdir(part, mode) < 0 || chmod(part, mode) < 0)
		return -1;
	return mount(part, target, NULL, MS_BIND, NULL);
}

/* As in linux/mount.h, which not every libc's sys/mount.h bears beside it. */
struct mount_attributes {
	uint64_t set;
	uint64_t clear;
	uint64_t propagation;
	uint64_t user_namespace;
};

enum { ATTRIBUTE_READ_ONLY = 0x1, ATTRIBUTE_NO_SETUID = 0x2, WITH_ALL_BELOW = 0x8000 };

static int change_mount(const char *path, unsigned flags, uint64_t set, uint64_t clear)
{
	struct mount_attributes attributes = { set, clear, 0, 0 };

	return (int)syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attributes, sizeof attributes);
}

/*
 * A file system that the host has mounted below /usr comes along with it, and nsjail closes only the topmost one. Threads
 * are named by writing to /proc, which is the jail's own.
 */
static int close_mounts(void)
{
	if (change_mount("/", WITH_ALL_BELOW, ATTRIBUTE_READ_ONLY | ATTRIBUTE_NO_SETUID, 0) < 0)
		return -1;
	return change_mount("/proc", 0, 0, ATTRIBUTE_READ_ONLY);
}

int mount_boxes(const struct spec *spec)
{
	char options[MOUNT_OPTIONS_MAX];
	char name[HIDDEN_NAME_MAX];

	snprintf(options, sizeof options, "size=%" PRIu64 ",nr_inodes=%" PRIu64 ",mode=0755", spec->tmpfs_bytes,
		 spec->tmpfs_inodes + OWN_INODES + spec->scratch_count);
	/* A namespace of init's own: bubblewrap's belongs to an outer user namespace, where nothing may be mounted. */
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    close_mounts() < 0 || mount("box", BOX, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0)
		return -1;
	if (bind_part("t", "/tmp", SHARED_MODE) < 0 || bind_part("s", "/dev/shm", SHARED_MODE) < 0)
		return -1;
	for (size_t i = 0; i < spec->scratch_count; i++) {
		snprintf(name, sizeof name, "x%zu", i);
		if (bind_part(name, spec->scratch[i], PRIVATE_MODE) < 0)
			return -1;
	}
	return bind_part("b", BOX, PRIVATE_MODE); /* last: it hides the others */
}

int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];

	memset(none, 0, sizeof none);
	for (int capability = 0; capability <= LAST_CAPABILITY; capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno != EINVAL) /* EINVAL: no such one */
			return -1;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_capset, &header, none);
}

int set_resource_limits(const struct spec *spec)
{
	const struct {
		__rlimit_resource_t resource;
		uint64_t value;
	} limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_NOFILE, spec->open_files },
		{ RLIMIT_STACK, spec->stack_bytes },
		{ RLIMIT_FSIZE, spec->file_bytes },
		{ RLIMIT_RTPRIO, 0 },
		{ RLIMIT_NICE, 0 },
		/* Both count for the host's user, whom all jails of an unprivileged service share. */
		{ RLIMIT_SIGPENDING, PENDING_SIGNALS },
		{ RLIMIT_MSGQUEUE, MESSAGE_QUEUE_BYTES },
	};

	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		struct rlimit both = { limits[i].value, limits[i].value };

		if (setrlimit(limits[i].resource, &both) < 0)
			return -1;
	}
	return 0;
}

int load_filter(int fd, struct sock_fprog *filter)
{
	struct stat info;
	size_t size;
	ssize_t got;

	if (fstat(fd, &info) < 0)
		return -1;
	size = (size_t)info.st_size;
	if (size == 0 || size % sizeof *filter->filter != 0 || size / sizeof *filter->filter > BPF_MAXINSNS) {
		errno = EINVAL;
		return -1;
	}
	filter->len = (unsigned short)(size / sizeof *filter->filter);
	filter->filter = malloc(size);
	if (filter->filter == NULL)
		return -1;
	got = pread(fd, filter->filter, size, 0); /* the offset is shared with every other jail */
	return got == info.st_size ? 0 : -1;
}

int apply_filter(const struct sock_fprog *filter)
{
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter);
}
