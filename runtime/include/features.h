/* features.h: glibc's name of it. */
#ifndef BOWER_FEATURES_H
#define BOWER_FEATURES_H
#include <sys/cdefs.h>
#include <sys/features.h>
#endif
