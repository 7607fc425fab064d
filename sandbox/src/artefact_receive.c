/* The stream comes from inside the jail: everything in it is checked again, and nothing is made but new files. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artefact.h"
#include "base.h"

enum {
	FILE_MODE = 0444,
	EXECUTABLE_MODE = 0555,
	WRITING_MODE = 0600,
	DIRECTORY_MODE = 0755,
	NUMBER_BYTES = 8,
};

void artefact_begin(struct artefact_receiver *receiver, int into_fd, uint64_t max_bytes, uint64_t max_files,
		    struct frame_writer *files)
{
	memset(receiver, 0, sizeof *receiver);
	receiver->into_fd = into_fd;
	receiver->bytes_left = max_bytes;
	receiver->files_left = max_files;
	receiver->outcome = COLLECT_NONE;
	receiver->file_fd = -1;
	receiver->files = files;
}

static char *path_of(struct artefact_receiver *receiver)
{
	return (char *)receiver->head + sizeof(struct artefact_header);
}

/* Makes the directories of a checked path and opens the last one; *name is what stands behind the last slash. */
static int open_parent(int into_fd, char *path, const char **name)
{
	int dir_fd = fcntl(into_fd, F_DUPFD_CLOEXEC, 0);
	char *slash;

	while (dir_fd >= 0 && (slash = strchr(path, '/')) != NULL) {
		int next_fd = -1;

		*slash = 0;
		if (mkdirat(dir_fd, path, DIRECTORY_MODE) == 0 || errno == EEXIST)
			next_fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		*slash = '/';
		close_fd(&dir_fd);
		dir_fd = next_fd;
		path = slash + 1;
	}
	*name = path;
	return dir_fd;
}

/* The size is taken off the budget before a byte is written. */
static enum collect_outcome begin_file(struct artefact_receiver *receiver)
{
	char *path = path_of(receiver);
	const char *name;
	int dir_fd;

	if (!artefact_path_ok(path, receiver->header.path_length) || strlen(path) != receiver->header.path_length)
		return COLLECT_BAD_NAME;
	if (receiver->files_left == 0)
		return COLLECT_TOO_MANY;
	if (receiver->header.size > receiver->bytes_left)
		return COLLECT_TOO_LARGE;
	receiver->files_left--;
	receiver->bytes_left -= receiver->header.size;
	receiver->file_left = receiver->header.size;
	dir_fd = open_parent(receiver->into_fd, path, &name);
	if (dir_fd < 0)
		return COLLECT_HOST;
	receiver->file_fd =
		openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, WRITING_MODE);
	close_fd(&dir_fd);
	return receiver->file_fd < 0 ? COLLECT_HOST : COLLECT_NONE;
}

static enum collect_outcome finish_file(struct artefact_receiver *receiver)
{
	bool executable = (receiver->header.flags & ARTEFACT_EXECUTABLE) != 0;
	uint8_t record[NUMBER_BYTES + 1 + ARTEFACT_PATH_MAX];

	if (fchmod(receiver->file_fd, executable ? EXECUTABLE_MODE : FILE_MODE) < 0)
		return COLLECT_HOST;
	close_fd(&receiver->file_fd);
	store_le(record, receiver->header.size, NUMBER_BYTES);
	record[NUMBER_BYTES] = executable;
	memcpy(record + NUMBER_BYTES + 1, path_of(receiver), receiver->header.path_length);
	put_bytes(receiver->files, RESULT_FILE, record, NUMBER_BYTES + 1 + receiver->header.path_length);
	receiver->head_have = 0;
	return COLLECT_NONE;
}

/* The end mark says what init saw; only what it may say is believed. */
static enum collect_outcome end_mark(const struct artefact_receiver *receiver)
{
	uint32_t said = receiver->header.flags;

	return said >= COLLECT_DONE && said < COLLECT_HOST ? (enum collect_outcome)said : COLLECT_HOST;
}

/* Adds bytes to the header and the path behind it; the number taken. */
static size_t take_head(struct artefact_receiver *receiver, const uint8_t *data, size_t length)
{
	size_t fixed = sizeof(struct artefact_header);
	size_t wanted = receiver->head_have < fixed ? fixed : fixed + receiver->header.path_length;
	size_t taken = wanted - receiver->head_have;

	if (taken > length)
		taken = length;
	memcpy(receiver->head + receiver->head_have, data, taken);
	receiver->head_have += taken;
	if (receiver->head_have < wanted)
		return taken;
	if (wanted == fixed) {
		memcpy(&receiver->header, receiver->head, fixed);
		if (receiver->header.path_length == 0)
			receiver->outcome = end_mark(receiver);
		else if (receiver->header.path_length > ARTEFACT_PATH_MAX)
			receiver->outcome = COLLECT_BAD_NAME;
		return taken;
	}
	receiver->head[receiver->head_have] = 0;
	receiver->outcome = begin_file(receiver);
	return taken;
}

static size_t take_bytes(struct artefact_receiver *receiver, const uint8_t *data, size_t length)
{
	size_t taken = receiver->file_left < length ? (size_t)receiver->file_left : length;

	if (write_all(receiver->file_fd, data, taken) < 0)
		receiver->outcome = COLLECT_HOST;
	receiver->file_left -= taken;
	return taken;
}

void artefact_receive(struct artefact_receiver *receiver, const uint8_t *data, size_t length)
{
	while (length > 0 && receiver->outcome == COLLECT_NONE) {
		size_t taken = receiver->file_fd < 0 ? take_head(receiver, data, length)
						     : take_bytes(receiver, data, length);

		data += taken;
		length -= taken;
		if (receiver->outcome == COLLECT_NONE && receiver->file_fd >= 0 && receiver->file_left == 0)
			receiver->outcome = finish_file(receiver);
	}
}

void artefact_end(struct artefact_receiver *receiver)
{
	close_fd(&receiver->file_fd);
	if (receiver->outcome == COLLECT_NONE)
		receiver->outcome = COLLECT_HOST;
}
