// A read-only share: everything can be read, nothing written, and each attempt says EROFS.
// run: --files {files},ro
// setup: mkdir {files}/dir && echo text > {files}/file && ln -s file {files}/link && ls -lR --time-style=full-iso {files} > before
// check: ls -lR --time-style=full-iso {files} | cmp - before
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

int main(void)
{
    char text[8];
    struct timeval times[2] = { { 1, 0 }, { 1, 0 } };
    int fd = open("file", O_RDONLY);
    CHECK(fd >= 0 && read(fd, text, sizeof(text)) == 5 && memcmp(text, "text\n", 5) == 0);
    char *map = mmap(NULL, 5, PROT_READ, MAP_SHARED | MAP_LLM, fd, 0);
    CHECK(map != MAP_FAILED && memcmp(map, "text\n", 5) == 0);
    map = mmap(NULL, 5, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK(map != MAP_FAILED);
    if (map != MAP_FAILED)
        map[0] = 'T';
    CHECK_ERRNO(open("file", O_WRONLY), EROFS);
    CHECK_ERRNO(open("file", O_RDWR), EROFS);
    CHECK_ERRNO(open("new", O_CREAT | O_WRONLY, 0644), EROFS);
    CHECK_ERRNO(truncate("file", 1), EROFS);
    CHECK_ERRNO(unlink("file"), EROFS);
    CHECK_ERRNO(rmdir("dir"), EROFS);
    CHECK_ERRNO(mkdir("other", 0755), EROFS);
    CHECK_ERRNO(rename("file", "dir/file"), EROFS);
    CHECK_ERRNO(symlink("file", "other"), EROFS);
    CHECK_ERRNO(link("file", "other"), EROFS);
    CHECK_ERRNO(chmod("file", 0600), EROFS);
    CHECK_ERRNO(utimes("file", times), EROFS);
    CHECK_ERRNO(access("file", W_OK), EROFS);
    CHECK(access("file", R_OK) == 0);
    DIR *d = opendir("/");
    CHECK(d != NULL && readdir(d) != NULL && closedir(d) == 0);
    return done();
}
