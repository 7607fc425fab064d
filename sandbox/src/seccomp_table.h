/* The one table of system calls that jailed programs may not make, whatever driver made the jail. */
#ifndef SYNCODE_JAIL_SECCOMP_TABLE_H
#define SYNCODE_JAIL_SECCOMP_TABLE_H

/*
 * Builds the filter and exports it as BPF into a memfd (close-on-exec). Done once by supervise: in each jail it would
 * cost 0.3 ms. -1 on failure.
 */
int seccomp_table_export(void);

#endif
