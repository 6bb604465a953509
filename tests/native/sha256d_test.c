/*
 * sha256d_test.c - every flavour against the reference on random headers, windows and version counts; merkle
 * roots of many coinbases against one hash after the other.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "otedama.h"
#include "sha256.h"

enum { OTD_HITS = 2048, OTD_ROUNDS = 40 };

static uint64_t otd_seed = 0x9e3779b97f4a7c15ull;

/* xorshift: the same sequence in every run. */
static uint32_t otd_random(void) {
    otd_seed ^= otd_seed << 13;
    otd_seed ^= otd_seed >> 7;
    otd_seed ^= otd_seed << 17;
    return (uint32_t)(otd_seed >> 16);
}

static void otd_fill(uint8_t *bytes, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) {
        bytes[i] = (uint8_t)otd_random();
    }
}

static uint32_t otd_search(uint32_t flavour, const otd_work *work, const uint8_t *header, otd_hit *hits) {
    otd_engine_params params = {.algorithm = OTD_ALGO_SHA256D, .flavour = flavour};
    otd_engine *engine = NULL;
    otd_scan_result result = {0};
    otd_engine_create(&params, NULL, &engine);
    int32_t status = otd_engine_scan(engine, hits, OTD_HITS, &result, work, 1, header, 80, 60000);
    otd_check(status == OTD_OK && result.work_index == 1, "flavour %u finishes its window", flavour);
    otd_engine_destroy(engine);
    return result.hit_count;
}

static void otd_compare_scans(uint32_t reference, uint32_t flavour, const char *name) {
    static otd_hit expected[OTD_HITS], found[OTD_HITS];
    for (int round = 0; round < OTD_ROUNDS; round++) {
        uint8_t header[80];
        otd_fill(header, sizeof header);
        otd_work work = {.nonce_count = 1 + otd_random() % 700, .data_length = 80}; // 0 may not begin at 2^32
        work.nonce_first = round % 4 == 0 ? (1ull << 32) - work.nonce_count : otd_random() & 0x7fffffffu;
        work.version_count = otd_random() % (OTD_VERSIONS_MAX + 1);
        otd_fill((uint8_t *)work.versions, sizeof work.versions);
        memset(work.target, 0xff, sizeof work.target);
        work.target[31] = round % 2 == 0 ? 0x07 : 0x00;
        uint32_t count = otd_search(reference, &work, header, expected);
        uint32_t own = otd_search(flavour, &work, header, found);
        otd_check(own == count && memcmp(expected, found, count * sizeof *found) == 0,
                  "%s finds the hits of the reference (round %d: %u against %u)", name, round, own, count);
    }
}

static void otd_compare_verdicts(uint32_t reference, uint32_t flavour, const char *name) {
    enum { COUNT = 77 };
    static uint8_t data[COUNT * 83];
    otd_verify_item items[COUNT] = {{0}};
    otd_verdict expected[COUNT], found[COUNT];
    otd_fill(data, sizeof data);
    for (uint32_t i = 0; i < COUNT; i++) {
        items[i].data_offset = 83 * i + i % 3; /* at every alignment */
        items[i].data_length = 80;
        otd_fill(items[i].target, 32);
    }
    otd_verify(OTD_ALGO_SHA256D, reference, NULL, NULL, expected, items, COUNT, data, sizeof data);
    otd_verify(OTD_ALGO_SHA256D, flavour, NULL, NULL, found, items, COUNT, data, sizeof data);
    otd_check(memcmp(expected, found, sizeof found) == 0, "%s verifies as the reference does", name);
}

/* Every length around the block's, and every count around the two that go through together. */
static void otd_compare_roots(void) {
    enum { PREFIX_MAX = 70, OWN_MAX = 34, SUFFIX_MAX = 130, COUNT_MAX = 5 };
    static uint8_t text[PREFIX_MAX + OWN_MAX + SUFFIX_MAX], own[COUNT_MAX * OWN_MAX], branches[3 * 32];
    for (uint32_t round = 0; round < 2000; round++) {
        uint32_t prefix = otd_random() % (PREFIX_MAX + 1), length = otd_random() % (OWN_MAX + 1);
        uint32_t suffix = otd_random() % (SUFFIX_MAX + 1), branch_count = otd_random() % 4;
        uint32_t count = otd_random() % (COUNT_MAX + 1), wrong = 0;
        uint8_t roots[COUNT_MAX * 32], pair[64];
        otd_fill(text, sizeof text);
        otd_fill(own, sizeof own);
        otd_fill(branches, sizeof branches);
        int32_t status = otd_merkle_roots(roots, own, length, count, text, prefix, text + prefix + length,
                                          suffix, branches, branch_count);
        for (uint32_t i = 0; i < count; i++) {
            memcpy(text + prefix, own + length * i, length);
            otd_sha256d(pair, text, prefix + length + suffix);
            for (uint32_t b = 0; b < branch_count; b++) {
                memcpy(pair + 32, branches + 32 * b, 32);
                otd_sha256d(pair, pair, 64);
            }
            wrong += memcmp(pair, roots + 32 * i, 32) != 0;
        }
        otd_check(status == OTD_OK && wrong == 0,
                  "%u of %u roots differ: prefix %u, own %u, suffix %u, branches %u", wrong, count, prefix,
                  length, suffix, branch_count);
    }
}

/* Two messages at once against the portable code. */
static void otd_compare_two(void) {
    static uint8_t one[4 * 64], other[4 * 64 + 1];
    for (size_t count = 0; count <= 4; count++) {
        const uint8_t *const blocks[2] = {one, other + 1};
        uint32_t both[2][8], alone[2][8];
        otd_fill(one, sizeof one);
        otd_fill(other, sizeof other);
        otd_fill((uint8_t *)both, sizeof both);
        memcpy(alone, both, sizeof both);
        otd_sha256_blocks_two(both, blocks, count);
        otd_sha256_blocks_ref(alone[0], blocks[0], count);
        otd_sha256_blocks_ref(alone[1], blocks[1], count);
        otd_check(memcmp(both, alone, sizeof both) == 0, "two messages of %u blocks at once",
                  (unsigned)count);
    }
}

void otd_test_sha256d(void) {
    otd_compare_roots();
    otd_compare_two();
    otd_flavour_info flavour;
    uint32_t reference = 0;
    while (otd_flavour_at(0, OTD_ALGO_SHA256D, reference, &flavour) == OTD_OK) {
        reference++;
    }
    for (uint32_t f = 1; f < reference; f++) {
        otd_flavour_at(0, OTD_ALGO_SHA256D, f - 1, &flavour);
        if (!flavour.supported) {
            printf("skipped sha256d %s: this CPU cannot run it\n", flavour.name);
            continue;
        }
        otd_compare_scans(reference, f, flavour.name);
        otd_compare_verdicts(reference, f, flavour.name);
    }
}
