#include "spec.h"

#include <stdbool.h>
#include <string.h>

#include "base.h"
#include "frame.h"
#include "protocol.h"

#define NUMBER(tag, member, required, min, max) { tag, required, offsetof(struct spec, member), min, max }

/* No size is larger; keeps every sum below 64 bits. */
#define SIZE_MAX_BYTES (UINT64_C(1) << 40)
#define KIB UINT64_C(1024)

static const struct number_rule numbers[] = {
	NUMBER(SPEC_GROUP_VERSION, group_version, true, 1, 2),
	NUMBER(SPEC_GROUP_FILES, group_files, true, 1, GROUP_FILES_MAX),
	NUMBER(SPEC_TMPFS_BYTES, tmpfs_bytes, true, 4 * KIB, SIZE_MAX_BYTES),
	NUMBER(SPEC_TMPFS_INODES, tmpfs_inodes, true, 1, 1 << 24),
	NUMBER(SPEC_FILE_BYTES, file_bytes, true, 0, SIZE_MAX_BYTES),
	NUMBER(SPEC_OPEN_FILES, open_files, true, 3, 1 << 20),
	NUMBER(SPEC_STACK_BYTES, stack_bytes, true, 64 * KIB, SIZE_MAX_BYTES),
	NUMBER(SPEC_COLLECT_BYTES, collect_bytes, false, 0, SIZE_MAX_BYTES),
	NUMBER(SPEC_COLLECT_FILES, collect_files, false, 1, 1 << 20),
};

static bool append(char **list, size_t *count, size_t max, const char *text)
{
	if (*count == max)
		return false;
	/* execve() takes writable strings and does not write to them. */
	list[(*count)++] = (char *)(uintptr_t)text;
	return true;
}

/* One field that is not a number. */
static const char *take_text(struct spec *spec, const struct field *field)
{
	const char *text = field_text(field);

	if (text == NULL)
		return "a text without its end";
	switch (field->tag) {
	case SPEC_ARGUMENT:
		return append(spec->arguments, &spec->argument_count, SPEC_ARGUMENTS_MAX, text) ? NULL
												: "too many arguments";
	case SPEC_VARIABLE:
		return append(spec->variables, &spec->variable_count, SPEC_VARIABLES_MAX, text) ? NULL
												: "too many variables";
	case SPEC_SCRATCH:
		if (spec->scratch_count == SPEC_SCRATCH_MAX)
			return "too many scratch directories";
		spec->scratch[spec->scratch_count++] = text;
		return NULL;
	case SPEC_DIRECTORY:
		spec->directory = text;
		return NULL;
	case SPEC_COLLECT_PATH:
		spec->collect_path = text;
		return NULL;
	default:
		return "an unknown field";
	}
}

const char *spec_parse(const uint8_t *data, size_t length, struct spec *spec)
{
	struct field_reader reader = { data, data + length };
	struct field field;
	uint64_t seen = 0;
	int more;

	memset(spec, 0, sizeof *spec);
	while ((more = field_next(&reader, &field)) > 0) {
		int stored = field_store(numbers, COUNT_OF(numbers), &field, spec, &seen);
		const char *problem = stored == 0 ? take_text(spec, &field) : NULL;

		if (stored < 0)
			return "a number out of range";
		if (problem != NULL)
			return problem;
	}
	if (more < 0)
		return "a field that is cut short";
	if (field_missing(numbers, COUNT_OF(numbers), seen) != 0 || spec->argument_count == 0 ||
	    spec->directory == NULL)
		return "a field is missing";
	if (spec->collect_path != NULL && spec->collect_files == 0)
		return "a collection without its limits";
	return NULL;
}
