/*
 * terminal.c: terminals. When the program's streams are the launcher's terminal, isatty says so; but the terminal belongs to
 * the host, which keeps it in line mode: what its settings are is shown, changing them is not possible.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "kernel/file/file.h"
#include "runtime/api.h"
#include "runtime/file/fd.h"
#include "runtime/nosys.h"

#define TTY_NAME "/dev/tty"

/* 0: fd is a terminal; else a negative errno. */
static int check(int fd)
{
    struct file *file = fd_get(fd);
    bool tty;

    if (!file)
        return -EBADF;
    tty = file_is_tty(file);
    file_put(file);
    return tty ? 0 : -ENOTTY;
}

/* What Linux's terminals begin with. */
static void line_mode(struct termios *out)
{
    static const cc_t characters[NCCS] = { [VINTR] = 3, [VQUIT] = 28, [VERASE] = 127, [VKILL] = 21, [VEOF] = 4, [VMIN] = 1 };

    *out = (struct termios){
        .c_iflag = ICRNL | IXON,
        .c_oflag = OPOST | ONLCR,
        .c_cflag = CS8 | CREAD | HUPCL,
        .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | IEXTEN,
        .c_ispeed = B38400,
        .c_ospeed = B38400,
    };
    memcpy(out->c_cc, characters, sizeof(characters));
}

API int tcgetattr(int fd, struct termios *out)
{
    int error = check(fd);

    if (!error)
        line_mode(out);
    return api_status(error);
}

API int tcsetattr(int fd, int when, const struct termios *wanted)
{
    struct termios has;
    int error = check(fd);

    (void)when;
    if (error)
        return api_status(error);
    line_mode(&has);
    return memcmp(&has, wanted, sizeof(has)) == 0 ? 0 : NOSYS("tcsetattr");
}

/* What is written has left when write returns; there is nothing to throw away. */
API int tcdrain(int fd)
{
    return api_status(check(fd));
}

API int tcflush(int fd, int queue)
{
    (void)queue;
    return api_status(check(fd));
}

API int tcsendbreak(int fd, int duration)
{
    (void)duration;
    return api_status(check(fd));
}

API speed_t cfgetispeed(const struct termios *t) { return t->c_ispeed; }
API speed_t cfgetospeed(const struct termios *t) { return t->c_ospeed; }

API int cfsetispeed(struct termios *t, speed_t speed)
{
    t->c_ispeed = speed;
    return 0;
}

API int cfsetospeed(struct termios *t, speed_t speed)
{
    t->c_ospeed = speed;
    return 0;
}

API void cfmakeraw(struct termios *t)
{
    t->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    t->c_oflag &= ~(tcflag_t)OPOST;
    t->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    t->c_cflag = (t->c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    t->c_cc[VMIN] = 1;
    t->c_cc[VTIME] = 0;
}

API char *ttyname(int fd)
{
    return api_status(check(fd)) ? NULL : (char *)TTY_NAME;
}

API int ttyname_r(int fd, char *out, size_t n)
{
    int error = check(fd);

    if (error)
        return -error;
    if (n < sizeof(TTY_NAME))
        return ERANGE;
    memcpy(out, TTY_NAME, sizeof(TTY_NAME));
    return 0;
}

/* The program is in the foreground, alone. */
API pid_t tcgetpgrp(int fd)
{
    int error = check(fd);

    return error ? api_status(error) : 1;
}
