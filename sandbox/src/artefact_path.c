#include <string.h>

#include "artefact.h"

enum { FIRST_PRINTABLE = 0x20, DELETE_CHARACTER = 0x7f };

static bool name_ok(const char *name, size_t length)
{
	if (length == 0 || (length == 1 && name[0] == '.') || (length == 2 && memcmp(name, "..", 2) == 0))
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c < FIRST_PRINTABLE || c == DELETE_CHARACTER)
			return false;
	}
	return true;
}

bool artefact_path_ok(const char *path, size_t length)
{
	const char *end = path + length;
	int depth = 0;

	if (length == 0 || length > ARTEFACT_PATH_MAX)
		return false;
	for (const char *name = path;; depth++) {
		const char *slash = memchr(name, '/', (size_t)(end - name));

		if (depth == ARTEFACT_DEPTH_MAX || !name_ok(name, (size_t)((slash ? slash : end) - name)))
			return false;
		if (slash == NULL)
			return true;
		name = slash + 1;
	}
}
