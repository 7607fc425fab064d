/*
 * Preloaded into a process, stands between it and the disk for all files below one directory, DISK_DIRECTORY=<real path>:
 *   DISK_RECORDING=<path>      appends every write, truncation, sync, creation, renaming and removal, in their order
 *   DISK_SYNC_DELAY_US=<n>     each sync takes so much longer
 *   DISK_FAIL_WAL_SYNC=<n>     the n-th sync of a -wal file outside the main thread fails with EIO, once
 * Left out is what a power cut may take: -shm files, the lock and the cache. A record is the struct below, the name
 * below the directory, and `length` bytes: what was written, or a new name; all numbers are little endian. One record
 * is one write, so that several processes may append. A call that would go unseen ends the process. Read by
 * test/powercut/recording.ts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { WRITE = 1, TRUNCATE, SYNC_BEGIN, SYNC_END, CREATE, REMOVE, RENAME, MAKE_FOLDER };
struct record { uint32_t type, name_length; uint64_t offset, length; uint32_t is_main, id; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *directory;
static int recording = -1;
static long delay_us, fail_at, wal_syncs;
static uint32_t sync_id;

__attribute__((constructor)) static void start(void) {
  directory = getenv("DISK_DIRECTORY");
  const char *path = getenv("DISK_RECORDING"), *delay = getenv("DISK_SYNC_DELAY_US"), *fail = getenv("DISK_FAIL_WAL_SYNC");
  if (delay) delay_us = atol(delay);
  if (fail) fail_at = atol(fail);
  if (path) recording = syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
}

static int ends_with(const char *text, const char *end) {
  size_t length = strlen(text), wanted = strlen(end);
  return length >= wanted && !strcmp(text + length - wanted, end);
}

/* The name below the directory ("" for itself), or null for what is of no interest. Absolute paths only. */
static const char *name_of(const char *path) {
  size_t length = directory ? strlen(directory) : 0;
  if (!length || strncmp(path, directory, length)) return 0;
  const char *name = path + length;
  if (!*name) return name;
  if (*name++ != '/') return 0;
  if (ends_with(name, "-shm") || ends_with(name, " (deleted)")) return 0;
  return !strncmp(name, "syncode.lock", 12) || !strncmp(name, "cache", 5) ? 0 : name;
}

static const char *name_of_fd(int fd, char path[PATH_MAX]) {
  char link[64];
  if (!directory || fd < 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return name_of(path);
}

static int is_main(void) { return syscall(SYS_gettid) == getpid(); }

static void die(const char *what) {
  dprintf(2, "disk shim: %s\n", what);
  _exit(99);
}

static void put(uint32_t type, const char *name, uint64_t offset, uint64_t length, const void *data, uint32_t id) {
  if (recording < 0) return;
  struct record record = {type, strlen(name), offset, length, is_main(), id};
  struct iovec parts[] = {{&record, sizeof record}, {(void *)name, record.name_length}, {(void *)data, data ? length : 0}};
  ssize_t whole = sizeof record + record.name_length + parts[2].iov_len;
  if (syscall(SYS_writev, recording, parts, 3) != whole) die("the recording cannot be written");
}

static ssize_t write_at(int fd, const void *data, size_t length, off_t offset) {
  char path[PATH_MAX];
  const char *name = name_of_fd(fd, path);
  if (!name) return syscall(SYS_pwrite64, fd, data, length, offset);
  pthread_mutex_lock(&lock);
  ssize_t written = syscall(SYS_pwrite64, fd, data, length, offset);
  int error = errno;
  if (written > 0) put(WRITE, name, offset, written, data, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return written;
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return write_at(fd, data, length, offset); }
ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) { return write_at(fd, data, length, offset); }

ssize_t write(int fd, const void *data, size_t length) {
  char path[PATH_MAX];
  const char *name = name_of_fd(fd, path);
  if (!name) return syscall(SYS_write, fd, data, length);
  pthread_mutex_lock(&lock);
  ssize_t written = syscall(SYS_write, fd, data, length);
  int error = errno;
  // Whether it appends or not, the position now is where it ended; sockets and pipes have none.
  off_t end = syscall(SYS_lseek, fd, 0, SEEK_CUR);
  if (written > 0 && end >= written) put(WRITE, name, end - written, written, data, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  char path[PATH_MAX];
  if (!name_of_fd(fd, path)) return syscall(SYS_writev, fd, parts, count);
  ssize_t sum = 0;
  for (int at = 0; at < count; at++) {
    ssize_t written = write(fd, parts[at].iov_base, parts[at].iov_len);
    if (written < 0) return sum ? sum : written;
    sum += written;
    if ((size_t)written < parts[at].iov_len) break;
  }
  return sum;
}

static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t offset) {
  char path[PATH_MAX];
  if (!name_of_fd(fd, path)) return syscall(SYS_pwritev, fd, parts, count, offset, 0);
  ssize_t sum = 0;
  for (int at = 0; at < count; at++) {
    ssize_t written = write_at(fd, parts[at].iov_base, parts[at].iov_len, offset + sum);
    if (written < 0) return sum ? sum : written;
    sum += written;
    if ((size_t)written < parts[at].iov_len) break;
  }
  return sum;
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return write_parts(fd, parts, count, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) { return write_parts(fd, parts, count, offset); }

ssize_t copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t length, unsigned flags) {
  char path[PATH_MAX];
  if (name_of_fd(out, path)) die("copy_file_range goes unseen");
  return syscall(SYS_copy_file_range, in, in_at, out, out_at, length, flags);
}
static ssize_t send_file(int out, int in, off_t *at, size_t length) {
  char path[PATH_MAX];
  if (name_of_fd(out, path)) die("sendfile goes unseen");
  return syscall(SYS_sendfile, out, in, at, length);
}
ssize_t sendfile(int out, int in, off_t *at, size_t length) { return send_file(out, in, at, length); }
ssize_t sendfile64(int out, int in, off_t *at, size_t length) { return send_file(out, in, at, length); }

static int cut(int fd, off_t length) {
  char path[PATH_MAX];
  const char *name = name_of_fd(fd, path);
  if (!name) return syscall(SYS_ftruncate, fd, length);
  pthread_mutex_lock(&lock);
  int result = syscall(SYS_ftruncate, fd, length);
  if (!result) put(TRUNCATE, name, length, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off_t length) { return cut(fd, length); }

static int open_at(int folder, const char *path, int flags, mode_t mode) {
  const char *name = folder == AT_FDCWD || *path == '/' ? name_of(path) : 0;
  if (!name || !(flags & (O_CREAT | O_TRUNC))) return syscall(SYS_openat, folder, path, flags, mode);
  pthread_mutex_lock(&lock);
  int is_new = syscall(SYS_faccessat, folder, path, F_OK) != 0;
  int fd = syscall(SYS_openat, folder, path, flags, mode);
  int error = errno;
  if (fd >= 0 && is_new) put(CREATE, name, 0, 0, 0, 0);
  else if (fd >= 0 && (flags & O_TRUNC)) put(TRUNCATE, name, 0, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return fd;
}
static mode_t mode_in(int flags, va_list rest) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; }
#define OPEN(function, parameters, folder)                  \
  int function parameters {                                 \
    va_list rest;                                           \
    va_start(rest, flags);                                  \
    mode_t mode = mode_in(flags, rest);                     \
    va_end(rest);                                           \
    return open_at(folder, path, flags, mode);              \
  }
OPEN(open, (const char *path, int flags, ...), AT_FDCWD)
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD)
OPEN(openat, (int folder, const char *path, int flags, ...), folder)
OPEN(openat64, (int folder, const char *path, int flags, ...), folder)

static int remove_at(int folder, const char *path, int flags) {
  const char *name = folder == AT_FDCWD || *path == '/' ? name_of(path) : 0;
  if (!name) return syscall(SYS_unlinkat, folder, path, flags);
  pthread_mutex_lock(&lock);
  int result = syscall(SYS_unlinkat, folder, path, flags);
  int error = errno;
  if (!result) put(REMOVE, name, 0, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}
int unlink(const char *path) { return remove_at(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return remove_at(AT_FDCWD, path, AT_REMOVEDIR); }
int unlinkat(int folder, const char *path, int flags) { return remove_at(folder, path, flags); }

int rename(const char *from, const char *to) {
  const char *old_name = name_of(from), *new_name = name_of(to);
  if (!old_name && !new_name) return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  if (!old_name || !new_name) die("a file goes in or out of the directory unseen");
  pthread_mutex_lock(&lock);
  int result = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  int error = errno;
  if (!result) put(RENAME, old_name, 0, strlen(new_name), new_name, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int mkdir(const char *path, mode_t mode) {
  const char *name = name_of(path);
  if (!name || !*name) return syscall(SYS_mkdirat, AT_FDCWD, path, mode);
  pthread_mutex_lock(&lock);
  int result = syscall(SYS_mkdirat, AT_FDCWD, path, mode);
  int error = errno;
  if (!result) put(MAKE_FOLDER, name, 0, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

static int sync_file(int fd, int call) {
  char path[PATH_MAX];
  const char *name = name_of_fd(fd, path);
  if (!name) return syscall(call, fd);
  pthread_mutex_lock(&lock);
  uint32_t id = ++sync_id;
  int fails = fail_at && ends_with(name, "-wal") && !is_main() && ++wal_syncs == fail_at;
  put(SYNC_BEGIN, name, 0, 0, 0, id);
  pthread_mutex_unlock(&lock);
  struct timespec wait = {delay_us / 1000000, delay_us % 1000000 * 1000};
  if (delay_us) nanosleep(&wait, 0);
  if (fails) { errno = EIO; return -1; }
  int result = syscall(call, fd), error = errno;
  pthread_mutex_lock(&lock);
  if (!result) put(SYNC_END, name, 0, 0, 0, id);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}
int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }
