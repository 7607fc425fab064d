/* The steps by which init and its child give up what they have. Each: 0, or -1 with errno. */
#ifndef SYNCODE_JAIL_CONFINE_H
#define SYNCODE_JAIL_CONFINE_H

#include <linux/filter.h>

#include "spec.h"

/* One tmpfs on /box, /tmp, /dev/shm and the scratch directories: one size and one number of inodes for all. */
int mount_boxes(const struct spec *spec);
/* Empties the bounding, ambient, effective, permitted and inheritable sets. */
int drop_capabilities(void);
int set_resource_limits(const struct spec *spec);
/* Reads an exported filter; `filter` then lives as long as the process. */
int load_filter(int fd, struct sock_fprog *filter);
/* For the calling process and what it becomes; needs no_new_privs. */
int apply_filter(const struct sock_fprog *filter);

#endif
