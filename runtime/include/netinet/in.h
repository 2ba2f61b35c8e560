/* netinet/in.h: see <arpa/inet.h>. */
#ifndef BOWER_NETINET_IN_H
#define BOWER_NETINET_IN_H
#include <inttypes.h>
#include <sys/types.h>

#ifndef htonl
#define htonl(x) __builtin_bswap32((uint32_t)(x))
#define ntohl(x) __builtin_bswap32((uint32_t)(x))
#define htons(x) __builtin_bswap16((uint16_t)(x))
#define ntohs(x) __builtin_bswap16((uint16_t)(x))
#endif
#endif
