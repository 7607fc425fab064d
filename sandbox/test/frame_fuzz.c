/*
 * Feeds mutated frames, in pieces of any size, to everything that parses bytes from outside: the frame reader, requests,
 * specs and artefact paths. Sanitizers see what goes wrong. frame_fuzz [SEED [ROUNDS]]; the seed is printed.
 */
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "artefact.h"
#include "check.h"
#include "frame.h"
#include "protocol.h"
#include "request.h"
#include "spec.h"

enum { DEFAULT_ROUNDS = 20000, MUTATIONS_MAX = 6, PAYLOAD_MAX = 16384 };

static uint64_t state;

/* xorshift64*: the same everywhere for one seed. */
static uint64_t next_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * UINT64_C(2685821657736338717);
}

static size_t below(size_t bound)
{
	return (size_t)(next_random() % bound);
}

static void put_good_spec(struct frame_writer *writer)
{
	put_number(writer, SPEC_GROUP_VERSION, 1 + below(2));
	put_number(writer, SPEC_GROUP_FILES, 1 + below(4));
	put_text(writer, SPEC_ARGUMENT, "/usr/bin/true");
	for (size_t i = below(4); i > 0; i--)
		put_text(writer, SPEC_VARIABLE, "A=b");
	put_text(writer, SPEC_DIRECTORY, "/box");
	put_number(writer, SPEC_TMPFS_BYTES, 1 << 20);
	put_number(writer, SPEC_TMPFS_INODES, 100);
	put_number(writer, SPEC_FILE_BYTES, 1 << 20);
	put_number(writer, SPEC_OPEN_FILES, 64);
	put_number(writer, SPEC_STACK_BYTES, 1 << 20);
	if (below(2)) {
		put_text(writer, SPEC_COLLECT_PATH, "out");
		put_number(writer, SPEC_COLLECT_BYTES, 100);
		put_number(writer, SPEC_COLLECT_FILES, 1);
	}
}

static void put_good_run(struct frame_writer *writer)
{
	static const uint8_t input[64];

	for (uint16_t tag = RUN_WALL_US; tag <= RUN_OUTPUT_BYTES; tag++)
		put_number(writer, tag, tag == RUN_PIDS ? 64 : 2 << 20);
	put_number(writer, RUN_ID, 1 + below(1000));
	for (uint16_t tag = RUN_OVERFLOW_DROP; tag <= RUN_STDERR_FROM_END; tag++)
		put_number(writer, tag, below(2));
	for (size_t i = 1 + below(4); i > 0; i--)
		put_text(writer, RUN_WORD, "/usr/bin/bwrap");
	put_bytes(writer, RUN_SPEC, input, below(sizeof input));
	put_bytes(writer, RUN_STDIN, input, below(sizeof input));
}

static void mutate(uint8_t *data, size_t *length)
{
	for (size_t times = below(MUTATIONS_MAX); times > 0 && *length > 0; times--) {
		size_t at = below(*length);

		switch (below(4)) {
		case 0:
			data[at] = (uint8_t)next_random();
			break;
		case 1:
			data[at] ^= (uint8_t)(1u << below(8));
			break;
		case 2:
			*length = at;
			break;
		default:
			store_le(data + at, next_random(), *length - at < 8 ? *length - at : 8);
			break;
		}
	}
}

/* Both ends of a pipe whose buffer holds more than one frame. */
static void read_through_pipe(const uint8_t *data, size_t length, struct frame_reader *reader, int *outcome)
{
	int ends[2];
	size_t sent = 0;

	CHECK(pipe(ends) == 0);
	*outcome = 0;
	while (*outcome == 0) {
		size_t piece = length - sent < 1 ? 0 : 1 + below(length - sent);

		if (piece > 0)
			CHECK(write(ends[1], data + sent, piece) == (ssize_t)piece);
		sent += piece;
		if (sent == length && ends[1] >= 0) {
			close(ends[1]);
			ends[1] = -1;
		}
		*outcome = frame_read(reader, ends[0]);
		if (piece == 0 && *outcome == 0 && ends[1] >= 0)
			break;
	}
	if (ends[1] >= 0)
		close(ends[1]);
	close(ends[0]);
}

static void feed(const uint8_t *payload, size_t length)
{
	static struct request request;
	static struct spec spec;

	if (request_parse(payload, length, &request) == NULL) {
		CHECK(request.word_count > 0 && request.spec != NULL && request.id > 0);
		CHECK(request.words[request.word_count] == NULL);
	}
	if (spec_parse(payload, length, &spec) == NULL) {
		CHECK(spec.argument_count > 0 && spec.directory != NULL);
		CHECK(spec.arguments[spec.argument_count] == NULL && spec.variables[spec.variable_count] == NULL);
	}
	if (artefact_path_ok((const char *)payload, length))
		CHECK(length > 0 && payload[0] != '/' && memchr(payload, 0, length) == NULL);
}

static void one_round(void)
{
	struct frame_writer writer;
	struct frame_reader reader = { 0 };
	size_t length;
	bool mutated;
	bool spec = below(2) == 1;
	int outcome;

	frame_begin(&writer, FRAME_RUN);
	if (spec)
		put_good_spec(&writer);
	else
		put_good_run(&writer);
	CHECK(!writer.failed && writer.length < PAYLOAD_MAX);
	store_le(writer.data, writer.length - FRAME_HEADER_SIZE, 4);
	length = writer.length;
	mutated = below(4) > 0;
	if (mutated)
		mutate(writer.data, &length);
	read_through_pipe(writer.data, length, &reader, &outcome);
	if (outcome > 0)
		feed(reader.payload, reader.payload_length);
	if (!mutated) {
		static struct request request;
		static struct spec parsed;

		CHECK(outcome == 1 && reader.kind == FRAME_RUN);
		CHECK((spec ? spec_parse(reader.payload, reader.payload_length, &parsed)
			    : request_parse(reader.payload, reader.payload_length, &request)) == NULL);
	}
	if (length > FRAME_HEADER_SIZE) /* also what no frame would let through */
		feed(writer.data + FRAME_HEADER_SIZE, length - FRAME_HEADER_SIZE);
	frame_reset(&reader);
	frame_discard(&writer);
}

int main(int count, char **words)
{
	uint64_t seed = count > 1 ? strtoull(words[1], NULL, 0) : (uint64_t)time(NULL) * 2654435761u + 1;
	long rounds = count > 2 ? strtol(words[2], NULL, 0) : DEFAULT_ROUNDS;

	state = seed != 0 ? seed : 1;
	printf("seed %llu, %ld rounds\n", (unsigned long long)state, rounds);
	fflush(stdout);
	while (rounds-- > 0)
		one_round();
	return EXIT_SUCCESS;
}
