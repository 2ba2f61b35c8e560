/* sys/poll.h: another name of <poll.h>. */
#ifndef BOWER_SYS_POLL_H
#define BOWER_SYS_POLL_H
#include <poll.h>
#endif
