/* fnmatch.h: fnmatch for the rest of the runtime: a program may have one of its own. Any thread context, no lock held. */
#ifndef RUNTIME_TEXT_FNMATCH_H
#define RUNTIME_TEXT_FNMATCH_H

/* 0: the name matches; FNM_NOMATCH; -1: no memory. flags: FNM_*. */
int fnmatch_name(const char *pattern, const char *name, int flags);

#endif
