#include "frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"

enum {
	LENGTH_BYTES = 4,
	TAG_BYTES = 2,
	NUMBER_BYTES = 8,
	WRITER_FIRST_CAPACITY = 4096,
};

void store_le(uint8_t *at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

uint64_t load_le(const uint8_t *at, size_t bytes)
{
	uint64_t value = 0;

	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

/* The header is complete: take its numbers, make room. */
static int begin_payload(struct frame_reader *reader)
{
	uint64_t length = load_le(reader->header, LENGTH_BYTES);

	if (length > FRAME_PAYLOAD_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	reader->kind = reader->header[LENGTH_BYTES];
	reader->payload_length = (size_t)length;
	reader->payload = malloc(length > 0 ? (size_t)length : 1);
	return reader->payload == NULL ? -1 : 0;
}

int frame_read(struct frame_reader *reader, int fd)
{
	bool in_header = reader->header_have < FRAME_HEADER_SIZE;
	uint8_t *into = in_header ? reader->header + reader->header_have : reader->payload + reader->payload_have;
	size_t wanted = in_header ? FRAME_HEADER_SIZE - reader->header_have
				  : reader->payload_length - reader->payload_have;
	ssize_t got = read(fd, into, wanted);

	if (got < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -1;
	if (got == 0)
		return -1;
	if (in_header) {
		reader->header_have += (size_t)got;
		if (reader->header_have < FRAME_HEADER_SIZE)
			return 0;
		if (begin_payload(reader) < 0)
			return -1;
	} else {
		reader->payload_have += (size_t)got;
	}
	return reader->payload_have == reader->payload_length ? 1 : 0;
}

void frame_reset(struct frame_reader *reader)
{
	free(reader->payload);
	memset(reader, 0, sizeof *reader);
}

int field_next(struct field_reader *reader, struct field *out)
{
	size_t left = (size_t)(reader->end - reader->at);

	if (left == 0)
		return 0;
	if (left < FIELD_HEADER_SIZE)
		return -1;
	out->tag = (uint16_t)load_le(reader->at, TAG_BYTES);
	out->length = (uint32_t)load_le(reader->at + TAG_BYTES, LENGTH_BYTES);
	if (out->length > left - FIELD_HEADER_SIZE)
		return -1;
	out->data = reader->at + FIELD_HEADER_SIZE;
	reader->at = out->data + out->length;
	return 1;
}

bool field_number(const struct field *field, uint64_t *out)
{
	if (field->length != NUMBER_BYTES)
		return false;
	*out = load_le(field->data, NUMBER_BYTES);
	return true;
}

const char *field_text(const struct field *field)
{
	const uint8_t *end = field->length > 0 ? memchr(field->data, 0, field->length) : NULL;

	if (end == NULL || end != field->data + field->length - 1)
		return NULL;
	return (const char *)field->data;
}

int field_store(const struct number_rule *rules, size_t count, const struct field *field, void *target,
		uint64_t *seen)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value;

		if (rules[i].tag != field->tag)
			continue;
		if ((*seen >> i & 1) || !field_number(field, &value))
			return -1;
		if (value < rules[i].min || value > rules[i].max)
			return -1;
		memcpy((uint8_t *)target + rules[i].offset, &value, sizeof value);
		*seen |= UINT64_C(1) << i;
		return 1;
	}
	return 0;
}

uint16_t field_missing(const struct number_rule *rules, size_t count, uint64_t seen)
{
	for (size_t i = 0; i < count; i++)
		if (rules[i].required && !(seen >> i & 1))
			return rules[i].tag;
	return 0;
}

static uint8_t *grow(struct frame_writer *writer, size_t more)
{
	size_t needed = writer->length + more;

	if (writer->failed)
		return NULL;
	if (needed > writer->capacity) {
		size_t capacity = writer->capacity > 0 ? writer->capacity : WRITER_FIRST_CAPACITY;
		uint8_t *data;

		while (capacity < needed)
			capacity *= 2;
		data = realloc(writer->data, capacity);
		if (data == NULL) {
			writer->failed = true;
			return NULL;
		}
		writer->data = data;
		writer->capacity = capacity;
	}
	writer->length = needed;
	return writer->data + needed - more;
}

void frame_begin(struct frame_writer *writer, uint8_t kind)
{
	uint8_t *header;

	memset(writer, 0, sizeof *writer);
	header = grow(writer, FRAME_HEADER_SIZE);
	if (header != NULL)
		header[LENGTH_BYTES] = kind;
}

void put_bytes(struct frame_writer *writer, uint16_t tag, const void *data, size_t length)
{
	uint8_t *at = grow(writer, FIELD_HEADER_SIZE + length);

	if (at == NULL)
		return;
	store_le(at, tag, TAG_BYTES);
	store_le(at + TAG_BYTES, length, LENGTH_BYTES);
	if (length > 0)
		memcpy(at + FIELD_HEADER_SIZE, data, length);
}

void put_number(struct frame_writer *writer, uint16_t tag, uint64_t value)
{
	uint8_t bytes[NUMBER_BYTES];

	store_le(bytes, value, sizeof bytes);
	put_bytes(writer, tag, bytes, sizeof bytes);
}

void put_text(struct frame_writer *writer, uint16_t tag, const char *text)
{
	put_bytes(writer, tag, text, strlen(text) + 1);
}

void put_raw(struct frame_writer *writer, const uint8_t *fields, size_t length)
{
	uint8_t *at = grow(writer, length);

	if (at != NULL)
		memcpy(at, fields, length);
}

int frame_send(struct frame_writer *writer, int fd)
{
	int outcome = -1;

	if (writer->failed || writer->length - FRAME_HEADER_SIZE > FRAME_PAYLOAD_MAX) {
		errno = ENOMEM;
	} else {
		store_le(writer->data, writer->length - FRAME_HEADER_SIZE, LENGTH_BYTES);
		outcome = write_all(fd, writer->data, writer->length);
	}
	frame_discard(writer);
	return outcome;
}

void frame_discard(struct frame_writer *writer)
{
	free(writer->data);
	memset(writer, 0, sizeof *writer);
}
