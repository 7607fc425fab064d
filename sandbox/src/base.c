#include "base.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

enum { LIFTED_FD_MIN = 32 };

uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * US_PER_S + (uint64_t)t.tv_nsec / NS_PER_US;
}

int write_all(int fd, const void *data, size_t n)
{
	const uint8_t *at = data;

	while (n > 0) {
		ssize_t written = write(fd, at, n);

		if (written < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		at += written;
		n -= (size_t)written;
	}
	return 0;
}

int read_all(int fd, void *data, size_t n)
{
	uint8_t *at = data;

	while (n > 0) {
		ssize_t got = read(fd, at, n);

		if (got < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (got == 0) {
			errno = EPIPE;
			return -1;
		}
		at += got;
		n -= (size_t)got;
	}
	return 0;
}

int lift_fd(int fd)
{
	int lifted;

	if (fd < 0 || fd >= LIFTED_FD_MIN)
		return fd;
	lifted = fcntl(fd, F_DUPFD_CLOEXEC, LIFTED_FD_MIN);
	close_fd(&fd);
	return lifted;
}

void close_fd(int *fd)
{
	int kept = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = kept;
}
