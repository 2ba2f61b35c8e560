#include "vocab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEAN_TOKEN_BYTES = 8, /* first guess; the text grows by doubling */
    HASH_LOAD = 2         /* slots per token, at least */
};

static uint64_t hash(const char *text, size_t len)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (size_t i = 0; i < len; i++) {
        h = (h ^ (uint8_t)text[i]) * UINT64_C(0x100000001b3);
    }
    return h ^ h >> 32;
}

int vocab_open(struct vocab *v, uint32_t count)
{
    memset(v, 0, sizeof(*v));
    for (int i = 0; i < TOKEN_BYTES; i++) {
        v->byte_token[i] = TOKEN_NONE;
    }
    v->room = count;
    v->text_room = (size_t)count * MEAN_TOKEN_BYTES + 1;
    v->text = malloc(v->text_room);
    v->start = malloc(((size_t)count + 1) * sizeof(*v->start));
    v->kind = malloc((size_t)count + 1);
    v->score = malloc(((size_t)count + 1) * sizeof(*v->score));
    if (v->text == NULL || v->start == NULL || v->kind == NULL || v->score == NULL) {
        return -ENOMEM;
    }
    v->start[0] = 0;
    return 0;
}

void vocab_close(struct vocab *v)
{
    free(v->text);
    free(v->start);
    free(v->kind);
    free(v->score);
    free(v->slots);
    memset(v, 0, sizeof(*v));
}

static int grow_text(struct vocab *v, size_t len)
{
    size_t room = v->text_room;

    while (room - v->text_size < len) {
        room *= 2;
    }
    if (room != v->text_room) {
        char *text = realloc(v->text, room);
        if (text == NULL) {
            return -ENOMEM;
        }
        v->text = text;
        v->text_room = room;
    }
    return 0;
}

int vocab_add(struct vocab *v, const char *text, size_t len, enum token_kind kind, float score)
{
    if (v->count == v->room) {
        return -EINVAL;
    }
    if (v->text_size + len > UINT32_MAX || grow_text(v, len) < 0) {
        return -ENOMEM;
    }
    if (len != 0) {
        memcpy(v->text + v->text_size, text, len);
    }
    v->text_size += len;
    v->kind[v->count] = (uint8_t)kind;
    v->score[v->count] = score;
    if (kind == TOKEN_BYTE && len == 1 && v->byte_token[(uint8_t)text[0]] == TOKEN_NONE) {
        v->byte_token[(uint8_t)text[0]] = (int32_t)v->count;
    }
    v->count++;
    v->start[v->count] = (uint32_t)v->text_size;
    v->longest = len > v->longest ? len : v->longest;
    return 0;
}

/* The slot that holds this text, or the free one where it belongs. */
static uint32_t find_slot(const struct vocab *v, const char *text, size_t len)
{
    uint32_t slot = (uint32_t)hash(text, len) & v->slot_mask;

    while (v->slots[slot] != TOKEN_NONE) {
        size_t other_len;
        const char *other = vocab_text(v, v->slots[slot], &other_len);
        if (other_len == len && memcmp(other, text, len) == 0) {
            break;
        }
        slot = (slot + 1) & v->slot_mask;
    }
    return slot;
}

int vocab_index(struct vocab *v)
{
    uint32_t slots = 1;

    while (slots < v->count * (uint64_t)HASH_LOAD + 1) {
        slots *= 2;
    }
    v->slots = malloc(slots * sizeof(*v->slots));
    if (v->slots == NULL) {
        return -ENOMEM;
    }
    v->slot_mask = slots - 1;
    for (uint32_t i = 0; i < slots; i++) {
        v->slots[i] = TOKEN_NONE;
    }
    for (uint32_t id = 0; id < v->count; id++) {
        size_t len;
        const char *text = vocab_text(v, (int32_t)id, &len);
        if (v->kind[id] == TOKEN_BYTE || v->kind[id] == TOKEN_UNUSED || len == 0) {
            continue;
        }
        uint32_t slot = find_slot(v, text, len);
        if (v->slots[slot] == TOKEN_NONE) {
            v->slots[slot] = (int32_t)id;
        }
    }
    return 0;
}

int32_t vocab_find(const struct vocab *v, const char *text, size_t len)
{
    if (len == 0 || len > v->longest) {
        return TOKEN_NONE;
    }
    return v->slots[find_slot(v, text, len)];
}
