/*
 * Preloaded into the program, brings faults of disk and clock over it while it runs. Everything is in one page that is
 * shared with the test, FAULT_CONTROL=<path>, as 64-bit numbers in the order below; faults of the disk hit what lies under
 * FAULT_ROOT=<directory>. The counters are the program's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct control {
  volatile int64_t sync_delay_ms, hold_syncs, fail_wal_syncs, write_errno, clock_offset_ms;
  volatile int64_t syncs, syncs_held, main_syncs, refused_writes;
};

static struct control none;
static struct control *control = &none;
static const char *root;
static size_t root_length;

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("FAULT_CONTROL");
  root = getenv("FAULT_ROOT");
  root_length = root ? strlen(root) : 0;
  int fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (page != MAP_FAILED) control = page;
  syscall(SYS_close, fd);
}

static int is_inside(const char *path) {
  return root_length && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

/* The path of an open file that lies inside; empty for all others. */
static const char *path_of(int fd, char *buffer, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = root_length ? readlink(link, buffer, size - 1) : 0;
  buffer[length > 0 ? length : 0] = 0;
  return is_inside(buffer) ? buffer : "";
}

static int refuse(void) {
  __atomic_add_fetch(&control->refused_writes, 1, __ATOMIC_SEQ_CST);
  errno = control->write_errno;
  return -1;
}

static int fails(int fd) {
  char path[4096];
  return control->write_errno && *path_of(fd, path, sizeof path);
}
static int fails_at(const char *path) { return control->write_errno && is_inside(path); }

static ssize_t write_at(int fd, const void *data, size_t length, off_t offset) {
  return fails(fd) ? refuse() : syscall(SYS_pwrite64, fd, data, length, offset);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return write_at(fd, data, length, offset); }
ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) { return write_at(fd, data, length, offset); }
ssize_t write(int fd, const void *data, size_t length) {
  return fails(fd) ? refuse() : syscall(SYS_write, fd, data, length);
}
int ftruncate(int fd, off_t length) { return fails(fd) ? refuse() : syscall(SYS_ftruncate, fd, length); }
int ftruncate64(int fd, off_t length) { return fails(fd) ? refuse() : syscall(SYS_ftruncate, fd, length); }
int unlink(const char *path) { return fails_at(path) ? refuse() : syscall(SYS_unlinkat, AT_FDCWD, path, 0); }
int mkdir(const char *path, mode_t mode) { return fails_at(path) ? refuse() : syscall(SYS_mkdirat, AT_FDCWD, path, mode); }
int rename(const char *from, const char *to) {
  return fails_at(to) ? refuse() : syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static int open_at(int directory, const char *path, int flags, mode_t mode) {
  int writes = (flags & (O_CREAT | O_TRUNC)) || (flags & O_ACCMODE) != O_RDONLY;
  return writes && fails_at(path) ? refuse() : syscall(SYS_openat, directory, path, flags | O_LARGEFILE, mode);
}
#define OPEN(name, directory, ...)                       \
  int name(__VA_ARGS__, int flags, ...) {                \
    va_list rest;                                        \
    va_start(rest, flags);                               \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                        \
    return open_at(directory, path, flags, mode);        \
  }
OPEN(open, AT_FDCWD, const char *path)
OPEN(open64, AT_FDCWD, const char *path)
OPEN(openat, directory, int directory, const char *path)

static int sync_file(int fd, int call) {
  char buffer[4096];
  const char *path = path_of(fd, buffer, sizeof buffer);
  if (!*path) return syscall(call, fd);
  if (syscall(SYS_gettid) == getpid()) __atomic_add_fetch(&control->main_syncs, 1, __ATOMIC_SEQ_CST);
  __atomic_add_fetch(&control->syncs_held, 1, __ATOMIC_SEQ_CST);
  struct timespec delay = {control->sync_delay_ms / 1000, control->sync_delay_ms % 1000 * 1000000}, tick = {0, 2000000};
  if (control->sync_delay_ms) nanosleep(&delay, 0);
  while (control->hold_syncs) nanosleep(&tick, 0);
  __atomic_sub_fetch(&control->syncs_held, 1, __ATOMIC_SEQ_CST);
  size_t length = strlen(path);
  int is_wal = length > 4 && !strcmp(path + length - 4, "-wal");
  if (is_wal && control->fail_wal_syncs > 0) {
    __atomic_sub_fetch(&control->fail_wal_syncs, 1, __ATOMIC_SEQ_CST);
    errno = EIO;
    return -1;
  }
  int result = syscall(call, fd);
  __atomic_add_fetch(&control->syncs, 1, __ATOMIC_SEQ_CST);
  return result;
}
int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }

/* Only the time of day moves; what counts durations stays. */
int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = syscall(SYS_clock_gettime, clock, time);
  if (result || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
  int64_t ns = time->tv_nsec + control->clock_offset_ms % 1000 * 1000000;
  time->tv_sec += control->clock_offset_ms / 1000 + (ns >= 1000000000) - (ns < 0);
  time->tv_nsec = ns >= 1000000000 ? ns - 1000000000 : ns < 0 ? ns + 1000000000 : ns;
  return 0;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  int result = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return result;
}
time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}
