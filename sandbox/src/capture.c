#include "capture.h"

#include <stdlib.h>
#include <string.h>

int capture_begin(struct capture *capture, size_t capacity, bool from_end)
{
	memset(capture, 0, sizeof *capture);
	capture->capacity = capacity;
	capture->from_end = from_end;
	capture->data = malloc(capacity > 0 ? capacity : 1);
	return capture->data == NULL ? -1 : 0;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void add_at_start(struct capture *capture, const uint8_t *data, size_t length)
{
	size_t taken = smaller(length, capture->capacity - capture->length);

	memcpy(capture->data + capture->length, data, taken);
	capture->length += taken;
}

static void add_to_ring(struct capture *capture, const uint8_t *data, size_t length)
{
	if (capture->capacity == 0)
		return;
	if (length > capture->capacity) {
		data += length - capture->capacity;
		length = capture->capacity;
	}
	while (length > 0) {
		size_t taken = smaller(length, capture->capacity - capture->next);

		memcpy(capture->data + capture->next, data, taken);
		capture->next = (capture->next + taken) % capture->capacity;
		capture->length = smaller(capture->length + taken, capture->capacity);
		data += taken;
		length -= taken;
	}
}

void capture_add(struct capture *capture, const uint8_t *data, size_t length)
{
	capture->total += length;
	if (capture->from_end)
		add_to_ring(capture, data, length);
	else
		add_at_start(capture, data, length);
}

int capture_finish(struct capture *capture)
{
	size_t older = capture->capacity - capture->next;
	uint8_t *turned;

	if (!capture->from_end || capture->length < capture->capacity || capture->next == 0)
		return 0;
	turned = malloc(capture->capacity);
	if (turned == NULL)
		return -1;
	memcpy(turned, capture->data + capture->next, older);
	memcpy(turned + older, capture->data, capture->next);
	free(capture->data);
	capture->data = turned;
	capture->next = 0;
	return 0;
}

void capture_free(struct capture *capture)
{
	free(capture->data);
	memset(capture, 0, sizeof *capture);
}
