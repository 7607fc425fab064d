/* What the sources of a run give, one function each. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base.h"
#include "init.h"
#include "run.h"

enum {
	CHUNK = 64 << 10,
	/* A flooding stream may not keep the timers waiting. */
	READS_A_ROUND = 16,
	/* A timer for less is later than that anyway. */
	CPU_TIMER_MIN_US = 500,
};

/* One loop, one run: the same buffer serves all reads. */
static uint8_t chunk[CHUNK];

void run_close(struct run *run, enum source source)
{
	if (run->fd[source] < 0)
		return;
	epoll_ctl(run->epoll_fd, EPOLL_CTL_DEL, run->fd[source], NULL);
	close_fd(&run->fd[source]);
}

void run_arm(const struct run *run, enum source timer, uint64_t after_us)
{
	struct itimerspec when = { .it_value = {
		.tv_sec = (time_t)(after_us / US_PER_S),
		.tv_nsec = (long)(after_us % US_PER_S * NS_PER_US) + 1, /* all zero would disarm it */
	} };

	timerfd_settime(run->fd[timer], 0, &when, NULL);
}

static void disarm(const struct run *run, enum source timer)
{
	const struct itimerspec never = { { 0, 0 }, { 0, 0 } };

	timerfd_settime(run->fd[timer], 0, &never, NULL);
}

static bool expired(const struct run *run, enum source timer)
{
	uint64_t times;

	return read(run->fd[timer], &times, sizeof times) == sizeof times;
}

void run_end(struct run *run, enum killed_by reason)
{
	if (run->facts->killed_by != KILLED_NONE)
		return;
	run->facts->killed_by = reason;
	run_group_kill(&run->group);
	syscall(SYS_pidfd_send_signal, run->fd[SOURCE_JAIL], SIGKILL, NULL, 0);
}

/* The limits run from the program's start; making the jail has its own ceiling. */
static void on_started(struct run *run)
{
	const struct request *request = run->request;

	run->facts->started = true;
	run->started_us = now_us();
	run_arm(run, SOURCE_WALL, request->wall_us);
	run_arm(run, SOURCE_CPU, request->cpu_us / run->supervisor->cores);
}

/* What follows is collecting files, if anything. */
static void on_ended(struct run *run, const struct status_record *record)
{
	run->facts->ended = true;
	run->facts->wait_status = record->wait_status;
	run->facts->wall_us = record->wall_us;
	disarm(run, SOURCE_CPU);
	run_arm(run, SOURCE_WALL, run->request->setup_us);
}

static void on_status(struct run *run)
{
	struct status_record record;
	ssize_t got;

	while ((got = read(run->fd[SOURCE_STATUS], &record, sizeof record)) == sizeof record) {
		if (record.kind == STATUS_STARTED)
			on_started(run);
		else if (record.kind == STATUS_ENDED)
			on_ended(run, &record);
		else
			facts_fail(run->facts, "%s: %s", jail_site_name(record.site), strerror(record.error));
	}
	if (got == 0)
		run_close(run, SOURCE_STATUS);
}

static void on_jail(struct run *run)
{
	run->jail_dead = true;
	epoll_ctl(run->epoll_fd, EPOLL_CTL_DEL, run->fd[SOURCE_JAIL], NULL);
}

/* True for a cancellation of this run; one for an earlier run may come late. */
static bool cancels(const struct run *run, const struct frame_reader *frame)
{
	struct field_reader fields = { frame->payload, frame->payload + frame->payload_length };
	struct field field;
	uint64_t id = 0;

	return field_next(&fields, &field) > 0 && field.tag == RUN_ID && field_number(&field, &id) &&
	       id == run->request->id;
}

/* Only a cancellation may come during a run; anything else, like the end of the pipe, means the server is gone. */
static void on_command(struct run *run)
{
	struct frame_reader *frame = &run->supervisor->commands;
	int outcome = frame_read(frame, run->fd[SOURCE_COMMAND]);

	if (outcome == 0)
		return;
	if (outcome > 0 && frame->kind == FRAME_CANCEL) {
		if (cancels(run, frame))
			run_end(run, KILLED_CANCEL);
		frame_reset(frame);
		return;
	}
	run->server_gone = true;
	epoll_ctl(run->epoll_fd, EPOLL_CTL_DEL, run->fd[SOURCE_COMMAND], NULL);
	run_end(run, KILLED_CANCEL);
}

static void on_wall(struct run *run)
{
	if (!expired(run, SOURCE_WALL))
		return;
	if (!run->facts->started)
		run_end(run, KILLED_SETUP);
	else if (!run->facts->ended)
		run_end(run, KILLED_WALL);
	else /* collecting takes too long; what the program did stands */
		syscall(SYS_pidfd_send_signal, run->fd[SOURCE_JAIL], SIGKILL, NULL, 0);
}

/*
 * Reads the usage and sleeps for as long as the limit cannot be reached. All cores of the host can burn at once, also
 * under a quota of one, which only counts over its period.
 */
static void on_cpu(struct run *run)
{
	uint64_t used;
	uint64_t wait_us;

	if (!expired(run, SOURCE_CPU))
		return;
	used = run_group_cpu_us(&run->group);
	if (used >= run->request->cpu_us) {
		run_end(run, KILLED_CPU);
		return;
	}
	wait_us = (run->request->cpu_us - used) / run->supervisor->cores;
	run_arm(run, SOURCE_CPU, wait_us > CPU_TIMER_MIN_US ? wait_us : CPU_TIMER_MIN_US);
}

static void on_artefact(struct run *run)
{
	ssize_t got;

	for (int reads = 0; run->jail_dead || reads < READS_A_ROUND; reads++) {
		got = read(run->fd[SOURCE_ARTEFACT], chunk, sizeof chunk);
		if (got <= 0) {
			if (got == 0)
				run_close(run, SOURCE_ARTEFACT);
			return;
		}
		artefact_receive(&run->receiver, chunk, (size_t)got);
	}
}

static void on_stdin(struct run *run)
{
	const struct request *request = run->request;
	size_t left = request->stdin_length - run->stdin_written;
	ssize_t written = left > 0 ? write(run->fd[SOURCE_STDIN], request->stdin_data + run->stdin_written, left) : 0;

	if (written < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (written > 0)
		run->stdin_written += (size_t)written;
	/* Also when nobody reads any more: that is fine. */
	if (written < 0 || run->stdin_written == request->stdin_length)
		run_close(run, SOURCE_STDIN);
}

/*
 * Both streams share one limit. Of what is over it one byte is counted, so that it shows, and nothing is kept, unless the
 * rest is only to be dropped.
 */
static void take_output(struct run *run, struct capture *capture, size_t length)
{
	const struct request *request = run->request;
	uint64_t before = run->facts->out.total + run->facts->err.total;
	uint64_t room = before < request->output_bytes ? request->output_bytes - before : 0;

	if (request->overflow_drop || length <= room) {
		capture_add(capture, chunk, length);
		return;
	}
	if (before > request->output_bytes)
		return; /* it is being ended */
	capture_add(capture, chunk, (size_t)room);
	capture->total++;
	run_end(run, KILLED_OUTPUT);
}

static void on_output(struct run *run, enum source source, struct capture *capture)
{
	ssize_t got;

	for (int reads = 0; run->jail_dead || reads < READS_A_ROUND; reads++) {
		got = read(run->fd[source], chunk, sizeof chunk);
		if (got <= 0) {
			if (got == 0)
				run_close(run, source);
			return;
		}
		take_output(run, capture, (size_t)got);
	}
}

void run_handle(struct run *run, enum source source)
{
	if (run->fd[source] < 0)
		return;
	switch (source) {
	case SOURCE_STATUS:
		on_status(run);
		break;
	case SOURCE_JAIL:
		on_jail(run);
		break;
	case SOURCE_COMMAND:
		on_command(run);
		break;
	case SOURCE_WALL:
		on_wall(run);
		break;
	case SOURCE_CPU:
		on_cpu(run);
		break;
	case SOURCE_ARTEFACT:
		on_artefact(run);
		break;
	case SOURCE_STDIN:
		on_stdin(run);
		break;
	case SOURCE_STDOUT:
		on_output(run, source, &run->facts->out);
		break;
	case SOURCE_STDERR:
		on_output(run, source, &run->facts->err);
		break;
	case SOURCE_COUNT:
		break;
	}
}
