/*
 * events.h: what a program says of its plan (bower_plan and its kin), between the accesses of a trace.
 *
 * As text, lines between those of the accesses: "plan FLAGS WIDTH" (FLAGS: 1 cyclic, 2 with a cursor), behind it for each extent
 * a line "extent FIRST PAGES" or, if only parts of it will be touched, "some FIRST PAGES"; "at PAGE" moves the cursor; "choose FIRST
 * PAGES"; "end".
 *
 * As bytes, numbers as in trace.h. An event begins with four times the accesses since the event before, plus 0 for a plan, 1 for the
 * cursor, 2 for pages that are chosen, 3 for the end. Then a plan has its flags, its width and the number of its extents; each of these
 * is a step and twice its pages, plus one if only parts of it will be touched. The cursor has a step; what is chosen a step and
 * its pages. Steps are zigzag, from the page that the event before names; behind an extent, from its end.
 */
#ifndef SIMULATOR_EVENTS_H
#define SIMULATOR_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum event_kind { EVENT_PLAN,
                  EVENT_AT,
                  EVENT_CHOOSE,
                  EVENT_END,
                  EVENT_EXTENT, /* of the plan before it; in bytes part of that */
                  EVENT_SOME };

struct event {
    uint64_t before; /* so many accesses come before it */
    enum event_kind kind;
    uint32_t first, n; /* pages; PLAN: flags and width */
};

struct events {
    struct event *list;
    size_t count, capacity;
    uint32_t npages; /* as many as all that are named need */
};
#define EVENT_CYCLIC 1
#define EVENT_CURSOR 2

/* One line of text, if it is of this kind: 1; 0 if it is not; -1: it is bad. accesses: came before it. */
int events_add_line(struct events *e, const char *line, uint64_t accesses);
/* All of these bytes. 0 or -1. */
int events_read(struct events *e, const uint8_t *bytes, size_t n);
/* The bytes, appended to a file. */
void events_write(FILE *out, const struct events *e);
/* How many bytes that will be. */
size_t events_size(const struct events *e);
/* Extents of the plan with this number in the list. */
size_t events_extents(const struct events *e, size_t plan);
void events_free(struct events *e);

#endif
