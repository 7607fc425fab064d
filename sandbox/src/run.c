#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "spawn.h"

enum {
	/*
	 * Node queues without end after the first full pipe, so with small pipes a flood of both streams ended as a
	 * time or memory limit now and then. This is also the most that an unprivileged user gets by default.
	 */
	OUTPUT_PIPE_SIZE = 1 << 20,
	EVENTS_A_ROUND = SOURCE_COUNT,
	FAILURE_TAIL = 512,
};

/* The jail's ends of the pipes. */
struct inner_ends {
	int in;
	int out;
	int err;
	int status;
	int artefact;
};

static int make_pipe(int *reader, int *writer)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	*reader = lift_fd(ends[0]);
	*writer = lift_fd(ends[1]);
	return *reader < 0 || *writer < 0 ? -1 : 0;
}

static int make_timer(void)
{
	return lift_fd(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
}

static bool make_ends(struct run *run, struct inner_ends *inner)
{
	if (make_pipe(&inner->in, &run->fd[SOURCE_STDIN]) < 0 || make_pipe(&run->fd[SOURCE_STDOUT], &inner->out) < 0 ||
	    make_pipe(&run->fd[SOURCE_STDERR], &inner->err) < 0 ||
	    make_pipe(&run->fd[SOURCE_STATUS], &inner->status) < 0)
		return false;
	if (run->request->collect_into != NULL && make_pipe(&run->fd[SOURCE_ARTEFACT], &inner->artefact) < 0)
		return false;
	run->fd[SOURCE_WALL] = make_timer();
	run->fd[SOURCE_CPU] = make_timer();
	if (run->fd[SOURCE_WALL] < 0 || run->fd[SOURCE_CPU] < 0)
		return false;
	/* Refused when the user has many pages in pipes already; then they stay small. */
	fcntl(inner->out, F_SETPIPE_SZ, OUTPUT_PIPE_SIZE);
	fcntl(inner->err, F_SETPIPE_SZ, OUTPUT_PIPE_SIZE);
	return true;
}

/* A pipe is 0600 of its maker: without this the program could not open /dev/stdin. */
static bool give_ends(const struct run *run, const struct inner_ends *inner)
{
	const struct supervisor *supervisor = run->supervisor;

	return !supervisor->change_ids || (fchown(inner->in, supervisor->uid, supervisor->gid) == 0 &&
					   fchown(inner->out, supervisor->uid, supervisor->gid) == 0 &&
					   fchown(inner->err, supervisor->uid, supervisor->gid) == 0);
}

/* The fields for init: where its group is, and what the server wrote. */
static int make_spec_fd(const struct run *run)
{
	struct frame_writer lead;
	int fd = lift_fd(memfd_create("spec", MFD_CLOEXEC));
	int outcome = -1;

	frame_begin(&lead, 0);
	put_number(&lead, SPEC_GROUP_VERSION, (uint64_t)run->supervisor->slot.version);
	put_number(&lead, SPEC_GROUP_FILES, run->group.join_count);
	put_raw(&lead, run->request->spec, run->request->spec_length);
	if (fd >= 0 && !lead.failed)
		outcome = write_all(fd, lead.data + FRAME_HEADER_SIZE, lead.length - FRAME_HEADER_SIZE);
	frame_discard(&lead);
	if (outcome < 0)
		close_fd(&fd);
	return fd;
}

static bool start_jail(struct run *run, const struct inner_ends *inner)
{
	int spec_fd = make_spec_fd(run);
	struct jail_command command = {
		.words = run->request->words,
		.descriptor = { inner->in, inner->out, inner->err, inner->status, spec_fd,
				run->supervisor->filter_fd, inner->artefact },
		.change_ids = run->supervisor->change_ids,
		.uid = run->supervisor->uid,
		.gid = run->supervisor->gid,
	};

	if (spec_fd < 0)
		return false;
	for (int i = 0; i < GROUP_FILES_MAX; i++)
		command.descriptor[JAIL_FD_GROUP + i] = run->group.join_fd[i];
	run->jail_pid = jail_command_start(&command, &run->fd[SOURCE_JAIL]);
	close_fd(&spec_fd);
	return run->jail_pid > 0;
}

static bool watch(const struct run *run, enum source source)
{
	struct epoll_event event = {
		.events = source == SOURCE_STDIN ? EPOLLOUT : EPOLLIN,
		.data = { .u32 = source },
	};

	if (run->fd[source] < 0)
		return true;
	if (source != SOURCE_COMMAND && source != SOURCE_JAIL &&
	    fcntl(run->fd[source], F_SETFL, O_NONBLOCK) < 0)
		return false;
	return epoll_ctl(run->epoll_fd, EPOLL_CTL_ADD, run->fd[source], &event) == 0;
}

static bool watch_all(struct run *run)
{
	run->epoll_fd = lift_fd(epoll_create1(EPOLL_CLOEXEC));
	run->fd[SOURCE_COMMAND] = run->supervisor->command_fd;
	for (enum source source = 0; source < SOURCE_COUNT; source++)
		if (!watch(run, source))
			return false;
	return true;
}

/* Until the jail command is dead. */
static void loop(struct run *run)
{
	while (!run->jail_dead) {
		struct epoll_event events[EVENTS_A_ROUND];
		bool ready[SOURCE_COUNT] = { false };
		int count = epoll_wait(run->epoll_fd, events, EVENTS_A_ROUND, -1);

		for (int i = 0; i < count; i++)
			ready[events[i].data.u32] = true;
		for (enum source source = 0; source < SOURCE_COUNT; source++)
			if (ready[source])
				run_handle(run, source);
	}
}

/* Nobody can write any more: what the pipes hold is the rest. */
static void drain(struct run *run)
{
	const enum source rest[] = { SOURCE_STATUS, SOURCE_ARTEFACT, SOURCE_STDOUT, SOURCE_STDERR };

	for (size_t i = 0; i < COUNT_OF(rest); i++)
		run_handle(run, rest[i]);
}

/* The jail command's own words went to the program's stderr, as nothing else was there yet. */
static void explain_no_start(struct run *run, int wait_status)
{
	struct facts *facts = run->facts;
	int length;

	if (facts->killed_by == KILLED_CANCEL)
		return;
	if (facts->killed_by == KILLED_SETUP) {
		facts_fail(facts, "the jail was not ready in time");
		return;
	}
	capture_finish(&facts->err);
	length = (int)(facts->err.length < FAILURE_TAIL ? facts->err.length : FAILURE_TAIL);
	facts_fail(facts, "%s ended with %s %d before the program started: %.*s", run->request->words[0],
		   WIFSIGNALED(wait_status) ? "signal" : "status",
		   WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status), length,
		   (const char *)facts->err.data);
}

/* After the death of the jail command: nothing of it is left, and its figures are final. */
static void finish(struct run *run)
{
	struct facts *facts = run->facts;
	int wait_status = 0;

	while (waitpid(run->jail_pid, &wait_status, 0) < 0 && errno == EINTR)
		;
	kill_children();
	drain(run);
	if (!facts->started)
		explain_no_start(run, wait_status);
	else if (!facts->ended) /* killed together with its init */
		facts->wall_us = now_us() - run->started_us;
	facts->cpu_us = run_group_cpu_us(&run->group);
	facts->oom_killed = run_group_oom_killed(&run->group);
	facts->peak_known = run_group_peak_bytes(&run->group, &facts->peak_bytes);
}

static bool clean_exit(const struct facts *facts)
{
	return facts->ended && WIFEXITED(facts->wait_status) && WEXITSTATUS(facts->wait_status) == 0 &&
	       facts->killed_by == KILLED_NONE && !facts->oom_killed;
}

static bool begin(struct run *run)
{
	const struct request *request = run->request;
	const struct group_limits limits = { request->memory_bytes, request->pids, request->quota_us };

	if (capture_begin(&run->facts->out, request->stdout_keep, request->stdout_from_end) < 0 ||
	    capture_begin(&run->facts->err, request->stderr_keep, request->stderr_from_end) < 0) {
		facts_fail(run->facts, "out of memory");
		return false;
	}
	frame_begin(&run->facts->files, 0);
	if (request->collect_into != NULL) {
		run->into_fd = lift_fd(open(request->collect_into, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
		if (run->into_fd < 0) {
			facts_fail(run->facts, "opening %s: %s", request->collect_into, strerror(errno));
			return false;
		}
	}
	if (run_group_make(&run->supervisor->slot, &limits, &run->group) < 0) {
		facts_fail(run->facts, "making the run's control group: %s", strerror(errno));
		return false;
	}
	return true;
}

static void close_inner(struct inner_ends *inner)
{
	close_fd(&inner->in);
	close_fd(&inner->out);
	close_fd(&inner->err);
	close_fd(&inner->status);
	close_fd(&inner->artefact);
}

/* With the group made: the jail, its life and its end. */
static void live(struct run *run)
{
	struct inner_ends inner = { -1, -1, -1, -1, -1 };
	bool started = make_ends(run, &inner) && give_ends(run, &inner) && start_jail(run, &inner);

	if (!started)
		facts_fail(run->facts, "starting the jail command: %s", strerror(errno));
	close_inner(&inner);
	if (!started)
		return;
	artefact_begin(&run->receiver, run->into_fd, run->request->collect_bytes, run->request->collect_files,
		       &run->facts->files);
	if (watch_all(run)) {
		run_arm(run, SOURCE_WALL, run->request->setup_us);
		loop(run);
	} else {
		facts_fail(run->facts, "watching the jail: %s", strerror(errno));
		run_end(run, KILLED_SETUP);
	}
	finish(run);
	artefact_end(&run->receiver);
	if (run->request->collect_into != NULL && clean_exit(run->facts))
		run->facts->collected = run->receiver.outcome;
}

bool run_request(struct supervisor *supervisor, const struct request *request, struct facts *facts)
{
	struct run run = { .supervisor = supervisor, .request = request, .facts = facts, .epoll_fd = -1, .into_fd = -1 };

	memset(facts, 0, sizeof *facts);
	facts->id = request->id;
	for (enum source source = 0; source < SOURCE_COUNT; source++)
		run.fd[source] = -1;
	if (begin(&run)) {
		live(&run);
		if (run_group_remove(&run.group) < 0)
			facts_fail(facts, "a process of the run could not be killed");
	}
	run.fd[SOURCE_COMMAND] = -1; /* the supervisor's */
	for (enum source source = 0; source < SOURCE_COUNT; source++)
		close_fd(&run.fd[source]);
	close_fd(&run.epoll_fd);
	close_fd(&run.into_fd);
	return !run.server_gone;
}
