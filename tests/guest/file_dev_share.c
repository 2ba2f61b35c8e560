// A folder dev of the share stands behind /dev: devices come first, everything else is found in it, whichever way.
// setup: mkdir -p {files}/dev/data/deep && echo text > {files}/dev/data/deep/file && echo wrong > {files}/dev/zero
// check: test "$(cat {files}/dev/data/new {files}/dev/other)" = "written written" && test "$(cat {files}/dev/zero)" = wrong
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void holds(const char *path, const char *text)
{
    char bytes[8] = "";
    int fd = open(path, O_RDONLY);
    CHECK(fd >= 0 && read(fd, bytes, strlen(text)) == (ssize_t)strlen(text) && strcmp(bytes, text) == 0);
    close(fd);
}

static void write_to(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0644);
    CHECK(fd >= 0 && write(fd, "written", 7) == 7 && close(fd) == 0);
}

int main(void)
{
    struct stat st;
    char path[64], byte = 'x';
    holds("dev/data/deep/file", "text");
    holds("/dev/./data/../data/deep/file", "text");
    CHECK(access("dev/data/deep/file", F_OK) == 0 && stat("/dev/data", &st) == 0 && S_ISDIR(st.st_mode));
    DIR *d = opendir("dev/data");
    CHECK(d && closedir(d) == 0);
    int fd = open("dev/zero", O_RDONLY);
    CHECK(fd >= 0 && read(fd, &byte, 1) == 1 && byte == 0 && close(fd) == 0);
    CHECK_ERRNO(open("/dev/none", O_RDONLY), ENOENT);
    write_to("dev/data/new");
    fd = open("dev/other", O_WRONLY | O_CREAT, 0644);
    CHECK(fd >= 0 && write(fd, " written", 8) == 8 && close(fd) == 0);
    CHECK(chdir("dev/data") == 0 && getcwd(path, sizeof(path)) && strcmp(path, "/dev/data") == 0);
    holds("deep/file", "text");
    CHECK(chdir("..") == 0 && getcwd(path, sizeof(path)) && strcmp(path, "/dev") == 0);
    holds("data/deep/file", "text");
    CHECK(stat("null", &st) == 0 && S_ISCHR(st.st_mode) && chdir("..") == 0);
    holds("dev/data/deep/file", "text");
    return done();
}
