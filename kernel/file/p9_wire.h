/*
 * p9_wire.h: 9P2000.L messages as bytes: numbers of the protocol, a writer and a reader that cannot run over.
 *
 * The protocol is that of the Linux client: 9P2000 (Plan 9 manual, section 5) with the .L messages of
 * github.com/chaos/diod/blob/master/protocol.md. Pure code, also built for the host.
 */
#ifndef KERNEL_FILE_P9_WIRE_H
#define KERNEL_FILE_P9_WIRE_H

#include "kernel/types.h"

/* Requests; the reply's number is one higher. */
enum p9_type {
    P9_RLERROR = 7,
    P9_TSTATFS = 8,
    P9_TLOPEN = 12,
    P9_TLCREATE = 14,
    P9_TSYMLINK = 16,
    P9_TREADLINK = 22,
    P9_TGETATTR = 24,
    P9_TSETATTR = 26,
    P9_TREADDIR = 40,
    P9_TFSYNC = 50,
    P9_TLINK = 70,
    P9_TMKDIR = 72,
    P9_TRENAMEAT = 74,
    P9_TUNLINKAT = 76,
    P9_TVERSION = 100,
    P9_TATTACH = 104,
    P9_TWALK = 110,
    P9_TREAD = 116,
    P9_TWRITE = 118,
    P9_TCLUNK = 120,
};

#define P9_NOTAG ((uint16_t)-1)
#define P9_NOFID ((uint32_t)-1)
#define P9_MAX_WALK 16 /* names in one Twalk */
#define P9_NAME_MAX 255

#define P9_HEADER_SIZE 7      /* size[4] type[1] tag[2] */
#define P9_COUNTED_REPLY 11   /* header and count[4] or ecode[4]: Rread before its data, Rwrite, Rlerror */
#define P9_IO_REQUEST_SIZE 23 /* Tread, and Twrite before its data: header fid[4] offset[8] count[4] */
#define P9_IO_OVERHEAD 24     /* msize less the data of one message (Linux: P9_IOHDRSZ) */

/* Open flags on the wire: Linux's numbers. */
enum {
    P9_O_RDONLY = 0,
    P9_O_WRONLY = 1,
    P9_O_RDWR = 2,
    P9_O_CREAT = 0100,
    P9_O_EXCL = 0200,
    P9_O_TRUNC = 01000,
    P9_O_DIRECTORY = 0200000,
    P9_O_NOFOLLOW = 0400000
};
/* Mode bits on the wire: Linux's numbers. */
enum {
    P9_S_IFMT = 0170000,
    P9_S_IFDIR = 0040000,
    P9_S_IFREG = 0100000,
    P9_S_IFLNK = 0120000,
    P9_S_IFBLK = 0060000,
    P9_S_PERMISSIONS = 07777
};
enum {
    P9_QID_DIR = 0x80,
    P9_QID_SYMLINK = 0x02,
};
enum { P9_GETATTR_BASIC = 0x7FF };
enum {
    P9_SETATTR_MODE = 0x1,
    P9_SETATTR_SIZE = 0x8,
    P9_SETATTR_ATIME = 0x10,
    P9_SETATTR_MTIME = 0x20,
    P9_SETATTR_ATIME_SET = 0x80,
    P9_SETATTR_MTIME_SET = 0x100
};
enum { P9_AT_REMOVEDIR = 0x200 };
/* Types in a directory entry: Linux's DT_*. */
enum {
    P9_DT_CHR = 2,
    P9_DT_DIR = 4,
    P9_DT_BLK = 6,
    P9_DT_LNK = 10,
};

struct p9_qid {
    uint8_t type;
    uint32_t version;
    uint64_t path;
};

/* A run of bytes that is being read or written; bad is set for good by the first step that does not fit. */
struct p9_buffer {
    uint8_t *at, *end;
    bool bad;
};

void p9_put_u8(struct p9_buffer *b, uint8_t v);
void p9_put_u16(struct p9_buffer *b, uint16_t v);
void p9_put_u32(struct p9_buffer *b, uint32_t v);
void p9_put_u64(struct p9_buffer *b, uint64_t v);
void p9_put_name(struct p9_buffer *b, const char *s, size_t n); /* n < 64 KiB */
void p9_put_string(struct p9_buffer *b, const char *s);

/* What does not fit reads as zero. */
uint8_t p9_get_u8(struct p9_buffer *b);
uint16_t p9_get_u16(struct p9_buffer *b);
uint32_t p9_get_u32(struct p9_buffer *b);
uint64_t p9_get_u64(struct p9_buffer *b);
struct p9_qid p9_get_qid(struct p9_buffer *b);
/* The bytes of a string, not terminated; *n is 0 if it does not fit. */
const char *p9_get_name(struct p9_buffer *b, size_t *n);

/*
 * Checks a reply's header against the request: 0 and the body in *body; the server's error as a negative errno; -EIO
 * for anything that is no answer to it. received: bytes that the device says it wrote.
 */
int p9_check_reply(uint8_t *reply, size_t received, uint8_t request_type, uint16_t tag, struct p9_buffer *body);

/*
 * Tread and Twrite before its data, and what comes back before the data of Rread, or Rwrite, or Rlerror. A byte in front
 * that is not sent makes one aligned word of each header: 0[1] size[4] type[1] tag[2]. The messages begin at that word's
 * second byte (p9_message).
 */
struct p9_io_request {
    uint64_t header;
    uint32_t fid, offset_low, offset_high, count;
};
struct p9_io_reply {
    uint64_t header;
    uint32_t count; /* of Rlerror: the error */
};
_Static_assert(offsetof(struct p9_io_request, count) + 4 - 1 == P9_IO_REQUEST_SIZE, "9P");
_Static_assert(offsetof(struct p9_io_reply, count) + 4 - 1 == P9_COUNTED_REPLY, "9P");

static inline uint64_t p9_header(uint32_t size, uint8_t type, uint16_t tag)
{
    return (uint64_t)size << 8 | (uint64_t)type << 40 | (uint64_t)tag << 48;
}
static inline void *p9_message(uint64_t *header)
{
    return (uint8_t *)header + 1;
}

/* Linux's error number, as Rlerror carries it, as a negative errno of ours; -EIO if it has no counterpart. */
int p9_errno(uint32_t linux_errno);

/* The same check for Tread and Twrite, whose data lie elsewhere: the count, at most asked, or a negative errno. */
static inline int64_t p9_check_io_reply(const struct p9_io_reply *reply, size_t received, uint8_t request_type, uint16_t tag,
                                        uint32_t asked)
{
    uint64_t header = reply->header & ~(uint64_t)0xFF;
    uint32_t count = reply->count, data = request_type == P9_TREAD ? count : 0;
    if (count <= asked && received >= (size_t)P9_COUNTED_REPLY + data &&
        header == p9_header(P9_COUNTED_REPLY + data, (uint8_t)(request_type + 1), tag))
        return count;
    if (received >= P9_COUNTED_REPLY && header == p9_header(P9_COUNTED_REPLY, P9_RLERROR, tag))
        return p9_errno(count);
    return -EIO;
}

#endif
