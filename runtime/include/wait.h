/* wait.h: another name of <sys/wait.h>. */
#ifndef BOWER_WAIT_H
#define BOWER_WAIT_H
#include <sys/wait.h>
#endif
