/* arpa/inet.h: the order of bytes in files and packets. There is no network. */
#ifndef BOWER_ARPA_INET_H
#define BOWER_ARPA_INET_H
#include <netinet/in.h>
#endif
