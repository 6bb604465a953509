/*
 * gpu_verify_test.c - checks of proofs by the engine of a device: verdicts are those of otd_verify, whatever
 * is checked, in whatever order and however many; and what is refused. On the devices that are there, which
 * on a machine without a card are PoCL's and lavapipe's, and the stand-in driver's where its folder is on
 * LD_LIBRARY_PATH.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gpu_search.h"
#include "kawpow/kawpow.h"
#include "otedama.h"
#include "registry.h"

enum { OTD_HEADER = 80, OTD_GRAPH = 6 };

/* Bitcoin's first block. */
static const uint8_t otd_first_block[OTD_HEADER] = {
    0x01, [36] = 0x3b, 0xa3, 0xed, 0xfd, 0x7a, 0x7b, 0x12, 0xb2, 0x7a, 0xc7, 0x2c, 0x3e, 0x67, 0x76,
    0x8f, 0x61,        0x7f, 0xc8, 0x1b, 0xc3, 0x88, 0x8a, 0x51, 0x32, 0x3a, 0x9f, 0xb8, 0xaa, 0x4b,
    0x1e, 0x5e,        0x4a, 0x29, 0xab, 0x5f, 0x49, 0xff, 0xff, 0x00, 0x1d, 0x1d, 0xac, 0x2b, 0x7c};

/* A batch and what both say about it. */
typedef struct otd_bundle {
    otd_verify_item items[OTD_BATCH_MAX];
    otd_verdict here[OTD_BATCH_MAX], there[OTD_BATCH_MAX];
    uint8_t data[OTD_BATCH_MAX * OTD_HEADER];
} otd_bundle;

/* Engine and dataset of the device, and what the processor checks the same with. */
typedef struct otd_pair {
    uint32_t algorithm;
    otd_engine *engine;
    const otd_dataset *dataset;
    const char *name;
    uint32_t most; /* items of a call that are tried: the host is the same for all, and others than PoCL are
                      slow */
} otd_pair;

static uint32_t otd_random_state = 0x13579bdfu;

static uint32_t otd_random(void) {
    otd_random_state = otd_random_state * 1664525u + 1013904223u;
    return otd_random_state >> 8;
}

static int32_t otd_here(const otd_pair *pair, otd_bundle *b, uint32_t count) {
    return otd_verify(pair->algorithm, 0, NULL, pair->dataset, b->here, b->items, count, b->data,
                      sizeof b->data);
}

static int32_t otd_there(const otd_pair *pair, otd_bundle *b, uint32_t count) {
    memset(b->there, 0xee, sizeof b->there);
    return otd_engine_verify(pair->engine, b->there, b->items, count, b->data, sizeof b->data);
}

static void otd_same_verdicts(const otd_pair *pair, otd_bundle *b, uint32_t count, const char *what) {
    int32_t here = otd_here(pair, b, count), there = otd_there(pair, b, count);
    uint32_t different = 0, kinds[4] = {0, 0, 0, 0};
    for (uint32_t i = 0; i < count && here == OTD_OK && there == OTD_OK; i++) {
        different += memcmp(&b->here[i], &b->there[i], sizeof b->here[i]) != 0;
        kinds[b->here[i].verdict & 3]++;
    }
    otd_check(
        here == OTD_OK && there == OTD_OK && different == 0,
        "gpu checks of %u on %s, %s, %u items: status %d and %d, %u differ (%u valid, %u above, %u bad, "
        "%u malformed)",
        pair->algorithm, pair->name, what, count, here, there, different, kinds[0], kinds[1], kinds[2],
        kinds[3]);
}

/* Random headers; targets that all, half and no hashes meet. */
static void otd_random_items(otd_bundle *b, uint32_t count) {
    static const uint8_t tops[] = {0xff, 0x7f, 0x00};
    for (uint32_t i = 0; i < count * OTD_HEADER; i++) {
        b->data[i] = (uint8_t)otd_random();
    }
    for (uint32_t i = 0; i < count; i++) {
        b->items[i] = (otd_verify_item){.data_offset = i * OTD_HEADER, .data_length = OTD_HEADER};
        memset(b->items[i].target, tops[i % 3], sizeof b->items[i].target);
    }
}

static void otd_test_counts(const otd_pair *pair, otd_bundle *b) {
    static const uint32_t counts[] = {1, 63, 64, 65, 4096, 16385, OTD_BATCH_MAX};
    for (uint32_t i = 0; i < sizeof counts / sizeof counts[0] && counts[i] <= pair->most; i++) {
        otd_random_items(b, counts[i]);
        otd_same_verdicts(pair, b, counts[i], "random headers");
    }
}

static void otd_lower(uint8_t target[32]) {
    for (uint32_t i = 0; i < 32 && target[i]-- == 0; i++) {
    }
}

/* A target equal to the hash is met; one lower by one is not. */
static void otd_test_edges(const otd_pair *pair, otd_bundle *b) {
    enum { COUNT = 300 };
    otd_random_items(b, COUNT);
    otd_check(otd_here(pair, b, COUNT) == OTD_OK, "gpu checks: hashes for the edges");
    for (uint32_t i = 0; i < COUNT; i++) {
        memcpy(b->items[i].target, b->here[i].hash, sizeof b->items[i].target);
        if (i % 2 != 0) {
            otd_lower(b->items[i].target);
        }
    }
    otd_same_verdicts(pair, b, COUNT, "targets at the hash");
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        wrong += b->there[i].verdict != (i % 2 == 0 ? OTD_VERDICT_VALID : OTD_VERDICT_ABOVE_TARGET);
    }
    otd_check(wrong == 0, "gpu checks: %u of %u targets at the hash are judged wrongly", wrong, COUNT);
}

/* Lengths that are none, first, last, alone and between others; items that share bytes, at odd offsets. */
static void otd_test_forms(const otd_pair *pair, otd_bundle *b) {
    static const uint32_t lengths[] = {79, 81, 0, 1, 160};
    enum { COUNT = 1000 };
    otd_random_items(b, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        b->items[i].data_offset = otd_random() % (COUNT * OTD_HEADER);
        if (i == 0 || i == COUNT - 1 || i % 7 < 2) {
            b->items[i].data_length = lengths[i % 5];
        }
    }
    otd_same_verdicts(pair, b, COUNT, "malformed between others");
    otd_same_verdicts(pair, b, 1, "malformed alone");
    for (uint32_t i = 0; i < COUNT; i++) {
        b->items[i].data_length = lengths[i % 5];
    }
    otd_same_verdicts(pair, b, COUNT, "nothing but malformed");
}

static void otd_test_verify_refusals(const otd_pair *pair, otd_bundle *b) {
    otd_random_items(b, 2);
    otd_check(otd_there(pair, b, 0) == OTD_E_ARGUMENT, "gpu checks: no item is refused");
    otd_check(otd_there(pair, b, OTD_BATCH_MAX + 1) == OTD_E_ARGUMENT, "gpu checks: 65537 are refused");
    otd_check(otd_engine_verify(NULL, b->there, b->items, 1, b->data, OTD_HEADER) == OTD_E_ARGUMENT,
              "gpu checks: no engine is refused");
    otd_check(otd_engine_verify(pair->engine, b->there, b->items, 2, b->data, 2 * OTD_HEADER - 1) ==
                  OTD_E_ARGUMENT,
              "gpu checks: bytes outside of data are refused");
    otd_check(otd_engine_verify(pair->engine, NULL, b->items, 1, b->data, OTD_HEADER) == OTD_E_ARGUMENT,
              "gpu checks: no place for verdicts is refused");
    otd_same_verdicts(pair, b, 2, "after refusals");
}

static void otd_test_first_block(const otd_pair *pair, otd_bundle *b) {
    memcpy(b->data, otd_first_block, sizeof otd_first_block);
    b->items[0] = (otd_verify_item){.data_length = OTD_HEADER};
    memset(b->items[0].target, 0xff, 27);
    otd_same_verdicts(pair, b, 1, "Bitcoin's first block");
    otd_check(b->there[0].verdict == OTD_VERDICT_VALID && b->there[0].hash[0] == 0x6f,
              "gpu checks: Bitcoin's first block is good: verdict %d", b->there[0].verdict);
    b->data[40] ^= 1;
    otd_same_verdicts(pair, b, 1, "Bitcoin's first block with one bit changed");
    otd_check(b->there[0].verdict == OTD_VERDICT_ABOVE_TARGET, "gpu checks: a changed block is not good");
}

static void otd_test_pair(const otd_pair *pair, otd_bundle *b) {
    if (pair->engine == NULL) {
        return;
    }
    otd_test_counts(pair, b);
    otd_test_edges(pair, b);
    otd_test_forms(pair, b);
    otd_test_verify_refusals(pair, b);
}

static otd_engine *otd_checker_of(uint32_t algorithm, const otd_device_info *info, const otd_dataset *dataset,
                                  uint32_t flags, int32_t expected) {
    const otd_engine_params params = {
        .algorithm = algorithm, .device = info->index, .hang_ms = OTD_PATIENCE_MS, .flags = flags};
    otd_engine *engine = NULL;
    int32_t status = otd_engine_create(&params, dataset, &engine);
    otd_check(status == expected, "gpu checks: engine of algorithm %u on %s: status %d, not %d", algorithm,
              info->name, status, expected);
    return engine;
}

static uint32_t otd_most(const otd_device_info *info) {
    return info->backend == OTD_BACKEND_OPENCL ? OTD_BATCH_MAX : 65;
}

static void otd_test_sha256d_checks(const otd_device_info *info, otd_bundle *b) {
    otd_pair pair = {OTD_ALGO_SHA256D,
                     otd_checker_of(OTD_ALGO_SHA256D, info, NULL, OTD_ENGINE_VERIFY, OTD_OK), NULL,
                     info->name, otd_most(info)};
    otd_test_pair(&pair, b);
    if (pair.engine != NULL) {
        otd_scan_result result;
        otd_hit hit;
        otd_work work = otd_range(0, 10, 0, 0);
        otd_test_first_block(&pair, b);
        otd_check(otd_engine_scan(pair.engine, &hit, 1, &result, &work, 1, otd_gpu_header, OTD_HEADER, 10) ==
                      OTD_E_ARGUMENT,
                  "gpu checks: an engine for checks does not scan");
    }
    otd_engine_destroy(pair.engine);
}

/* An engine that scans checks as well, before and after. */
static void otd_test_both_uses(const otd_device_info *info, otd_bundle *b) {
    otd_pair pair = {OTD_ALGO_SHA256D, otd_checker_of(OTD_ALGO_SHA256D, info, NULL, 0, OTD_OK), NULL,
                     info->name, otd_most(info)};
    const otd_engine_params here = {.algorithm = OTD_ALGO_SHA256D};
    otd_engine *processor = NULL;
    otd_engine_create(&here, NULL, &processor);
    otd_work work = otd_range(0, 5000, 2, 3);
    for (int i = 0; i < 2 && pair.engine != NULL && processor != NULL; i++) {
        otd_random_items(b, 500);
        otd_same_verdicts(&pair, b, 500, "between scans");
        otd_compare(pair.engine, processor, &work, 512, "a scan between checks");
    }
    otd_engine_destroy(pair.engine);
    otd_engine_destroy(processor);
}

static void otd_test_verthash_checks(const otd_device_info *info, otd_bundle *b) {
    otd_dataset_params params = {
        .algorithm = OTD_ALGO_VERTHASH, .kind = OTD_DATASET_LIGHT, .epoch = OTD_GRAPH};
    otd_dataset *file = NULL, *made = NULL;
    otd_check(otd_dataset_create(&params, NULL, "", 0, NULL, NULL, &file) == OTD_OK,
              "gpu checks: a small file");
    params.kind = OTD_DATASET_FULL;
    params.device = info->index;
    otd_check(otd_dataset_create(&params, file, NULL, 0, NULL, NULL, &made) == OTD_OK,
              "gpu checks: the same on %s", info->name);
    if (made != NULL) {
        otd_pair pair = {OTD_ALGO_VERTHASH,
                         otd_checker_of(OTD_ALGO_VERTHASH, info, made, OTD_ENGINE_VERIFY, OTD_OK), file,
                         info->name, otd_most(info)};
        otd_test_pair(&pair, b);
        otd_engine_destroy(pair.engine);
    }
    otd_dataset_destroy(made);
    otd_dataset_destroy(file);
}

/* ---- kawpow, on the small dataset of its self-test ----------------------------------------------- */

enum {
    OTD_EPOCH = 4,
    OTD_HEIGHT = 30000,
    OTD_PERIODS = 3,
    OTD_OF_PERIOD = 60,
    OTD_OF_LIGHT = 30, /* proofs whose items are made one by one, by a processor in disguise */
    OTD_PROOF = 72,
    OTD_NO_MIX = 40
};

static kawpow_dataset otd_light_data, otd_full_data;

static otd_dataset otd_kawpow_handle(kawpow_dataset *data, uint32_t kind) {
    otd_kawpow_light_make(data, 0, 1021, 8191, otd_kawpow_ref.halves, NULL);
    if (kind == OTD_DATASET_FULL) {
        otd_check(otd_kawpow_full_make(data, 2, otd_kawpow_ref.halves, NULL) == OTD_OK,
                  "gpu checks: kawpow's small dataset");
    }
    data->epoch = OTD_EPOCH; /* which heights it is for, and nothing else */
    return (otd_dataset){
        .params = {.algorithm = OTD_ALGO_KAWPOW, .kind = kind, .epoch = OTD_EPOCH},
        .algo = otd_registry_find(OTD_ALGO_KAWPOW),
        .state = data,
    };
}

/* Good proofs of three periods, in turn: every nonce hits, and a hit brings its mix. */
static uint32_t otd_kawpow_proofs(const otd_dataset *full, otd_bundle *b) {
    static otd_hit hits[OTD_OF_PERIOD];
    const otd_engine_params params = {.algorithm = OTD_ALGO_KAWPOW};
    otd_engine *processor = NULL;
    uint32_t found = 0;
    otd_engine_create(&params, full, &processor);
    for (uint32_t period = 0; period < OTD_PERIODS && processor != NULL; period++) {
        otd_scan_result result = {.hit_count = 0};
        otd_work work = otd_range(1000 * period, OTD_OF_PERIOD, 0, 0xff);
        work.data_length = OTD_NO_MIX;
        work.height = OTD_HEIGHT + 3 * period;
        otd_engine_scan(processor, hits, OTD_OF_PERIOD, &result, &work, 1, otd_gpu_header, OTD_HEADER,
                        OTD_PATIENCE_MS);
        for (uint32_t i = 0; i < result.hit_count; i++) {
            uint32_t at = OTD_PERIODS * i + period;
            uint8_t *data = b->data + at * OTD_PROOF;
            memcpy(data, otd_gpu_header, 32);
            memcpy(data + 32, &hits[i].nonce, 8);
            memcpy(data + 40, hits[i].proof, 32);
            b->items[at] = (otd_verify_item){
                .data_offset = at * OTD_PROOF, .data_length = OTD_PROOF, .height = work.height};
            memset(b->items[at].target, 0xff, 32);
            found++;
        }
    }
    otd_engine_destroy(processor);
    return found;
}

static void otd_expect_all(const otd_bundle *b, uint32_t count, int32_t verdict, const char *what) {
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < count; i++) {
        wrong += b->there[i].verdict != verdict;
    }
    otd_check(wrong == 0, "gpu checks of kawpow, %s: %u of %u have another verdict than %d", what, wrong,
              count, verdict);
}

static void otd_test_kawpow_pair(const otd_pair *pair, otd_bundle *b, uint32_t count) {
    static const uint8_t tops[] = {0xff, 0x7f, 0x00};
    static const uint32_t lengths[] = {40, 72, 41, 72, 71, 40, 73, 39, 72, 0};
    otd_same_verdicts(pair, b, count, "good proofs of periods in turn");
    otd_expect_all(b, count, OTD_VERDICT_VALID, "good proofs");
    for (uint32_t i = 0; i < count; i++) {
        memcpy(b->items[i].target, b->there[i].hash, 32);
    }
    otd_same_verdicts(pair, b, count, "targets at the hash");
    otd_expect_all(b, count, OTD_VERDICT_VALID, "targets at the hash");
    for (uint32_t i = 0; i < count; i++) {
        memset(b->items[i].target, 0xff, 32);
        b->data[i * OTD_PROOF + 40 + i % 32] ^= 1;
    }
    otd_same_verdicts(pair, b, count, "wrong mixes");
    otd_expect_all(b, count, OTD_VERDICT_BAD_PROOF, "wrong mixes");
    for (uint32_t i = 0; i < count; i++) {
        b->data[i * OTD_PROOF + 40 + i % 32] ^= i % 2 == 0;
        b->items[i].data_length = lengths[i % 10];
        memset(b->items[i].target, tops[i % 3], 32);
    }
    otd_same_verdicts(pair, b, count, "proofs of all kinds");
    for (uint32_t i = 0; i < count; i++) {
        b->items[i].data_length = OTD_NO_MIX;
        memset(b->items[i].target, 0xff, 32);
    }
    otd_same_verdicts(pair, b, count, "proofs without a mix");
    otd_same_verdicts(pair, b, 1, "one proof without a mix");
    b->items[count / 2].height = (OTD_EPOCH + 1) * 7500;
    otd_check(otd_here(pair, b, count) == OTD_E_DATASET && otd_there(pair, b, count) == OTD_E_DATASET,
              "gpu checks: a block of another epoch is refused");
    b->items[count / 2].height = OTD_HEIGHT;
    otd_same_verdicts(pair, b, count, "after a refusal");
}

static void otd_test_kawpow_checks(const otd_device_info *info, otd_bundle *b) {
    otd_dataset light = otd_kawpow_handle(&otd_light_data, OTD_DATASET_LIGHT);
    otd_dataset full = otd_kawpow_handle(&otd_full_data, OTD_DATASET_FULL);
    const otd_dataset_params params = {
        .algorithm = OTD_ALGO_KAWPOW, .kind = OTD_DATASET_FULL, .epoch = OTD_EPOCH, .device = info->index};
    otd_dataset *made = NULL;
    uint32_t count = otd_kawpow_proofs(&full, b);
    otd_check(count == OTD_PERIODS * OTD_OF_PERIOD, "gpu checks: %u proofs of kawpow", count);
    otd_check(otd_dataset_create(&params, &light, NULL, 0, NULL, NULL, &made) == OTD_OK,
              "gpu checks: kawpow's small dataset on %s", info->name);
    if (made != NULL) {
        otd_pair pair = {OTD_ALGO_KAWPOW,
                         otd_checker_of(OTD_ALGO_KAWPOW, info, made, OTD_ENGINE_VERIFY, OTD_OK), &full,
                         info->name, otd_most(info)};
        if (pair.engine != NULL) {
            otd_test_kawpow_pair(&pair, b, count);
        }
        otd_engine_destroy(pair.engine);
    }
    otd_dataset_destroy(made);
    otd_kawpow_light_free(&otd_light_data);
    otd_kawpow_light_free(&otd_full_data);
}

/* ---- kawpow over a light dataset of the device ---------------------------------------------------- */

static otd_dataset *otd_light_on(const otd_device_info *info, const otd_dataset *source, int32_t expected) {
    const otd_dataset_params params = {.algorithm = OTD_ALGO_KAWPOW,
                                       .kind = OTD_DATASET_LIGHT,
                                       .epoch = source->params.epoch,
                                       .device = info->index};
    otd_progress progress = {0, 0};
    otd_dataset *made = NULL;
    int32_t status = otd_dataset_create(&params, source, NULL, 0, &progress, NULL, &made);
    otd_check(status == expected && (made != NULL) == (status == OTD_OK) &&
                  (status != OTD_OK || (progress.total > 0 && progress.done == progress.total)),
              "gpu checks: a light dataset of kawpow on %s: status %d, not %d, progress %llu of %llu",
              info->name, status, expected, (unsigned long long)progress.done,
              (unsigned long long)progress.total);
    return made;
}

static void otd_test_light_refusals(const otd_device_info *info, const otd_dataset *full,
                                    const otd_dataset *made) {
    char detail[OTD_ERROR_TEXT_MAX] = "";
    otd_light_on(info, full, OTD_E_DATASET); /* its light cache is gone */
    otd_checker_of(OTD_ALGO_KAWPOW, info, made, 0, OTD_E_UNSUPPORTED);
    otd_last_error(detail, sizeof detail);
    otd_check(strstr(detail, "a search needs the whole one") != NULL, "gpu checks: search over it: \"%s\"",
              detail);
}

static void otd_test_kawpow_light_checks(const otd_device_info *info, otd_bundle *b) {
    otd_dataset light = otd_kawpow_handle(&otd_light_data, OTD_DATASET_LIGHT);
    otd_dataset full = otd_kawpow_handle(&otd_full_data, OTD_DATASET_FULL);
    otd_dataset *made = otd_light_on(info, &light, OTD_OK);
    uint32_t count = otd_kawpow_proofs(&full, b);
    if (made != NULL) {
        otd_pair pair = {OTD_ALGO_KAWPOW,
                         otd_checker_of(OTD_ALGO_KAWPOW, info, made, OTD_ENGINE_VERIFY, OTD_OK), &full,
                         info->name, otd_most(info)};
        if (pair.engine != NULL) {
            otd_test_kawpow_pair(&pair, b, count < OTD_OF_LIGHT ? count : OTD_OF_LIGHT);
        }
        otd_engine_destroy(pair.engine);
        otd_test_light_refusals(info, &full, made);
    }
    otd_dataset_destroy(made);
    otd_kawpow_light_free(&otd_light_data);
    otd_kawpow_light_free(&otd_full_data);
}

/* A block of epoch 0, by its whole light cache: as it is, with another mix, nonce and target, and cut short.
 */
static void otd_test_kawpow_block(const otd_device_info *info, const otd_dataset *epoch, otd_bundle *b) {
    static const uint8_t mix[32] = {0x6e, 0x97, 0xb4, 0x7b, 0x13, 0x4f, 0xda, 0x0c, 0x78, 0x88, 0x80,
                                    0x29, 0x88, 0xe1, 0xa3, 0x73, 0xaf, 0xfe, 0xb2, 0x8b, 0xcd, 0x81,
                                    0x3b, 0x6e, 0x9a, 0x0f, 0xc6, 0x69, 0xc9, 0x35, 0xd0, 0x3a};
    static const int32_t expected[] = {OTD_VERDICT_VALID, OTD_VERDICT_BAD_PROOF, OTD_VERDICT_BAD_PROOF,
                                       OTD_VERDICT_ABOVE_TARGET, OTD_VERDICT_MALFORMED};
    enum { COUNT = sizeof expected / sizeof expected[0] };
    otd_dataset *made = otd_light_on(info, epoch, OTD_OK);
    if (made == NULL) {
        return;
    }
    memset(b->data, 0, COUNT * OTD_PROOF);
    for (uint32_t i = 0; i < COUNT; i++) {
        memcpy(b->data + i * OTD_PROOF + OTD_NO_MIX, mix, sizeof mix);
        b->items[i] = (otd_verify_item){.data_offset = i * OTD_PROOF, .data_length = OTD_PROOF - (i == 4)};
        memset(b->items[i].target, i == 3 ? 0 : 0xff, 32);
    }
    b->data[OTD_PROOF + OTD_NO_MIX] ^= 1;
    b->data[2 * OTD_PROOF + 32] ^= 1;
    otd_pair pair = {OTD_ALGO_KAWPOW, otd_checker_of(OTD_ALGO_KAWPOW, info, made, OTD_ENGINE_VERIFY, OTD_OK),
                     epoch, info->name, otd_most(info)};
    if (pair.engine != NULL) {
        otd_same_verdicts(&pair, b, COUNT, "a block of epoch 0");
        for (uint32_t i = 0; i < COUNT; i++) {
            otd_check(b->there[i].verdict == expected[i],
                      "gpu checks: block of epoch 0, %u: verdict %d, not %d", i, b->there[i].verdict,
                      expected[i]);
        }
        otd_check(b->there[0].hash[31] == 0xe6 && b->there[0].hash[30] == 0x01,
                  "gpu checks: hash of a block of epoch 0");
    }
    otd_engine_destroy(pair.engine);
    otd_dataset_destroy(made);
}

void otd_test_gpu_checks(void) {
    otd_bundle *bundle = malloc(sizeof *bundle);
    otd_device_info info;
    const otd_dataset_params params = {.algorithm = OTD_ALGO_KAWPOW, .kind = OTD_DATASET_LIGHT};
    otd_dataset *epoch = NULL;
    otd_check(bundle != NULL, "gpu checks: memory for a batch");
    otd_check(otd_dataset_create(&params, NULL, "", 0, NULL, NULL, &epoch) == OTD_OK,
              "gpu checks: light cache of epoch 0");
    for (uint32_t i = 1; bundle != NULL && otd_device_at(i, &info) == OTD_OK; i++) {
        otd_test_sha256d_checks(&info, bundle);
        otd_test_both_uses(&info, bundle);
        otd_checker_of(OTD_ALGO_SCRYPT, &info, NULL, OTD_ENGINE_VERIFY, OTD_E_UNSUPPORTED);
        otd_test_verthash_checks(&info, bundle);
        otd_test_kawpow_checks(&info, bundle);
        otd_test_kawpow_light_checks(&info, bundle);
        if (epoch != NULL) {
            otd_test_kawpow_block(&info, epoch, bundle);
        }
    }
    otd_dataset_destroy(epoch);
    free(bundle);
}
