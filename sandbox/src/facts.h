/* What happened in one run, as the server gets it. */
#ifndef SYNCODE_JAIL_FACTS_H
#define SYNCODE_JAIL_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture.h"
#include "frame.h"
#include "protocol.h"

enum { FAILURE_TEXT_MAX = 1024 };

struct facts {
	uint64_t id;
	bool started;
	bool ended; /* wait_status is known */
	int wait_status;
	uint64_t wall_us;
	uint64_t cpu_us;
	bool peak_known;
	uint64_t peak_bytes;
	bool oom_killed;
	enum killed_by killed_by;
	struct capture out;
	struct capture err;
	enum collect_outcome collected;
	struct frame_writer files; /* RESULT_FILE fields, behind a header that is not sent */
	char failure[FAILURE_TEXT_MAX]; /* empty: the jail did its work */
};

/* Keeps the first failure; later ones follow from it. */
void facts_fail(struct facts *facts, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Writes a FRAME_RESULT and frees what the facts own. 0, or -1 with errno. */
int facts_send(struct facts *facts, int fd);
/* Frees them unsent. */
void facts_discard(struct facts *facts);

#endif
