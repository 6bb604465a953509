/*
 * cuda_dataset_test.c - the algorithms with a dataset through the CUDA host on the stand-in driver: KawPow's
 * items, its programs spliced into PTX and Verthash's file, all in the interpreter; and what a lost or full
 * card does to them. KawPow has a test parameterisation, whose source is filled in by hand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cuda_host.h"
#include "kawpow/kawpow.h"
#include "registry.h"

enum { LIGHT_COUNT = 1021, DATA_COUNT = 2039, EPOCH = 4, HEIGHT = 30000, GRAPH = 6, PATIENCE_MS = 600000 };

/* What a second of a busy machine is allowed to become. */
enum { PROMPT_MS = 60000 };

/* What is there besides what the tests before left behind: a card that hangs keeps its own. */
static fake_cuda_counts before;

static fake_cuda_counts since(void) {
    fake_cuda_counts now = counted();
    now.used_bytes -= before.used_bytes;
    now.contexts -= before.contexts;
    return now;
}

static kawpow_dataset light_data;
static otd_dataset light;

static void make_source(void) {
    otd_kawpow_light_make(&light_data, 0, LIGHT_COUNT, DATA_COUNT, otd_kawpow_ref.halves, NULL);
    light_data.epoch = EPOCH; /* which heights it is for, and nothing else */
    light = (otd_dataset){.params = {.algorithm = OTD_ALGO_KAWPOW, .epoch = EPOCH},
                          .algo = otd_registry_find(OTD_ALGO_KAWPOW),
                          .state = &light_data};
}

/* The status of making a dataset on the card. */
static int32_t make(const otd_dataset *source, otd_dataset **out) {
    const otd_dataset_params params = {.algorithm = source->params.algorithm,
                                       .kind = OTD_DATASET_FULL,
                                       .epoch = source->params.epoch,
                                       .device = 1};
    return otd_dataset_create(&params, source, NULL, 0, NULL, NULL, out);
}

static otd_engine *engine_over(const otd_dataset *dataset, uint32_t device, uint32_t hang_ms) {
    const otd_engine_params params = {
        .algorithm = dataset->params.algorithm, .device = device, .hang_ms = hang_ms};
    otd_engine *engine = NULL;
    return otd_engine_create(&params, dataset, &engine) == OTD_OK ? engine : NULL;
}

/* `count` works of 12 nonces each at consecutive heights, one call. */
static int32_t scan(otd_engine *engine, uint32_t count, uint32_t height, otd_hit hits[HITS_MAX],
                    otd_scan_result *result) {
    uint8_t header[80];
    otd_work works[8];
    for (uint32_t i = 0; i < sizeof header; i++) {
        header[i] = (uint8_t)(i * 53 + 7);
    }
    for (uint32_t i = 0; i < count; i++) {
        works[i] = (otd_work){.tag = i,
                              .nonce_first = (1ull << 32) - 6,
                              .nonce_count = 12,
                              .data_length = height == 0 ? 80 : 40,
                              .height = height == 0 ? 0 : height + i};
        if (height == 0) {
            works[i].nonce_first -= 6; /* 32 bits */
        }
        memset(works[i].target, 0xff, 32);
        works[i].target[31] = 0x3f;
    }
    return otd_engine_scan(engine, hits, HITS_MAX, result, works, count, header, sizeof header, PATIENCE_MS);
}

/* One call on the card and on the processor. */
static void same(otd_engine *device, const otd_dataset *source, uint32_t count, uint32_t height,
                 const char *what) {
    otd_hit *found = calloc(2 * HITS_MAX, sizeof *found), *expected = found + HITS_MAX;
    otd_scan_result result, wanted;
    otd_engine *processor = engine_over(source, 0, 0);
    int32_t status = scan(device, count, height, found, &result);
    scan(processor, count, height, expected, &wanted);
    check(status == OTD_OK && result.hit_count > 0 && memcmp(&result, &wanted, sizeof result) == 0 &&
              memcmp(found, expected, result.hit_count * sizeof *found) == 0,
          "%s: status %d, %u hits of %u", what, status, result.hit_count, wanted.hit_count);
    otd_engine_destroy(processor);
    free(found);
}

static void kawpow_and_verthash(void) {
    const otd_dataset_params graph = {.algorithm = OTD_ALGO_VERTHASH, .epoch = GRAPH};
    otd_dataset *file = NULL, *copy = NULL, *items = NULL;
    restart(NULL);
    make_source();
    check(make(&light, &items) == OTD_OK, "kawpow's items are made");
    check(otd_dataset_create(&graph, NULL, "", 0, NULL, NULL, &file) == OTD_OK && make(file, &copy) == OTD_OK,
          "verthash's file is copied");
    check(since().used_bytes >= DATA_COUNT * 128 + 32 * 1024, "both are on the card: %llu bytes",
          (unsigned long long)since().used_bytes);
    otd_engine *kawpow = engine_over(items, 1, PATIENCE_MS), *verthash = engine_over(copy, 1, PATIENCE_MS);
    check(kawpow != NULL && verthash != NULL, "engines over both");
    if (kawpow != NULL && verthash != NULL) {
        same(kawpow, &light, 5, HEIGHT + 1, "kawpow, five blocks of two periods");
        same(verthash, file, 2, 0, "verthash");
        same(kawpow, &light, 1, HEIGHT + 300, "kawpow, another period");
    }
    otd_engine_destroy(kawpow);
    otd_engine_destroy(verthash);
    otd_dataset_destroy(copy);
    otd_dataset_destroy(items);
    otd_dataset_destroy(file);
    check(since().used_bytes == 0 && since().contexts == 0, "all is given back: %llu bytes, %llu contexts",
          (unsigned long long)since().used_bytes, (unsigned long long)since().contexts);
    otd_kawpow_light_free(&light_data);
}

static void a_full_card(void) {
    otd_dataset *items = NULL;
    restart("FAKECUDA_MEM_MB", "60", NULL);
    make_source();
    check(make(&light, &items) == OTD_E_MEMORY && items == NULL &&
              strstr(detail(), "are free; no epoch fits there") != NULL,
          "a card with 60 MiB");
    check(since().used_bytes == 0 && since().contexts == 0, "nothing stays of what was refused");
    otd_kawpow_light_free(&light_data);
}

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* The card goes away while it is searched with a period's program, or hangs: engine and dataset are let go
 * at once, and made anew. */
static void a_card_that_goes(uint64_t lost_ahead, uint64_t hang_ahead, const char *how) {
    static otd_hit hits[HITS_MAX];
    otd_dataset *items = NULL, *again = NULL;
    otd_scan_result result;
    restart(NULL);
    make_source();
    check(make(&light, &items) == OTD_OK, "a dataset before the card %s", how);
    otd_engine *engine = engine_over(items, 1, hang_ahead != 0 ? 400 : PATIENCE_MS);
    check(engine != NULL, "an engine before the card %s", how);
    if (engine != NULL && items != NULL) {
        plant(lost_ahead, hang_ahead, 719);
        check(scan(engine, 1, HEIGHT, hits, &result) == OTD_E_DEVICE_LOST, "the card %s", how);
        check(engine_over(items, 1, 0) == NULL && strstr(detail(), "made anew") != NULL,
              "no engine over the dataset of a card that %s", how);
        double began = now_ms();
        otd_engine_destroy(engine);
        otd_dataset_destroy(items);
        check(now_ms() - began < PROMPT_MS, "they are let go in %.0f ms", now_ms() - began);
        check(make(&light, &again) == OTD_OK, "another dataset after the card %s", how);
        engine = again != NULL ? engine_over(again, 1, PATIENCE_MS) : NULL;
        check(engine != NULL, "another engine after the card %s", how);
        if (engine != NULL) {
            same(engine, &light, 1, HEIGHT, "kawpow on a card that came back");
        }
        otd_engine_destroy(engine);
        otd_dataset_destroy(again);
    }
    otd_kawpow_light_free(&light_data);
}

/* The card goes away while its dataset is made. */
static void a_card_that_goes_early(void) {
    otd_dataset *items = NULL;
    restart(NULL);
    make_source();
    plant(1, 0, 700);
    check(make(&light, &items) == OTD_E_DEVICE_LOST && items == NULL, "the card goes while items are made");
    check(make(&light, &items) == OTD_OK, "and is opened anew for the next try");
    otd_dataset_destroy(items);
    otd_kawpow_light_free(&light_data);
}

void test_datasets(void) {
    before = counted();
    kawpow_and_verthash();
    a_full_card();
    a_card_that_goes_early();
    a_card_that_goes(1, 0, "goes away");
    a_card_that_goes(0, 1, "hangs");
}
