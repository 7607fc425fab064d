/*
 * What the server, `syncode-jail supervise` and `syncode-jail init` say to each other. README.md has the prose;
 * src/execution/sandbox/protocol.ts has the same numbers, and a test compares the two.
 */
#ifndef SYNCODE_JAIL_PROTOCOL_H
#define SYNCODE_JAIL_PROTOCOL_H

#include <stdint.h>

/* Raised with every change that an older peer would misread. */
enum { PROTOCOL_VERSION = 1 };

/* Frame: u32 little-endian length of the payload, u8 kind, payload. */
enum frame_kind {
	FRAME_RUN = 1,
	FRAME_CANCEL = 2,
	FRAME_READY = 16,
	FRAME_RESULT = 17,
	FRAME_FATAL = 18,
};

/* A payload is a row of fields: u16 tag, u32 length, bytes; numbers are u64, text ends with a NUL. */
enum run_tag {
	RUN_ID = 1,
	RUN_WORD = 2,
	RUN_SPEC = 3,
	RUN_STDIN = 4,
	RUN_WALL_US = 5,
	RUN_CPU_US = 6,
	RUN_SETUP_US = 7,
	RUN_MEMORY_BYTES = 8,
	RUN_PIDS = 9,
	RUN_QUOTA_US = 10,
	RUN_OUTPUT_BYTES = 11,
	RUN_OVERFLOW_DROP = 12,
	RUN_STDOUT_KEEP = 13,
	RUN_STDOUT_FROM_END = 14,
	RUN_STDERR_KEEP = 15,
	RUN_STDERR_FROM_END = 16,
	RUN_COLLECT_INTO = 17,
	RUN_COLLECT_BYTES = 18,
	RUN_COLLECT_FILES = 19,
};

enum result_tag {
	RESULT_ID = 1,
	RESULT_STARTED = 2,
	RESULT_WAIT_STATUS = 3,
	RESULT_WALL_US = 4,
	RESULT_CPU_US = 5,
	RESULT_PEAK_BYTES = 6,
	RESULT_OOM_KILLED = 7,
	RESULT_KILLED_BY = 8,
	RESULT_STDOUT = 9,
	RESULT_STDOUT_TOTAL = 10,
	RESULT_STDERR = 11,
	RESULT_STDERR_TOTAL = 12,
	RESULT_COLLECTED = 13,
	RESULT_FILE = 14,
	RESULT_FAILURE = 15,
};

enum ready_tag {
	READY_PROTOCOL = 1,
	READY_PID = 2,
};

enum fatal_tag {
	FATAL_MESSAGE = 1,
};

/* What init is to do. The server writes all but the GROUP lines, which supervise puts in front. */
enum spec_tag {
	SPEC_GROUP_VERSION = 1,
	SPEC_GROUP_FILES = 2,
	SPEC_ARGUMENT = 3,
	SPEC_VARIABLE = 4,
	SPEC_DIRECTORY = 5,
	SPEC_SCRATCH = 6,
	SPEC_TMPFS_BYTES = 7,
	SPEC_TMPFS_INODES = 8,
	SPEC_FILE_BYTES = 9,
	SPEC_OPEN_FILES = 10,
	SPEC_STACK_BYTES = 11,
	SPEC_COLLECT_PATH = 12,
	SPEC_COLLECT_BYTES = 13,
	SPEC_COLLECT_FILES = 14,
};

enum killed_by {
	KILLED_NONE = 0,
	KILLED_WALL = 1,
	KILLED_CPU = 2,
	KILLED_OUTPUT = 3,
	KILLED_SETUP = 4,
	KILLED_CANCEL = 5,
};

/* Outcome of a collection; all but the first two are refusals, and only COLLECT_HOST is not the program's doing. */
enum collect_outcome {
	COLLECT_NONE = 0,
	COLLECT_DONE = 1,
	COLLECT_MISSING = 2,
	COLLECT_NOT_REGULAR = 3,
	COLLECT_BAD_NAME = 4,
	COLLECT_TOO_DEEP = 5,
	COLLECT_TOO_LARGE = 6,
	COLLECT_TOO_MANY = 7,
	COLLECT_HOST = 8,
};

/* Descriptors of the jail command and of init, beside 0, 1 and 2. All are close-on-exec from init on. */
enum jail_fd {
	JAIL_FD_STATUS = 3,
	JAIL_FD_SPEC = 4,
	JAIL_FD_FILTER = 5,
	JAIL_FD_ARTEFACT = 6,
	JAIL_FD_GROUP = 7, /* v1: `tasks` of each hierarchy; v2: the directory, then its cgroup.procs */
	JAIL_FD_END = 11,
};

enum { GROUP_FILES_MAX = JAIL_FD_END - JAIL_FD_GROUP };

/* Records on the status descriptor: one size, so each write is one whole record. */
enum status_kind {
	STATUS_STARTED = 1, /* the limits run from here */
	STATUS_ENDED = 2,
	STATUS_FAILED = 3,
};

/* Where init or its child gave up; jail_site_name() has the words. */
enum jail_site {
	SITE_SPEC = 1,
	SITE_FILTER,
	SITE_NAMESPACE,
	SITE_TMPFS,
	SITE_NETWORK,
	SITE_PROGRAM,
	SITE_FORK,
	SITE_GROUP,
	SITE_LIMITS,
	SITE_CAPABILITIES,
	SITE_DIRECTORY,
	SITE_SECCOMP,
	SITE_REAP,
	SITE_DESCRIPTORS,
	SITE_COUNT,
};

struct status_record {
	uint32_t kind;
	uint32_t site;
	int32_t wait_status;
	int32_t error;
	uint64_t wall_us;
};

/*
 * Artefact stream from init to supervise: a header, the path, the bytes, file after file; then a header with
 * path_length 0, whose flags hold a collect_outcome. Both sides are one binary, so the layout is native.
 */
struct artefact_header {
	uint32_t path_length;
	uint32_t flags; /* ARTEFACT_EXECUTABLE, or the outcome */
	uint64_t size;
};
enum { ARTEFACT_EXECUTABLE = 1 };

enum {
	ARTEFACT_PATH_MAX = 255,
	ARTEFACT_DEPTH_MAX = 8,
};

#endif
