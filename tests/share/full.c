/* Fills the share's file system (tests/share/test_full.py): each call that cannot go on says ENOSPC; what was written stays. */
#include "tests/guest/check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 100000

static char piece[PIECE], back[PIECE];

int main(void)
{
    struct stat st;
    long total = 0;
    ssize_t n;
    memset(piece, 'p', PIECE);
    int kept = open("kept", O_CREAT | O_RDWR, 0644), fd = open("filler", O_CREAT | O_RDWR, 0644);
    CHECK(write(kept, "kept", 4) == 4 && fsync(kept) == 0);
    while ((n = write(fd, piece, PIECE)) > 0)
        total += n;
    CHECK(n == -1 && errno == ENOSPC && total > 0);
    CHECK(fstat(fd, &st) == 0 && st.st_size >= total);
    CHECK(pread(fd, back, PIECE, 0) == PIECE && memcmp(back, piece, PIECE) == 0);
    /* A mapping of a hole: there is no room for its page, and msync must say so. */
    CHECK(ftruncate(kept, 1 << 20) == 0);
    char *map = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, kept, 0);
    CHECK(map != MAP_FAILED && memcmp(map, "kept", 4) == 0);
    for (int i = 4096 * 5; i < 4096 * 8; i += 4096)
        map[i] = 'm';
    CHECK(msync(map, 1 << 20, MS_SYNC) == -1 && (errno == ENOSPC || errno == EIO));
    CHECK(map[5 * 4096] == 'm'); /* not lost: there may be room later */
    CHECK(close(fd) == 0 && unlink("filler") == 0);
    CHECK(msync(map, 1 << 20, MS_SYNC) == 0 && pread(kept, back, 1, 7 * 4096) == 1 && back[0] == 'm');
    CHECK(ftruncate(kept, 4) == 0);
    return done();
}
