/* ceiling_test.c - the kernels that measure ceilings do all the reads they are timed for: against plain loops
 * here. */
#include <stdlib.h>
#include <string.h>

#include "runner.h"

extern const otd_gpu_code otd_kernel_ceiling_fill, otd_kernel_ceiling_copy, otd_kernel_ceiling_random256,
    otd_kernel_ceiling_random32, otd_kernel_ceiling_shared, otd_kernel_ceiling_integer;

enum { QUADS = 3001, WORDS = 4 * QUADS, ITEMS_MAX = 1024, ROUNDS = 3, SEED = 12345 };

static _Alignas(16) uint32_t memory[WORDS < 4096 ? 4096 : WORDS], out[WORDS], expected[WORDS];

static uint32_t step(uint32_t x) {
    return x * 1664525u + 1013904223u;
}

static uint32_t mix(uint32_t x) {
    return (x ^ x >> 15) * 0x2c1b3c6du;
}

static uint32_t folded(const uint32_t *quad) {
    return quad[0] ^ quad[1] ^ quad[2] ^ quad[3];
}

static uint32_t turned(uint32_t x) {
    return x << 7 | x >> 25;
}

/* Reads of `lanes` neighbours together, or of each for itself, of `quads` quads each. */
static uint32_t random_reads(uint32_t item, uint32_t lanes, uint32_t quads, uint32_t places,
                             uint32_t rounds) {
    uint32_t x = mix(item / lanes + SEED), sum = 0;
    for (uint32_t r = 0; r < 4 * rounds; r++) {
        x = step(x);
        uint32_t at = mix(x) % places * lanes + item % lanes, word = 0;
        for (uint32_t q = 0; q < quads; q++) {
            word ^= folded(memory + 4 * (at + q));
        }
        sum += word;
    }
    return sum;
}

static uint32_t chains(uint32_t item, int shared, uint32_t rounds) {
    uint32_t x[8], sum = 0;
    for (uint32_t k = 0; k < 8; k++) {
        x[k] = mix(8 * item + k + SEED);
    }
    for (uint32_t r = 0; r < 8 * rounds; r++) {
        uint32_t k = r % 8;
        x[k] = shared ? x[k] ^ memory[x[k] & 4095] : turned(x[k]) ^ x[(k + 1) % 8] ^ x[(k + 2) % 8];
    }
    for (uint32_t k = 0; k < 8; k++) {
        sum += x[k];
    }
    return sum;
}

static void one(const runner *with, const otd_gpu_code *code, uint32_t places, uint32_t rounds,
                uint32_t groups, uint32_t seed, uint32_t words) {
    const argument arguments[] = {BUFFER(memory, sizeof memory),  BUFFER(out, sizeof out), ARG_U32(places),
                                  ARG_U32((1ull << 32) / places), ARG_U32(rounds),         ARG_U32(seed)};
    const launch l = {code, "otd_ceiling", with->threads, groups, arguments, 6};
    memset(out, 0x5a, sizeof out);
    check(with->run(&l), "%s %s runs", with->name, code->name);
    check(memcmp(out, expected, words * sizeof out[0]) == 0, "%s %s: what was read", with->name, code->name);
}

static void reads(const runner *with, uint32_t groups, uint32_t items, uint32_t rounds) {
    for (uint32_t i = 0; i < items; i++) {
        expected[i] = random_reads(i, 16, 1, QUADS / 16, rounds);
    }
    one(with, &otd_kernel_ceiling_random256, QUADS / 16, rounds, groups, SEED, items);
    for (uint32_t i = 0; i < items; i++) {
        expected[i] = random_reads(i, 1, 2, QUADS - 1, rounds);
    }
    one(with, &otd_kernel_ceiling_random32, QUADS - 1, rounds, groups, SEED, items);
    for (uint32_t i = 0; i < items; i++) {
        expected[i] = chains(i, 1, rounds);
    }
    one(with, &otd_kernel_ceiling_shared, QUADS, rounds, groups, SEED, items);
    for (uint32_t i = 0; i < items; i++) {
        expected[i] = chains(i, 0, rounds);
    }
    one(with, &otd_kernel_ceiling_integer, QUADS, rounds, groups, SEED, items);
}

void test_ceiling(const runner *with) {
    uint32_t groups = 3, items = groups * with->threads, passes = (QUADS + items - 1) / items;
    for (uint32_t w = 0; w < WORDS; w++) {
        expected[w] = 0x5a5a5a5au;
    }
    one(with, &otd_kernel_ceiling_fill, QUADS, passes, groups, 7, WORDS);
    uint32_t wrong = 0;
    for (uint32_t w = 0; w < WORDS; w++) {
        wrong += memory[w] != mix(w + 7);
    }
    check(wrong == 0, "%s ceiling_fill: %u words are not what they have to be", with->name, wrong);
    random_fill(memory, sizeof memory);
    memcpy(expected, memory, sizeof expected);
    one(with, &otd_kernel_ceiling_copy, QUADS, passes, groups, 0, WORDS);
    /* None at all, as well: the code that passes the loop by is code too. */
    for (uint32_t rounds = 0; items <= ITEMS_MAX && rounds <= ROUNDS; rounds += ROUNDS) {
        reads(with, groups, items, rounds);
    }
    for (uint32_t w = 0; w < WORDS; w++) {
        expected[w] = 0x5a5a5a5au;
    }
    one(with, &otd_kernel_ceiling_copy, QUADS, 0, groups, 0, WORDS);
    one(with, &otd_kernel_ceiling_fill, QUADS, 0, groups, 0, WORDS);
}
