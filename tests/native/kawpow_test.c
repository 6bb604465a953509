/*
 * kawpow_test.c - the whole dataset against the light cache, on a test parameterisation small enough to make
 * in milliseconds: every item, the hashes of every flavour at every group size, and what a cancelled build
 * leaves.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kawpow/kawpow.h"
#include "memory.h"
#include "otedama.h"

#define LIGHT_COUNT 1021u
#define DATA_COUNT 8191u
#define HEIGHT 30000u

static const kawpow_kernel *const kernels[] = {
    &otd_kawpow_ref,
#if defined(__x86_64__)
    &otd_kawpow_avx2,
    &otd_kawpow_avx512,
#endif
};

/* Whether this CPU runs flavour row `row` counted from the portable one, which is listed last. */
static int runs(uint32_t row) {
    otd_flavour_info info;
    uint32_t rows = sizeof kernels / sizeof kernels[0];
    return otd_flavour_at(0, OTD_ALGO_KAWPOW, rows - 1 - row, &info) == OTD_OK && info.supported;
}

/* The quickest that runs here: its dataset is compared with what the reference makes. */
static const kawpow_kernel *best_kernel(void) {
    uint32_t row = sizeof kernels / sizeof kernels[0] - 1;
    while (!runs(row)) {
        row--;
    }
    return kernels[row];
}

static void items_agree(const kawpow_dataset *light, const kawpow_dataset *full,
                        const kawpow_kernel *kernel) {
    uint32_t different = 0;
    for (uint32_t i = 0; i < full->half_count; i++) {
        kawpow_node node;
        kernel->halves(light, &node, &i, 1);
        different += memcmp(&node, &full->full[i], sizeof node) != 0;
    }
    otd_check(different == 0, "kawpow: %u of %u halves differ from the light cache's", different,
              full->half_count);
}

static void make_hashes(kawpow_hash *hash, uint32_t count, uint64_t nonce) {
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t w = 0; w < 8; w++) {
            hash[i].header[w] = (uint32_t)(nonce * 0x9e3779b9u + w);
        }
        hash[i].nonce = nonce * 0x9e3779b97f4a7c15ull + i;
        otd_kawpow_seed_hash(&hash[i]);
    }
}

static void hashes_agree(const kawpow_dataset *light, const kawpow_dataset *full, uint32_t row) {
    uint32_t different = 0;
    for (uint32_t round = 0; round < 24; round++) {
        kawpow_program program;
        kawpow_hash expected[KAWPOW_GROUP], found[KAWPOW_GROUP];
        uint32_t count = 1 + round % KAWPOW_GROUP;
        otd_kawpow_program(&program, HEIGHT / KAWPOW_PERIOD_LENGTH + round);
        make_hashes(expected, count, round + 1);
        make_hashes(found, count, round + 1);
        otd_kawpow_ref.mixes(light, &program, expected, count);
        kernels[row]->mixes(full, &program, found, count);
        for (uint32_t i = 0; i < count; i++) {
            different += memcmp(expected[i].mix, found[i].mix, 32) != 0;
        }
    }
    otd_check(different == 0, "kawpow: flavour %u, %u mixes from the full dataset differ", row, different);
}

static void a_cancelled_build_leaves_the_light_dataset(void) {
    kawpow_dataset d;
    const uint32_t cancel = 1;
    const otd_build build = {NULL, &cancel};
    otd_check(otd_kawpow_light_make(&d, 0, LIGHT_COUNT, DATA_COUNT, otd_kawpow_ref.halves, NULL) == OTD_OK,
              "kawpow: light dataset to cancel on");
    otd_check(otd_kawpow_full_make(&d, 2, otd_kawpow_ref.halves, &build) == OTD_E_CANCELLED,
              "kawpow: cancelled build");
    otd_check(d.full == NULL && d.light != NULL, "kawpow: a cancelled build keeps the light cache only");
    otd_kawpow_light_free(&d);
}

/* Epoch 32000 has a dataset of 251 GiB; nobody has that to spare here, or the test is pointless. */
static void too_large_is_refused_with_numbers(void) {
    otd_dataset_params params = {.algorithm = OTD_ALGO_KAWPOW, .kind = OTD_DATASET_FULL, .epoch = 32000};
    otd_dataset *dataset = NULL;
    char detail[OTD_ERROR_TEXT_MAX] = "";
    if (otd_memory_available() > 300ull << 30) {
        return;
    }
    otd_check(otd_dataset_create(&params, NULL, NULL, 0, NULL, NULL, &dataset) == OTD_E_MEMORY,
              "kawpow: too large");
    otd_last_error(detail, sizeof detail);
    otd_check(strstr(detail, "epoch 32000 needs") != NULL && strstr(detail, "are available") != NULL,
              "kawpow: bytes and epoch in \"%s\"", detail);
    params.epoch = 32769;
    otd_check(otd_dataset_create(&params, NULL, NULL, 0, NULL, NULL, &dataset) == OTD_E_ARGUMENT,
              "kawpow: epoch out of range");
}

void otd_test_kawpow(void) {
    kawpow_dataset light, full;
    otd_progress progress = {0, 0};
    const otd_build build = {&progress, NULL};
    otd_check(otd_kawpow_light_make(&light, 0, LIGHT_COUNT, DATA_COUNT, otd_kawpow_ref.halves, NULL) ==
                  OTD_OK,
              "kawpow: light dataset");
    otd_check(otd_kawpow_light_make(&full, 0, LIGHT_COUNT, DATA_COUNT, otd_kawpow_ref.halves, NULL) ==
                      OTD_OK &&
                  otd_kawpow_full_make(&full, 2, best_kernel()->halves, &build) == OTD_OK,
              "kawpow: full dataset");
    otd_check(full.light == NULL, "kawpow: a full dataset needs no light cache");
    otd_check(progress.done == 2 * DATA_COUNT && progress.total == 2 * DATA_COUNT,
              "kawpow: progress at the end");
    items_agree(&light, &full, &otd_kawpow_ref);
    for (uint32_t row = 0; row < sizeof kernels / sizeof kernels[0]; row++) {
        if (runs(row)) {
            hashes_agree(&light, &full, row);
            hashes_agree(&light, &light, row);
        }
    }
    otd_kawpow_light_free(&light);
    otd_kawpow_light_free(&full);
    a_cancelled_build_leaves_the_light_dataset();
    too_large_is_refused_with_numbers();
}
