/* What init is to do, read from the descriptor that supervise wrote. */
#ifndef SYNCODE_JAIL_SPEC_H
#define SYNCODE_JAIL_SPEC_H

#include <stddef.h>
#include <stdint.h>

enum {
	SPEC_ARGUMENTS_MAX = 1024,
	SPEC_VARIABLES_MAX = 128,
	SPEC_SCRATCH_MAX = 8,
	SPEC_BYTES_MAX = 1 << 20,
};

struct spec {
	uint64_t group_version;
	uint64_t group_files;
	uint64_t tmpfs_bytes;
	uint64_t tmpfs_inodes;
	uint64_t file_bytes;
	uint64_t open_files;
	uint64_t stack_bytes;
	uint64_t collect_bytes;
	uint64_t collect_files;
	char *arguments[SPEC_ARGUMENTS_MAX + 1];
	size_t argument_count;
	char *variables[SPEC_VARIABLES_MAX + 1];
	size_t variable_count;
	const char *scratch[SPEC_SCRATCH_MAX];
	size_t scratch_count;
	const char *directory;
	const char *collect_path; /* NULL: nothing to collect */
};

/* Reads fields into *spec, whose text points into `data`. NULL, or what is wrong with them. */
const char *spec_parse(const uint8_t *data, size_t length, struct spec *spec);

#endif
