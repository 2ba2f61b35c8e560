/* nbody STEPS [DT]: the sun and four planets, leapfrog and fourth-order symplectic (Forest, Ruth 1990) side by side. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NBODIES 5
#define SOLAR_MASS (4 * M_PI * M_PI) /* gravity is 1 in astronomical units, years and this */

struct body {
    const char *name;
    double r[3], v[3], mass;
};

static const struct body start[NBODIES] = {
    { "sun", { 0, 0, 0 }, { 0, 0, 0 }, SOLAR_MASS },
    { "earth", { 1, 0, 0 }, { 0, 2 * M_PI, 0 }, 3.003e-6 * SOLAR_MASS },
    { "mars", { 0, 1.524, 0.03 }, { -5.09, 0, 0.05 }, 3.227e-7 * SOLAR_MASS },
    { "jupiter", { 5.203, 0, -0.1 }, { 0, 2.754, 0.06 }, 9.546e-4 * SOLAR_MASS },
    { "saturn", { 0, -9.537, 0.2 }, { 2.035, 0, 0.08 }, 2.858e-4 * SOLAR_MASS },
};

static void balance(struct body *bodies)
{
    for (int k = 0; k < 3; k++) {
        double momentum = 0;

        for (int i = 0; i < NBODIES; i++)
            momentum += bodies[i].v[k] * bodies[i].mass;
        bodies[0].v[k] -= momentum / bodies[0].mass;
    }
}

static void kick(struct body *bodies, double dt)
{
    for (int i = 0; i < NBODIES; i++) {
        for (int j = i + 1; j < NBODIES; j++) {
            double d[3], r2 = 0, pull;

            for (int k = 0; k < 3; k++) {
                d[k] = bodies[i].r[k] - bodies[j].r[k];
                r2 += d[k] * d[k];
            }
            pull = dt / (r2 * sqrt(r2));
            for (int k = 0; k < 3; k++) {
                bodies[i].v[k] -= d[k] * bodies[j].mass * pull;
                bodies[j].v[k] += d[k] * bodies[i].mass * pull;
            }
        }
    }
}

static void drift(struct body *bodies, double dt)
{
    for (int i = 0; i < NBODIES; i++) {
        for (int k = 0; k < 3; k++)
            bodies[i].r[k] += dt * bodies[i].v[k];
    }
}

static void leapfrog(struct body *bodies, double dt)
{
    drift(bodies, dt / 2);
    kick(bodies, dt);
    drift(bodies, dt / 2);
}

static void forest_ruth(struct body *bodies, double dt)
{
    const double theta = 1 / (2 - cbrt(2));

    leapfrog(bodies, theta * dt);
    leapfrog(bodies, (1 - 2 * theta) * dt);
    leapfrog(bodies, theta * dt);
}

static double energy(const struct body *bodies)
{
    double e = 0;

    for (int i = 0; i < NBODIES; i++) {
        const double *v = bodies[i].v;

        e += 0.5 * bodies[i].mass * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        for (int j = i + 1; j < NBODIES; j++) {
            double r2 = 0;

            for (int k = 0; k < 3; k++)
                r2 += pow(bodies[i].r[k] - bodies[j].r[k], 2);
            e -= bodies[i].mass * bodies[j].mass / sqrt(r2);
        }
    }
    return e;
}

static void run(const char *name, void (*step)(struct body *, double), long steps, double dt)
{
    struct body bodies[NBODIES];
    double first, worst = 0;

    memcpy(bodies, start, sizeof(bodies));
    balance(bodies);
    first = energy(bodies);
    for (long i = 0; i < steps; i++) {
        double drifted;

        step(bodies, dt);
        drifted = fabs(energy(bodies) / first - 1);
        if (drifted > worst)
            worst = drifted;
    }
    printf("%s: energy %.9f -> %.9f, worst relative error %.2e\n", name, first, energy(bodies), worst);
    for (int i = 0; i < NBODIES; i++)
        printf("  %-8s %13.8f %13.8f %13.8f\n", bodies[i].name, bodies[i].r[0], bodies[i].r[1], bodies[i].r[2]);
}

int main(int argc, char **argv)
{
    long steps = argc > 1 ? atol(argv[1]) : 1000;
    double dt = argc > 2 ? strtod(argv[2], NULL) : 0.01;

    if (steps <= 0 || !(dt > 0)) {
        fprintf(stderr, "usage: %s STEPS [DT]\n", argv[0]);
        return EXIT_FAILURE;
    }
    printf("%ld steps of %g years\n", steps, dt);
    run("leapfrog", leapfrog, steps, dt);
    run("forest-ruth", forest_ruth, steps, dt);
    return EXIT_SUCCESS;
}
