/* Bringing files out of a jail: sent by init when all other processes are dead, received by supervise without trust. */
#ifndef SYNCODE_JAIL_ARTEFACT_H
#define SYNCODE_JAIL_ARTEFACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "protocol.h"

/* Sends the regular files at `path` below the open directory `box_fd`, and the end mark. 0, or -1 with errno. */
int artefact_send(int fd, int box_fd, const char *path, uint64_t max_bytes, uint64_t max_files);

/* Takes the stream in pieces of any size and makes the files below `into_fd`, each new, nothing followed. */
struct artefact_receiver {
	int into_fd;
	uint64_t bytes_left;
	uint64_t files_left;
	enum collect_outcome outcome; /* COLLECT_NONE until the end mark or a refusal */
	uint8_t head[sizeof(struct artefact_header) + ARTEFACT_PATH_MAX + 1];
	size_t head_have;
	int file_fd; /* the file under way, or -1 */
	uint64_t file_left;
	struct artefact_header header;
	struct frame_writer *files; /* gets a RESULT_FILE for each file that is complete */
};

void artefact_begin(struct artefact_receiver *receiver, int into_fd, uint64_t max_bytes, uint64_t max_files,
		    struct frame_writer *files);
/* After the outcome is known further bytes are ignored. */
void artefact_receive(struct artefact_receiver *receiver, const uint8_t *data, size_t length);
/* Closes what is open; a stream without its end mark becomes COLLECT_HOST. */
void artefact_end(struct artefact_receiver *receiver);

/* Only names, divided by single slashes, none of them `.` or `..`, no control characters, not deeper than allowed. */
bool artefact_path_ok(const char *path, size_t length);

#endif
