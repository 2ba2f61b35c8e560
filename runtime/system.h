/* system.h: what the program is told about where it is. */
#ifndef RUNTIME_SYSTEM_H
#define RUNTIME_SYSTEM_H

#define HOST_NAME "bower" /* what gethostname says */
#define PID 1             /* what getpid says */

#endif
