#include "kernel/file/p9_wire.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "9P is little-endian");

/* n bytes of the buffer, or NULL if it has fewer. */
static uint8_t *take(struct p9_buffer *b, size_t n)
{
    if (b->bad || (size_t)(b->end - b->at) < n) {
        b->bad = true;
        return NULL;
    }
    uint8_t *at = b->at;
    b->at += n;
    return at;
}

static void put(struct p9_buffer *b, const void *v, size_t n)
{
    uint8_t *at = take(b, n);
    if (at)
        memcpy(at, v, n);
}

static void get(struct p9_buffer *b, void *v, size_t n)
{
    const uint8_t *at = take(b, n);
    if (at)
        memcpy(v, at, n);
    else
        memset(v, 0, n);
}

void p9_put_u8(struct p9_buffer *b, uint8_t v)
{
    put(b, &v, sizeof(v));
}

void p9_put_u16(struct p9_buffer *b, uint16_t v)
{
    put(b, &v, sizeof(v));
}

void p9_put_u32(struct p9_buffer *b, uint32_t v)
{
    put(b, &v, sizeof(v));
}

void p9_put_u64(struct p9_buffer *b, uint64_t v)
{
    put(b, &v, sizeof(v));
}

void p9_put_name(struct p9_buffer *b, const char *s, size_t n)
{
    if (n > UINT16_MAX) {
        b->bad = true;
        return;
    }
    p9_put_u16(b, (uint16_t)n);
    put(b, s, n);
}

void p9_put_string(struct p9_buffer *b, const char *s)
{
    p9_put_name(b, s, strlen(s));
}

uint8_t p9_get_u8(struct p9_buffer *b)
{
    uint8_t v;
    get(b, &v, sizeof(v));
    return v;
}

uint16_t p9_get_u16(struct p9_buffer *b)
{
    uint16_t v;
    get(b, &v, sizeof(v));
    return v;
}

uint32_t p9_get_u32(struct p9_buffer *b)
{
    uint32_t v;
    get(b, &v, sizeof(v));
    return v;
}

uint64_t p9_get_u64(struct p9_buffer *b)
{
    uint64_t v;
    get(b, &v, sizeof(v));
    return v;
}

struct p9_qid p9_get_qid(struct p9_buffer *b)
{
    struct p9_qid qid;
    qid.type = p9_get_u8(b);
    qid.version = p9_get_u32(b);
    qid.path = p9_get_u64(b);
    return qid;
}

const char *p9_get_name(struct p9_buffer *b, size_t *n)
{
    size_t length = p9_get_u16(b);
    const uint8_t *at = take(b, length);
    *n = at ? length : 0;
    return (const char *)at;
}

int p9_check_reply(uint8_t *reply, size_t received, uint8_t request_type, uint16_t tag, struct p9_buffer *body)
{
    *body = (struct p9_buffer){ .at = reply, .end = reply + received };
    uint32_t size = p9_get_u32(body);
    uint8_t type = p9_get_u8(body);
    uint16_t got_tag = p9_get_u16(body);
    if (body->bad || size < P9_HEADER_SIZE || size > received || got_tag != tag)
        return -EIO;
    body->end = reply + size;
    if (type == P9_RLERROR) {
        uint32_t error = p9_get_u32(body);
        return body->bad ? -EIO : p9_errno(error);
    }
    return type == request_type + 1 ? 0 : -EIO;
}
