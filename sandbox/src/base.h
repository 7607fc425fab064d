/* Small things that every part needs. */
#ifndef SYNCODE_JAIL_BASE_H
#define SYNCODE_JAIL_BASE_H

#include <stddef.h>
#include <stdint.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

enum {
	US_PER_MS = 1000,
	US_PER_S = 1000000,
	NS_PER_US = 1000,
};

/* Monotonic time in microseconds. */
uint64_t now_us(void);

/* Write or read exactly n bytes, whatever the kernel splits. 0, or -1 with errno (EPIPE at an early end of file). */
int write_all(int fd, const void *data, size_t n);
int read_all(int fd, void *data, size_t n);

/*
 * Moves a descriptor above those that the jail command gets, so that dup2 onto these never hits it. -1 stays -1.
 * Close-on-exec. The old number is closed.
 */
int lift_fd(int fd);

/* Closes *fd unless it is -1, and makes it -1; errno stays. */
void close_fd(int *fd);

#endif
