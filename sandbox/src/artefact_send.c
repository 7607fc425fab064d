/* Runs as PID 1 of a jail whose other processes are dead: what is here no longer moves, but it is the program's. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "artefact.h"
#include "base.h"

enum {
	CHUNK = 64 << 10,
	EXECUTABLE_BITS = 0111,
	SEND_FAILED = -1, /* beside the outcomes: supervise is gone */
};

struct sender {
	int fd;
	uint64_t bytes_left;
	uint64_t files_left;
};

/* No link is followed, nothing above `dir_fd` is reached, and a fifo does not make it wait. */
static int open_beneath(int dir_fd, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	return (int)syscall(SYS_openat2, dir_fd, path, &how, sizeof how);
}

static int send_header(const struct sender *sender, uint32_t path_length, uint32_t flags, uint64_t size)
{
	struct artefact_header header = { path_length, flags, size };

	return write_all(sender->fd, &header, sizeof header);
}

static int send_bytes(const struct sender *sender, int fd, uint64_t left)
{
	static uint8_t chunk[CHUNK];

	while (left > 0) {
		size_t wanted = left < sizeof chunk ? (size_t)left : sizeof chunk;

		if (read_all(fd, chunk, wanted) < 0 || write_all(sender->fd, chunk, wanted) < 0)
			return SEND_FAILED;
		left -= wanted;
	}
	return COLLECT_DONE;
}

static int send_file(struct sender *sender, int fd, const struct stat *info, const char *path)
{
	uint32_t length = (uint32_t)strlen(path);
	uint32_t flags = (info->st_mode & EXECUTABLE_BITS) != 0 ? ARTEFACT_EXECUTABLE : 0;
	uint64_t size = (uint64_t)info->st_size;

	if (size > sender->bytes_left)
		return COLLECT_TOO_LARGE;
	sender->bytes_left -= size;
	if (send_header(sender, length, flags, size) < 0 || write_all(sender->fd, path, length) < 0)
		return SEND_FAILED;
	return send_bytes(sender, fd, size);
}

static int send_entry(struct sender *sender, int dir_fd, const char *name, const char *path, int depth);

/* Takes over fd. `path` is empty for the directory that was asked for: its contents are the artefact's top. */
static int send_directory(struct sender *sender, int fd, const char *path, int depth)
{
	DIR *listed = fdopendir(fd);
	const struct dirent *entry;
	int outcome = COLLECT_DONE;

	if (listed == NULL) {
		close(fd);
		return COLLECT_MISSING;
	}
	while (outcome == COLLECT_DONE && (entry = readdir(listed)) != NULL) {
		char below[ARTEFACT_PATH_MAX + 2 + sizeof entry->d_name];

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(below, sizeof below, "%s%s%s", path, *path != 0 ? "/" : "", entry->d_name);
		outcome = send_entry(sender, dirfd(listed), entry->d_name, below, depth + 1);
	}
	closedir(listed);
	return outcome;
}

static int send_opened(struct sender *sender, int fd, const char *path, int depth)
{
	struct stat info;
	int outcome = COLLECT_NOT_REGULAR;

	if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode))
		return send_directory(sender, fd, path, depth);
	if (S_ISREG(info.st_mode))
		outcome = send_file(sender, fd, &info, path);
	close(fd);
	return outcome;
}

static int send_entry(struct sender *sender, int dir_fd, const char *name, const char *path, int depth)
{
	int fd;

	if (depth > ARTEFACT_DEPTH_MAX)
		return COLLECT_TOO_DEEP;
	if (!artefact_path_ok(path, strlen(path)))
		return COLLECT_BAD_NAME;
	if (sender->files_left == 0) /* directories count too */
		return COLLECT_TOO_MANY;
	sender->files_left--;
	fd = open_beneath(dir_fd, name);
	if (fd < 0) /* a link, a socket, or a mode that forbids reading */
		return COLLECT_NOT_REGULAR;
	return send_opened(sender, fd, path, depth);
}

static int send_all(struct sender *sender, int box_fd, const char *path)
{
	struct stat info;
	int fd = open_beneath(box_fd, path);

	if (fd < 0)
		return errno == ENOENT ? COLLECT_MISSING : COLLECT_NOT_REGULAR;
	if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode))
		return send_directory(sender, fd, "", 0);
	close(fd);
	return send_entry(sender, box_fd, path, path, 1);
}

int artefact_send(int fd, int box_fd, const char *path, uint64_t max_bytes, uint64_t max_files)
{
	struct sender sender = { fd, max_bytes, max_files };
	int outcome = send_all(&sender, box_fd, path);

	if (outcome == SEND_FAILED)
		return -1;
	return send_header(&sender, 0, (uint32_t)outcome, 0);
}
