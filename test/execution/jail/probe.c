/* What the jail tests run inside: one small act for each first argument. Built static by the tests. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *argument;

static long number(void)
{
	return strtol(argument, NULL, 10);
}

static void touch_memory(long megabytes)
{
	for (long i = 0; i < megabytes; i++) {
		char *part = malloc(1 << 20);

		if (part == NULL)
			exit(3);
		memset(part, 1, 1 << 20);
	}
}

static void do_exit(void)
{
	exit((int)number());
}

static void do_signal(void)
{
	kill(getpid(), (int)number());
}

static void do_memory(void)
{
	touch_memory(number());
	puts("done");
}

/* The child is killed for memory, the parent ends well. */
static void do_memory_in_child(void)
{
	if (fork() == 0) {
		touch_memory(number());
		exit(0);
	}
	wait(NULL);
}

static void do_spin(void)
{
	for (long i = number(); i > 1; i--)
		if (fork() == 0)
			break;
	for (;;)
		;
}

static void do_sleep(void)
{
	puts("sleeping");
	fflush(stdout);
	for (;;)
		pause();
}

/* Bytes to stdout and, with "both", as many to stderr; "0" never ends. */
static void do_flood(void)
{
	static char block[4096];
	long left = number();
	int both = strstr(argument, "both") != NULL;

	memset(block, 'x', sizeof block);
	for (long sent = 0; left == 0 || sent < left;) {
		size_t piece = left == 0 || left - sent > (long)sizeof block ? sizeof block : (size_t)(left - sent);

		if (write(1, block, piece) < 0 || (both && write(2, block, piece) < 0))
			exit(4);
		sent += (long)piece;
	}
}

/* Decimal numbers, a line each, up to the argument. */
static void do_count(void)
{
	for (long i = 1; i <= number(); i++)
		printf("%ld\n", i);
}

static void do_forks(void)
{
	int made = 0;

	while (made < 500) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (pid == 0)
			for (;;)
				pause();
		made++;
	}
	printf("%d %s\n", made, made < 500 ? strerrorname_np(errno) : "none");
}

static void do_bomb(void)
{
	for (;;)
		fork();
}

/* A tree that wants to live on: sessions of its own, deaf to what can be ignored. */
static void do_daemons(void)
{
	for (int i = 0; i < 5; i++)
		if (fork() == 0) {
			setsid();
			if (fork() != 0)
				_exit(0);
			for (int s = 1; s < NSIG; s++)
				signal(s, SIG_IGN);
			for (;;)
				pause();
		}
	puts("left");
}

static void do_write_file(void)
{
	static char block[65536];
	int fd = open("/box/file", O_CREAT | O_WRONLY, 0644);

	for (long sent = 0; sent < number(); sent += (long)sizeof block)
		if (write(fd, block, sizeof block) < 0) {
			puts(strerrorname_np(errno));
			return;
		}
	puts("written");
}

/* Bytes in each of the three places. */
static void do_fill(void)
{
	static char block[65536];
	const char *places[] = { "/box/f", "/tmp/f", "/dev/shm/f" };

	for (int i = 0; i < 3; i++) {
		int fd = open(places[i], O_CREAT | O_WRONLY, 0644);

		for (long sent = 0; sent < number(); sent += (long)sizeof block)
			if (write(fd, block, sizeof block) < 0) {
				puts(strerrorname_np(errno));
				return;
			}
	}
	puts("written");
}

static void do_inodes(void)
{
	int made = 0;
	char path[64];

	for (;; made++) {
		snprintf(path, sizeof path, made % 2 ? "/box/%d" : "/tmp/%d", made);
		if (mkdir(path, 0755) < 0)
			break;
	}
	printf("%d %s\n", made, strerrorname_np(errno));
}

static void do_limits(void)
{
	struct rlimit files, stack, core;
	int opened = 0;

	getrlimit(RLIMIT_NOFILE, &files);
	getrlimit(RLIMIT_STACK, &stack);
	getrlimit(RLIMIT_CORE, &core);
	while (open("/dev/null", O_RDONLY) >= 0)
		opened++;
	printf("files %ld stack %ld core %ld opened %d %s\n", (long)files.rlim_max, (long)stack.rlim_max,
	       (long)core.rlim_max, opened, strerrorname_np(errno));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path)
{
	DIR *listed = opendir(path);
	const struct dirent *entry;
	const char *names[64];
	int count = 0;

	printf("%s:", path);
	while (listed != NULL && count < 64 && (entry = readdir(listed)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			names[count++] = strdup(entry->d_name);
	qsort(names, (size_t)count, sizeof *names, by_name);
	for (int i = 0; i < count; i++)
		printf(" %s", names[i]);
	puts(listed == NULL ? " closed" : "");
}

static void do_list(void)
{
	list(argument);
}

static void do_self(void)
{
	char directory[256];

	printf("uid %d gid %d groups %d cwd %s umask %03o session %d ppid %d\n", getuid(), getgid(), getgroups(0, NULL),
	       getcwd(directory, sizeof directory), umask(0), getsid(0) == getpid(), getppid());
	for (char **variable = environ; *variable != NULL; variable++)
		puts(*variable);
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("fd %d\n", fd);
}

static void do_status(void)
{
	char line[256];
	FILE *status = fopen("/proc/self/status", "r");

	while (status != NULL && fgets(line, sizeof line, status) != NULL)
		if (strncmp(line, "Cap", 3) == 0 || strncmp(line, "NoNewPrivs", 10) == 0 || strncmp(line, "Seccomp:", 8) == 0)
			fputs(line, stdout);
}

static void try_open(const char *path, int flags)
{
	int fd = open(path, flags, 0644);

	printf("%s %s\n", path, fd >= 0 ? "opened" : strerrorname_np(errno));
}

static void do_read(void)
{
	try_open(argument, O_RDONLY);
}

static void do_write(void)
{
	try_open(argument, O_WRONLY | O_CREAT);
}

static void do_network(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)number()) };
	struct ifreq loopback = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ioctl(fd, SIOCGIFFLAGS, &loopback);
	printf("lo %s ", loopback.ifr_flags & IFF_UP ? "up" : "down");
	printf("connect %s\n", connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? "yes" : strerrorname_np(errno));
	list("/sys/class/net");
}

/* Leaves what might be found by the next run. */
static void do_leave(void)
{
	close(open("/box/left", O_CREAT | O_WRONLY, 0666));
	close(open("/tmp/left", O_CREAT | O_WRONLY, 0666));
	close(open("/dev/shm/left", O_CREAT | O_WRONLY, 0666));
	printf("shm %d\n", shmget(4242, 4096, IPC_CREAT | 0666) >= 0);
}

static void do_look(void)
{
	list("/box");
	list("/tmp");
	list("/dev/shm");
	printf("shm %d\n", shmget(4242, 4096, 0) >= 0);
}

/* Makes what the argument names in /box/out, for collecting. */
static void do_make(void)
{
	mkdir("/box/out", 0755);
	close(open("/box/out/file", O_CREAT | O_WRONLY, 0644));
	if (strcmp(argument, "symlink") == 0)
		symlink("/etc/ld.so.cache", "/box/out/link");
	else if (strcmp(argument, "fifo") == 0)
		mkfifo("/box/out/fifo", 0644);
	else if (strcmp(argument, "many") == 0)
		for (int i = 0; i < 50; i++) {
			char path[32];

			snprintf(path, sizeof path, "/box/out/%d", i);
			close(open(path, O_CREAT | O_WRONLY, 0644));
		}
	else if (strcmp(argument, "large") == 0)
		truncate("/box/out/file", 5 << 20);
	else if (strcmp(argument, "fail") == 0)
		exit(1);
	else if (strcmp(argument, "racer") == 0 && fork() == 0)
		for (;;) { /* swaps the file for a link as long as it lives */
			unlink("/box/out/file");
			symlink("/etc/ld.so.cache", "/box/out/file");
			unlink("/box/out/file");
			close(open("/box/out/file", O_CREAT | O_WRONLY, 0644));
		}
	else if (strcmp(argument, "tree") == 0) {
		FILE *tool = fopen("/box/out/tool", "w");

		fputs("#!/bin/sh\n", tool);
		fclose(tool);
		chmod("/box/out/tool", 0755);
		mkdir("/box/out/deep", 0755);
		mkdir("/box/out/deep/er", 0755);
		close(open("/box/out/deep/er/leaf", O_CREAT | O_WRONLY, 0600));
	}
}

int main(int count, char **words)
{
	static const struct {
		const char *name;
		void (*act)(void);
	} acts[] = {
		{ "exit", do_exit },	   { "signal", do_signal },
		{ "memory", do_memory },   { "memory-in-child", do_memory_in_child },
		{ "spin", do_spin },	   { "sleep", do_sleep },
		{ "flood", do_flood },	   { "count", do_count },
		{ "forks", do_forks },	   { "bomb", do_bomb },
		{ "daemons", do_daemons }, { "write-file", do_write_file },
		{ "fill", do_fill },	   { "inodes", do_inodes },
		{ "limits", do_limits },   { "list", do_list },
		{ "self", do_self },	   { "status", do_status },
		{ "read", do_read },	   { "write", do_write },
		{ "network", do_network }, { "leave", do_leave },
		{ "look", do_look },	   { "make", do_make },
	};

	argument = count > 2 ? words[2] : "";
	for (size_t i = 0; count > 1 && i < sizeof acts / sizeof *acts; i++)
		if (strcmp(acts[i].name, words[1]) == 0) {
			acts[i].act();
			return 0;
		}
	return 2;
}
