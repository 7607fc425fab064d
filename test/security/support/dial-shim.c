/*
 * Preloaded into a process, writes a line to DIAL_LOG=<path> for every address that it or a child of it reaches for:
 * "<family> <address> <port>" for connections and datagrams, "name <host>" for look-ups of names. Local sockets are not
 * noted. Nothing is held back.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void note(const char *line, int length) {
  const char *path = getenv("DIAL_LOG");
  int fd = path ? open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600) : -1;
  if (fd < 0) return;
  if (write(fd, line, length) != length) abort();
  close(fd);
}

static void note_address(const struct sockaddr *address) {
  char text[INET6_ADDRSTRLEN] = "?", line[160];
  if (!address || address->sa_family == AF_UNIX || address->sa_family == AF_UNSPEC) return;
  unsigned port = 0;
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *four = (const void *)address;
    inet_ntop(AF_INET, &four->sin_addr, text, sizeof text);
    port = ntohs(four->sin_port);
  } else if (address->sa_family == AF_INET6) {
    const struct sockaddr_in6 *six = (const void *)address;
    inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof text);
    port = ntohs(six->sin6_port);
  } else if (address->sa_family == AF_NETLINK) return;
  note(line, snprintf(line, sizeof line, "%d %s %u\n", address->sa_family, text, port));
}

#define NEXT(name) __typeof__(&name) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  NEXT(connect);
  note_address(address);
  return next(fd, address, length);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address, socklen_t length) {
  NEXT(sendto);
  note_address(address);
  return next(fd, data, size, flags, address, length);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  NEXT(sendmsg);
  note_address(message->msg_name);
  return next(fd, message, flags);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags) {
  NEXT(sendmmsg);
  for (unsigned at = 0; at < count; at++) note_address(messages[at].msg_hdr.msg_name);
  return next(fd, messages, count, flags);
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  NEXT(getaddrinfo);
  char line[300];
  if (host) note(line, snprintf(line, sizeof line, "name %.250s\n", host));
  return next(host, service, hints, found);
}
