#include "runtime/signal/sigpending.h"

#include <errno.h>
#include <stdlib.h>

struct pending_signal {
    siginfo_t info;
    struct pending_signal *next;
};

static sigset_t waiting(const struct pending_signals *p)
{
    return __atomic_load_n(&p->set, __ATOMIC_RELAXED);
}

/* Timers' signals aside: those come and go with their timers. */
static bool waits_already(const struct pending_signals *p, int signal)
{
    const struct pending_signal *at = p->oldest;

    while (at && (at->info.si_signo != signal || at->info.si_code == SI_TIMER))
        at = at->next;
    return at != NULL;
}

int pending_put(struct pending_signals *p, const siginfo_t *info)
{
    sigset_t bit = SIGNAL_BIT(info->si_signo);
    struct pending_signal **end = &p->oldest, *new;

    if (info->si_signo < SIGRTMIN && info->si_code != SI_TIMER && waits_already(p, info->si_signo))
        return 0;
    new = malloc(sizeof(*new));
    if (!new)
        return -EAGAIN;
    *new = (struct pending_signal){ .info = *info };
    while (*end)
        end = &(*end)->next;
    *end = new;
    __atomic_store_n(&p->set, waiting(p) | bit, __ATOMIC_RELEASE);
    return 0;
}

static void take_at(struct pending_signals *p, struct pending_signal **at, siginfo_t *info)
{
    struct pending_signal *taken = *at;
    int signal = taken->info.si_signo;
    bool more = false;

    *at = taken->next;
    for (const struct pending_signal *other = p->oldest; other; other = other->next)
        more |= other->info.si_signo == signal;
    if (!more)
        __atomic_store_n(&p->set, waiting(p) & ~SIGNAL_BIT(signal), __ATOMIC_RELEASE);
    *info = taken->info;
    free(taken);
}

bool pending_take(struct pending_signals *p, sigset_t wanted, siginfo_t *info)
{
    sigset_t due = waiting(p) & wanted;
    struct pending_signal **at = &p->oldest;

    if (!due)
        return false;
    while ((*at)->info.si_signo != __builtin_ctzl(due) + 1)
        at = &(*at)->next;
    take_at(p, at, info);
    return true;
}

void pending_forget_timer(struct pending_signals *p, const siginfo_t *sent)
{
    struct pending_signal **at = &p->oldest;
    siginfo_t forgotten;

    while (*at && ((*at)->info.si_code != SI_TIMER || (*at)->info.si_timerid != sent->si_timerid))
        at = &(*at)->next;
    if (*at)
        take_at(p, at, &forgotten);
}

void pending_forget(struct pending_signals *p, sigset_t which)
{
    siginfo_t info;

    while (pending_take(p, which, &info))
        ;
}
