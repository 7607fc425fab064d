/*
 * Preloaded into a child process, stands between it and the disk for one database, DISK_DATABASE=<path>, and its -wal:
 *   DISK_RECORDING=<path>      appends every write, truncation, sync and acknowledgement, in their order
 *   DISK_SYNC_DELAY_US=<n>     each sync takes so much longer
 *   DISK_FAIL_WAL_SYNC=<n>     the n-th sync of the -wal outside the main thread fails with EIO, once
 * Acknowledgements are what the process writes to <path>.ack. A record is the struct below and, for writes and
 * acknowledgements, `length` bytes; all numbers are little endian. read by recording.ts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { WRITE = 1, TRUNCATE, SYNC_BEGIN, SYNC_END, ACK, UNLINK };
enum { UNKNOWN, OTHER, DATABASE, WAL, ACKS };
struct record { uint32_t type, file; uint64_t offset, length; uint32_t is_main, id; };

#define MAX_FILES 65536
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static signed char kinds[MAX_FILES];
static const char *database;
static int recording = -1;
static long delay_us, fail_at, wal_syncs;
static uint32_t sync_id;

__attribute__((constructor)) static void start(void) {
  database = getenv("DISK_DATABASE");
  const char *path = getenv("DISK_RECORDING"), *delay = getenv("DISK_SYNC_DELAY_US"), *fail = getenv("DISK_FAIL_WAL_SYNC");
  if (delay) delay_us = atol(delay);
  if (fail) fail_at = atol(fail);
  if (path) recording = syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
}

static int kind_of_path(const char *path) {
  size_t length = database ? strlen(database) : 0;
  if (!length || strncmp(path, database, length)) return OTHER;
  const char *rest = path + length;
  return !*rest ? DATABASE : !strcmp(rest, "-wal") ? WAL : !strcmp(rest, ".ack") ? ACKS : OTHER;
}

static int kind_of(int fd) {
  char link[64], path[4096];
  if (!database || fd < 0 || fd >= MAX_FILES) return OTHER;
  if (kinds[fd] != UNKNOWN) return kinds[fd];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return OTHER;
  path[length] = 0;
  return kinds[fd] = kind_of_path(path);
}

static int is_main(void) { return syscall(SYS_gettid) == getpid(); }

static void put(uint32_t type, int kind, uint64_t offset, uint64_t length, const void *data, uint32_t id) {
  if (recording < 0) return;
  struct record record = {type, kind, offset, length, is_main(), id};
  syscall(SYS_write, recording, &record, sizeof record);
  if (data && length) syscall(SYS_write, recording, data, length);
}

static ssize_t write_at(int fd, const void *data, size_t length, off_t offset) {
  int kind = kind_of(fd);
  if (kind != DATABASE && kind != WAL) return syscall(SYS_pwrite64, fd, data, length, offset);
  pthread_mutex_lock(&lock);
  ssize_t written = syscall(SYS_pwrite64, fd, data, length, offset);
  int error = errno;
  if (written > 0) put(WRITE, kind, offset, written, data, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return written;
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return write_at(fd, data, length, offset); }
ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) { return write_at(fd, data, length, offset); }

ssize_t write(int fd, const void *data, size_t length) {
  if (kind_of(fd) == ACKS) {
    pthread_mutex_lock(&lock);
    put(ACK, ACKS, 0, length, data, 0);
    pthread_mutex_unlock(&lock);
  }
  return syscall(SYS_write, fd, data, length);
}

static int cut(int fd, off_t length) {
  int kind = kind_of(fd);
  pthread_mutex_lock(&lock);
  if (kind == DATABASE || kind == WAL) put(TRUNCATE, kind, length, 0, 0, 0);
  int result = syscall(SYS_ftruncate, fd, length);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off_t length) { return cut(fd, length); }

int unlink(const char *path) {
  int kind = kind_of_path(path);
  pthread_mutex_lock(&lock);
  if (kind == DATABASE || kind == WAL) put(UNLINK, kind, 0, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int close(int fd) {
  if (fd >= 0 && fd < MAX_FILES) kinds[fd] = UNKNOWN;
  return syscall(SYS_close, fd);
}

static int sync_file(int fd, int call) {
  int kind = kind_of(fd), fails = 0;
  if (kind != DATABASE && kind != WAL) return syscall(call, fd);
  pthread_mutex_lock(&lock);
  uint32_t id = ++sync_id;
  fails = kind == WAL && fail_at && !is_main() && ++wal_syncs == fail_at;
  put(SYNC_BEGIN, kind, 0, 0, 0, id);
  pthread_mutex_unlock(&lock);
  struct timespec pause = {delay_us / 1000000, delay_us % 1000000 * 1000};
  if (delay_us) nanosleep(&pause, 0);
  if (fails) { errno = EIO; return -1; }
  int result = syscall(call, fd);
  pthread_mutex_lock(&lock);
  if (!result) put(SYNC_END, kind, 0, 0, 0, id);
  pthread_mutex_unlock(&lock);
  return result;
}
int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }
