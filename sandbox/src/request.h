/* One run, as the server asks for it. */
#ifndef SYNCODE_JAIL_REQUEST_H
#define SYNCODE_JAIL_REQUEST_H

#include <stddef.h>
#include <stdint.h>

enum { REQUEST_WORDS_MAX = 1024 };

struct request {
	uint64_t id;
	uint64_t wall_us;
	uint64_t cpu_us;
	uint64_t setup_us;
	uint64_t memory_bytes;
	uint64_t pids;
	uint64_t quota_us;
	uint64_t output_bytes;
	uint64_t overflow_drop;
	uint64_t stdout_keep;
	uint64_t stdout_from_end;
	uint64_t stderr_keep;
	uint64_t stderr_from_end;
	uint64_t collect_bytes;
	uint64_t collect_files;
	char *words[REQUEST_WORDS_MAX + 1]; /* the jail command */
	size_t word_count;
	const uint8_t *spec; /* fields for init */
	size_t spec_length;
	const uint8_t *stdin_data;
	size_t stdin_length;
	const char *collect_into; /* NULL: nothing to collect */
};

/*
 * Reads the payload of a FRAME_RUN; pointers in *request live as long as it. NULL, or what is wrong; `id` is set as
 * soon as it was read.
 */
const char *request_parse(const uint8_t *payload, size_t length, struct request *request);

#endif
