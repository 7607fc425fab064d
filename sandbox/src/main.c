/* The command line of syncode-jail. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "init.h"
#include "protocol.h"
#include "supervise.h"
#include "sweep.h"

#ifndef SYNCODE_JAIL_VERSION
#define SYNCODE_JAIL_VERSION "development"
#endif

enum { EXIT_USAGE = 2, DECIMAL = 10, BASES_MAX = 64 };

static const char usage[] =
	"usage: syncode-jail supervise --slot N (--memory DIR --pids DIR --cpuacct DIR --cpu DIR | --unified DIR)\n"
	"                              [--uid N --gid N] [--stage DIR [--bind NAME=SOURCE]...]\n"
	"       syncode-jail init\n"
	"       syncode-jail sweep [--nsjail-uids FIRST-LAST] DIR...\n"
	"       syncode-jail version\n";

static _Noreturn void refuse(void)
{
	fputs(usage, stderr);
	exit(EXIT_USAGE);
}

/* A decimal number up to `max`, the whole of the text up to `stop`. */
static unsigned parse_number(const char *text, char stop, unsigned max, const char **rest)
{
	char *end;
	unsigned long value;

	if (*text < '0' || *text > '9')
		refuse();
	value = strtoul(text, &end, DECIMAL);
	if (*end != stop || value > max)
		refuse();
	if (rest != NULL)
		*rest = end + 1;
	return (unsigned)value;
}

static void parse_bind(struct stage *stage, char *text)
{
	char *equals = strchr(text, '=');

	if (equals == NULL || equals == text || equals[1] == 0 || stage->count == STAGE_BINDS_MAX)
		refuse();
	*equals = 0;
	if (strchr(text, '/') != NULL)
		refuse();
	stage->binds[stage->count++] = (struct stage_bind){ text, equals + 1 };
}

enum option_code {
	OPTION_SLOT = 1,
	OPTION_MEMORY,
	OPTION_PIDS,
	OPTION_CPUACCT,
	OPTION_CPU,
	OPTION_UNIFIED,
	OPTION_UID,
	OPTION_GID,
	OPTION_STAGE,
	OPTION_BIND,
	OPTION_NSJAIL_UIDS,
};

enum { SLOT_MAX = 9999, ID_MAX = 0x7fffffff };

static const struct option supervise_table[] = {
	{ "slot", required_argument, NULL, OPTION_SLOT },
	{ "memory", required_argument, NULL, OPTION_MEMORY },
	{ "pids", required_argument, NULL, OPTION_PIDS },
	{ "cpuacct", required_argument, NULL, OPTION_CPUACCT },
	{ "cpu", required_argument, NULL, OPTION_CPU },
	{ "unified", required_argument, NULL, OPTION_UNIFIED },
	{ "uid", required_argument, NULL, OPTION_UID },
	{ "gid", required_argument, NULL, OPTION_GID },
	{ "stage", required_argument, NULL, OPTION_STAGE },
	{ "bind", required_argument, NULL, OPTION_BIND },
	{ NULL, 0, NULL, 0 },
};

static void take_option(struct supervise_options *options, int option, bool *has_slot)
{
	switch (option) {
	case OPTION_SLOT:
		options->slot = parse_number(optarg, 0, SLOT_MAX, NULL);
		*has_slot = true;
		break;
	case OPTION_MEMORY:
	case OPTION_PIDS:
	case OPTION_CPUACCT:
	case OPTION_CPU:
		options->cgroup.base[option - OPTION_MEMORY] = optarg;
		options->cgroup.version = 1;
		break;
	case OPTION_UNIFIED:
		for (size_t c = 0; c < CONTROLLER_COUNT; c++)
			options->cgroup.base[c] = optarg;
		options->cgroup.version = 2;
		break;
	case OPTION_UID:
		options->uid = parse_number(optarg, 0, ID_MAX, NULL);
		break;
	case OPTION_GID:
		options->gid = parse_number(optarg, 0, ID_MAX, NULL);
		break;
	case OPTION_STAGE:
		options->stage.directory = optarg;
		break;
	case OPTION_BIND:
		parse_bind(&options->stage, optarg);
		break;
	default:
		refuse();
	}
}

/* As root without an unprivileged user to become, a jail would be root's own: refused. */
static int supervise(int count, char **words)
{
	static struct supervise_options options;
	bool has_slot = false;
	bool is_root = geteuid() == 0;
	int option;

	while ((option = getopt_long(count, words, "", supervise_table, NULL)) != -1)
		take_option(&options, option, &has_slot);
	if (optind != count || !has_slot)
		refuse();
	for (size_t c = 0; c < CONTROLLER_COUNT; c++)
		if (options.cgroup.base[c] == NULL)
			refuse();
	if (is_root != (options.uid != 0 && options.gid != 0) || (!is_root && options.stage.directory != NULL) ||
	    (options.stage.directory == NULL && options.stage.count > 0))
		refuse();
	options.change_ids = is_root;
	return supervise_main(&options);
}

static int sweep(int count, char **words)
{
	static const struct option table[] = {
		{ "nsjail-uids", required_argument, NULL, OPTION_NSJAIL_UIDS },
		{ NULL, 0, NULL, 0 },
	};
	struct sweep_options options = { 0 };
	const char *last;
	int option;

	while ((option = getopt_long(count, words, "", table, NULL)) != -1) {
		if (option != OPTION_NSJAIL_UIDS)
			refuse();
		options.nsjail = true;
		options.first_uid = parse_number(optarg, '-', ID_MAX, &last);
		options.last_uid = parse_number(last, 0, ID_MAX, NULL);
	}
	if (optind == count || count - optind > BASES_MAX)
		refuse();
	options.bases = (const char *const *)(words + optind);
	options.count = (size_t)(count - optind);
	return sweep_main(&options);
}

int main(int count, char **words)
{
	const char *command = count > 1 ? words[1] : "";

	if (strcmp(command, "supervise") == 0)
		return supervise(count - 1, words + 1);
	if (strcmp(command, "sweep") == 0)
		return sweep(count - 1, words + 1);
	if (strcmp(command, "init") == 0 && count == 2)
		init_main();
	if (strcmp(command, "version") == 0 && count == 2) {
		printf("syncode-jail %s protocol %d\n", SYNCODE_JAIL_VERSION, PROTOCOL_VERSION);
		return EXIT_SUCCESS;
	}
	refuse();
}
