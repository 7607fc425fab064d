/* One run from its group to its facts. */
#ifndef SYNCODE_JAIL_RUN_H
#define SYNCODE_JAIL_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "artefact.h"
#include "cgroup.h"
#include "facts.h"
#include "request.h"

/* What lives as long as the supervisor. */
struct supervisor {
	struct cgroup_slot slot;
	int command_fd;
	int answer_fd;
	int filter_fd;
	struct frame_reader commands; /* across runs: a frame may come in pieces */
	unsigned cores;		      /* of the host */
	bool change_ids;
	uid_t uid;
	gid_t gid;
};

/* What the loop of a run waits for; also the order in which one round handles what it found. */
enum source {
	SOURCE_STATUS, /* first: an end that is already written counts before a timer that fires beside it */
	SOURCE_JAIL,
	SOURCE_COMMAND,
	SOURCE_WALL,
	SOURCE_CPU,
	SOURCE_ARTEFACT,
	SOURCE_STDIN,
	SOURCE_STDOUT,
	SOURCE_STDERR,
	SOURCE_COUNT,
};

struct run {
	struct supervisor *supervisor;
	const struct request *request;
	struct facts *facts;
	struct run_group group;
	int fd[SOURCE_COUNT]; /* -1: closed */
	int epoll_fd;
	pid_t jail_pid;
	bool jail_dead;
	bool server_gone;
	uint64_t started_us;
	size_t stdin_written;
	struct artefact_receiver receiver;
	int into_fd;
};

/*
 * Runs one request to its end and fills *facts. False when the server has gone meanwhile: there is nobody to answer
 * and the supervisor ends.
 */
bool run_request(struct supervisor *supervisor, const struct request *request, struct facts *facts);

/* Handles what a source has to give; after the jail's death, all that is left in it. */
void run_handle(struct run *run, enum source source);
/* Kills the tree; the first reason is the one that is told. */
void run_end(struct run *run, enum killed_by reason);
void run_arm(const struct run *run, enum source timer, uint64_t after_us);
void run_close(struct run *run, enum source source);

#endif
