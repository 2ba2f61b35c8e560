/* raytrace [-w WIDTH] [-h HEIGHT] [-d DEPTH] [-o FILE]: spheres over a chequered floor, as a PPM image. */
#include <getopt.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vec {
    double x, y, z;
};

struct ray {
    struct vec from, to;
};

struct sphere {
    struct vec center, color;
    double radius, shine, mirror;
};

static const struct sphere spheres[] = {
    { { 0, 1, 6 }, { 0.9, 0.2, 0.2 }, 1, 40, 0.3 },
    { { -2.2, 0.7, 5 }, { 0.2, 0.8, 0.3 }, 0.7, 10, 0.1 },
    { { 1.8, 0.6, 4.4 }, { 0.3, 0.4, 1 }, 0.6, 80, 0.5 },
    { { 0.4, 0.35, 3.6 }, { 1, 0.9, 0.3 }, 0.35, 20, 0.2 },
    { { -0.8, 2.6, 7 }, { 0.8, 0.8, 0.8 }, 0.8, 100, 0.8 },
};
#define NSPHERES (sizeof(spheres) / sizeof(spheres[0]))

static const struct vec light = { -4, 6, -1 };
static unsigned long nrays;

static struct vec add(struct vec a, struct vec b) { return (struct vec){ a.x + b.x, a.y + b.y, a.z + b.z }; }
static struct vec sub(struct vec a, struct vec b) { return (struct vec){ a.x - b.x, a.y - b.y, a.z - b.z }; }
static struct vec scale(struct vec a, double f) { return (struct vec){ a.x * f, a.y * f, a.z * f }; }
static double dot(struct vec a, struct vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static struct vec unit(struct vec a) { return scale(a, 1 / sqrt(dot(a, a))); }

struct hit {
    double distance;
    struct vec at, normal, color;
    double shine, mirror;
};

static double sphere_distance(const struct sphere *s, const struct ray *r)
{
    struct vec d = sub(s->center, r->from);
    double along = dot(d, r->to), inside = along * along - dot(d, d) + s->radius * s->radius, root;

    if (inside < 0)
        return INFINITY;
    root = sqrt(inside);
    if (along - root > 1e-6)
        return along - root;
    return along + root > 1e-6 ? along + root : INFINITY;
}

static int trace(const struct ray *r, struct hit *h)
{
    const struct sphere *nearest = NULL;

    nrays++;
    h->distance = INFINITY;
    for (size_t i = 0; i < NSPHERES; i++) {
        double d = sphere_distance(&spheres[i], r);

        if (d < h->distance) {
            h->distance = d;
            nearest = &spheres[i];
        }
    }
    if (r->to.y < 0 && -r->from.y / r->to.y < h->distance && -r->from.y / r->to.y > 1e-6) {
        h->distance = -r->from.y / r->to.y;
        h->at = add(r->from, scale(r->to, h->distance));
        h->normal = (struct vec){ 0, 1, 0 };
        h->color = ((int)floor(h->at.x) + (int)floor(h->at.z)) & 1 ? (struct vec){ 0.9, 0.9, 0.9 } : (struct vec){ 0.2, 0.2, 0.2 };
        h->shine = 0;
        h->mirror = 0.15;
        return 1;
    }
    if (!nearest)
        return 0;
    h->at = add(r->from, scale(r->to, h->distance));
    h->normal = scale(sub(h->at, nearest->center), 1 / nearest->radius);
    h->color = nearest->color;
    h->shine = nearest->shine;
    h->mirror = nearest->mirror;
    return 1;
}

static struct vec color_of(const struct ray *r, int depth)
{
    struct hit h, blocked;
    struct vec to_light, color, reflected;
    double bright, distance;

    if (!trace(r, &h))
        return add(scale((struct vec){ 0.5, 0.7, 1 }, 0.3 + 0.5 * fmax(r->to.y, 0)), (struct vec){ 0.1, 0.1, 0.1 });
    to_light = sub(light, h.at);
    distance = sqrt(dot(to_light, to_light));
    to_light = scale(to_light, 1 / distance);
    reflected = sub(r->to, scale(h.normal, 2 * dot(r->to, h.normal)));
    bright = dot(h.normal, to_light);
    if (bright > 0 && trace(&(struct ray){ h.at, to_light }, &blocked) && blocked.distance < distance)
        bright = 0;
    color = scale(h.color, 0.15 + 0.85 * fmax(bright, 0));
    if (bright > 0 && h.shine > 0) {
        double glint = pow(fmax(dot(reflected, to_light), 0), h.shine);

        color = add(color, (struct vec){ glint, glint, glint });
    }
    if (depth > 0 && h.mirror > 0)
        color = add(scale(color, 1 - h.mirror), scale(color_of(&(struct ray){ h.at, reflected }, depth - 1), h.mirror));
    return color;
}

static uint8_t byte(double c)
{
    return (uint8_t)lrint(255 * pow(fmin(fmax(c, 0), 1), 1 / 2.2));
}

int main(int argc, char **argv)
{
    int width = 160, height = 120, depth = 4, option;
    const char *path = NULL;
    uint8_t *pixels;
    FILE *out = stdout;

    while ((option = getopt(argc, argv, "w:h:d:o:")) != -1) {
        switch (option) {
        case 'w': width = atoi(optarg); break;
        case 'h': height = atoi(optarg); break;
        case 'd': depth = atoi(optarg); break;
        case 'o': path = optarg; break;
        default: return 2;
        }
    }
    if (width < 1 || height < 1 || !(pixels = malloc((size_t)width * (size_t)height * 3)))
        return 2;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            struct ray r = { { 0, 1.2, -1 }, unit((struct vec){ (x + 0.5 - width / 2.0) / width, (height / 2.0 - y - 0.5) / width, 1 }) };
            struct vec c = color_of(&r, depth);
            uint8_t *p = pixels + 3 * ((size_t)y * (size_t)width + (size_t)x);

            p[0] = byte(c.x);
            p[1] = byte(c.y);
            p[2] = byte(c.z);
        }
    }
    if (path && !(out = fopen(path, "wb"))) {
        perror(path);
        return 1;
    }
    fprintf(out, "P6\n# %lu rays\n%d %d\n255\n", nrays, width, height);
    fwrite(pixels, 3, (size_t)width * (size_t)height, out);
    free(pixels);
    return fclose(out) == 0 ? 0 : 1;
}
