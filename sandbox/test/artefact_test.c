/* Files out of a directory that a program made, into one of the host; and streams that no honest init would send. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "artefact.h"
#include "base.h"
#include "check.h"

enum { BIG = 100000, LIMIT_BYTES = 200000, LIMIT_FILES = 20 };

static char root[] = "/tmp/syncode-artefact-XXXXXX";
static int box_fd;
static int into_fd;
static int into_number;

static void make_file(const char *path, const char *text, mode_t mode)
{
	int fd = openat(box_fd, path, O_WRONLY | O_CREAT | O_EXCL, mode);

	CHECK(fd >= 0 && write_all(fd, text, strlen(text)) == 0 && fchmod(fd, mode) == 0);
	close(fd);
}

static void fresh_into(void)
{
	char name[32];

	snprintf(name, sizeof name, "into%d", ++into_number);
	close_fd(&into_fd);
	CHECK(mkdirat(AT_FDCWD, name, 0755) == 0);
	into_fd = open(name, O_RDONLY | O_DIRECTORY);
	CHECK(into_fd >= 0);
}

/* Sends in a child, receives here in pieces of `piece` bytes. The number of files goes into *files. */
static enum collect_outcome transfer(const char *path, uint64_t bytes, uint64_t files_max, size_t piece, size_t *files)
{
	static uint8_t chunk[BIG];
	struct artefact_receiver receiver;
	struct frame_writer list;
	struct field_reader fields;
	struct field field;
	ssize_t got;
	int ends[2];
	pid_t child;

	fresh_into();
	CHECK(pipe(ends) == 0);
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		close(ends[0]);
		_exit(artefact_send(ends[1], box_fd, path, bytes, files_max) == 0 ? 0 : 1);
	}
	close(ends[1]);
	frame_begin(&list, 0);
	artefact_begin(&receiver, into_fd, bytes, files_max, &list);
	while ((got = read(ends[0], chunk, piece)) > 0)
		artefact_receive(&receiver, chunk, (size_t)got);
	artefact_end(&receiver);
	close(ends[0]);
	CHECK(waitpid(child, NULL, 0) == child);
	*files = 0;
	fields = (struct field_reader){ list.data + FRAME_HEADER_SIZE, list.data + list.length };
	while (field_next(&fields, &field) > 0)
		(*files)++;
	frame_discard(&list);
	return receiver.outcome;
}

static void expect(const char *path, enum collect_outcome outcome)
{
	size_t files;

	CHECK(transfer(path, LIMIT_BYTES, LIMIT_FILES, 4096, &files) == outcome);
}

static void honest_trees(void)
{
	static char big[BIG + 1];
	struct stat info;
	size_t files;

	memset(big, 'x', BIG);
	CHECK(mkdirat(box_fd, "out", 0755) == 0 && mkdirat(box_fd, "out/deep", 0755) == 0);
	make_file("out/main", "#!", 0755);
	make_file("out/empty", "", 0644);
	make_file("out/deep/big", big, 0600);
	for (size_t piece = 1; piece <= BIG; piece = piece * 17 + 3) {
		CHECK(transfer("out", LIMIT_BYTES, LIMIT_FILES, piece, &files) == COLLECT_DONE && files == 3);
		CHECK(fstatat(into_fd, "main", &info, 0) == 0 && (info.st_mode & 0777) == 0555 && info.st_size == 2);
		CHECK(fstatat(into_fd, "empty", &info, 0) == 0 && (info.st_mode & 0777) == 0444 && info.st_size == 0);
		CHECK(fstatat(into_fd, "deep/big", &info, 0) == 0 && info.st_size == BIG);
	}
	CHECK(transfer("out/main", LIMIT_BYTES, LIMIT_FILES, 10, &files) == COLLECT_DONE && files == 1);
	CHECK(fstatat(into_fd, "out/main", &info, 0) == 0);
	CHECK(transfer("out", BIG - 1, LIMIT_FILES, BIG, &files) == COLLECT_TOO_LARGE);
	CHECK(transfer("out", LIMIT_BYTES, 3, BIG, &files) == COLLECT_TOO_MANY); /* the directory is the fourth */
}

static void hostile_trees(void)
{
	char nested[64] = "n";

	expect("nothing", COLLECT_MISSING);
	CHECK(symlinkat("/etc/passwd", box_fd, "link") == 0);
	expect("link", COLLECT_NOT_REGULAR);
	CHECK(symlinkat("out", box_fd, "linked") == 0);
	expect("linked/main", COLLECT_NOT_REGULAR);
	expect("../outside", COLLECT_NOT_REGULAR);
	expect("/etc/passwd", COLLECT_NOT_REGULAR);
	CHECK(mkdirat(box_fd, "mixed", 0755) == 0 && symlinkat("/etc", box_fd, "mixed/etc") == 0);
	expect("mixed", COLLECT_NOT_REGULAR);
	CHECK(mkfifoat(box_fd, "fifo", 0644) == 0);
	expect("fifo", COLLECT_NOT_REGULAR);
	CHECK(mkdirat(box_fd, "named", 0755) == 0);
	make_file("named/a\nb", "", 0644);
	expect("named", COLLECT_BAD_NAME);
	CHECK(mkdirat(box_fd, nested, 0755) == 0);
	for (int depth = 0; depth <= ARTEFACT_DEPTH_MAX; depth++) {
		strcat(nested, "/n");
		CHECK(mkdirat(box_fd, nested, 0755) == 0);
	}
	expect("n", COLLECT_TOO_DEEP);
}

/* What a sender says that is not init. */
static void lie(const char *path, uint32_t length, uint32_t flags, uint64_t size, enum collect_outcome outcome)
{
	struct artefact_header header = { length, flags, size };
	struct artefact_receiver receiver;
	struct frame_writer list;

	fresh_into();
	frame_begin(&list, 0);
	artefact_begin(&receiver, into_fd, LIMIT_BYTES, LIMIT_FILES, &list);
	artefact_receive(&receiver, (const uint8_t *)&header, sizeof header);
	artefact_receive(&receiver, (const uint8_t *)path, strlen(path));
	artefact_end(&receiver);
	CHECK(receiver.outcome == outcome && list.length == FRAME_HEADER_SIZE);
	frame_discard(&list);
}

static void lies(void)
{
	lie("../up", 5, 0, 1, COLLECT_BAD_NAME);
	lie("/abs", 4, 0, 1, COLLECT_BAD_NAME);
	lie("a//b", 4, 0, 1, COLLECT_BAD_NAME);
	lie("a/./b", 5, 0, 1, COLLECT_BAD_NAME);
	lie("a/..", 4, 0, 1, COLLECT_BAD_NAME);
	lie("a/b/c/d/e/f/g/h/i", 17, 0, 1, COLLECT_BAD_NAME);
	lie("", 4096, 0, 1, COLLECT_BAD_NAME);
	lie("", 0xffffffffu, 0, 1, COLLECT_BAD_NAME);
	lie("a", 1, 0, LIMIT_BYTES + 1, COLLECT_TOO_LARGE);
	lie("a", 1, 0, UINT64_MAX, COLLECT_TOO_LARGE);
	lie("a", 1, 0, 100, COLLECT_HOST); /* ends in the middle */
	lie("", 0, COLLECT_HOST, 0, COLLECT_HOST);
	lie("", 0, 77, 0, COLLECT_HOST);
	lie("", 0, COLLECT_NONE, 0, COLLECT_HOST);
}

/* A file under a name that exists is refused, also when it exists as a link. */
static void no_replacing(void)
{
	struct artefact_header header = { 1, 0, 1 };
	struct artefact_receiver receiver;
	struct frame_writer list;

	fresh_into();
	CHECK(symlinkat("target", into_fd, "a") == 0);
	frame_begin(&list, 0);
	artefact_begin(&receiver, into_fd, LIMIT_BYTES, LIMIT_FILES, &list);
	artefact_receive(&receiver, (const uint8_t *)&header, sizeof header);
	artefact_receive(&receiver, (const uint8_t *)"ax", 2);
	CHECK(receiver.outcome == COLLECT_HOST && faccessat(into_fd, "target", F_OK, 0) < 0);
	artefact_end(&receiver);
	frame_discard(&list);
}

int main(void)
{
	char command[64];

	umask(022);
	into_fd = -1;
	CHECK(mkdtemp(root) != NULL && chdir(root) == 0 && mkdir("box", 0755) == 0);
	box_fd = open("box", O_RDONLY | O_DIRECTORY);
	CHECK(box_fd >= 0);
	honest_trees();
	hostile_trees();
	lies();
	no_replacing();
	snprintf(command, sizeof command, "rm -rf %s", root);
	return system(command) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
