/* What is kept of one output stream: its first or its last bytes, and how many there were. */
#ifndef SYNCODE_JAIL_CAPTURE_H
#define SYNCODE_JAIL_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture {
	uint8_t *data; /* owned; a ring when from_end */
	size_t capacity;
	size_t length;
	size_t next; /* where the ring goes on */
	bool from_end;
	uint64_t total;
};

/* 0, or -1 without memory. */
int capture_begin(struct capture *capture, size_t capacity, bool from_end);
void capture_add(struct capture *capture, const uint8_t *data, size_t length);
/* Turns a ring so that its oldest byte comes first; call once, at the end. 0, or -1 without memory. */
int capture_finish(struct capture *capture);
void capture_free(struct capture *capture);

#endif
