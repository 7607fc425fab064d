/* Frames and the fields inside them: reading without trust, writing without overflow. */
#ifndef SYNCODE_JAIL_FRAME_H
#define SYNCODE_JAIL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FRAME_HEADER_SIZE = 5,
	FIELD_HEADER_SIZE = 6,
	FRAME_PAYLOAD_MAX = 128 << 20, /* stdin of 100 MiB and what goes with it */
};

/* Collects one frame from a descriptor that may give it in any pieces. Starts zeroed. */
struct frame_reader {
	uint8_t header[FRAME_HEADER_SIZE];
	size_t header_have;
	uint8_t *payload; /* owned; valid once frame_read() returned 1, until frame_reset() */
	size_t payload_length;
	size_t payload_have;
	uint8_t kind;
};

/* One read(2). 1: a frame is complete; 0: more is needed; -1: end of file, error or a frame out of bounds. */
int frame_read(struct frame_reader *reader, int fd);
void frame_reset(struct frame_reader *reader);

struct field {
	uint16_t tag;
	uint32_t length;
	const uint8_t *data;
};

struct field_reader {
	const uint8_t *at;
	const uint8_t *end;
};

/* 1: *out is the next field; 0: no more; -1: the payload is cut short. */
int field_next(struct field_reader *reader, struct field *out);
/* The number of a field of 8 bytes; false otherwise. */
bool field_number(const struct field *field, uint64_t *out);
/* The text of a field that ends with its only NUL; NULL otherwise. Lives as long as the payload. */
const char *field_text(const struct field *field);

/* A number that must, or may, stand in a payload, and where it goes. */
struct number_rule {
	uint16_t tag;
	bool required;
	size_t offset; /* of a uint64_t in the target */
	uint64_t min;
	uint64_t max;
};

/*
 * Stores a field that one of the rules names. 1: stored; 0: no rule has this tag; -1: not a number, out of range or
 * given before (`seen` has a bit for each rule, so there are at most 64).
 */
int field_store(const struct number_rule *rules, size_t count, const struct field *field, void *target,
		uint64_t *seen);
/* The tag of the first required rule that was not seen, or 0. */
uint16_t field_missing(const struct number_rule *rules, size_t count, uint64_t seen);

/* A growing frame. After a failed allocation `failed` is set and everything else does nothing. */
struct frame_writer {
	uint8_t *data; /* owned */
	size_t length;
	size_t capacity;
	bool failed;
};

void frame_begin(struct frame_writer *writer, uint8_t kind);
void put_bytes(struct frame_writer *writer, uint16_t tag, const void *data, size_t length);
void put_number(struct frame_writer *writer, uint16_t tag, uint64_t value);
void put_text(struct frame_writer *writer, uint16_t tag, const char *text);
/* Fields that another writer has made. */
void put_raw(struct frame_writer *writer, const uint8_t *fields, size_t length);
/* Completes the header, writes all of it, frees it. 0, or -1 with errno. */
int frame_send(struct frame_writer *writer, int fd);
/* Frees it unsent. */
void frame_discard(struct frame_writer *writer);

/* Little-endian numbers at an address of any alignment. */
void store_le(uint8_t *at, uint64_t value, size_t bytes);
uint64_t load_le(const uint8_t *at, size_t bytes);

#endif
