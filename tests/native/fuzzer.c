/*
 * fuzzer.c - what miners send, guided by coverage: an input is one proof, and every flavour of its algorithm
 * gives the verdict and the hash of the reference. Built with clang's libFuzzer (preset fuzz); ./build.sh
 * fuzz runs it. Input: u8 algorithm and variant, u32 height, little-endian, then the proof's bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "otedama.h"

enum { HEAD = 5, KAWPOW_EPOCH_BLOCKS = 7500 };

typedef struct kind {
    uint32_t algorithm;
    otd_algo_params params;
} kind;

static const kind s_kinds[] = {
    {.algorithm = OTD_ALGO_SHA256D},
    {.algorithm = OTD_ALGO_SCRYPT},
    {.algorithm = OTD_ALGO_VERUSHASH},
    {.algorithm = OTD_ALGO_EQUIHASH}, /* 125,4 */
    {.algorithm = OTD_ALGO_EQUIHASH, .params = {.n = 200, .k = 9}},
    {.algorithm = OTD_ALGO_EQUIHASH, .params = {.n = 192, .k = 7}},
    {.algorithm = OTD_ALGO_EQUIHASH, .params = {.n = 144, .k = 5}},
    {.algorithm = OTD_ALGO_EQUIHASH, .params = {.n = 96, .k = 5}},
    {.algorithm = OTD_ALGO_EQUIHASH, .params = {.n = 48, .k = 5}},
    {.algorithm = OTD_ALGO_KAWPOW},
};

static otd_dataset *s_light;

static void fail(const char *what, uint32_t algorithm, uint32_t flavour) {
    fprintf(stderr, "algorithm %u, flavour row %u: %s\n", algorithm, flavour, what);
    abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv) {
    const otd_dataset_params light = {.algorithm = OTD_ALGO_KAWPOW, .kind = OTD_DATASET_LIGHT};
    (void)argc;
    (void)argv;
    if (otd_open(OTD_ABI_VERSION) != OTD_OK ||
        otd_dataset_create(&light, NULL, "", 0, NULL, NULL, &s_light) != OTD_OK) {
        fail("the library does not open", 0, 0);
    }
    return 0;
}

/* Verifies a copy that is exactly as long as the proof, so that a read past its end is seen. */
static otd_verdict verdict_of(const kind *of, uint32_t flavour, uint32_t height, const uint8_t *proof,
                              uint32_t length) {
    const otd_dataset *dataset = of->algorithm == OTD_ALGO_KAWPOW ? s_light : NULL;
    otd_verify_item item = {.data_length = length, .height = height};
    otd_verdict verdict;
    uint8_t *copy = malloc(length > 0 ? length : 1);
    memset(&verdict, 0xee, sizeof verdict);
    memset(item.target, 0xff, sizeof item.target);
    if (length > 0) {
        memcpy(copy, proof, length);
    }
    if (otd_verify(of->algorithm, flavour, &of->params, dataset, &verdict, &item, 1, copy, length) !=
        OTD_OK) {
        fail("what a miner sends made a status", of->algorithm, flavour);
    }
    free(copy);
    return verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    otd_flavour_info info;
    uint32_t rows = 0, height;
    if (size < HEAD || size > 1u << 16) {
        return -1;
    }
    const kind *of = &s_kinds[data[0] % (sizeof s_kinds / sizeof *s_kinds)];
    memcpy(&height, data + 1, sizeof height);
    height %= KAWPOW_EPOCH_BLOCKS;
    while (otd_flavour_at(0, of->algorithm, rows, &info) == OTD_OK) {
        rows++;
    }
    otd_verdict expected = verdict_of(of, rows, height, data + HEAD, (uint32_t)(size - HEAD));
    for (uint32_t row = 0; row + 1 < rows; row++) {
        if (otd_flavour_at(0, of->algorithm, row, &info) != OTD_OK || info.supported == 0) {
            continue;
        }
        otd_verdict found = verdict_of(of, row + 1, height, data + HEAD, (uint32_t)(size - HEAD));
        if (memcmp(&found, &expected, sizeof found) != 0) {
            fail("another verdict than the reference's", of->algorithm, row + 1);
        }
    }
    return 0;
}
