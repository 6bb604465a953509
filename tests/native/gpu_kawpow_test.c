/*
 * gpu_kawpow_test.c - KawPow on devices through the verbs of the border, on a test parameterisation
 * (1021 light items, 8191 dataset items): what a dataset is made of lies in a handle that the test fills in,
 * all else is as for an epoch. The processor's search of the same dataset is the judge.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "devices.h"
#include "gpu.h"
#include "gpu_search.h"
#include "kawpow/kawpow.h"
#include "registry.h"

enum {
    LIGHT_COUNT = 1021,
    DATA_COUNT = 8191,
    EPOCH = 4,
    HEIGHT = 30000,
    GROUP_64 = 4,
    HEADER_AND_NONCE = 40
};

/* The processor's datasets: what verification has, and what its miner has. */
static kawpow_dataset otd_light_data, otd_full_data;
static otd_dataset otd_light, otd_full;

static otd_dataset otd_handle(kawpow_dataset *data, uint32_t kind) {
    return (otd_dataset){
        .params = {.algorithm = OTD_ALGO_KAWPOW, .kind = kind, .epoch = data->epoch},
        .algo = otd_registry_find(OTD_ALGO_KAWPOW),
        .state = data,
    };
}

static void otd_make_sources(void) {
    otd_kawpow_light_make(&otd_light_data, 0, LIGHT_COUNT, DATA_COUNT, otd_kawpow_ref.halves, NULL);
    otd_kawpow_light_make(&otd_full_data, 0, LIGHT_COUNT, DATA_COUNT, otd_kawpow_ref.halves, NULL);
    otd_check(otd_kawpow_full_make(&otd_full_data, 2, otd_kawpow_ref.halves, NULL) == OTD_OK,
              "gpu: kawpow's small dataset");
    otd_light_data.epoch = otd_full_data.epoch = EPOCH; /* which heights it is for, and nothing else */
    otd_light = otd_handle(&otd_light_data, OTD_DATASET_LIGHT);
    otd_full = otd_handle(&otd_full_data, OTD_DATASET_FULL);
}

static otd_dataset *otd_make_on(const otd_device_info *info, const otd_dataset *source) {
    const otd_dataset_params params = {.algorithm = OTD_ALGO_KAWPOW,
                                       .kind = OTD_DATASET_FULL,
                                       .epoch = source->params.epoch,
                                       .device = info->index};
    otd_progress progress = {0, 0};
    otd_dataset *made = NULL;
    otd_check(otd_dataset_create(&params, source, NULL, 0, &progress, NULL, &made) == OTD_OK &&
                  progress.total > 0 && progress.done == progress.total,
              "gpu: kawpow dataset on %s, progress %llu of %llu", info->name,
              (unsigned long long)progress.done, (unsigned long long)progress.total);
    return made;
}

/* Every byte of a device's dataset against one of the processor's. */
static void otd_compare_items(const otd_device_info *info, const otd_dataset *made,
                              const kawpow_dataset *full, uint32_t pieces) {
    const otd_gpu_dataset *there = made->state;
    const otd_gpu_port *port = made->backend->port;
    uint8_t *read = malloc(full->full_bytes);
    uint64_t at = 0;
    int32_t status = read != NULL ? OTD_OK : OTD_E_MEMORY;
    for (uint32_t i = 0; i < there->piece_count && status == OTD_OK; i++) {
        uint64_t left = full->full_bytes - at;
        uint64_t length = left < there->piece_bytes ? left : there->piece_bytes;
        status = port->read(there->context, there->pieces[i], 0, read + at, length);
        at += length;
    }
    if (status == OTD_OK) {
        port->mark(there->context, 0);
        status = otd_gpu_await(port, there->context, 0, OTD_PATIENCE_MS);
    }
    otd_check(status == OTD_OK && there->piece_count == pieces && at == full->full_bytes &&
                  memcmp(read, full->full, at) == 0,
              "gpu: kawpow items on %s in %u pieces, not %u", info->name, there->piece_count, pieces);
    free(read);
}

static otd_engine *otd_engine_of(const otd_device_info *info, const otd_dataset *dataset, uint32_t flavour) {
    const otd_engine_params params = {
        .algorithm = OTD_ALGO_KAWPOW, .device = info->index, .flavour = flavour, .hang_ms = OTD_PATIENCE_MS};
    otd_engine *engine = NULL;
    otd_check(otd_engine_create(&params, dataset, &engine) == OTD_OK, "gpu: kawpow engine on %s", info->name);
    return engine;
}

static otd_work otd_block(uint32_t height, uint64_t first, uint64_t count, uint8_t top) {
    otd_work work = otd_range(first, count, 0, top);
    work.data_length = HEADER_AND_NONCE;
    work.height = height;
    return work;
}

/* What the host knows of a device, to be changed for a while. */
static otd_device_info *otd_known_of(const otd_device_info *info) {
    const otd_backend *backend = NULL;
    uint32_t row = 0;
    otd_devices_get(info->index, &backend, &row);
    return (otd_device_info *)&otd_gpu_device(backend, row)->info;
}

/* ---- datasets --------------------------------------------------------------------------------- */

static void otd_test_items(const otd_device_info *info, const otd_dataset *made, uint32_t pieces) {
    otd_compare_items(info, made, &otd_full_data, pieces);
}

/* The first items of epoch 0, from its whole light cache. */
static void otd_test_first_items(const otd_device_info *info) {
    kawpow_dataset light, full;
    const uint32_t light_count = otd_kawpow_light_count(0);
    otd_kawpow_light_make(&light, 0, light_count, DATA_COUNT, otd_kawpow_ref.halves, NULL);
    otd_kawpow_light_make(&full, 0, light_count, DATA_COUNT, otd_kawpow_ref.halves, NULL);
    otd_check(otd_kawpow_full_make(&full, 2, otd_kawpow_ref.halves, NULL) == OTD_OK, "gpu: epoch 0's items");
    const otd_dataset source = otd_handle(&light, OTD_DATASET_LIGHT);
    otd_dataset *made = otd_make_on(info, &source);
    if (made != NULL) {
        otd_compare_items(info, made, &full, 1);
    }
    otd_dataset_destroy(made);
    otd_kawpow_light_free(&light);
    otd_kawpow_light_free(&full);
}

/* Sets cancel once a build has begun. */
typedef struct otd_watch {
    otd_progress progress;
    uint32_t cancel;
} otd_watch;

static void *otd_cancel_begun(void *context) {
    otd_watch *watch = context;
    double began = otd_gpu_now_ms();
    while (__atomic_load_n(&watch->progress.done, __ATOMIC_RELAXED) == 0 &&
           otd_gpu_now_ms() - began < OTD_PATIENCE_MS) {
        sched_yield();
    }
    __atomic_store_n(&watch->cancel, 1u, __ATOMIC_RELAXED);
    return NULL;
}

/* A dataset that takes many seconds to make here, given up after its first items. */
static void otd_test_cancelled_build(const otd_device_info *info) {
    kawpow_dataset data;
    otd_watch watch = {{0, 0}, 0};
    otd_dataset *made = NULL;
    pthread_t thread;
    otd_kawpow_light_make(&data, 0, LIGHT_COUNT, 1048573, otd_kawpow_ref.halves, NULL);
    const otd_dataset source = otd_handle(&data, OTD_DATASET_LIGHT);
    const otd_dataset_params params = {
        .algorithm = OTD_ALGO_KAWPOW, .kind = OTD_DATASET_FULL, .device = info->index};
    pthread_create(&thread, NULL, otd_cancel_begun, &watch);
    int32_t status = otd_dataset_create(&params, &source, NULL, 0, &watch.progress, &watch.cancel, &made);
    pthread_join(thread, NULL);
    otd_check(status == OTD_E_CANCELLED && made == NULL && watch.progress.done < watch.progress.total,
              "gpu: a kawpow dataset is cancelled at %llu of %llu: %d",
              (unsigned long long)watch.progress.done, (unsigned long long)watch.progress.total, status);
    otd_kawpow_light_free(&data);
}

/* Real sizes, of which nothing is made. */
static void otd_test_no_room(const otd_device_info *info) {
    otd_device_info *known = otd_known_of(info);
    const otd_device_info before = *known;
    char detail[OTD_ERROR_TEXT_MAX] = "", fits[128];
    kawpow_dataset data;
    otd_dataset *made = NULL;
    otd_kawpow_light_make(&data, 0, LIGHT_COUNT, otd_kawpow_data_count(500), otd_kawpow_ref.halves, NULL);
    data.epoch = 500;
    const otd_dataset source = otd_handle(&data, OTD_DATASET_LIGHT);
    const otd_dataset_params params = {
        .algorithm = OTD_ALGO_KAWPOW, .kind = OTD_DATASET_FULL, .epoch = 500, .device = info->index};
    known->memory_free_bytes = 1ull << 30;
    known->alloc_max_bytes = 0;
    int32_t status = otd_dataset_create(&params, &source, NULL, 0, NULL, NULL, &made);
    *known = before;
    otd_last_error(detail, sizeof detail);
    otd_check(status == OTD_E_MEMORY && made == NULL && strstr(detail, "kawpow dataset of epoch 500 needs") &&
                  strstr(detail, "are free; no epoch fits there"),
              "gpu: a card with too little memory: %d, \"%s\"", status, detail);
    const otd_gpu_plan *plan = otd_gpu_plan_of(OTD_ALGO_KAWPOW);
    plan->dataset_fits(fits, sizeof fits, 4ull << 30);
    otd_check(strcmp(fits, "; epochs up to 384 fit there (blocks below 2887500)") == 0, "gpu: 4 GiB: %s",
              fits);
    plan->dataset_fits(fits, sizeof fits, (1ull << 30) + (1ull << 23) - 4096);
    otd_check(strcmp(fits, "; epochs up to 0 fit there (blocks below 7500)") == 0, "gpu: epoch 0: %s", fits);
    otd_kawpow_light_free(&data);
}

/* ---- searches --------------------------------------------------------------------------------- */

/* The vector's window: nine of 2048 nonces. */
static void otd_test_nine(otd_engine *device) {
    static const uint64_t expected[] = {0x10d, 0x1a0, 0x444, 0x571, 0x5e8, 0x662, 0x6bb, 0x6ed, 0x71d};
    uint8_t before[sizeof otd_gpu_header];
    otd_hit hits[64];
    uint64_t hashes = 0;
    otd_work work = otd_block(HEIGHT, 0, 2048, 0);
    memcpy(before, otd_gpu_header, sizeof before);
    for (uint32_t i = 0; i < 16; i++) {
        otd_gpu_header[i] = (uint8_t)(0xff - 0x11 * i);
        otd_gpu_header[16 + i] = (uint8_t)(0x11 * i);
    }
    int32_t found = otd_search(device, &work, 16, hits, 64, &hashes);
    int32_t right = 0;
    for (int32_t i = 0; i < found && i < 9; i++) {
        right += hits[i].nonce == expected[i] && hits[i].proof_length == 32;
    }
    otd_check(found == 9 && right == 9 && hashes == 2048,
              "gpu: kawpow finds %d of the vector's nine in %d hits", right, found);
    memcpy(otd_gpu_header, before, sizeof before);
}

static void otd_test_kawpow_ranges(otd_engine *device, otd_engine *processor) {
    otd_work work = otd_block(HEIGHT, 0, 700, 0x07);
    otd_compare(device, processor, &work, 64, "kawpow, the first nonces");
    work = otd_block(HEIGHT + 2, 0ull - 300, 300, 0x0f);
    otd_compare(device, processor, &work, 64, "kawpow, the last nonces");
    work = otd_block(HEIGHT + 2, (1ull << 32) - 150, 300, 0x0f);
    otd_compare(device, processor, &work, 64, "kawpow, around 2^32");
    work = otd_block(HEIGHT, UINT64_MAX, 1, 0xff);
    otd_compare(device, processor, &work, 8, "kawpow, the last nonce alone");
    work = otd_block(HEIGHT, 12345, 1, 0xff);
    otd_compare(device, processor, &work, 8, "kawpow, one nonce");
    work = otd_block(HEIGHT, 77, 65, 0xff);
    otd_compare(device, processor, &work, 16, "kawpow, every nonce hits, room for some");
    work = otd_block(HEIGHT, 1ull << 40, 600, 0xff);
    otd_compare(device, processor, &work, 1024, "kawpow, more hits than a launch can report");
    work = otd_block(HEIGHT, 1ull << 50, 300, 0x0f);
    otd_test_edge_of(device, processor, &work);
}

/* Compares one call over several works. */
static void otd_compare_works(otd_engine *device, otd_engine *processor, const otd_work *works,
                              uint32_t count, const char *what) {
    enum { ROOM = 512 };
    static otd_hit there[ROOM], here[ROOM];
    otd_scan_result result, expected;
    int32_t status = otd_engine_scan(device, there, ROOM, &result, works, count, otd_gpu_header,
                                     sizeof otd_gpu_header, OTD_PATIENCE_MS);
    otd_engine_scan(processor, here, ROOM, &expected, works, count, otd_gpu_header, sizeof otd_gpu_header,
                    OTD_PATIENCE_MS);
    otd_check(status == OTD_OK && result.hit_count > 0 && memcmp(&result, &expected, sizeof result) == 0 &&
                  memcmp(there, here, result.hit_count * sizeof there[0]) == 0,
              "gpu: %s: status %d, %u hits of %u, work %u of %u", what, status, result.hit_count,
              expected.hit_count, result.work_index, expected.work_index);
}

/* Programs change while launches are under way; more of them than are kept, and back. */
static void otd_test_periods(otd_engine *device, otd_engine *processor) {
    static const uint32_t jumps[] = {0, 6, 12, 0};
    otd_work works[6];
    for (uint32_t i = 0; i < 6; i++) {
        works[i] = otd_block(HEIGHT + 100 + i, i * 1000, 70, 0x1f);
        works[i].tag = i;
    }
    otd_compare_works(device, processor, works, 6, "kawpow, six blocks of three periods in one call");
    for (uint32_t i = 0; i < 4; i++) {
        works[i] = otd_block(HEIGHT + 108 + jumps[i], i * 1000, 40, 0x1f);
        works[i].tag = i;
    }
    otd_compare_works(device, processor, works, 4, "kawpow, periods there and back in one call");
    works[0] = otd_block((EPOCH + 1) * 7500 - 1, 5, 70, 0x1f);
    otd_compare_works(device, processor, works, 1, "kawpow, the last block of the epoch");
}

/* What was found before a block of another epoch is handed out, and the engine goes on afterwards. */
static void otd_test_other_epoch(otd_engine *device, otd_engine *processor) {
    static otd_hit hits[128];
    const otd_work works[] = {otd_block(HEIGHT, 0, 50, 0x3f), otd_block((EPOCH + 1) * 7500, 0, 50, 0x3f)};
    otd_scan_result result;
    int32_t status = otd_engine_scan(device, hits, 128, &result, works, 2, otd_gpu_header,
                                     sizeof otd_gpu_header, OTD_PATIENCE_MS);
    otd_check(status == OTD_OK && result.hashes == 50 && result.work_index == 1 && result.hit_count > 0,
              "gpu: kawpow up to a block of another epoch: status %d, work %u, %llu hashes", status,
              result.work_index, (unsigned long long)result.hashes);
    status = otd_engine_scan(device, hits, 128, &result, works + 1, 1, otd_gpu_header, sizeof otd_gpu_header,
                             OTD_PATIENCE_MS);
    char detail[OTD_ERROR_TEXT_MAX] = "";
    otd_last_error(detail, sizeof detail);
    otd_check(status == OTD_E_DATASET && result.hashes == 0 && strstr(detail, "is of epoch 5") != NULL,
              "gpu: kawpow and a block of another epoch: %d, \"%s\"", status, detail);
    otd_compare_works(device, processor, works, 1, "kawpow after a block of another epoch");
}

/* A program that is not there is waited for, unless somebody cancels. */
static void otd_test_cancelled_wait(otd_engine *device, otd_engine *processor) {
    otd_gpu_engine *gpu = device->state;
    const otd_work work = otd_block(HEIGHT + 2000, 0, 100, 0x3f);
    otd_engine_cancel(device);
    int32_t status = gpu->plan->ready(gpu->state, &gpu->site, &work);
    otd_check(status == OTD_E_CANCELLED, "gpu: waiting for a program ends when it is cancelled: %d", status);
    __atomic_store_n(&device->cancel, 0u, __ATOMIC_RELAXED);
    otd_compare_works(device, processor, &work, 1,
                      "kawpow with a program that was waited for in vain before");
}

/* Once a period was used, its successor is made without being asked for. */
static void otd_test_built_ahead(otd_engine *device) {
    otd_hit hit;
    otd_scan_result result;
    otd_gpu_engine *gpu = device->state;
    const otd_work now = otd_block(HEIGHT + 3000, 0, 1, 0);
    const otd_work next = otd_block(HEIGHT + 3003, 0, 1, 0);
    int32_t status = otd_engine_scan(device, &hit, 1, &result, &now, 1, otd_gpu_header, sizeof otd_gpu_header,
                                     OTD_PATIENCE_MS);
    double began = otd_gpu_now_ms();
    otd_engine_cancel(device); /* so that ready says whether it is there, and does not order it */
    int32_t there;
    do {
        there = gpu->plan->ready(gpu->state, &gpu->site, &next);
    } while (there == OTD_E_CANCELLED && otd_gpu_now_ms() - began < OTD_PATIENCE_MS);
    __atomic_store_n(&device->cancel, 0u, __ATOMIC_RELAXED);
    otd_check(status == OTD_OK && there == OTD_OK, "gpu: the next period's program is built ahead: %d",
              there);
}

static void otd_test_kawpow_engine(const otd_device_info *info, const otd_dataset *made, uint32_t flavour,
                                   int32_t brief) {
    const otd_engine_params params = {.algorithm = OTD_ALGO_KAWPOW};
    otd_engine *processor = NULL, *device = otd_engine_of(info, made, flavour);
    otd_check(otd_engine_create(&params, &otd_full, &processor) == OTD_OK, "gpu: kawpow on the processor");
    if (device != NULL && processor != NULL) {
        otd_test_nine(device);
        if (!brief) {
            otd_test_kawpow_ranges(device, processor);
            otd_test_periods(device, processor);
            otd_test_other_epoch(device, processor);
            otd_test_cancelled_wait(device, processor);
            otd_test_built_ahead(device);
        }
    }
    otd_engine_destroy(device);
    otd_engine_destroy(processor);
}

/* Two engines over one dataset, each in a thread and at periods of its own. */
typedef struct otd_miner {
    const otd_device_info *info;
    const otd_dataset *made;
    uint32_t height;
    int32_t found;
} otd_miner;

static void *otd_mine(void *context) {
    otd_miner *miner = context;
    otd_hit hits[256];
    uint64_t hashes = 0;
    otd_work work = otd_block(miner->height, 0, 500, 0x1f);
    otd_engine *engine = otd_engine_of(miner->info, miner->made, GROUP_64);
    miner->found = engine != NULL ? otd_search(engine, &work, 256, hits, 256, &hashes) : -1;
    otd_engine_destroy(engine);
    return NULL;
}

static void otd_test_two_engines(const otd_device_info *info, const otd_dataset *made) {
    otd_miner miners[] = {{info, made, HEIGHT, 0}, {info, made, HEIGHT + 60, 0}};
    const otd_engine_params params = {.algorithm = OTD_ALGO_KAWPOW};
    otd_engine *processor = NULL;
    pthread_t thread;
    otd_engine_create(&params, &otd_full, &processor);
    pthread_create(&thread, NULL, otd_mine, &miners[0]);
    otd_mine(&miners[1]);
    pthread_join(thread, NULL);
    for (uint32_t i = 0; i < 2; i++) {
        otd_hit hits[256];
        uint64_t hashes = 0;
        otd_work work = otd_block(miners[i].height, 0, 500, 0x1f);
        int32_t expected = otd_search(processor, &work, 256, hits, 256, &hashes);
        otd_check(miners[i].found == expected && expected > 0,
                  "gpu: two kawpow engines at once: %d hits of %d", miners[i].found, expected);
    }
    otd_engine_destroy(processor);
}

static void otd_test_kawpow_device(const otd_device_info *info) {
    otd_device_info *known = otd_known_of(info);
    const uint64_t alloc_max = known->alloc_max_bytes;
    otd_test_no_room(info);
    otd_test_cancelled_build(info);
    otd_test_first_items(info);
    otd_dataset *made = otd_make_on(info, &otd_light);
    if (made != NULL) {
        otd_test_items(info, made, 1);
        otd_test_kawpow_engine(info, made, GROUP_64, 0);
        otd_test_kawpow_engine(info, made, 1, 1);
        otd_test_two_engines(info, made);
    }
    otd_dataset_destroy(made);
    if (info->backend == OTD_BACKEND_OPENCL) { /* the others' pieces are of a gigabyte, or there is one */
        known->alloc_max_bytes = 200000;       /* pieces of 128 KiB */
        made = otd_make_on(info, &otd_light);
        known->alloc_max_bytes = alloc_max;
        if (made != NULL) {
            otd_test_items(info, made, 8);
            otd_test_kawpow_engine(info, made, GROUP_64, 1);
        }
        otd_dataset_destroy(made);
    }
    made = otd_make_on(info, &otd_full); /* copied */
    if (made != NULL) {
        otd_test_items(info, made, 1);
        otd_test_kawpow_engine(info, made, GROUP_64, 1);
    }
    otd_dataset_destroy(made);
}

void otd_test_gpu_kawpow(void) {
    otd_device_info info;
    otd_make_sources();
    for (uint32_t i = 1; otd_device_at(i, &info) == OTD_OK; i++) {
        otd_test_kawpow_device(&info);
    }
    otd_kawpow_light_free(&otd_light_data);
    otd_kawpow_light_free(&otd_full_data);
}
