/*
 * gpu_equihash_test.c - Equihash's engine on a device against the processor's: all solutions of a range of
 * nonces, rooms that are small, and what is refused. On the small sets, which are the big ones' kernels.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "otedama.h"

enum { ROOM = 256, HEADER = 140 };

static uint8_t otd_header[HEADER];
static otd_hit otd_there[ROOM], otd_here[ROOM];

static int otd_hit_order(const void *a, const void *b) {
    const otd_hit *x = a, *y = b;
    return x->nonce != y->nonce ? (x->nonce < y->nonce ? -1 : 1)
                                : memcmp(x->proof, y->proof, sizeof x->proof);
}

/* All hits of a work, in calls with room for `capacity`, sorted. -1 when it does not end. */
static int32_t otd_all_hits(otd_engine *engine, const otd_work *work, uint32_t capacity, otd_hit *hits,
                            uint64_t *hashes) {
    otd_work rest = *work;
    uint32_t found = 0;
    *hashes = 0;
    for (uint32_t call = 0; call < 1000 && found + capacity <= ROOM; call++) {
        otd_scan_result result;
        if (otd_engine_scan(engine, hits + found, capacity, &result, &rest, 1, otd_header, HEADER, 60000) !=
            OTD_OK) {
            return -1;
        }
        found += result.hit_count;
        *hashes += result.hashes;
        if (result.work_index == 1) {
            qsort(hits, found, sizeof *hits, otd_hit_order);
            return (int32_t)found;
        }
        rest.nonce_count -= result.nonce_next - rest.nonce_first;
        rest.nonce_first = result.nonce_next;
    }
    return -1;
}

static void otd_compare_ranges(otd_engine *device, otd_engine *processor, uint32_t n, uint64_t nonces) {
    static const struct {
        uint64_t first;
        uint32_t capacity;
        uint8_t top;
    } rows[] = {{0, 64, 0xff}, {(1ull << 32) - 3, 8, 0xff}, {77, 64, 0x7f}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        otd_work work = {
            .tag = 5, .nonce_first = rows[i].first, .nonce_count = nonces, .data_length = HEADER};
        uint64_t hashes, expected_hashes;
        memset(work.target, 0xff, sizeof work.target);
        work.target[31] = rows[i].top;
        memset(otd_there, 0, sizeof otd_there);
        memset(otd_here, 0, sizeof otd_here);
        int32_t found = otd_all_hits(device, &work, rows[i].capacity, otd_there, &hashes);
        int32_t expected = otd_all_hits(processor, &work, 64, otd_here, &expected_hashes);
        otd_check(found == expected && found > 0 && hashes == nonces && expected_hashes == nonces &&
                      memcmp(otd_there, otd_here, sizeof otd_here) == 0,
                  "gpu: equihash %u,5 from %llu: %d hits of %d, %llu nonces of %llu", n,
                  (unsigned long long)rows[i].first, found, expected, (unsigned long long)hashes,
                  (unsigned long long)nonces);
    }
}

/* With room for one hit a nonce's second one has none, and the search goes on all the same. */
static void otd_one_place(otd_engine *device) {
    otd_work work = {.tag = 5, .nonce_first = 0, .nonce_count = 12, .data_length = HEADER};
    uint64_t hashes;
    memset(work.target, 0xff, sizeof work.target);
    int32_t found = otd_all_hits(device, &work, 1, otd_there, &hashes);
    otd_check(found > 0 && hashes == 12, "gpu: equihash with room for one hit: %d, %llu nonces", found,
              (unsigned long long)hashes);
}

static void otd_refusals(otd_engine *device, uint32_t index) {
    otd_scan_result result;
    otd_engine *none = NULL;
    otd_work work = {.nonce_count = 1, .data_length = HEADER - 1};
    otd_check(otd_engine_scan(device, otd_there, 8, &result, &work, 1, otd_header, HEADER, 1000) ==
                  OTD_E_ARGUMENT,
              "gpu: equihash refuses a header that is too short");
    work.data_length = HEADER;
    otd_check(otd_engine_scan(device, otd_there, 8, &result, &work, 1, otd_header, HEADER, 60000) == OTD_OK &&
                  result.hashes == 1,
              "gpu: and goes on afterwards");
    const otd_engine_params big = {
        .algorithm = OTD_ALGO_EQUIHASH, .device = index, .algo = {.n = 200, .k = 9}};
    otd_check(otd_engine_create(&big, NULL, &none) == OTD_E_UNSUPPORTED && none == NULL,
              "gpu: equihash 200,9 is not mined there");
}

static void otd_small_sets(uint32_t index) {
    static const struct {
        uint32_t n;
        uint64_t nonces;
    } sets[] = {{48, 12}, {96, 3}};
    for (uint32_t i = 0; i < HEADER; i++) {
        otd_header[i] = (uint8_t)(i * 11 + 3);
    }
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        otd_engine_params params = {.algorithm = OTD_ALGO_EQUIHASH,
                                    .device = index,
                                    .hang_ms = 600000,
                                    .algo = {.n = sets[i].n, .k = 5}};
        otd_engine *device = NULL, *processor = NULL;
        otd_check(otd_engine_create(&params, NULL, &device) == OTD_OK, "gpu: engine of equihash %u,5",
                  sets[i].n);
        params.device = 0;
        otd_check(otd_engine_create(&params, NULL, &processor) == OTD_OK, "equihash %u,5 here", sets[i].n);
        if (device != NULL && processor != NULL) {
            otd_compare_ranges(device, processor, sets[i].n, sets[i].nonces);
            if (i == 0) {
                otd_one_place(device);
                otd_refusals(device, index);
            }
        }
        otd_engine_destroy(device);
        otd_engine_destroy(processor);
    }
}

/* ---- the big sets, by hand ------------------------------------------------------------------ */

/* 125,4: Flux' block 400,000, whose nonce has two solutions. 144,5: the header of bytes 0, 1, 2 ... 131 and
 * eight zeros has one. */
static void otd_big_set(uint32_t index, uint32_t n, uint32_t k, int32_t expected) {
    static const char block[] = "04000000a8675c842f7a1342fadd00cd9b4e4909526b1c0ab5a747c5529b4deb13000000ce7d"
                                "6ea2452245925fc70c3a08a3c3dd"
                                "2ca4beab7481f237a19751666bfd25c30fd282d94b1e1a7f2c57eb3fb9e2853d990753fa137e"
                                "13c99bd43f220d4fce6990e44f5d"
                                "ce28421d600000160000000000000000000000000000000000000000000000009cfd1100";
    otd_engine_params params = {.algorithm = OTD_ALGO_EQUIHASH,
                                .device = index,
                                .hang_ms = 1800000,
                                .algo = {.n = n, .k = k, .twist = n == 125}};
    otd_engine *engine = NULL;
    uint64_t hashes = 0;
    for (uint32_t i = 0; i < HEADER; i++) {
        unsigned byte = i < 132 ? i : 0;
        if (n == 125) {
            sscanf(block + 2 * i, "%2x", &byte);
        }
        otd_header[i] = (uint8_t)byte;
    }
    otd_work work = {.nonce_count = 1, .data_length = HEADER};
    memcpy(&work.nonce_first, otd_header + HEADER - 8, 8);
    memset(work.target, 0xff, sizeof work.target);
    otd_check(otd_engine_create(&params, NULL, &engine) == OTD_OK, "gpu: engine of equihash %u,%u", n, k);
    int32_t found = engine != NULL ? otd_all_hits(engine, &work, 64, otd_there, &hashes) : -1;
    otd_check(found == expected && hashes == 1, "gpu: equihash %u,%u finds %d solutions, not %d", n, k, found,
              expected);
    otd_engine_destroy(engine);
}

void otd_test_gpu_equihash(int large) {
    otd_device_info info;
    for (uint32_t index = 1; otd_device_at(index, &info) == OTD_OK; index++) {
        if (info.kind == OTD_DEVICE_PROCESSOR) {
            continue;
        }
        if (large) {
            otd_big_set(index, 125, 4, 2);
            otd_big_set(index, 144, 5, 1);
        } else {
            otd_small_sets(index);
        }
    }
}
