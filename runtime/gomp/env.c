/* env.c: the OMP_* variables, and OMP_DISPLAY_ENV. A value that makes no sense is named in a line on stderr and ignored. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "runtime/gomp/gomp.h"

#define SPINS 100000   /* some 300 us: longer than it takes to be woken on an idle host */
#define FEW_SPINS 2000 /* where whoever waits may keep the processor from whom it waits for */
#define MAX_LEVELS 255 /* of active regions; omp_get_supported_active_levels */
#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

struct gomp_settings gomp_settings;

static const char *const schedules[] = {
    [GOMP_STATIC] = "static",
    [GOMP_DYNAMIC] = "dynamic",
    [GOMP_GUIDED] = "guided",
    [GOMP_AUTO] = "auto",
};

static const char *skip(const char *text)
{
    return text + strspn(text, " \t\n");
}

/* A number at *text, which moves behind it and the spaces there. */
static bool number(const char **text, unsigned long least, unsigned long most, unsigned long *out)
{
    const char *begin = skip(*text);
    char *end;
    unsigned long value;

    if (*begin < '0' || *begin > '9')
        return false;
    errno = 0;
    value = strtoul(begin, &end, 10);
    if (errno != 0 || value < least || value > most)
        return false;
    *text = skip(end);
    *out = value;
    return true;
}

/* The word at *text if it is this one, in upper or lower case. */
static bool word(const char **text, const char *name)
{
    const char *begin = skip(*text);
    size_t length = strlen(name);

    if (strncasecmp(begin, name, length) != 0)
        return false;
    *text = skip(begin + length);
    return true;
}

static bool parse_bool(const char *text, bool *out)
{
    bool value = word(&text, "true");

    if ((!value && !word(&text, "false")) || *text)
        return false;
    *out = value;
    return true;
}

static bool parse_count(const char *text, unsigned long least, unsigned long most, unsigned *out)
{
    unsigned long value;

    if (!number(&text, least, most, &value) || *text)
        return false;
    *out = (unsigned)value;
    return true;
}

/* OMP_NUM_THREADS: one number for each level of nesting, further ones than we keep are not looked at. */
static bool parse_threads(const char *text)
{
    unsigned list[LENGTH(gomp_settings.threads)], n = 0;
    unsigned long value;

    do {
        if (!number(&text, 1, INT_MAX, &value))
            return false;
        if (n < LENGTH(list))
            list[n++] = (unsigned)value;
    } while (*text == ',' && *++text);
    if (*text || text[-1] == ',')
        return false;
    memcpy(gomp_settings.threads, list, sizeof list);
    gomp_settings.levels = n;
    gomp_settings.icvs.threads = list[0];
    return true;
}

/* OMP_SCHEDULE: [modifier:]kind[,chunk] */
static bool parse_schedule(const char *text)
{
    struct gomp_icvs *icvs = &gomp_settings.icvs;
    bool monotonic = word(&text, "monotonic"), nonmonotonic = !monotonic && word(&text, "nonmonotonic");
    unsigned long chunk = 0;
    enum gomp_schedule kind = GOMP_STATIC;

    if ((monotonic || nonmonotonic) && *text++ != ':')
        return false;
    while (kind <= GOMP_AUTO && !word(&text, schedules[kind]))
        kind++;
    if (kind > GOMP_AUTO)
        return false;
    if (*text == ',') {
        text++;
        if (!number(&text, kind == GOMP_STATIC ? 0 : 1, LONG_MAX, &chunk))
            return false;
    }
    if (*text)
        return false;
    icvs->schedule = kind;
    icvs->chunk = chunk > 0 || kind == GOMP_STATIC ? (long)chunk : 1; /* auto's is shown by omp_get_schedule alone */
    icvs->monotonic = monotonic || (kind == GOMP_STATIC && !nonmonotonic);
    return true;
}

/* OMP_STACKSIZE: kilobytes, or with B, K, M, G. */
static bool parse_size(const char *text)
{
    static const char units[] = "bkmg";
    unsigned long value;
    unsigned shift = 10;

    if (!number(&text, 1, ULONG_MAX >> 1, &value))
        return false;
    for (unsigned i = 0; *text && i < 4; i++)
        if ((*text | 0x20) == units[i]) {
            shift = 10 * i;
            text = skip(text + 1);
            break;
        }
    if (*text || value << shift >> shift != value || value << shift < 16384)
        return false;
    gomp_settings.stack_size = value << shift;
    return true;
}

static bool parse_wait_policy(const char *text)
{
    bool active = word(&text, "active");

    if ((!active && !word(&text, "passive")) || *text)
        return false;
    gomp_settings.active_waiting = active;
    gomp_settings.spins = active ? SPINS : 0;
    return true;
}

static bool parse_offload(const char *text)
{
    bool mandatory = word(&text, "mandatory");

    if ((!mandatory && !word(&text, "default") && !word(&text, "disabled")) || *text)
        return false;
    gomp_settings.offload_mandatory = mandatory;
    return true;
}

static bool parse_nested(const char *text)
{
    bool nested;

    if (!parse_bool(text, &nested))
        return false;
    gomp_settings.icvs.max_active_levels = nested ? MAX_LEVELS : 1;
    return true;
}

static bool parse_active_levels(const char *text)
{
    unsigned levels;

    if (!parse_count(text, 0, INT_MAX, &levels))
        return false;
    gomp_settings.icvs.max_active_levels = levels < MAX_LEVELS ? (int)levels : MAX_LEVELS;
    return true;
}

static bool parse_dynamic(const char *text) { return parse_bool(text, &gomp_settings.icvs.dynamic); }
static bool parse_limit(const char *text) { return parse_count(text, 1, INT_MAX, &gomp_settings.icvs.thread_limit); }
static bool parse_cancellation(const char *text) { return parse_bool(text, &gomp_settings.cancellation); }
static bool parse_spins(const char *text) { return parse_count(text, 0, UINT_MAX, &gomp_settings.spins); }
static bool parse_teams(const char *text) { return parse_count(text, 1, INT_MAX, &gomp_settings.teams); }
static bool parse_teams_limit(const char *text) { return parse_count(text, 1, INT_MAX, &gomp_settings.teams_limit); }

static bool parse_device(const char *text)
{
    return parse_count(text, 0, INT_MAX, (unsigned *)&gomp_settings.icvs.default_device);
}

static bool parse_priority(const char *text)
{
    return parse_count(text, 0, INT_MAX, (unsigned *)&gomp_settings.max_task_priority);
}

/* Places and binding: no thread is bound to a hart, and the variables may say what they like. */
static const struct {
    const char *name;
    bool (*parse)(const char *value);
} variables[] = {
    { "OMP_NUM_THREADS", parse_threads },
    { "OMP_SCHEDULE", parse_schedule },
    { "OMP_DYNAMIC", parse_dynamic },
    { "OMP_NESTED", parse_nested },
    { "OMP_MAX_ACTIVE_LEVELS", parse_active_levels },
    { "OMP_THREAD_LIMIT", parse_limit },
    { "OMP_STACKSIZE", parse_size },
    { "OMP_WAIT_POLICY", parse_wait_policy },
    { "GOMP_SPINCOUNT", parse_spins },
    { "OMP_CANCELLATION", parse_cancellation },
    { "OMP_MAX_TASK_PRIORITY", parse_priority },
    { "OMP_DEFAULT_DEVICE", parse_device },
    { "OMP_TARGET_OFFLOAD", parse_offload },
    { "OMP_NUM_TEAMS", parse_teams },
    { "OMP_TEAMS_THREAD_LIMIT", parse_teams_limit },
    { "OMP_AFFINITY_FORMAT", gomp_set_affinity_format },
};

static void read_all(void)
{
    const char *display = platform_environment("OMP_DISPLAY_ENV");

    gomp_settings.harts = platform_harts();
    gomp_settings.spins = gomp_settings.harts > platform_processors() ? FEW_SPINS : SPINS;
    if (gomp_settings.harts == 1)
        gomp_settings.spins = 0;
    gomp_settings.icvs = (struct gomp_icvs){
        .threads = gomp_settings.harts,
        .thread_limit = UINT_MAX,
        .max_active_levels = 1,
        .schedule = GOMP_DYNAMIC,
        .chunk = 1,
    };
    for (size_t i = 0; i < LENGTH(variables); i++) {
        const char *value = platform_environment(variables[i].name);

        if (value && !variables[i].parse(value))
            platform_report("OpenMP: %s=%s makes no sense and is ignored", variables[i].name, value);
        if (i == 0 && gomp_settings.levels > 1)
            gomp_settings.icvs.max_active_levels = MAX_LEVELS;
    }
    if (!display)
        return;
    if (word(&display, "verbose") && !*display)
        gomp_display_environment(true);
    else if (word(&display, "true") && !*display)
        gomp_display_environment(false);
    else if (!word(&display, "false") || *display)
        platform_report("OpenMP: OMP_DISPLAY_ENV=%s makes no sense and is ignored", platform_environment("OMP_DISPLAY_ENV"));
}

void gomp_read_environment(void)
{
    static uint32_t lock;
    static bool done;

    if (__atomic_load_n(&done, __ATOMIC_ACQUIRE))
        return;
    /* gomp_lock without its spins, which are a setting. */
    while (__atomic_exchange_n(&lock, 2, __ATOMIC_ACQUIRE) != 0)
        platform_wait(&lock, 2);
    if (!done)
        read_all();
    __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    gomp_unlock(&lock);
}

static void show_threads(void)
{
    platform_print("  OMP_NUM_THREADS = '");
    if (gomp_settings.levels == 0)
        platform_print("%u", gomp_settings.icvs.threads);
    for (unsigned i = 0; i < gomp_settings.levels; i++)
        platform_print(i ? ",%u" : "%u", gomp_settings.threads[i]);
    platform_print("'\n");
}

static void show_schedule(void)
{
    static const char *const names[] = { "", "STATIC", "DYNAMIC", "GUIDED", "AUTO" };
    const struct gomp_icvs *icvs = &gomp_settings.icvs;
    bool by_itself = icvs->schedule == GOMP_STATIC; /* what a schedule is without a modifier */

    platform_print("  OMP_SCHEDULE = '%s%s", icvs->monotonic == by_itself ? "" : by_itself ? "NONMONOTONIC:"
                                                                                           : "MONOTONIC:",
                   names[icvs->schedule]);
    if (icvs->schedule != GOMP_AUTO && icvs->chunk > (icvs->schedule != GOMP_STATIC))
        platform_print(",%ld", icvs->chunk);
    platform_print("'\n");
}

static void show_bool(const char *name, bool value)
{
    platform_print("  %s = '%s'\n", name, value ? "TRUE" : "FALSE");
}

static void show_number(const char *name, unsigned long value)
{
    platform_print("  %s = '%lu'\n", name, value);
}

/* In the words and the order of GCC's libgomp. */
void gomp_display_environment(bool verbose)
{
    const struct gomp_icvs *icvs = &gomp_settings.icvs;

    platform_print("\nOPENMP DISPLAY ENVIRONMENT BEGIN\n  _OPENMP = '201511'\n");
    show_bool("OMP_DYNAMIC", icvs->dynamic);
    show_bool("OMP_NESTED", icvs->max_active_levels > 1);
    show_threads();
    show_schedule();
    platform_print("  OMP_PROC_BIND = 'FALSE'\n  OMP_PLACES = ''\n");
    show_number("OMP_STACKSIZE", gomp_settings.stack_size);
    platform_print("  OMP_WAIT_POLICY = '%s'\n", gomp_settings.active_waiting ? "ACTIVE" : "PASSIVE");
    show_number("OMP_THREAD_LIMIT", icvs->thread_limit);
    show_number("OMP_MAX_ACTIVE_LEVELS", (unsigned long)icvs->max_active_levels);
    show_number("OMP_NUM_TEAMS", gomp_settings.teams);
    show_number("OMP_TEAMS_THREAD_LIMIT", gomp_settings.teams_limit);
    show_bool("OMP_CANCELLATION", gomp_settings.cancellation);
    show_number("OMP_DEFAULT_DEVICE", (unsigned long)icvs->default_device);
    show_number("OMP_MAX_TASK_PRIORITY", (unsigned long)gomp_settings.max_task_priority);
    platform_print("  OMP_TARGET_OFFLOAD = '%s'\n", gomp_settings.offload_mandatory ? "MANDATORY" : "DEFAULT");
    if (verbose)
        show_number("GOMP_SPINCOUNT", gomp_settings.spins);
    platform_print("OPENMP DISPLAY ENVIRONMENT END\n");
}
