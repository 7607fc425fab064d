/* The least that a test needs: a condition that ends it, with its place. */
#ifndef SYNCODE_JAIL_CHECK_H
#define SYNCODE_JAIL_CHECK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                   \
	do {                                                                                               \
		if (!(condition)) {                                                                        \
			fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #condition,        \
				strerror(errno));                                                          \
			exit(EXIT_FAILURE);                                                                \
		}                                                                                          \
	} while (0)

#endif
