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

int pending_put(struct pending_signals *p, const siginfo_t *info)
{
    sigset_t bit = SIGNAL_BIT(info->si_signo);
    struct pending_signal **end = &p->oldest, *new;

    if (info->si_signo < SIGRTMIN && info->si_code != SI_TIMER && (waiting(p) & bit))
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

/* Takes the oldest of this number. */
static void take_oldest(struct pending_signals *p, int signal, siginfo_t *info)
{
    struct pending_signal **at = &p->oldest, *taken;
    bool more = false;

    while ((*at)->info.si_signo != signal)
        at = &(*at)->next;
    taken = *at;
    *at = taken->next;
    for (const struct pending_signal *other = taken->next; other; other = other->next)
        more |= other->info.si_signo == signal;
    if (!more)
        __atomic_store_n(&p->set, waiting(p) & ~SIGNAL_BIT(signal), __ATOMIC_RELEASE);
    *info = taken->info;
    free(taken);
}

bool pending_take(struct pending_signals *p, sigset_t wanted, siginfo_t *info)
{
    sigset_t due = waiting(p) & wanted;

    if (!due)
        return false;
    take_oldest(p, __builtin_ctzl(due) + 1, info);
    return true;
}

void pending_forget(struct pending_signals *p, sigset_t which)
{
    siginfo_t info;

    while (pending_take(p, which, &info))
        ;
}
