#include "facts.h"

#include <stdarg.h>
#include <stdio.h>

void facts_fail(struct facts *facts, const char *format, ...)
{
	va_list values;

	if (facts->failure[0] != 0)
		return;
	va_start(values, format);
	vsnprintf(facts->failure, sizeof facts->failure, format, values);
	va_end(values);
}

static void put_collected(struct frame_writer *writer, const struct facts *facts)
{
	const struct frame_writer *files = &facts->files;

	if (facts->collected == COLLECT_NONE)
		return;
	put_number(writer, RESULT_COLLECTED, facts->collected);
	if (facts->collected != COLLECT_DONE || files->length <= FRAME_HEADER_SIZE)
		return;
	put_raw(writer, files->data + FRAME_HEADER_SIZE, files->length - FRAME_HEADER_SIZE);
}

int facts_send(struct facts *facts, int fd)
{
	struct frame_writer writer;

	if (capture_finish(&facts->out) < 0 || capture_finish(&facts->err) < 0 || facts->files.failed)
		facts_fail(facts, "out of memory");
	frame_begin(&writer, FRAME_RESULT);
	put_number(&writer, RESULT_ID, facts->id);
	put_number(&writer, RESULT_STARTED, facts->started);
	if (facts->ended)
		put_number(&writer, RESULT_WAIT_STATUS, (uint64_t)(uint32_t)facts->wait_status);
	put_number(&writer, RESULT_WALL_US, facts->wall_us);
	put_number(&writer, RESULT_CPU_US, facts->cpu_us);
	if (facts->peak_known)
		put_number(&writer, RESULT_PEAK_BYTES, facts->peak_bytes);
	put_number(&writer, RESULT_OOM_KILLED, facts->oom_killed);
	put_number(&writer, RESULT_KILLED_BY, facts->killed_by);
	put_bytes(&writer, RESULT_STDOUT, facts->out.data, facts->out.length);
	put_number(&writer, RESULT_STDOUT_TOTAL, facts->out.total);
	put_bytes(&writer, RESULT_STDERR, facts->err.data, facts->err.length);
	put_number(&writer, RESULT_STDERR_TOTAL, facts->err.total);
	put_collected(&writer, facts);
	if (facts->failure[0] != 0)
		put_text(&writer, RESULT_FAILURE, facts->failure);
	facts_discard(facts);
	return frame_send(&writer, fd);
}

void facts_discard(struct facts *facts)
{
	capture_free(&facts->out);
	capture_free(&facts->err);
	frame_discard(&facts->files);
}
