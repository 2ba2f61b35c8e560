/*
 * digest [FILE...]        SHA-256 of each file, or of stdin
 * digest -c LIST          checks the files of a list that the above made
 * digest -e | -d          stdin to base64, and back
 * digest -t               test vectors
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "sha256.h"

static void to_hex(const uint8_t digest[32], char hex[65])
{
    for (int i = 0; i < 32; i++)
        sprintf(hex + 2 * i, "%02" PRIx8, digest[i]);
}

static int digest_stream(FILE *in, char hex[65])
{
    static char buffer[10000];
    struct sha256 s;
    uint8_t digest[32];
    size_t n;

    sha256_begin(&s);
    while ((n = fread(buffer, 1, sizeof(buffer), in)) > 0)
        sha256_add(&s, buffer, n);
    sha256_end(&s, digest);
    to_hex(digest, hex);
    return ferror(in) ? -1 : 0;
}

static int digest_file(const char *path, char hex[65])
{
    FILE *in = fopen(path, "rb");
    int status;

    if (!in)
        return -1;
    status = digest_stream(in, hex);
    fclose(in);
    return status;
}

static int check_list(const char *path)
{
    FILE *list = fopen(path, "r");
    char wanted[65], name[256], found[65];
    int bad = 0;

    if (!list) {
        perror(path);
        return 2;
    }
    while (fscanf(list, "%64[0-9a-f]  %255[^\n] ", wanted, name) == 2) {
        int ok = digest_file(name, found) == 0 && strcmp(wanted, found) == 0;

        printf("%s: %s\n", name, ok ? "OK" : "FAILED");
        bad += !ok;
    }
    fclose(list);
    return bad > 0;
}

static int self_test(void)
{
    static const struct {
        const char *text;
        size_t repeat;
        const char *digest;
    } vectors[] = {
        { "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
        { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
        { "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
    };
    int failed = 0;

    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct sha256 s;
        uint8_t digest[32];
        char hex[65];

        sha256_begin(&s);
        for (size_t r = 0; r < vectors[i].repeat; r++)
            sha256_add(&s, vectors[i].text, strlen(vectors[i].text));
        sha256_end(&s, digest);
        to_hex(digest, hex);
        printf("%zu: %s\n", i, strcmp(hex, vectors[i].digest) == 0 ? "ok" : hex);
        failed += strcmp(hex, vectors[i].digest) != 0;
    }
    return failed;
}

int main(int argc, char **argv)
{
    char hex[65];
    int option, status = 0;

    while ((option = getopt(argc, argv, "c:edt")) != -1) {
        switch (option) {
        case 'c': return check_list(optarg);
        case 'e': return base64_encode(stdin, stdout, 76) == 0 ? 0 : 1;
        case 'd': return base64_decode(stdin, stdout) == 0 ? 0 : 1;
        case 't': return self_test();
        default: return 2;
        }
    }
    if (optind == argc) {
        status = digest_stream(stdin, hex) != 0;
        printf("%s  -\n", hex);
    }
    for (int i = optind; i < argc; i++) {
        if (digest_file(argv[i], hex) == 0) {
            printf("%s  %s\n", hex, argv[i]);
        } else {
            fprintf(stderr, "%s: %s: %s\n", argv[0], argv[i], strerror(errno));
            status = 1;
        }
    }
    return status;
}
