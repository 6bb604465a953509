/*
 * gpu_dataset_test.c - datasets in the memory of devices, and the algorithms that need one: what is refused
 * and why, what a cancelled build leaves, and that searches find exactly what the processor's do. They run
 * for real on PoCL and lavapipe; without those they are skipped, with the reason.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "devices.h"
#include "gpu.h"
#include "gpu_search.h"
#include "otedama.h"

enum { OTD_SMALL_GRAPH = 8, OTD_OTHER_GRAPH = 6 };

static otd_dataset *otd_file(uint32_t graph, uint32_t kind) {
    const otd_dataset_params params = {.algorithm = OTD_ALGO_VERTHASH, .kind = kind, .epoch = graph};
    otd_dataset *file = NULL;
    otd_check(otd_dataset_create(&params, NULL, "", 0, NULL, NULL, &file) == OTD_OK, "gpu: verthash graph %u",
              graph);
    return file;
}

static otd_dataset_params otd_there(uint32_t device, uint32_t graph) {
    return (otd_dataset_params){
        .algorithm = OTD_ALGO_VERTHASH, .kind = OTD_DATASET_FULL, .epoch = graph, .device = device};
}

/* ---- what is refused -------------------------------------------------------------------------- */

static void otd_expect(int32_t status, int32_t expected, const char *sentence, const char *what) {
    char detail[OTD_ERROR_TEXT_MAX] = "";
    otd_last_error(detail, sizeof detail);
    otd_check(status == expected && strstr(detail, sentence) != NULL, "gpu: %s: status %d, \"%s\"", what,
              status, detail);
}

static void otd_test_dataset_refusals(uint32_t device) {
    otd_dataset *file = otd_file(OTD_OTHER_GRAPH, OTD_DATASET_LIGHT), *made = NULL;
    otd_dataset_params params = otd_there(device, OTD_OTHER_GRAPH);
    params.kind = OTD_DATASET_LIGHT;
    otd_expect(otd_dataset_create(&params, file, NULL, 0, NULL, NULL, &made), OTD_E_UNSUPPORTED,
               "whole datasets", "a device holds no light dataset of Verthash");
    params.kind = OTD_DATASET_FULL + 1;
    otd_expect(otd_dataset_create(&params, file, NULL, 0, NULL, NULL, &made), OTD_E_ARGUMENT,
               "of kind 0 (light) and 1 (whole), got 2", "a device holds no third kind of dataset");
    params.kind = OTD_DATASET_FULL;
    otd_expect(otd_dataset_create(&params, NULL, NULL, 0, NULL, NULL, &made), OTD_E_DATASET, "was not given",
               "a dataset without source");
    params.epoch = OTD_SMALL_GRAPH;
    otd_expect(otd_dataset_create(&params, file, NULL, 0, NULL, NULL, &made), OTD_E_DATASET, "was not given",
               "a dataset with another one's source");
    const uint32_t cancel = 1;
    params.epoch = OTD_OTHER_GRAPH;
    otd_expect(otd_dataset_create(&params, file, NULL, 0, NULL, &cancel, &made), OTD_E_CANCELLED, "cancelled",
               "a dataset that is cancelled");
    otd_check(made == NULL, "gpu: nothing comes of a dataset that is refused");
    otd_engine *engine = NULL;
    const otd_engine_params wanted = {.algorithm = OTD_ALGO_VERTHASH, .device = device};
    otd_expect(otd_engine_create(&wanted, NULL, &engine), OTD_E_DATASET, "needs a dataset",
               "an engine without dataset");
    otd_expect(otd_engine_create(&wanted, file, &engine), OTD_E_DATASET, "in the memory of device 0",
               "an engine with the processor's dataset");
    otd_dataset_destroy(file);
}

/* What the host knows of a device, to be changed for a while. */
static otd_device_info *otd_device_of_test(const otd_device_info *info) {
    const otd_backend *backend = NULL;
    uint32_t row = 0;
    otd_devices_get(info->index, &backend, &row);
    return (otd_device_info *)&otd_gpu_device(backend, row)->info;
}

/* The device as if it were smaller; it is put right again. */
static void otd_test_too_small(const otd_device_info *info) {
    otd_device_info *real = otd_device_of_test(info);
    otd_device_info before = *real;
    otd_dataset *file = otd_file(OTD_SMALL_GRAPH, OTD_DATASET_LIGHT), *made = NULL;
    const otd_dataset_params params = otd_there(info->index, OTD_SMALL_GRAPH);
    real->memory_free_bytes = 1u << 20;
    otd_expect(otd_dataset_create(&params, file, NULL, 0, NULL, NULL, &made), OTD_E_MEMORY,
               "and 1048576 are free", "a dataset for which there is no memory");
    *real = before;
    real->alloc_max_bytes = 4096;
    otd_expect(otd_dataset_create(&params, file, NULL, 0, NULL, NULL, &made), OTD_E_UNSUPPORTED,
               "at most 4096 bytes", "a dataset that may not lie in one piece");
    *real = before;
    otd_check(otd_dataset_create(&params, file, NULL, 0, NULL, NULL, &made) == OTD_OK,
              "gpu: the same dataset where there is room");
    otd_dataset_destroy(made);
    otd_dataset_destroy(file);
}

/* ---- searches --------------------------------------------------------------------------------- */

static void otd_test_verthash_search(otd_engine *device, otd_engine *processor) {
    otd_work work = otd_range(0, 300, 0, 0x0f);
    otd_compare(device, processor, &work, 64, "verthash, the first nonces");
    work = otd_range((1ull << 32) - 70, 70, 3, 0x1f);
    otd_compare(device, processor, &work, 64, "verthash, the last nonces");
    work = otd_range((1ull << 31) - 50, 100, 0, 0x1f);
    otd_compare(device, processor, &work, 64, "verthash, around 2^31");
    work = otd_range(77, 40, 2, 0xff);
    otd_compare(device, processor, &work, 8, "verthash, every nonce hits, room for four");
    work = otd_range(1000, 900, 0, 0xff);
    otd_compare(device, processor, &work, 4096, "verthash, more hits than a launch can report");
    work = otd_range(0xffffffffu, 1, 0, 0xff);
    otd_compare(device, processor, &work, 8, "verthash, the last nonce alone");
    work = otd_range(500, 200, 0, 0x0f);
    otd_test_edge_of(device, processor, &work);
}

/* Both engines over datasets of one graph; the processor's has the kind given. */
static void otd_test_graph(const otd_device_info *info, uint32_t graph, uint32_t kind) {
    otd_dataset *file = otd_file(graph, kind), *made = NULL;
    const otd_dataset_params params = otd_there(info->index, graph);
    otd_progress progress = {0, 0};
    otd_check(otd_dataset_create(&params, file, NULL, 0, &progress, NULL, &made) == OTD_OK,
              "gpu: verthash graph %u on %s", graph, info->name);
    otd_check(progress.total > 0 && progress.done == progress.total, "gpu: progress %llu of %llu",
              (unsigned long long)progress.done, (unsigned long long)progress.total);
    const otd_engine_params there = {
        .algorithm = OTD_ALGO_VERTHASH, .device = info->index, .hang_ms = OTD_PATIENCE_MS};
    const otd_engine_params here = {.algorithm = OTD_ALGO_VERTHASH};
    otd_engine *device = NULL, *processor = NULL;
    otd_check(otd_engine_create(&there, made, &device) == OTD_OK, "gpu: verthash engine on %s", info->name);
    otd_check(otd_engine_create(&here, file, &processor) == OTD_OK, "gpu: verthash engine of the processor");
    if (device != NULL && processor != NULL) {
        otd_test_verthash_search(device, processor);
    }
    otd_engine_destroy(device);
    otd_engine_destroy(processor);
    otd_dataset_destroy(made);
    otd_dataset_destroy(file);
}

/* ---- several at once -------------------------------------------------------------------------- */

/* One user of a device: its own dataset and engine, searched in its own thread. */
typedef struct otd_user {
    uint32_t device, graph;
    otd_hit hits[64];
    int32_t found;
} otd_user;

static void *otd_use(void *context) {
    otd_user *user = context;
    const otd_dataset_params here = {.algorithm = OTD_ALGO_VERTHASH, .epoch = user->graph};
    const otd_dataset_params there = otd_there(user->device, user->graph);
    const otd_engine_params params = {
        .algorithm = OTD_ALGO_VERTHASH, .device = user->device, .hang_ms = OTD_PATIENCE_MS};
    otd_dataset *file = NULL, *made = NULL;
    otd_engine *engine = NULL;
    uint64_t hashes = 0;
    otd_work work = otd_range(0, 600, 0, 0x07);
    user->found = -1;
    if (otd_dataset_create(&here, NULL, "", 0, NULL, NULL, &file) == OTD_OK &&
        otd_dataset_create(&there, file, NULL, 0, NULL, NULL, &made) == OTD_OK &&
        otd_engine_create(&params, made, &engine) == OTD_OK) {
        user->found = otd_search(engine, &work, 64, user->hits, 64, &hashes);
    }
    otd_engine_destroy(engine);
    otd_dataset_destroy(made);
    otd_dataset_destroy(file);
    return NULL;
}

static void otd_test_two_at_once(const otd_device_info *info) {
    otd_user users[3] = {{info->index, OTD_OTHER_GRAPH, {{0}}, 0},
                         {info->index, OTD_SMALL_GRAPH, {{0}}, 0},
                         {0, OTD_SMALL_GRAPH, {{0}}, 0}};
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, otd_use, &users[0]);
    pthread_create(&threads[1], NULL, otd_use, &users[1]);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    otd_dataset *file = otd_file(OTD_SMALL_GRAPH, OTD_DATASET_FULL);
    const otd_engine_params here = {.algorithm = OTD_ALGO_VERTHASH};
    otd_engine *processor = NULL;
    otd_work work = otd_range(0, 600, 0, 0x07);
    uint64_t hashes = 0;
    otd_engine_create(&here, file, &processor);
    users[2].found = otd_search(processor, &work, 64, users[2].hits, 64, &hashes);
    otd_check(users[0].found > 0, "gpu: one of two datasets at once: %d hits", users[0].found);
    otd_check(users[1].found == users[2].found && users[1].found > 0 &&
                  memcmp(users[1].hits, users[2].hits, sizeof(otd_hit) * (size_t)users[1].found) == 0,
              "gpu: the other of two datasets at once: %d hits, not %d", users[1].found, users[2].found);
    otd_engine_destroy(processor);
    otd_dataset_destroy(file);
}

void otd_test_gpu_datasets(void) {
    otd_device_info info;
    uint32_t devices = 0;
    for (uint32_t i = 1; otd_device_at(i, &info) == OTD_OK; i++) {
        devices++;
        otd_test_dataset_refusals(i);
        otd_test_too_small(&info);
        otd_test_graph(&info, OTD_OTHER_GRAPH, OTD_DATASET_LIGHT);
        otd_test_graph(&info, OTD_SMALL_GRAPH, OTD_DATASET_FULL);
        otd_test_two_at_once(&info);
    }
    if (devices == 0) {
        printf("skipped: datasets on devices: there is none; Debian: pocl-opencl-icd, mesa-vulkan-drivers\n");
    }
}
