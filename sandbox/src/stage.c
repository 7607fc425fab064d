#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base.h"

enum { DIRECTORY_MODE = 0755, FILE_MODE = 0644 };

/* The mount point has the kind of what is mounted on it. */
static int make_point(int stage_fd, const char *name, int tree_fd)
{
	struct stat info;
	int fd;

	if (fstat(tree_fd, &info) < 0)
		return -1;
	if (S_ISDIR(info.st_mode))
		return mkdirat(stage_fd, name, DIRECTORY_MODE);
	fd = openat(stage_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int attach(int stage_fd, const struct stage_bind *bind, int tree_fd)
{
	if (make_point(stage_fd, bind->name, tree_fd) < 0)
		return -1;
	return (int)syscall(SYS_move_mount, tree_fd, "", stage_fd, bind->name, MOVE_MOUNT_F_EMPTY_PATH);
}

static int mount_and_attach(const struct stage *stage, int *trees, const char **where)
{
	int stage_fd;
	int outcome = 0;

	*where = stage->directory;
	if (mount("stage", stage->directory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m") < 0)
		return -1;
	stage_fd = open(stage->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (stage_fd < 0)
		return -1;
	for (size_t i = 0; i < stage->count && outcome == 0; i++) {
		*where = stage->binds[i].source;
		outcome = attach(stage_fd, &stage->binds[i], trees[i]);
	}
	close_fd(&stage_fd);
	return outcome;
}

int stage_make(const struct stage *stage, const char **where)
{
	int trees[STAGE_BINDS_MAX];
	size_t opened = 0;
	int outcome = -1;

	*where = "a mount namespace";
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	/* All are opened before anything is mounted: a source may lie below the stage's own directory. */
	for (; opened < stage->count; opened++) {
		*where = stage->binds[opened].source;
		trees[opened] = (int)syscall(SYS_open_tree, AT_FDCWD, stage->binds[opened].source,
					     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		if (trees[opened] < 0)
			break;
	}
	if (opened == stage->count)
		outcome = mount_and_attach(stage, trees, where);
	while (opened > 0)
		close_fd(&trees[--opened]);
	return outcome;
}
