#include "request.h"

#include <string.h>

#include "base.h"
#include "frame.h"
#include "protocol.h"
#include "spec.h"

#define NUMBER(tag, member, required, min, max) { tag, required, offsetof(struct request, member), min, max }

#define DAY_US (UINT64_C(24) * 3600 * US_PER_S)
#define SIZE_MAX_BYTES (UINT64_C(1) << 40)
#define KEEP_MAX (UINT64_C(16) << 20)

static const struct number_rule numbers[] = {
	NUMBER(RUN_ID, id, true, 1, UINT64_MAX),
	NUMBER(RUN_WALL_US, wall_us, true, 1, DAY_US),
	NUMBER(RUN_CPU_US, cpu_us, true, 1, DAY_US),
	NUMBER(RUN_SETUP_US, setup_us, true, 1, DAY_US),
	NUMBER(RUN_MEMORY_BYTES, memory_bytes, true, 1 << 20, SIZE_MAX_BYTES),
	NUMBER(RUN_PIDS, pids, true, 1, 1 << 16),
	NUMBER(RUN_QUOTA_US, quota_us, true, 1000, UINT64_C(100000) * 1024),
	NUMBER(RUN_OUTPUT_BYTES, output_bytes, true, 0, SIZE_MAX_BYTES),
	NUMBER(RUN_OVERFLOW_DROP, overflow_drop, true, 0, 1),
	NUMBER(RUN_STDOUT_KEEP, stdout_keep, true, 0, KEEP_MAX),
	NUMBER(RUN_STDOUT_FROM_END, stdout_from_end, true, 0, 1),
	NUMBER(RUN_STDERR_KEEP, stderr_keep, true, 0, KEEP_MAX),
	NUMBER(RUN_STDERR_FROM_END, stderr_from_end, true, 0, 1),
	NUMBER(RUN_COLLECT_BYTES, collect_bytes, false, 0, SIZE_MAX_BYTES),
	NUMBER(RUN_COLLECT_FILES, collect_files, false, 1, 1 << 20),
};

static const char *take_word(struct request *request, const struct field *field)
{
	const char *text = field_text(field);

	if (text == NULL)
		return "a word without its end";
	if (request->word_count == REQUEST_WORDS_MAX)
		return "too many words in the jail command";
	/* execve() takes writable strings and does not write to them. */
	request->words[request->word_count++] = (char *)(uintptr_t)text;
	return NULL;
}

static const char *take_other(struct request *request, const struct field *field)
{
	switch (field->tag) {
	case RUN_WORD:
		return take_word(request, field);
	case RUN_SPEC:
		request->spec = field->data;
		request->spec_length = field->length;
		return field->length > SPEC_BYTES_MAX / 2 ? "too long arguments or environment" : NULL;
	case RUN_STDIN:
		request->stdin_data = field->data;
		request->stdin_length = field->length;
		return NULL;
	case RUN_COLLECT_INTO:
		request->collect_into = field_text(field);
		return request->collect_into == NULL ? "a path without its end" : NULL;
	default:
		return "an unknown field";
	}
}

const char *request_parse(const uint8_t *payload, size_t length, struct request *request)
{
	struct field_reader reader = { payload, payload + length };
	struct field field;
	uint64_t seen = 0;
	int more;

	memset(request, 0, sizeof *request);
	while ((more = field_next(&reader, &field)) > 0) {
		int stored = field_store(numbers, COUNT_OF(numbers), &field, request, &seen);
		const char *problem = stored == 0 ? take_other(request, &field) : NULL;

		if (stored < 0)
			return "a number out of range";
		if (problem != NULL)
			return problem;
	}
	if (more < 0)
		return "a field that is cut short";
	if (field_missing(numbers, COUNT_OF(numbers), seen) != 0 || request->word_count == 0 || request->spec == NULL)
		return "a field is missing";
	if (request->collect_into != NULL && request->collect_files == 0)
		return "a collection without its limits";
	return NULL;
}
