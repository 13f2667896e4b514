/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random streams.
 *
 * Every part of a run draws from a stream of its own, found by name.  A new
 * draw in one protocol therefore shifts nobody else's numbers, and two
 * protocols can be compared under one and the same churn.
 *
 * Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011 (Philox2x64-10, from Random123).
 */
#pragma once
#include <stdint.h>

/* A plain value: copy it, no free.  One draw is one step of the counter. */
typedef struct {
    uint64_t key;           /* seed and name */
    uint64_t index;         /* which stream of that name */
    uint64_t drawn;         /* how many numbers were taken */
    uint64_t spare;         /* the second half of the last block */
} Random;

/* The stream called `name`, number `index`, of the run with this `seed`.
 * Same three arguments, same stream, on every machine and in any order of
 * calls.  `name` reads as room/variant, such as "failure/crash". */
Random random_stream(uint64_t seed, const char *name, uint64_t index);

/* The same for a key made once by random_key(); for streams taken by the million. */
Random random_keyed(uint64_t key, uint64_t index);
uint64_t random_key(uint64_t seed, const char *name);

/* The seed of replication `replication` of an experiment with this seed. */
uint64_t random_replication_seed(uint64_t seed, uint64_t replication);

/* 64 uniform bits. */
uint64_t random_bits(Random *random);

/* Uniform in [0, 1), a multiple of 2^-53. */
double random_unit(Random *random);

/* Uniform in (0, 1): never an end point, for inverse distribution functions. */
double random_open(Random *random);

/* Uniform whole number in [0, bound), without modulo bias; bound > 0. */
uint64_t random_below(Random *random, uint64_t bound);

/* Shuffles `count` numbers in place (Fisher and Yates). */
void random_shuffle(Random *random, uint32_t *items, uint32_t count);

/* Sets out[0..take-1] to different numbers from [0, count), uniform over all
 * subsets, ascending; take <= count.  Takes O(take) expected time and memory. */
void random_sample(Random *random, uint32_t count, uint32_t take, uint32_t *out);
