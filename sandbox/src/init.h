/* PID 1 of a jail. */
#ifndef SYNCODE_JAIL_INIT_H
#define SYNCODE_JAIL_INIT_H

/* Finishes the jail from inside, starts the program, reports how it ended. Never returns. */
_Noreturn void init_main(void);

/* Words for a jail_site, for messages. */
const char *jail_site_name(unsigned site);

#endif
