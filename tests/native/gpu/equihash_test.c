/*
 * equihash_test.c - the solver's kernels: all solutions of 48,5 and 96,5 against the processor's solver,
 * among them the inputs whose solutions are published; the big sets on the few buckets that a known solution
 * goes through; what full buckets lose.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "equihash/equihash.h"
#include "equihash/gpu/equihash_row.h"
#include "equihash/gpu/equihash_steps.h"
#include "otedama.h"
#include "runner.h"

enum { SOLUTIONS = 64 };

typedef struct device {
    equihash_params p;
    equihash_steps list;
    void *memory[EQUIHASH_BUFFERS];
} device;

typedef struct solution_set {
    uint8_t packed[SOLUTIONS][OTD_PROOF_MAX];
    uint32_t count;
} solution_set;

static int open_device(device *d, uint32_t n, uint32_t k, uint32_t twist, int any_length, uint32_t threads) {
    const otd_algo_params params = {.n = n, .k = k, .twist = twist, .variant = any_length ? 1 : 0};
    memset(d, 0, sizeof *d);
    int good = otd_equihash_params(&d->p, &params) == OTD_OK &&
               otd_equihash_steps(&d->list, &d->p, threads, SOLUTIONS) == OTD_OK;
    for (uint32_t i = 0; good && i < EQUIHASH_BUFFERS; i++) {
        /* Big buffers are of zeros that nobody has touched, so that only what is written takes memory. */
        d->memory[i] = aligned_alloc(4096, (d->list.bytes[i] + 4095) / 4096 * 4096);
        if (d->memory[i] != NULL && d->list.bytes[i] < 1 << 24) {
            memset(d->memory[i], 0xee, d->list.bytes[i]);
        }
        good = d->memory[i] != NULL;
    }
    return good;
}

static void close_device(device *d) {
    for (uint32_t i = 0; i < EQUIHASH_BUFFERS; i++) {
        free(d->memory[i]);
    }
}

static int run_step(const runner *with, const device *d, const equihash_step *step, uint32_t threads) {
    argument arguments[ARGUMENTS_MAX];
    for (uint32_t i = 0; i < step->argument_count; i++) {
        const equihash_argument *a = &step->arguments[i];
        arguments[i] = a->bytes == 0 ? BUFFER(d->memory[a->buffer], d->list.bytes[a->buffer])
                                     : (argument){.bytes = a->bytes, .value = a->value};
    }
    const launch l = {step->code, step->entry, threads, step->groups, arguments, step->argument_count};
    return with->run(&l);
}

static int run_all(const runner *with, device *d, const uint8_t *input, uint32_t length, uint32_t threads) {
    uint64_t nonce;
    int good = otd_equihash_row(d->memory[EQUIHASH_CONSTANTS], &d->p, input, length);
    memcpy(&nonce, input + length - 8, 8);
    otd_equihash_steps_nonce(&d->list, nonce);
    for (uint32_t i = 0; good && i < d->list.step_count; i++) {
        good = run_step(with, d, &d->list.steps[i], threads);
    }
    return good;
}

/* ---- whole nonces -------------------------------------------------------------------------- */

static int packed_order(const void *a, const void *b) {
    return memcmp(a, b, OTD_PROOF_MAX);
}

static void sort(solution_set *s) {
    qsort(s->packed, s->count, OTD_PROOF_MAX, packed_order);
}

static void solve_here(solution_set *s, const equihash_params *p, const uint8_t *input, uint32_t length) {
    const uint32_t cancel = 0;
    equihash_solver *solver = NULL;
    memset(s, 0, sizeof *s);
    if (otd_equihash_solver_create(p, &solver) == OTD_OK) {
        int32_t found = otd_equihash_solve(solver, &otd_equihash_ref, input, length, s->packed, &cancel);
        s->count = found > 0 ? (uint32_t)found : 0;
        otd_equihash_solver_destroy(solver);
    }
    sort(s);
}

/* Solutions of one input on the device and here; returns how many there are. */
static uint32_t compare(const runner *with, device *d, const uint8_t *input, uint32_t length,
                        uint32_t threads) {
    solution_set here, there = {0};
    uint32_t lost = 0, bad = 0, reported;
    check(run_all(with, d, input, length, threads), "%s equihash %u,%u runs", with->name, d->p.n, d->p.k);
    memcpy(&reported, d->memory[EQUIHASH_RESULTS], 4);
    there.count = otd_equihash_steps_read(there.packed, SOLUTIONS, &lost, &d->p, d->memory[EQUIHASH_RESULTS],
                                          SOLUTIONS);
    for (uint32_t i = 0; i < there.count; i++) {
        bad += !otd_equihash_is_solution(&otd_equihash_ref, &d->p, input, length, there.packed[i]);
    }
    sort(&there);
    solve_here(&here, &d->p, input, length);
    check(bad == 0 && lost == 0 && reported >= there.count && reported < SOLUTIONS,
          "%s equihash %u,%u: %u of %u solutions are none, %u entries lost", with->name, d->p.n, d->p.k, bad,
          there.count, lost);
    check(there.count == here.count && memcmp(there.packed, here.packed, sizeof here.packed) == 0,
          "%s equihash %u,%u: %u solutions, %u here", with->name, d->p.n, d->p.k, there.count, here.count);
    return there.count;
}

static void random_headers(const runner *with, uint32_t n, uint32_t threads, uint32_t nonces) {
    uint8_t header[EQUIHASH_HEADER_LENGTH];
    uint32_t found = 0;
    device d;
    check(open_device(&d, n, 5, 0, 0, threads), "%s equihash %u,5 opens", with->name, n);
    random_fill(header, sizeof header);
    for (uint32_t i = 0; i < nonces; i++) {
        random_fill(header + 132, 8);
        found += compare(with, &d, header, sizeof header, threads);
    }
    check(nonces < 4 || found > 0, "%s equihash %u,5 finds something", with->name, n);
    close_device(&d);
}

/* Inputs whose solutions others have counted: Zcash's tests of 96,5, and ours of 48,5. */
static void known_inputs(const runner *with, uint32_t threads) {
    static const struct {
        const char *text;
        uint32_t n, nonce, solutions;
    } rows[] = {
        {"otedama equihash 48,5", 48, 0, 1},
        {"otedama equihash 48,5", 48, 1, 2},
        {"otedama equihash 48,5", 48, 4, 0},
        {"otedama equihash 48,5", 48, 5, 2},
        {"block header", 96, 0, 5},
        {"Equihash is an asymmetric PoW based on the Generalised Birthday problem.", 96, 1, 2},
        {"Test case with 3+-way collision in the final round.", 96, 0x7f0, 6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t input[256] = {0};
        uint32_t length = (uint32_t)strlen(rows[i].text);
        device d;
        memcpy(input, rows[i].text, length);
        memcpy(input + length, &rows[i].nonce, 4);
        check(open_device(&d, rows[i].n, 5, 0, 1, threads), "%s equihash %u,5 opens", with->name, rows[i].n);
        uint32_t found = compare(with, &d, input, length + 32, threads);
        check(found == rows[i].solutions, "%s equihash %u,5 of \"%s\" %u: %u solutions, not %u", with->name,
              rows[i].n, rows[i].text, rows[i].nonce, found, rows[i].solutions);
        close_device(&d);
    }
}

/* ---- the big sets, where a known solution goes --------------------------------------------- */

/* Runs a step for the buckets that hold two entries or more; the others have nothing to give. */
static int run_buckets(const runner *with, const device *d, equihash_step step, const uint32_t *counts,
                       uint32_t threads) {
    uint32_t buckets = step.groups;
    for (uint32_t bucket = 0; bucket < buckets; bucket++) {
        if (counts[bucket] >= 2) {
            step.groups = 1;
            step.arguments[step.argument_count - 1].value = bucket;
            if (!run_step(with, d, &step, threads)) {
                return 0;
            }
        }
    }
    return 1;
}

static uint32_t slots_of(const device *d) {
    return d->list.entries / ((d->list.counter_words - 2) / d->p.k);
}

/*
 * Fills a bucket over its brim with entries of which four or more agree on the rest of their digit, so that
 * there are more pairs than a group notes at a time.
 */
static void overfill(device *d, uint32_t *counts, uint32_t bucket, void *records, uint32_t record_bytes,
                     uint32_t rest_bits) {
    uint32_t slots = slots_of(d), rests = slots / 4 < 1u << rest_bits ? slots / 4 : 1u << rest_bits;
    for (uint32_t s = 0; s < slots; s++) {
        uint32_t record[4] = {random_u32() >> rest_bits, random_u32(), random_u32(), random_u32()};
        record[0] |= s % rests << (32 - rest_bits);
        uint32_t *to = (void *)((uint8_t *)records + ((uint64_t)bucket * slots + s) * record_bytes);
        if (record_bytes == 8) { /* lower word first */
            to[0] = record[1];
            to[1] = record[0];
        } else {
            memcpy(to, record, 16);
        }
    }
    counts[bucket] = slots + 3;
}

/*
 * Makes only the leaves around those of a solution, and follows them through all levels: the solution has to
 * come out. On the way one bucket of the first and one of the last level are too full.
 */
static void known_solution(const runner *with, uint32_t n, uint32_t k, const uint8_t *header,
                           const uint8_t *solution, uint32_t threads) {
    uint32_t indices[EQUIHASH_INDICES_MAX], lost = 0, empty = 0;
    solution_set there = {0};
    device d;
    check(open_device(&d, n, k, n == 125, 0, threads), "%s equihash %u,%u opens", with->name, n, k);
    check(otd_equihash_row(d.memory[EQUIHASH_CONSTANTS], &d.p, header, EQUIHASH_HEADER_LENGTH) &&
              otd_equihash_is_solution(&otd_equihash_ref, &d.p, header, EQUIHASH_HEADER_LENGTH, solution),
          "equihash %u,%u: a solution to look for", n, k);
    uint64_t nonce;
    memcpy(&nonce, header + 132, 8);
    otd_equihash_steps_nonce(&d.list, nonce);
    otd_equihash_unpack(indices, &d.p, solution);

    equihash_step *clear = &d.list.steps[0], generate = d.list.steps[1];
    int good = run_step(with, &d, clear, threads);
    uint32_t per_item = d.p.leaves_per_hash * (n == 125 ? 16 : 1);
    for (uint32_t i = 0; good && i < d.p.index_count; i++) {
        uint32_t item = indices[i] / per_item;
        for (uint32_t j = 0; j < i; j++) {
            item = item == indices[j] / per_item ? UINT32_MAX : item; /* made already */
        }
        generate.groups = 1;
        generate.arguments[2].value = item;
        generate.arguments[3].value = 1;
        good = item == UINT32_MAX || run_step(with, &d, &generate, threads);
    }
    uint32_t *counts = d.memory[EQUIHASH_COUNTERS], buckets = (d.list.counter_words - 2) / k;
    uint32_t rest_bits = d.p.digit_bits - 16;
    while (counts[empty] != 0) {
        empty++;
    }
    overfill(&d, counts, empty, d.memory[EQUIHASH_LEVEL0], 16, rest_bits);
    for (uint32_t level = 0; good && level + 1 < k; level++) {
        good = run_buckets(with, &d, d.list.steps[2 + level], counts + level * buckets, threads);
    }
    uint32_t *last_counts = counts + (k - 1) * buckets;
    empty = 0;
    while (last_counts[empty] != 0) {
        empty++;
    }
    overfill(&d, last_counts, empty, d.memory[EQUIHASH_LAST], 8, rest_bits);
    good = good && run_buckets(with, &d, d.list.steps[k + 1], last_counts, threads);
    /* And a candidate in which every leaf comes twice. */
    uint32_t *candidates = d.memory[EQUIHASH_CANDIDATES], *listed = &counts[d.list.counter_words - 2];
    candidates[2 * *listed] = candidates[2 * *listed + 1] = candidates[0];
    ++*listed;
    good = good && run_step(with, &d, &d.list.steps[k + 2], threads);
    there.count =
        otd_equihash_steps_read(there.packed, SOLUTIONS, &lost, &d.p, d.memory[EQUIHASH_RESULTS], SOLUTIONS);
    check(good && lost == 6, "%s equihash %u,%u runs and loses %u entries, not 6", with->name, n, k, lost);
    check(there.count == 1 && memcmp(there.packed[0], solution, d.p.solution_bytes) == 0,
          "%s equihash %u,%u finds the known solution: %u found", with->name, n, k, there.count);
    close_device(&d);
}

/* ---- one full bucket of each level --------------------------------------------------------- */

typedef unsigned __int128 wide;

static wide wide_of(const uint32_t *record) {
    return (wide)record[0] << 96 | (wide)record[1] << 64 | (wide)record[2] << 32 | record[3];
}

/* The first `bits` bits, most significant first. */
static wide wide_mask(uint32_t bits) {
    return bits >= 128 ? ~(wide)0 : ~(~(wide)0 >> bits);
}

typedef struct geometry {
    uint32_t bucket_bits, rest_bits, slot_bits, slots, tails;
} geometry;

static geometry geometry_of(uint32_t n) {
    switch (n) {
    case 125:
        return (geometry){16, 9, 11, 1216, 1};
    case 144:
        return (geometry){16, 8, 10, 640, 2};
    case 96:
        return (geometry){8, 8, 10, 896, 1};
    default:
        return (geometry){2, 6, 10, 768, 2};
    }
}

/* An entry of the next level says which pair it is of: 1 when that pair gives this entry, and is new. */
static int is_of_pair(device *d, const geometry *g, uint32_t level, uint32_t bucket, uint32_t target,
                      uint32_t place, const wide *values, uint8_t *seen) {
    uint32_t next = level + 1, last = next == d->p.k - 1, a, b, from, slots = g->slots;
    uint32_t next_bits = (d->p.k + 1 - next) * d->p.digit_bits - g->bucket_bits;
    wide value;
    if (last) {
        const uint32_t *words = (uint32_t *)d->memory[EQUIHASH_LAST] + 2 * (size_t)place;
        value = ((wide)words[1] << 96 | (wide)words[0] << 64) & wide_mask(next_bits);
        a = words[0] & ((1u << g->slot_bits) - 1);
        from = words[0] >> g->slot_bits & ((1u << g->bucket_bits) - 1);
        b = 0;
        while (b < slots &&
               (b == a || values[a] >> (128 - g->rest_bits) != values[b] >> (128 - g->rest_bits) ||
                ((values[a] ^ values[b]) << d->p.digit_bits & wide_mask(next_bits)) != value ||
                (uint32_t)((values[a] ^ values[b]) >> (128 - d->p.digit_bits)) != target)) {
            b++;
        }
    } else {
        const int to[] = {0, EQUIHASH_LEVEL1, EQUIHASH_LEVEL0, EQUIHASH_LEVEL3};
        wide record = wide_of((uint32_t *)d->memory[to[next]] + 4 * (size_t)place);
        value = record & wide_mask(next_bits);
        wide reference =
            next < g->tails ? record << 32 | ((uint32_t *)d->memory[EQUIHASH_TAILS1])[place] : record;
        b = (uint32_t)reference & ((1u << g->slot_bits) - 1);
        a = (uint32_t)(reference >> g->slot_bits) & ((1u << g->slot_bits) - 1);
        from = (uint32_t)(reference >> (2 * g->slot_bits)) & ((1u << g->bucket_bits) - 1);
    }
    if (a >= slots || b >= slots || from != bucket) {
        return 0;
    }
    wide x = values[a] ^ values[b];
    uint8_t *mark = &seen[(size_t)(a < b ? a : b) * slots + (a < b ? b : a)];
    *mark += !last; /* of the last level only one of the two is told */
    return *mark <= 1 && x >> (128 - g->rest_bits) == 0 &&
           (x << d->p.digit_bits & wide_mask(next_bits)) == value &&
           (uint32_t)(x >> (128 - d->p.digit_bits)) == target;
}

static void full_bucket(const runner *with, uint32_t n, uint32_t k, uint32_t level, uint32_t threads) {
    const int from[] = {EQUIHASH_LEVEL0, EQUIHASH_LEVEL1, EQUIHASH_LEVEL0, EQUIHASH_LEVEL3};
    const geometry g = geometry_of(n);
    uint32_t buckets = 1u << g.bucket_bits, bucket = random_u32() % buckets, pairs = 0, given = 0, wrong = 0;
    uint32_t bits = (k + 1 - level) * (n / (k + 1)) - g.bucket_bits;
    wide *values = malloc(g.slots * sizeof *values);
    uint8_t *seen = calloc(g.slots, g.slots);
    device d;
    check(open_device(&d, n, k, n == 125, 0, threads), "%s equihash %u,%u opens", with->name, n, k);
    check(run_step(with, &d, &d.list.steps[0], threads), "%s equihash_clear runs", with->name);
    uint32_t *counts = d.memory[EQUIHASH_COUNTERS];
    overfill(&d, counts + level * buckets, bucket, d.memory[from[level]], 16, g.rest_bits);
    uint32_t *records = (uint32_t *)d.memory[from[level]] + 4 * (size_t)bucket * g.slots;
    memcpy(records + 4, records, 16); /* two that are the same come to nothing */
    for (uint32_t s = 0; s < g.slots; s++) {
        values[s] = wide_of(records + 4 * s) & wide_mask(bits);
        for (uint32_t other = 0; other < s; other++) {
            pairs += (values[s] ^ values[other]) >> (128 - g.rest_bits) == 0 && values[s] != values[other];
        }
    }
    equihash_step step = d.list.steps[2 + level];
    step.groups = 1;
    step.arguments[step.argument_count - 1].value = bucket;
    check(run_step(with, &d, &step, threads), "%s equihash_%u_%u_collide runs", with->name, n, k);
    for (uint32_t target = 0; target < buckets; target++) {
        uint32_t count = counts[(level + 1) * buckets + target];
        given += count;
        for (uint32_t s = 0; s < count && s < g.slots; s++) {
            wrong += !is_of_pair(&d, &g, level, bucket, target, target * g.slots + s, values, seen);
        }
    }
    check(given == pairs && wrong == 0 && counts[d.list.counter_words - 1] == 3,
          "%s equihash %u,%u: level %u gives %u entries, not %u; %u are wrong; %u lost, not 3", with->name, n,
          k, level, given, pairs, wrong, counts[d.list.counter_words - 1]);
    free(values);
    free(seen);
    close_device(&d);
}

/* The last level: which pairs agree on all that is left. */
static void full_last_bucket(const runner *with, uint32_t n, uint32_t k, uint32_t threads) {
    const geometry g = geometry_of(n);
    uint32_t buckets = 1u << g.bucket_bits, bucket = random_u32() % buckets, pairs = 0, wrong = 0;
    uint32_t bits = 2 * (n / (k + 1)) - g.bucket_bits;
    device d;
    check(open_device(&d, n, k, n == 125, 0, threads), "%s equihash %u,%u opens", with->name, n, k);
    check(run_step(with, &d, &d.list.steps[0], threads), "%s equihash_clear runs", with->name);
    uint32_t *counts = d.memory[EQUIHASH_COUNTERS], *candidates = d.memory[EQUIHASH_CANDIDATES];
    overfill(&d, counts + (k - 1) * buckets, bucket, d.memory[EQUIHASH_LAST], 8, g.rest_bits);
    uint64_t *records = (uint64_t *)d.memory[EQUIHASH_LAST] + (size_t)bucket * g.slots;
    uint64_t mask = ~(~0ull >> bits);
    for (uint32_t s = 0; s + 50 < g.slots; s += 50) {
        records[s + 17] = records[s] ^ (random_u32() & (uint32_t)~mask); /* the same but for the reference */
    }
    for (uint32_t s = 0; s < g.slots; s++) {
        for (uint32_t other = 0; other < s; other++) {
            pairs += ((records[s] ^ records[other]) & mask) == 0;
        }
    }
    equihash_step step = d.list.steps[k + 1];
    step.groups = 1;
    step.arguments[step.argument_count - 1].value = bucket;
    check(run_step(with, &d, &step, threads), "%s equihash_%u_%u_final runs", with->name, n, k);
    uint32_t found = counts[d.list.counter_words - 2];
    for (uint32_t i = 0; i < found && i < OTD_EQUIHASH_CANDIDATES; i++) {
        uint32_t a = candidates[2 * i] - bucket * g.slots, b = candidates[2 * i + 1] - bucket * g.slots;
        wrong += a >= g.slots || b >= g.slots || a == b || ((records[a] ^ records[b]) & mask) != 0;
    }
    check(found == pairs && wrong == 0 && counts[d.list.counter_words - 1] == 3,
          "%s equihash %u,%u: %u candidates, not %u; %u are none", with->name, n, k, found, pairs, wrong);
    close_device(&d);
}

static void full_buckets(const runner *with, uint32_t threads) {
    static const uint32_t sets[][2] = {{48, 5}, {96, 5}, {125, 4}, {144, 5}};
    for (uint32_t i = 0; i < (with->in_place ? 4 : 2); i++) {
        for (uint32_t level = 0; level + 1 < sets[i][1]; level++) {
            full_bucket(with, sets[i][0], sets[i][1], level, threads);
        }
        full_last_bucket(with, sets[i][0], sets[i][1], threads);
    }
}

static void from_hex(uint8_t *out, const char *hex) {
    for (unsigned byte; sscanf(hex, "%2x", &byte) == 1; hex += 2) {
        *out++ = (uint8_t)byte;
    }
}

void test_equihash(const runner *with) {
    uint8_t header[EQUIHASH_HEADER_LENGTH], solution[OTD_PROOF_MAX];
    uint32_t threads = with->threads;
    if (with->brief) {
        random_headers(with, 48, threads, 1);
        return;
    }
    known_inputs(with, threads);
    full_buckets(with, threads);
    random_headers(with, 48, threads, 12);
    random_headers(with, 96, threads, 2);
    random_headers(with, 96, 4 * threads, 1);
    if (with->in_place) {
        random_headers(with, 48, 32, 2);
        /* Flux' block 400,000. */
        from_hex(
            header,
            "04000000a8675c842f7a1342fadd00cd9b4e4909526b1c0ab5a747c5529b4deb13000000ce7d6ea2452245925fc7"
            "0c3a08a3c3dd2ca4beab7481f237a19751666bfd25c30fd282d94b1e1a7f2c57eb3fb9e2853d990753fa137e13c9"
            "9bd43f220d4fce6990e44f5dce28421d600000160000000000000000000000000000000000000000000000009cfd"
            "1100");
        from_hex(solution, "0898985c54d7c66d04fbe9509445c19e664aca4b8d16a701f9f90eda443a556f37cc462733520133"
                           "9b001ea2ed29eeeec7da199b");
        known_solution(with, 125, 4, header, solution, threads);
        for (uint32_t i = 0; i < sizeof header; i++) {
            header[i] = i < 132 ? (uint8_t)i : 0;
        }
        from_hex(solution,
                 "039b1447c2bc48db3d097d302119ceafe49bfd9b9ba3c518652478f65493a21f392bf7b0e1226c2c57b039d1"
                 "5365a3be831814134bb1961a9c23157f4f5fa3e5abf77c8af6ee897bae55f71ad69d57247e9dfccf4fac8a93"
                 "3f975a915501f03c5b7820de");
        known_solution(with, 144, 5, header, solution, threads);
    }
}
