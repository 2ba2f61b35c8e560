/* libintl.h: messages in the user's language. There are no catalogues here: every text is its own translation. */
#ifndef _LIBINTL_H
#define _LIBINTL_H

static inline char *gettext(const char *text)
{
    return (char *)text;
}

static inline char *dgettext(const char *domain, const char *text)
{
    (void)domain;
    return (char *)text;
}

static inline char *ngettext(const char *one, const char *many, unsigned long n)
{
    return (char *)(n == 1 ? one : many);
}

static inline char *textdomain(const char *domain)
{
    return (char *)(domain ? domain : "messages");
}

static inline char *bindtextdomain(const char *domain, const char *folder)
{
    (void)domain;
    return (char *)(folder ? folder : "/usr/share/locale");
}

static inline char *bind_textdomain_codeset(const char *domain, const char *codeset)
{
    (void)domain;
    return (char *)codeset;
}

#endif
