#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MAP_LLM
#define MAP_LLM 0 /* not on Bower: an ordinary mapping */
#endif

int file_open(struct file *file, const char *name, enum file_use use, struct infer_error *err)
{
    memset(file, 0, sizeof(*file));
    file->name = name;

    int fd = open(name, O_RDONLY);
    if (fd < 0) {
        return infer_fail(err, errno, "%s: cannot open: %s", name, strerror(errno));
    }
    off_t end = lseek(fd, 0, SEEK_END); /* fstat gives no size for a disk */
    if (end <= 0) {
        close(fd);
        return infer_fail(err, EINVAL, "%s: size = %ld: no file or disk with content", name,
                          (long)end);
    }
    int flags = MAP_PRIVATE | (use == FILE_PAGED ? MAP_LLM : 0);
    void *data = mmap(NULL, (size_t)end, PROT_READ, flags, fd, 0);
    int map_errno = errno;
    close(fd);
    if (data == MAP_FAILED) {
        return infer_fail(err, map_errno, "%s: cannot map %ld bytes: %s", name, (long)end,
                          strerror(map_errno));
    }
    file->data = data;
    file->size = (size_t)end;
    file->mapped = true;
    return 0;
}

void file_from_memory(struct file *file, const char *name, const void *data, size_t size)
{
    *file = (struct file){ .name = name, .data = data, .size = size, .mapped = false };
}

void file_close(struct file *file)
{
    if (file->mapped) {
        munmap((void *)(uintptr_t)file->data, file->size);
    }
    memset(file, 0, sizeof(*file));
}

struct reader reader_of(const struct file *file)
{
    return (struct reader){ .data = file->data, .size = file->size };
}

size_t reader_left(const struct reader *r)
{
    return r->size - r->at;
}

const uint8_t *reader_bytes(struct reader *r, uint64_t n)
{
    if (r->failed || n > reader_left(r)) {
        r->failed = true;
        return NULL;
    }
    const uint8_t *bytes = r->data + r->at;
    r->at += (size_t)n;
    return bytes;
}

/* Every machine this runs on is little-endian, as the files are. */
static void read_field(struct reader *r, void *out, size_t n)
{
    const uint8_t *bytes = reader_bytes(r, n);

    if (bytes == NULL) {
        memset(out, 0, n);
    } else {
        memcpy(out, bytes, n);
    }
}

uint8_t reader_u8(struct reader *r)
{
    uint8_t value;

    read_field(r, &value, sizeof(value));
    return value;
}

uint32_t reader_u32(struct reader *r)
{
    uint32_t value;

    read_field(r, &value, sizeof(value));
    return value;
}

int32_t reader_i32(struct reader *r)
{
    int32_t value;

    read_field(r, &value, sizeof(value));
    return value;
}

uint64_t reader_u64(struct reader *r)
{
    uint64_t value;

    read_field(r, &value, sizeof(value));
    return value;
}

float reader_f32(struct reader *r)
{
    float value;

    read_field(r, &value, sizeof(value));
    return value;
}
