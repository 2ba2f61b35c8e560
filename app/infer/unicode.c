#include "unicode.h"

enum { ASCII_END = 0x80,
       CONTINUATION = 0x80,
       CONTINUATION_BITS = 6 };

/* Table 3-7 of the Unicode standard: what may follow each leading byte. */
struct lead {
    uint8_t first, last; /* leading bytes */
    uint8_t low, high;   /* bounds of the second byte */
    uint8_t bytes;
};

static const struct lead leads[] = {
    { 0xc2, 0xdf, 0x80, 0xbf, 2 },
    { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
    { 0xe1, 0xec, 0x80, 0xbf, 3 },
    { 0xed, 0xed, 0x80, 0x9f, 3 },
    { 0xee, 0xef, 0x80, 0xbf, 3 },
    { 0xf0, 0xf0, 0x90, 0xbf, 4 },
    { 0xf1, 0xf3, 0x80, 0xbf, 4 },
    { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static const struct lead *find_lead(uint8_t byte)
{
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
        if (byte >= leads[i].first && byte <= leads[i].last) {
            return &leads[i];
        }
    }
    return NULL;
}

/* How many of the bytes at text are right for the sequence that `lead` begins. */
static size_t right_bytes(const struct lead *lead, const char *text, size_t len)
{
    size_t n = 1;

    while (n < lead->bytes && n < len) {
        uint8_t byte = (uint8_t)text[n];
        uint8_t low = n == 1 ? lead->low : 0x80, high = n == 1 ? lead->high : 0xbf;
        if (byte < low || byte > high) {
            break;
        }
        n++;
    }
    return n;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *code)
{
    uint8_t first = (uint8_t)text[0];

    if (first < ASCII_END) {
        *code = first;
        return 1;
    }
    const struct lead *lead = find_lead(first);
    if (lead == NULL || right_bytes(lead, text, len) < lead->bytes) {
        *code = UNICODE_INVALID;
        return 1;
    }
    uint32_t value = first & (0x7fu >> lead->bytes);
    for (size_t i = 1; i < lead->bytes; i++) {
        value = value << CONTINUATION_BITS | ((uint8_t)text[i] & 0x3f);
    }
    *code = value;
    return lead->bytes;
}

size_t utf8_incomplete(const char *text, size_t len)
{
    for (size_t n = 1; n < UTF8_MAX_BYTES && n <= len; n++) {
        const char *start = text + len - n;
        const struct lead *lead = find_lead((uint8_t)start[0]);
        if (lead != NULL) {
            return lead->bytes > n && right_bytes(lead, start, n) == n ? n : 0;
        }
    }
    return 0;
}

static bool in_ranges(const struct unicode_range *ranges, size_t count, uint32_t code)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code > ranges[middle].last) {
            low = middle + 1;
        } else if (code < ranges[middle].first) {
            high = middle;
        } else {
            return true;
        }
    }
    return false;
}

/* White_Space of Unicode's PropList, which is what \s means to the tokenizers' regexes. */
static bool is_space(uint32_t code)
{
    return (code >= 0x9 && code <= 0xd) || code == ' ' || code == 0x85 || code == 0xa0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
           code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

enum unicode_class unicode_class(uint32_t code)
{
    if (is_space(code)) {
        return UNICODE_SPACE;
    }
    if (in_ranges(unicode_letters, unicode_letters_count, code)) {
        return UNICODE_LETTER;
    }
    if (in_ranges(unicode_numbers, unicode_numbers_count, code)) {
        return UNICODE_NUMBER;
    }
    return UNICODE_OTHER;
}
