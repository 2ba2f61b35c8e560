/* Base64 (RFC 4648). */
#ifndef BASE64_H
#define BASE64_H

#include <stdio.h>

int base64_encode(FILE *in, FILE *out, int columns);
int base64_decode(FILE *in, FILE *out); /* -1: not base64 */

#endif
