/* lisp [FILE]: a small Scheme with a mark-and-sweep collector. Without FILE it reads stdin and shows every value. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { NIL,
            FIXNUM,
            SYMBOL,
            PAIR,
            PRIMITIVE,
            CLOSURE,
            TRUTH };

typedef struct object object;
struct object {
    enum kind kind;
    int marked;
    union {
        long number;
        char *name;
        struct {
            object *car, *cdr;
        } pair;
        object *(*primitive)(object *arguments);
        struct {
            object *parameters, *body, *environment;
        } closure;
    } as;
    object *all;
};

#define ROOTS 100000
static object *roots[ROOTS]; /* what the C stack holds */
static size_t nroots;
static object *everything, *symbols, *globals;
static size_t live, threshold = 20000, collections;
static object nil = { .kind = NIL }, truth = { .kind = TRUTH };
static jmp_buf top_level;

static _Noreturn void fail(const char *format, ...)
{
    va_list args;

    fputs("error: ", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    nroots = 0;
    longjmp(top_level, 1);
}

static void mark(object *o)
{
    while (o && !o->marked) {
        o->marked = 1;
        if (o->kind == PAIR) {
            mark(o->as.pair.car);
            o = o->as.pair.cdr;
        } else if (o->kind == CLOSURE) {
            mark(o->as.closure.parameters);
            mark(o->as.closure.body);
            o = o->as.closure.environment;
        }
    }
}

static void collect(void)
{
    object **link = &everything;

    collections++;
    mark(symbols);
    mark(globals);
    for (size_t i = 0; i < nroots; i++)
        mark(roots[i]);
    nil.marked = truth.marked = 0;
    while (*link) {
        object *o = *link;

        if (o->marked) {
            o->marked = 0;
            link = &o->all;
        } else {
            *link = o->all;
            if (o->kind == SYMBOL)
                free(o->as.name);
            free(o);
            live--;
        }
    }
    threshold = 2 * live + 20000;
}

static object *protect(object *o)
{
    if (nroots == ROOTS)
        fail("recursion is too deep");
    return roots[nroots++] = o;
}

static object *make(enum kind kind)
{
    object *o;

    if (live >= threshold)
        collect();
    o = calloc(1, sizeof(*o));
    if (!o)
        abort();
    live++;
    o->kind = kind;
    o->all = everything;
    return everything = o;
}

static object *cons(object *car, object *cdr)
{
    size_t mine = nroots;
    object *o;

    protect(car);
    protect(cdr);
    o = make(PAIR);
    o->as.pair.car = car;
    o->as.pair.cdr = cdr;
    nroots = mine;
    return o;
}

static object *number(long n)
{
    object *o = make(FIXNUM);

    o->as.number = n;
    return o;
}

static object *car(object *o)
{
    if (o->kind != PAIR)
        fail("not a pair");
    return o->as.pair.car;
}

static object *cdr(object *o)
{
    if (o->kind != PAIR)
        fail("not a pair");
    return o->as.pair.cdr;
}

static object *intern(const char *name)
{
    object *o;

    for (object *s = symbols; s->kind == PAIR; s = s->as.pair.cdr) {
        if (strcmp(s->as.pair.car->as.name, name) == 0)
            return s->as.pair.car;
    }
    o = make(SYMBOL);
    o->as.name = strdup(name);
    symbols = cons(o, symbols);
    return o;
}

static FILE *in;

static int next_char(void)
{
    int c;

    while ((c = getc(in)) != EOF) {
        if (c == ';') {
            while ((c = getc(in)) != EOF && c != '\n')
                ;
        } else if (!isspace(c)) {
            break;
        }
    }
    return c;
}

static object *read_object(void);

static object *read_list(void)
{
    object *first, *rest;
    int c = next_char();
    size_t mine = nroots;

    if (c == ')')
        return &nil;
    if (c == EOF)
        fail("unexpected end");
    ungetc(c, in);
    first = protect(read_object());
    rest = protect(read_list());
    nroots = mine;
    return cons(first, rest);
}

/* NULL at the end of the input. */
static object *read_object(void)
{
    char token[64], *end;
    size_t n = 0;
    int c = next_char();
    long value;

    if (c == EOF)
        return NULL;
    if (c == '(')
        return read_list();
    if (c == ')')
        fail("unexpected )");
    if (c == '\'') {
        object *quoted = protect(read_object());

        quoted = cons(quoted, &nil);
        nroots--;
        return cons(intern("quote"), quoted);
    }
    for (; c != EOF && !isspace(c) && !strchr("();'", c); c = getc(in)) {
        if (n < sizeof(token) - 1)
            token[n++] = (char)c;
    }
    ungetc(c, in);
    token[n] = '\0';
    value = strtol(token, &end, 10);
    if (*end == '\0' && end != token)
        return number(value);
    return strcmp(token, "#t") == 0 ? &truth : strcmp(token, "#f") == 0 ? &nil
                                                                        : intern(token);
}

static void print(const object *o)
{
    switch (o->kind) {
    case NIL: fputs("()", stdout); break;
    case TRUTH: fputs("#t", stdout); break;
    case FIXNUM: printf("%ld", o->as.number); break;
    case SYMBOL: fputs(o->as.name, stdout); break;
    case PRIMITIVE: fputs("#<primitive>", stdout); break;
    case CLOSURE: fputs("#<procedure>", stdout); break;
    case PAIR:
        putchar('(');
        for (;; o = o->as.pair.cdr) {
            print(o->as.pair.car);
            if (o->as.pair.cdr->kind != PAIR)
                break;
            putchar(' ');
        }
        if (o->as.pair.cdr->kind != NIL) {
            fputs(" . ", stdout);
            print(o->as.pair.cdr);
        }
        putchar(')');
    }
}

/* An environment is a list of (symbol . value); the binding, or NULL. */
static object *binding(object *symbol, object *environment)
{
    for (; environment->kind == PAIR; environment = environment->as.pair.cdr) {
        if (environment->as.pair.car->as.pair.car == symbol)
            return environment->as.pair.car;
    }
    for (object *g = globals; g->kind == PAIR; g = g->as.pair.cdr) {
        if (g->as.pair.car->as.pair.car == symbol)
            return g->as.pair.car;
    }
    return NULL;
}

static void define(object *symbol, object *value)
{
    object *old = binding(symbol, &nil);

    if (old)
        old->as.pair.cdr = value;
    else
        globals = cons(cons(symbol, value), globals);
}

static object *eval(object *o, object *environment);

static object *eval_list(object *list, object *environment)
{
    size_t mine = nroots;
    object *first, *rest;

    if (list->kind != PAIR)
        return &nil;
    first = protect(eval(car(list), environment));
    rest = protect(eval_list(cdr(list), environment));
    nroots = mine;
    return cons(first, rest);
}

static object *bind(object *parameters, object *values, object *environment)
{
    size_t mine = nroots;

    protect(values);
    protect(environment);
    for (; parameters->kind == PAIR; parameters = cdr(parameters), values = cdr(values)) {
        if (values->kind != PAIR)
            fail("too few arguments");
        environment = cons(protect(cons(car(parameters), car(values))), environment);
        protect(environment);
    }
    if (values->kind == PAIR)
        fail("too many arguments");
    nroots = mine;
    return environment;
}

static int is_form(object *head, const char *name)
{
    return head->kind == SYMBOL && strcmp(head->as.name, name) == 0;
}

static object *closure(object *parameters, object *body, object *environment)
{
    object *o = make(CLOSURE);

    o->as.closure.parameters = parameters;
    o->as.closure.body = body;
    o->as.closure.environment = environment;
    return o;
}

/* Special forms; *tail is what remains to be evaluated in their place. NULL: not a special form. */
static object *special(object *o, object *environment, object **tail)
{
    object *head = car(o);

    *tail = NULL;
    if (is_form(head, "quote"))
        return car(cdr(o));
    if (is_form(head, "if")) {
        object *rest = cdr(cdr(o));

        if (eval(car(cdr(o)), environment)->kind == NIL)
            rest = cdr(rest);
        *tail = rest->kind == PAIR ? car(rest) : &nil;
        return &nil;
    }
    if (is_form(head, "lambda"))
        return closure(car(cdr(o)), cdr(cdr(o)), environment);
    if (is_form(head, "define") && car(cdr(o))->kind == PAIR) {
        object *name = car(car(cdr(o)));

        define(name, closure(cdr(car(cdr(o))), cdr(cdr(o)), environment));
        return name;
    }
    if (is_form(head, "define")) {
        define(car(cdr(o)), protect(eval(car(cdr(cdr(o))), environment)));
        return car(cdr(o));
    }
    if (is_form(head, "set!")) {
        object *value = eval(car(cdr(cdr(o))), environment), *b = binding(car(cdr(o)), environment);

        if (!b)
            fail("%s is not bound", car(cdr(o))->as.name);
        return b->as.pair.cdr = value;
    }
    return NULL;
}

static object *eval(object *o, object *environment)
{
    size_t mine = nroots;
    object *result, *tail, *function, *arguments;

    for (;; nroots = mine) {
        protect(o);
        protect(environment);
        if (o->kind == SYMBOL) {
            object *b = binding(o, environment);

            if (!b)
                fail("%s is not bound", o->as.name);
            result = b->as.pair.cdr;
            break;
        }
        if (o->kind != PAIR) {
            result = o;
            break;
        }
        result = special(o, environment, &tail);
        if (result && !tail)
            break;
        if (tail) {
            o = tail;
            continue;
        }
        function = protect(eval(car(o), environment));
        arguments = protect(eval_list(cdr(o), environment));
        if (function->kind == PRIMITIVE) {
            result = function->as.primitive(arguments);
            break;
        }
        if (function->kind != CLOSURE)
            fail("not a procedure");
        environment = protect(bind(function->as.closure.parameters, arguments, function->as.closure.environment));
        for (o = function->as.closure.body; cdr(o)->kind == PAIR; o = cdr(o))
            eval(car(o), environment);
        o = car(o);
    }
    nroots = mine;
    return result;
}

static long fixnum(object *o)
{
    if (o->kind != FIXNUM)
        fail("not a number");
    return o->as.number;
}

#define ARITHMETIC(name, operation) \
    static object *name(object *a) \
    { \
        long x = fixnum(car(a)); \
        for (a = cdr(a); a->kind == PAIR; a = cdr(a)) { \
            long y = fixnum(car(a)); \
            operation; \
        } \
        return number(x); \
    }
ARITHMETIC(add, x += y)
ARITHMETIC(subtract, x -= y)
ARITHMETIC(multiply, x *= y)
ARITHMETIC(divide, if (y == 0) fail("division by zero"); x /= y)
ARITHMETIC(modulo, if (y == 0) fail("division by zero"); x %= y)

static object *bool_of(int value) { return value ? &truth : &nil; }
static object *less(object *a) { return bool_of(fixnum(car(a)) < fixnum(car(cdr(a)))); }
static object *equal(object *a) { return bool_of(fixnum(car(a)) == fixnum(car(cdr(a)))); }
static object *is_eq(object *a) { return bool_of(car(a) == car(cdr(a))); }
static object *is_null(object *a) { return bool_of(car(a)->kind == NIL); }
static object *is_pair(object *a) { return bool_of(car(a)->kind == PAIR); }
static object *do_cons(object *a) { return cons(car(a), car(cdr(a))); }
static object *do_car(object *a) { return car(car(a)); }
static object *do_cdr(object *a) { return cdr(car(a)); }
static object *list(object *a) { return a; }
static object *display(object *a)
{
    print(car(a));
    putchar('\n');
    return &nil;
}

static void set_up(void)
{
    static const struct {
        const char *name;
        object *(*function)(object *);
    } primitives[] = {
        { "+", add },
        { "-", subtract },
        { "*", multiply },
        { "/", divide },
        { "modulo", modulo },
        { "<", less },
        { "=", equal },
        { "eq?", is_eq },
        { "null?", is_null },
        { "pair?", is_pair },
        { "cons", do_cons },
        { "car", do_car },
        { "cdr", do_cdr },
        { "list", list },
        { "display", display },
    };

    symbols = globals = &nil;
    for (size_t i = 0; i < sizeof(primitives) / sizeof(primitives[0]); i++) {
        object *o = protect(make(PRIMITIVE));

        o->as.primitive = primitives[i].function;
        define(intern(primitives[i].name), o);
        nroots = 0;
    }
}

int main(int argc, char **argv)
{
    volatile int errors = 0;
    object *o;

    in = argc > 1 ? fopen(argv[1], "r") : stdin;
    if (!in) {
        perror(argv[1]);
        return 2;
    }
    set_up();
    if (setjmp(top_level))
        errors++;
    while ((o = read_object())) {
        object *value;

        nroots = 0;
        value = eval(protect(o), &nil);
        if (argc < 2) {
            print(value);
            putchar('\n');
        }
    }
    printf("%zu collections, %d errors\n", collections, errors);
    return errors ? 1 : 0;
}
