/*
 * gpu_vulkan_test.c - the port of Vulkan by itself, on lavapipe: copies larger than what they go through,
 * more groups than a device counts, contexts over one memory in several threads, what it refuses, and a
 * driver without the loader.
 */
#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "gpu.h"
#include "sha256d/gpu/sha256d_row.h"
#include "vulkan/vulkan.h"

enum { OTD_THREADS_AT_ONCE = 4, OTD_THREAD_ROUNDS = 5 };

/* A machine on which these tests run may be busy with others. */
#define OTD_PATIENT_MS 300000.0

extern const otd_backend otd_backend_vulkan;
extern const otd_gpu_code otd_kernel_sha256d;

#define OTD_PORT (otd_backend_vulkan.port)

/* Waits for all that was queued. */
static int32_t otd_wait(otd_gpu_context *context) {
    const struct timespec pause = {.tv_nsec = 200000};
    double began = otd_gpu_now_ms();
    uint32_t reached = 0;
    int32_t status = OTD_PORT->mark(context, 0);
    while (status == OTD_OK) {
        status = OTD_PORT->poll(context, 0, &reached);
        if (status == OTD_OK && reached != 0) {
            return OTD_OK;
        }
        if (otd_gpu_now_ms() - began > OTD_PATIENT_MS) {
            return OTD_E_CANCELLED;
        }
        nanosleep(&pause, NULL);
    }
    return status;
}

static uint8_t *otd_pattern(uint64_t bytes, uint32_t seed) {
    uint8_t *made = malloc(bytes);
    for (uint64_t i = 0; i < bytes && made != NULL; i++) {
        seed = seed * 1664525u + 1013904223u;
        made[i] = (uint8_t)(seed >> 24);
    }
    return made;
}

/* ---- copies ---------------------------------------------------------------------------------- */

/* Several times round the ring, at odd places, and the bytes beside it stay. */
static void otd_test_large_copy(otd_gpu_context *context) {
    const uint64_t bytes = 3 * OTD_VK_STAGING_BYTES + 77, before = 13, all = bytes + 29;
    uint8_t *sent = otd_pattern(all, 1), *edge = otd_pattern(all, 2), *got = calloc(1, all);
    otd_gpu_buffer *buffer = NULL;
    int32_t status = OTD_PORT->alloc(context, &buffer, all);
    if (status == OTD_OK) {
        status = OTD_PORT->write(context, buffer, 0, edge, all);
    }
    if (status == OTD_OK) {
        status = OTD_PORT->write(context, buffer, before, sent + before, bytes);
    }
    if (status == OTD_OK) {
        status = OTD_PORT->read(context, buffer, 0, got, all);
    }
    if (status == OTD_OK) {
        status = otd_wait(context);
    }
    memcpy(edge + before, sent + before, bytes);
    otd_check(status == OTD_OK && memcmp(edge, got, all) == 0, "vulkan: %llu bytes there and back, status %d",
              (unsigned long long)bytes, status);
    if (buffer != NULL) {
        OTD_PORT->release(context, buffer);
    }
    free(sent);
    free(edge);
    free(got);
}

/* More copies than regions before anybody asks; each reads what the one before it wrote. */
static void otd_test_many_copies(otd_gpu_context *context) {
    enum { COPIES = 3 * OTD_VK_REGIONS_MAX, SIZE = 21 };
    static uint8_t got[COPIES][SIZE];
    uint8_t *sent = otd_pattern(COPIES * SIZE, 3);
    otd_gpu_buffer *buffer = NULL;
    int32_t status = OTD_PORT->alloc(context, &buffer, 4096);
    memset(got, 0, sizeof got);
    for (uint32_t i = 0; i < COPIES && status == OTD_OK; i++) {
        status = OTD_PORT->write(context, buffer, 100, sent + i * SIZE, SIZE);
        if (status == OTD_OK) {
            status = OTD_PORT->read(context, buffer, 100, got[i], SIZE);
        }
    }
    if (status == OTD_OK) {
        status = otd_wait(context);
    }
    otd_check(status == OTD_OK && memcmp(sent, got, sizeof got) == 0,
              "vulkan: %d small copies are in order, status %d", 2 * COPIES, status);
    otd_check(OTD_PORT->write(context, buffer, 4090, sent, 7) == OTD_E_ARGUMENT &&
                  OTD_PORT->read(context, buffer, 4097, got, 0) == OTD_E_ARGUMENT,
              "vulkan: a copy beyond a buffer's end is refused");
    otd_check(OTD_PORT->write(context, buffer, 4096, sent, 0) == OTD_OK, "vulkan: a copy of nothing");
    if (buffer != NULL) {
        OTD_PORT->release(context, buffer);
    }
    free(sent);
}

/* The Verthash file: as large as the device gives in one piece, at most 1.3 GiB, written in pieces of 1 GiB.
 * Every 2 MiB has a number of its own at both ends. */
static void otd_test_large_buffer(otd_gpu_context *context, const otd_device_info *device) {
    const uint64_t step = 2ull << 20, piece = 1ull << 30, wanted = 1331ull << 20;
    uint64_t bytes = (device->alloc_max_bytes < wanted ? device->alloc_max_bytes : wanted) / step * step;
    uint8_t *sent = calloc(1, bytes), *got = calloc(1, bytes);
    otd_gpu_buffer *buffer = NULL;
    if (sent == NULL || got == NULL) {
        printf("skipped: a buffer of %llu bytes: this machine has no room for it three times\n",
               (unsigned long long)bytes);
        free(sent);
        free(got);
        return;
    }
    for (uint64_t at = 0; at < bytes; at += step) {
        const uint64_t number = at * 0x9e3779b97f4a7c15ull + 1;
        memcpy(sent + at, &number, sizeof number);
        memcpy(sent + at + step - sizeof number, &number, sizeof number);
    }
    int32_t status = OTD_PORT->alloc(context, &buffer, bytes);
    for (uint64_t at = 0; at < bytes && status == OTD_OK; at += piece) {
        status = OTD_PORT->write(context, buffer, at, sent + at, bytes - at < piece ? bytes - at : piece);
    }
    if (status == OTD_OK) {
        status = OTD_PORT->read(context, buffer, 0, got, bytes);
    }
    if (status == OTD_OK) {
        status = otd_wait(context);
    }
    otd_check(status == OTD_OK && memcmp(sent, got, bytes) == 0, "vulkan: a buffer of %llu bytes, status %d",
              (unsigned long long)bytes, status);
    if (buffer != NULL) {
        OTD_PORT->release(context, buffer);
    }
    free(sent);
    free(got);
}

/* ---- launches -------------------------------------------------------------------------------- */

/* A kernel of which every nonce hits, and what it needs. */
typedef struct otd_flood {
    otd_gpu_context *context;
    otd_gpu_program *program;
    otd_gpu_kernel *kernel;
    otd_gpu_buffer *constants, *hits;
    uint32_t threads, slots;
} otd_flood;

static uint32_t otd_flood_row[OTD_SHA256D_ROW_WORDS];

static uint64_t otd_hits_bytes(uint32_t slots) {
    return sizeof(otd_gpu_hits) + (uint64_t)slots * sizeof(uint64_t);
}

static int32_t otd_flood_build(otd_flood *flood) {
    const otd_gpu_build what = {.code = &otd_kernel_sha256d, .threads = flood->threads};
    int32_t status = OTD_PORT->build(flood->context, &what, &flood->program);
    return status != OTD_OK ? status
                            : OTD_PORT->kernel(flood->context, flood->program, "otd_search", &flood->kernel);
}

static int32_t otd_flood_memory(otd_flood *flood) {
    memset(otd_flood_row, 0xff, sizeof otd_flood_row); /* any header, and a target that nothing is above */
    int32_t status = OTD_PORT->alloc(flood->context, &flood->constants, sizeof otd_flood_row);
    return status != OTD_OK ? status
                            : OTD_PORT->alloc(flood->context, &flood->hits, otd_hits_bytes(flood->slots));
}

static void otd_flood_end(otd_flood *flood) {
    if (flood->constants != NULL) {
        OTD_PORT->release(flood->context, flood->constants);
    }
    if (flood->hits != NULL) {
        OTD_PORT->release(flood->context, flood->hits);
    }
}

static int otd_ascending(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Launches `count` nonces from `first` on, and sees each of them reported once. */
static int otd_flood_once(otd_flood *flood, uint64_t first, uint32_t count, uint64_t groups) {
    static const otd_gpu_hits none;
    const otd_gpu_argument arguments[] = {
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = flood->constants},
        {.kind = OTD_GPU_ARGUMENT_U64, .value = first},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = count},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = flood->slots},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = flood->hits},
    };
    const otd_gpu_launch launch = {.kernel = flood->kernel,
                                   .arguments = arguments,
                                   .argument_count = 5,
                                   .threads = flood->threads,
                                   .groups = groups};
    otd_gpu_hits *found = calloc(1, otd_hits_bytes(flood->slots));
    int good =
        found != NULL &&
        OTD_PORT->write(flood->context, flood->constants, 0, otd_flood_row, sizeof otd_flood_row) == OTD_OK &&
        OTD_PORT->write(flood->context, flood->hits, 0, &none, sizeof none) == OTD_OK &&
        OTD_PORT->launch(flood->context, &launch) == OTD_OK &&
        OTD_PORT->read(flood->context, flood->hits, 0, found, otd_hits_bytes(flood->slots)) == OTD_OK &&
        otd_wait(flood->context) == OTD_OK && found->count == count && count <= flood->slots;
    if (good) {
        qsort(found->nonce, count, sizeof found->nonce[0], otd_ascending);
    }
    for (uint32_t i = 0; good && i < count; i++) {
        good = found->nonce[i] == first + i;
    }
    free(found);
    return good;
}

/* A device counts 65535 groups in one dimension: around that, rows that are full and rows that are not. */
static void otd_test_groups(otd_gpu_context *context) {
    static const uint32_t groups[] = {1, 65535, 65536, 65537, 98304, 131071};
    otd_flood flood = {.context = context, .threads = 1, .slots = 140000};
    int32_t status = otd_flood_build(&flood);
    if (status == OTD_OK) {
        status = otd_flood_memory(&flood);
    }
    otd_check(status == OTD_OK, "vulkan: a kernel with groups of one");
    for (uint32_t i = 0; i < sizeof groups / sizeof groups[0] && status == OTD_OK; i++) {
        otd_check(otd_flood_once(&flood, 1000, groups[i], groups[i]), "vulkan: %u groups", groups[i]);
    }
    const otd_gpu_launch other = {.kernel = flood.kernel, .threads = 2, .groups = 1};
    otd_check(status == OTD_OK && OTD_PORT->launch(context, &other) == OTD_E_ARGUMENT,
              "vulkan: a launch with other groups than the kernel was built for is refused");
    otd_flood_end(&flood);
    if (flood.program != NULL) {
        OTD_PORT->discard(context, flood.program);
    }
}

static void otd_test_refusals(otd_gpu_context *context, const otd_device_info *device) {
    const otd_gpu_code empty = {.name = "nothing"};
    const otd_gpu_build wide = {.code = &otd_kernel_sha256d, .threads = 1u << 20};
    const otd_gpu_build none = {.code = &empty, .threads = 64};
    otd_gpu_buffer *buffer = NULL;
    otd_gpu_program *program = NULL;
    char detail[OTD_ERROR_TEXT_MAX] = "", most[32];
    int32_t status = OTD_PORT->alloc(context, &buffer, device->alloc_max_bytes + 1);
    otd_last_error(detail, sizeof detail);
    snprintf(most, sizeof most, "%llu", (unsigned long long)device->alloc_max_bytes);
    otd_check(status == OTD_E_MEMORY && buffer == NULL && strstr(detail, most) != NULL,
              "vulkan: a piece larger than the device gives is refused, with both numbers");
    otd_check(OTD_PORT->build(context, &wide, &program) == OTD_E_UNSUPPORTED && program == NULL,
              "vulkan: groups of a million are refused");
    otd_check(OTD_PORT->build(context, &none, &program) == OTD_E_UNSUPPORTED && program == NULL,
              "vulkan: a kernel without SPIR-V is refused");
}

/* ---- several contexts ------------------------------------------------------------------------ */

typedef struct otd_fork_thread {
    pthread_t thread;
    otd_gpu_context *from;
    otd_gpu_program *program; /* that the first context made */
    otd_gpu_kernel *kernel;
    uint32_t number;
    int good;
} otd_fork_thread;

/* Forks, searches with the shared program and, in between, with one of its own. */
static void *otd_fork_and_search(void *argument) {
    otd_fork_thread *self = argument;
    otd_flood flood = {.threads = 64, .slots = 1000, .kernel = self->kernel};
    self->good = OTD_PORT->fork(self->from, &flood.context) == OTD_OK;
    if (!self->good) {
        return NULL;
    }
    self->good = otd_flood_memory(&flood) == OTD_OK;
    for (uint32_t round = 0; round < OTD_THREAD_ROUNDS && self->good; round++) {
        uint32_t count = 100 + 64 * round + self->number;
        self->good = otd_flood_once(&flood, 1000u * self->number, count, (count + 63) / 64);
    }
    if (self->good && otd_flood_build(&flood) == OTD_OK) {
        self->good = otd_flood_once(&flood, 7, 777, 13);
        OTD_PORT->discard(flood.context, flood.program);
    }
    otd_flood_end(&flood);
    OTD_PORT->close(flood.context);
    return NULL;
}

static void otd_test_forks(otd_gpu_context *context) {
    otd_fork_thread threads[OTD_THREADS_AT_ONCE];
    otd_flood flood = {.context = context, .threads = 64, .slots = 1000};
    otd_check(otd_flood_build(&flood) == OTD_OK && otd_flood_memory(&flood) == OTD_OK,
              "vulkan: a program that forks share");
    for (uint32_t i = 0; i < OTD_THREADS_AT_ONCE; i++) {
        threads[i] =
            (otd_fork_thread){.from = context, .program = flood.program, .kernel = flood.kernel, .number = i};
        pthread_create(&threads[i].thread, NULL, otd_fork_and_search, &threads[i]);
    }
    otd_check(otd_flood_once(&flood, 5, 999, 16), "vulkan: the first context searches while forks do");
    for (uint32_t i = 0; i < OTD_THREADS_AT_ONCE; i++) {
        pthread_join(threads[i].thread, NULL);
        otd_check(threads[i].good, "vulkan: fork %u found each of its nonces once", i);
    }
    otd_flood_end(&flood);
    OTD_PORT->discard(context, flood.program);
}

/* The memory stays until the last context goes, in whatever order they go. */
static void otd_test_first_goes_first(const otd_gpu_found *device) {
    otd_flood flood = {.threads = 64, .slots = 1000};
    otd_gpu_context *fork = NULL;
    int32_t status = OTD_PORT->open(device, &flood.context);
    if (status == OTD_OK && (status = otd_flood_build(&flood)) == OTD_OK &&
        (status = otd_flood_memory(&flood)) == OTD_OK) {
        status = OTD_PORT->fork(flood.context, &fork);
    }
    otd_check(status == OTD_OK, "vulkan: a second device and its fork");
    if (status != OTD_OK) {
        return;
    }
    OTD_PORT->close(flood.context);
    flood.context = fork;
    otd_check(otd_flood_once(&flood, 3, 500, 8), "vulkan: a fork outlives what it was forked from");
    otd_flood_end(&flood);
    OTD_PORT->discard(fork, flood.program);
    OTD_PORT->close(fork);
}

/* ---- without the loader ---------------------------------------------------------------------- */

static void otd_test_driver_alone(void) {
    static otd_vk_instance instance; /* as the port keeps it: drivers are never let go */
    static otd_gpu_found found[OTD_GPU_DEVICES_MAX];
    char message[256] = "";
    uint32_t count = 0;
    glob_t manifests = {0};
    otd_check(!otd_vk_from_manifest(&instance, "/nowhere/at_all.json"),
              "vulkan: a manifest that is not there gives no driver");
    if (glob("/usr/share/vulkan/icd.d/lvp_icd*.json", 0, NULL, &manifests) != 0) {
        printf("skipped: lavapipe without the loader: no manifest of it\n");
        return;
    }
    int good = otd_vk_from_manifest(&instance, manifests.gl_pathv[0]);
    globfree(&manifests);
    otd_check(good && otd_vk_list(&instance, found, &count, message, sizeof message) == VK_SUCCESS &&
                  count == 1 && found[0].info.kind == OTD_DEVICE_SIMULATOR,
              "vulkan: lavapipe without the loader shows %u devices %s", count, message);
    if (count == 1) {
        otd_test_first_goes_first(&found[0]);
    }
}

/* Opens the device, runs the tests and closes it. */
static void otd_test_vulkan_device(const otd_gpu_found *device) {
    otd_gpu_context *context = NULL;
    otd_check(OTD_PORT->open(device, &context) == OTD_OK, "vulkan: opening %s", device->info.name);
    if (context == NULL) {
        return;
    }
    otd_test_large_copy(context);
    otd_test_many_copies(context);
    otd_test_groups(context);
    otd_test_refusals(context, &device->info);
    otd_test_forks(context);
    OTD_PORT->close(context);
    otd_test_first_goes_first(device);
}

void otd_test_gpu_vulkan(int large) {
    const otd_gpu_found *device = otd_gpu_device(&otd_backend_vulkan, 0);
    otd_gpu_context *context = NULL;
    if (device == NULL) {
        printf("skipped: the port of Vulkan: no device\n");
    } else if (large) {
        otd_check(OTD_PORT->open(device, &context) == OTD_OK, "vulkan: opening %s", device->info.name);
        if (context != NULL) {
            otd_test_large_buffer(context, &device->info);
            OTD_PORT->close(context);
        }
    } else {
        otd_test_vulkan_device(device);
        otd_test_driver_alone();
    }
}
