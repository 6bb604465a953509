/* sha256d_test.c - every flavour against the reference on random headers, windows and version counts. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "otedama.h"

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
        otd_work work = {.nonce_count = otd_random() % 700, .data_length = 80};
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

void otd_test_sha256d(void) {
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
