/*
 * p9_transport.h: 9P messages over virtio (virtio device 9; one queue): many in flight, each with the name of its request as tag.
 *
 * Two kinds of message: calls (everything that is answered with a few bytes; blocking, thread or fault context), and
 * data (Tread and Twrite of whole frames; queued by io_request, any context, never blocking).
 */
#ifndef KERNEL_FILE_P9_TRANSPORT_H
#define KERNEL_FILE_P9_TRANSPORT_H

#include "kernel/pager/backing.h"
#include "kernel/file/p9_wire.h"
#include "kernel/thread/sync.h"

#define P9_CALL_BYTES 8192u /* of a request, and of its reply */

/* A call being made. out: the request's body, to be filled; in: the reply's body, to be read after p9_call. */
struct p9_call {
    struct p9_buffer out, in;
    /* the transport's */
    uint8_t type;
    uint8_t *request, *reply;
    uint32_t received;
    uint16_t tag;
    struct io_request io;
    struct completion completion;
    struct p9_call *next;
};

/* Finds and starts the device, agrees on a version. 0, -ENODEV (there is none) or another negative errno. Boot context. */
int p9_transport_init(void);

/* Waits for one of the few call structures; every p9_begin has its p9_end. Nothing pageable is touched between the two. */
struct p9_call *p9_begin(enum p9_type type);
/* Sends and waits. 0, the server's error, or -EIO for an answer that is none. */
int p9_call(struct p9_call *call);
void p9_end(struct p9_call *call);
/*
 * Queues n requests for the file that fid stands for: a read ends early only at the file's end, and what then is left of
 * its frames is zeros.
 */
void p9_submit(uint32_t fid, struct io_request **requests, size_t n);

#endif
