#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base.h"
#include "facts.h"
#include "request.h"
#include "run.h"
#include "seccomp_table.h"
#include "spawn.h"

enum {
	/* Before programs and the server: a late timer is an overshot limit. */
	SUPERVISOR_NICE = -15,
	PRIVATE_UMASK = 022,
	FATAL_TEXT_MAX = 512,
};

/* Tells the server why there will be no runs, in a frame; stderr is for what cannot be one. */
static int give_up(int answer_fd, const char *where)
{
	char text[FATAL_TEXT_MAX];
	struct frame_writer writer;

	snprintf(text, sizeof text, "%s: %s", where, strerror(errno));
	frame_begin(&writer, FRAME_FATAL);
	put_text(&writer, FATAL_MESSAGE, text);
	frame_send(&writer, answer_fd);
	return EXIT_FAILURE;
}

/* Descriptors 0 and 1 become harmless: nothing that is started by mistake may read or write frames. */
static int take_streams(struct supervisor *supervisor)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	supervisor->command_fd = lift_fd(dup(STDIN_FILENO));
	supervisor->answer_fd = lift_fd(dup(STDOUT_FILENO));
	if (null_fd < 0 || supervisor->command_fd < 0 || supervisor->answer_fd < 0)
		return -1;
	if (dup2(null_fd, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return -1;
	close_fd(&null_fd);
	return 0;
}

/*
 * A stop of the service signals everything in its group, and a Ctrl-C all of the terminal's: the server then lets the
 * runs end, so this process stays until its pipe ends, which it does however the server dies.
 */
static void ignore_signals(void)
{
	const int ignored[] = { SIGPIPE, SIGTERM, SIGINT, SIGQUIT, SIGHUP };

	for (size_t i = 0; i < COUNT_OF(ignored); i++)
		signal(ignored[i], SIG_IGN);
	setsid();
}

static const char *prepare(struct supervisor *supervisor, const struct supervise_options *options)
{
	const char *where;

	supervisor->change_ids = options->change_ids;
	supervisor->uid = options->uid;
	supervisor->gid = options->gid;
	supervisor->cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	umask(PRIVATE_UMASK);
	/* The newest calls that jails live by; nothing is closed here, and a size of 0 is never taken. */
	if (close_range(~0u, ~0u, CLOSE_RANGE_CLOEXEC) < 0 ||
	    (syscall(SYS_mount_setattr, -1, "", 0, NULL, 0) < 0 && errno == ENOSYS))
		return "Linux 5.12 or newer is needed";
	if (!can_list_children())
		return "this kernel has no /proc/*/task/*/children (CONFIG_PROC_CHILDREN)";
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return "becoming the subreaper";
	if (cgroup_open(&supervisor->slot, &options->cgroup, options->slot, options->uid, options->gid, &where) < 0)
		return where;
	if (options->stage.directory != NULL && stage_make(&options->stage, &where) < 0)
		return where;
	supervisor->filter_fd = seccomp_table_export();
	if (supervisor->filter_fd < 0)
		return "building the seccomp filter";
	setpriority(PRIO_PROCESS, 0, SUPERVISOR_NICE); /* only root may; without it limits are a little later */
	return NULL;
}

static int announce(const struct supervisor *supervisor)
{
	struct frame_writer writer;

	frame_begin(&writer, FRAME_READY);
	put_number(&writer, READY_PROTOCOL, PROTOCOL_VERSION);
	put_number(&writer, READY_PID, (uint64_t)getpid());
	return frame_send(&writer, supervisor->answer_fd);
}

/* False when the server is gone. */
static bool serve_run(struct supervisor *supervisor, const struct frame_reader *frame)
{
	static struct request request; /* its list of words is too large for a stack */
	struct facts facts;
	const char *problem = request_parse(frame->payload, frame->payload_length, &request);

	if (problem == NULL) {
		if (!run_request(supervisor, &request, &facts)) {
			facts_discard(&facts);
			return false;
		}
	} else {
		memset(&facts, 0, sizeof facts);
		facts.id = request.id;
		facts_fail(&facts, "the request has %s", problem);
	}
	return facts_send(&facts, supervisor->answer_fd) == 0;
}

static void serve(struct supervisor *supervisor)
{
	bool going_on = true;

	while (going_on) {
		struct frame_reader frame;
		int outcome = frame_read(&supervisor->commands, supervisor->command_fd);

		if (outcome < 0)
			return;
		if (outcome == 0)
			continue;
		/* The reader is free again: it takes the cancellation that may come during the run. */
		frame = supervisor->commands;
		memset(&supervisor->commands, 0, sizeof supervisor->commands);
		if (frame.kind == FRAME_RUN)
			going_on = serve_run(supervisor, &frame);
		else if (frame.kind != FRAME_CANCEL) /* one that comes after its run has ended is fine */
			going_on = false;
		frame_reset(&frame);
	}
}

int supervise_main(const struct supervise_options *options)
{
	static struct supervisor supervisor;
	const char *where;

	if (take_streams(&supervisor) < 0) {
		perror("syncode-jail: standard streams");
		return EXIT_FAILURE;
	}
	ignore_signals();
	where = prepare(&supervisor, options);
	if (where != NULL)
		return give_up(supervisor.answer_fd, where);
	if (announce(&supervisor) == 0)
		serve(&supervisor);
	frame_reset(&supervisor.commands);
	kill_children();
	return EXIT_SUCCESS;
}
