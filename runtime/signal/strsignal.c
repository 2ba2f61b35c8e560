/* strsignal.c: the names of signals, in glibc's words. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "kernel/log.h"
#include "kernel/types.h"
#include "runtime/api.h"
#include "runtime/signal/signal.h"

static const struct {
    const char *name, *text;
} signals[] = {
    [SIGHUP] = { "HUP", "Hangup" },
    [SIGINT] = { "INT", "Interrupt" },
    [SIGQUIT] = { "QUIT", "Quit" },
    [SIGILL] = { "ILL", "Illegal instruction" },
    [SIGTRAP] = { "TRAP", "Trace/breakpoint trap" },
    [SIGABRT] = { "ABRT", "Aborted" },
    [SIGBUS] = { "BUS", "Bus error" },
    [SIGFPE] = { "FPE", "Floating point exception" },
    [SIGKILL] = { "KILL", "Killed" },
    [SIGUSR1] = { "USR1", "User defined signal 1" },
    [SIGSEGV] = { "SEGV", "Segmentation fault" },
    [SIGUSR2] = { "USR2", "User defined signal 2" },
    [SIGPIPE] = { "PIPE", "Broken pipe" },
    [SIGALRM] = { "ALRM", "Alarm clock" },
    [SIGTERM] = { "TERM", "Terminated" },
    [SIGSTKFLT] = { "STKFLT", "Stack fault" },
    [SIGCHLD] = { "CHLD", "Child exited" },
    [SIGCONT] = { "CONT", "Continued" },
    [SIGSTOP] = { "STOP", "Stopped (signal)" },
    [SIGTSTP] = { "TSTP", "Stopped" },
    [SIGTTIN] = { "TTIN", "Stopped (tty input)" },
    [SIGTTOU] = { "TTOU", "Stopped (tty output)" },
    [SIGURG] = { "URG", "Urgent I/O condition" },
    [SIGXCPU] = { "XCPU", "CPU time limit exceeded" },
    [SIGXFSZ] = { "XFSZ", "File size limit exceeded" },
    [SIGVTALRM] = { "VTALRM", "Virtual timer expired" },
    [SIGPROF] = { "PROF", "Profiling timer expired" },
    [SIGWINCH] = { "WINCH", "Window changed" },
    [SIGIO] = { "POLL", "I/O possible" },
    [SIGPWR] = { "PWR", "Power failure" },
    [SIGSYS] = { "SYS", "Bad system call" },
};

static bool is_named(int signal)
{
    return signal > 0 && (size_t)signal < ARRAY_LEN(signals);
}

static char *text_of(int signal)
{
    static _Thread_local char other[32];

    if (is_named(signal))
        return (char *)signals[signal].text;
    if (signal >= SIGRTMIN && signal <= SIGRTMAX)
        log_snprintf(other, sizeof(other), "Real-time signal %d", signal - SIGRTMIN);
    else
        log_snprintf(other, sizeof(other), "Unknown signal %d", signal);
    return other;
}

API char *strsignal(int signal)
{
    return text_of(signal);
}

API void psignal(int signal, const char *prefix)
{
    if (prefix && *prefix)
        fprintf(stderr, "%s: %s\n", prefix, text_of(signal));
    else
        fprintf(stderr, "%s\n", text_of(signal));
}

const char *signal_name(int signal)
{
    return is_named(signal) ? signals[signal].name : NULL;
}

API const char *sigabbrev_np(int signal)
{
    return signal_name(signal);
}

API const char *sigdescr_np(int signal)
{
    return is_named(signal) ? signals[signal].text : NULL;
}
