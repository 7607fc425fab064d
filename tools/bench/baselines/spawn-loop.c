/*
 * spawn-loop PROCESSES COUNT INPUT PROGRAM [ARGUMENT...]: so many times vfork, exec, wait, in so many processes at once, each
 * program reading INPUT and writing into nothing. Prints the wall time of each start to end in microseconds, a line each.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now_us(void) {
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static void fail(const char *what) {
	perror(what);
	exit(1);
}

static double run_once(const posix_spawn_file_actions_t *actions, char **words) {
	int status;
	pid_t pid;
	double start = now_us();
	if (posix_spawn(&pid, words[0], actions, NULL, words, environ)) fail(words[0]);
	if (waitpid(pid, &status, 0) != pid || status) fail("the program failed");
	return now_us() - start;
}

int main(int argc, char **argv) {
	if (argc < 5) return 2;
	int processes = atoi(argv[1]), count = atoi(argv[2]);
	double *times = calloc(count, sizeof *times);
	posix_spawn_file_actions_t actions;
	if (!times) fail("calloc");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, argv[3], O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	for (int at = 0; at < processes; at++) {
		pid_t pid = fork();
		if (pid < 0) fail("fork");
		if (pid) continue;
		for (int i = 0; i < count; i++) times[i] = run_once(&actions, argv + 4);
		for (int i = 0; i < count; i++) printf("%.0f\n", times[i]);
		return 0;
	}
	for (int at = 0; at < processes; at++) {
		int status;
		if (wait(&status) < 0 || status) return 1;
	}
	return 0;
}
