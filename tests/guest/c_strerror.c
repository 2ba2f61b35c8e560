// run:
// setup: $ROOT/tests/guest/native.sh c_strerror
// check: cmp want stdout
// What strerror and perror say.
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const int errors[] = {
    0,
    EPERM,
    ENOENT,
    ESRCH,
    EINTR,
    EIO,
    ENXIO,
    E2BIG,
    ENOEXEC,
    EBADF,
    ECHILD,
    EAGAIN,
    ENOMEM,
    EACCES,
    EFAULT,
    EBUSY,
    EEXIST,
    EXDEV,
    ENODEV,
    ENOTDIR,
    EISDIR,
    EINVAL,
    ENFILE,
    EMFILE,
    ENOTTY,
    ETXTBSY,
    EFBIG,
    ENOSPC,
    ESPIPE,
    EROFS,
    EMLINK,
    EPIPE,
    EDOM,
    ERANGE,
    EDEADLK,
    ENAMETOOLONG,
    ENOLCK,
    ENOSYS,
    ENOTEMPTY,
    ELOOP,
    ENOMSG,
    EIDRM,
    ENOSTR,
    ENODATA,
    ETIME,
    ENOSR,
    ENOLINK,
    EPROTO,
    EMULTIHOP,
    EBADMSG,
    EOVERFLOW,
    EILSEQ,
    ENOTSOCK,
    EDESTADDRREQ,
    EMSGSIZE,
    EPROTOTYPE,
    ENOPROTOOPT,
    EPROTONOSUPPORT,
    EOPNOTSUPP,
    EPFNOSUPPORT,
    EAFNOSUPPORT,
    EADDRINUSE,
    EADDRNOTAVAIL,
    ENETDOWN,
    ENETUNREACH,
    ENETRESET,
    ECONNABORTED,
    ECONNRESET,
    ENOBUFS,
    EISCONN,
    ENOTCONN,
    ETIMEDOUT,
    ECONNREFUSED,
    EHOSTDOWN,
    EHOSTUNREACH,
    EALREADY,
    EINPROGRESS,
    ESTALE,
    EDQUOT,
    ECANCELED,
    EOWNERDEAD,
    ENOTRECOVERABLE,
};

static FILE *messages(void)
{
    static FILE *file;

    return file ? file : (file = fopen("messages", "r"));
}

int main(void)
{
    char text[64];

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        printf("%s\n", strerror(errors[i]));
    printf("%s\n", strerror(9999));
    printf("%s\n", strerror(-5));
    printf("%s\n", strerror(ENOTSUP));
    freopen("messages", "w", stderr);
    errno = ENOSPC;
    perror("name");
    errno = EISDIR;
    perror(NULL);
    fclose(stderr);
    while (fgets(text, sizeof(text), messages()))
        fputs(text, stdout);
    return 0;
}
