/*
 * cuda_fork_test.c - several contexts over one card, each in a thread of its own: they use each other's
 * memory and programs, compile while others search, and none sees what it has not waited for.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend/backend.h"
#include "backend/gpu/cache.h"
#include "backend/gpu/gpu.h"
#include "cuda_host.h"
#include "sha256.h"
#include "sha256d/gpu/sha256d_row.h"

extern const otd_backend otd_backend_cuda;
extern const otd_gpu_code otd_kernel_sha256d;

enum { THREADS = 4, ROUNDS = 6, SLOTS_OF = 64, PATIENCE_MS = 600000 };

static const otd_gpu_port *port;

/* Waits as a host does. Returns 1 when the event is reached. */
static int await(otd_gpu_context *context, uint32_t slot) {
    uint32_t reached = 0;
    for (uint32_t ms = 0; ms < PATIENCE_MS; ms++) {
        if (port->poll(context, slot, &reached) != OTD_OK) {
            return 0;
        }
        if (reached) {
            return 1;
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return 0;
}

static const otd_gpu_build sha256d = {.code = &otd_kernel_sha256d, .threads = 128};

static otd_gpu_context *open_card(void) {
    otd_gpu_context *context = NULL;
    const otd_gpu_found *card = otd_gpu_device(&otd_backend_cuda, 0);
    check(card != NULL && port->open(card, &context) == OTD_OK, "the card opens");
    return context;
}

/* One search of 2000 nonces around Bitcoin's first block in a context, with memory of its own. */
static int finds_it(otd_gpu_context *context, otd_gpu_kernel *kernel) {
    static const uint8_t header[80] = {
        0x01, [36] = 0x3b, 0xa3, 0xed, 0xfd, 0x7a, 0x7b, 0x12, 0xb2, 0x7a, 0xc7, 0x2c, 0x3e, 0x67,
        0x76, 0x8f,        0x61, 0x7f, 0xc8, 0x1b, 0xc3, 0x88, 0x8a, 0x51, 0x32, 0x3a, 0x9f, 0xb8,
        0xaa, 0x4b,        0x1e, 0x5e, 0x4a, 0x29, 0xab, 0x5f, 0x49, 0xff, 0xff, 0x00, 0x1d};
    otd_sha256d_job job = {.versions = 1, .tail = {0x4b1e5e4a, 0x29ab5f49, 0xffff001d}, .limit = 0};
    uint32_t row[OTD_SHA256D_ROW_WORDS];
    uint64_t found[1 + SLOTS_OF], none = 0;
    otd_gpu_buffer *constants = NULL, *hits = NULL;
    memcpy(job.midstate[0], otd_sha256_iv, 32);
    otd_sha256_blocks_ref(job.midstate[0], header, 1);
    otd_sha256d_row(row, &job, 0);
    memset(found, 0xee, sizeof found);
    int good = port->alloc(context, &constants, sizeof row) == OTD_OK &&
               port->alloc(context, &hits, sizeof found) == OTD_OK &&
               port->write(context, constants, 0, row, sizeof row) == OTD_OK &&
               port->write(context, hits, 0, &none, sizeof none) == OTD_OK;
    memset(row, 0, sizeof row); /* copied, or to be copied: the port has it */
    const otd_gpu_argument arguments[] = {{.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = constants},
                                          {.kind = OTD_GPU_ARGUMENT_U64, .value = 0x7c2bac1d - 1000},
                                          {.kind = OTD_GPU_ARGUMENT_U32, .value = 2000},
                                          {.kind = OTD_GPU_ARGUMENT_U32, .value = SLOTS_OF},
                                          {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = hits}};
    const otd_gpu_launch launch = {
        .kernel = kernel, .arguments = arguments, .argument_count = 5, .threads = 128, .groups = 16};
    good = good && port->launch(context, &launch) == OTD_OK &&
           port->read(context, hits, 0, found, sizeof found) == OTD_OK && port->mark(context, 1) == OTD_OK;
    int early = found[0] != 0xeeeeeeeeeeeeeeeeull;
    good = good && !early && await(context, 1) && (uint32_t)found[0] == 1 && found[1] == 0x7c2bac1d;
    port->release(context, constants);
    port->release(context, hits);
    return good;
}

typedef struct worker {
    pthread_t thread;
    otd_gpu_context *context;
    otd_gpu_program *program; /* of another context */
    int good;
} worker;

static void *search_in_thread(void *argument) {
    worker *w = argument;
    otd_gpu_kernel *kernel = NULL;
    w->good = port->kernel(w->context, w->program, "otd_search", &kernel) == OTD_OK;
    for (int i = 0; i < ROUNDS && w->good; i++) {
        w->good = finds_it(w->context, kernel);
    }
    return NULL;
}

/* Compiles over and over, uses what it compiled, and throws it away. */
static void *build_in_thread(void *argument) {
    worker *w = argument;
    w->good = 1;
    for (int i = 0; i < ROUNDS && w->good; i++) {
        otd_gpu_program *program = NULL;
        otd_gpu_kernel *kernel = NULL;
        w->good = port->build(w->context, &sha256d, &program) == OTD_OK &&
                  port->kernel(w->context, program, "otd_search", &kernel) == OTD_OK &&
                  finds_it(w->context, kernel);
        if (program != NULL) {
            port->discard(w->context, program);
        }
    }
    return NULL;
}

static void side_by_side(void) {
    otd_gpu_context *first = open_card();
    otd_gpu_program *program = NULL;
    worker workers[THREADS] = {{.good = 0}};
    check(port->build(first, &sha256d, &program) == OTD_OK, "a program");
    for (int i = 0; i < THREADS; i++) {
        workers[i].program = program;
        check(port->fork(first, &workers[i].context) == OTD_OK, "context %d", i);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&workers[i].thread, NULL, i == 0 ? build_in_thread : search_in_thread, &workers[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        check(workers[i].good, "thread %d finds it %d times", i, ROUNDS);
    }
    check(counted().contexts == 1, "one context of the driver for all");
    port->discard(workers[1].context, program); /* through another than made it */
    port->close(first);
    for (int i = 0; i < THREADS; i++) {
        check(counted().contexts == 1, "the driver's context stays for those that are left");
        port->close(workers[i].context);
    }
    check(counted().contexts == 0 && counted().used_bytes == 0, "and goes with the last");
}

/* What one writes another reads; larger than one piece of the way. */
static void memory_is_shared(void) {
    const uint64_t bytes = (33u << 20) + 12345;
    otd_gpu_context *first = open_card(), *second = NULL;
    otd_gpu_buffer *buffer = NULL;
    uint8_t *sent = malloc(bytes), *got = calloc(1, bytes);
    check(port->fork(first, &second) == OTD_OK, "a second context");
    uint64_t room = port->room(second);
    for (uint64_t i = 0; i < bytes; i++) {
        sent[i] = (uint8_t)(i * 2654435761u >> 20);
    }
    check(room == 4096ull << 20, "%llu bytes are free", (unsigned long long)room);
    check(port->alloc(first, &buffer, bytes) == OTD_OK && port->room(second) == room - bytes,
          "and fewer then");
    check(port->write(first, buffer, 0, sent, bytes) == OTD_OK && port->mark(first, 0) == OTD_OK &&
              await(first, 0),
          "written");
    check(port->read(second, buffer, 0, got, bytes) == OTD_OK && port->mark(second, 3) == OTD_OK &&
              got[7] == 0 && await(second, 3) && memcmp(sent, got, bytes) == 0,
          "read by another, when it was waited for");
    memset(got, 0, bytes);
    check(port->write(second, buffer, 1000, sent, 50) == OTD_OK &&
              port->read(second, buffer, 990, got, 70) == OTD_OK && port->mark(second, 2) == OTD_OK &&
              await(second, 2) && memcmp(got, sent + 990, 10) == 0 && memcmp(got + 10, sent, 50) == 0 &&
              memcmp(got + 60, sent + 1050, 10) == 0,
          "a part");
    check(port->alloc(second, &(otd_gpu_buffer *){NULL}, 5ull << 30) == OTD_E_MEMORY &&
              strstr(detail(), "no room for 5368709120 bytes of its memory: ") != NULL,
          "more than there is");
    check(port->write(second, buffer, bytes - 4, sent, 8) == OTD_E_DRIVER, "past the end");
    port->release(second, buffer);
    port->close(first);
    check(port->room(second) == room, "all is free again");
    port->close(second);
    free(sent);
    free(got);
}

static void kernels(void) {
    char name[256];
    otd_gpu_context *context = open_card();
    otd_gpu_program *program = NULL;
    otd_gpu_kernel *kernel = NULL;
    const char *kept = empty_folder();
    otd_devices_cache(kept, (uint32_t)strlen(kept));
    check(port->build(context, &sha256d, &program) == OTD_OK && files_in(kept, "", name) == 0,
          "what is not to be kept is not");
    check(port->kernel(context, program, "otd_nothing", &kernel) == OTD_E_DRIVER && kernel == NULL &&
              strstr(detail(), "otd_nothing") != NULL,
          "a kernel that is none");
    check(port->kernel(context, program, "otd_search", &kernel) == OTD_OK &&
              port->registers(context, kernel) == 40,
          "a kernel and its registers");
    const otd_gpu_launch wide = {.kernel = kernel, .threads = 128, .groups = 1ull << 32};
    check(port->launch(context, &wide) == OTD_E_ARGUMENT, "too many groups");
    otd_gpu_program *none = NULL;
    const otd_gpu_code empty = {.name = "nothing"};
    check(port->build(context, &(otd_gpu_build){.code = &empty, .threads = 64}, &none) == OTD_E_UNSUPPORTED,
          "a kernel without PTX");
    check(port->build(context, &(otd_gpu_build){.code = &otd_kernel_sha256d, .threads = 64, .pieces = 8},
                      &none) == OTD_E_ARGUMENT,
          "a kernel in pieces");
    port->discard(context, program);
    port->close(context);
    otd_devices_cache(NULL, 0);
}

/* One context's loss is all's; each is given up, and the card is theirs no more. */
static void lost_together(void) {
    otd_gpu_context *first = open_card(), *second = NULL;
    otd_gpu_program *program = NULL;
    otd_gpu_kernel *kernel = NULL;
    uint32_t reached = 0;
    check(port->fork(first, &second) == OTD_OK && port->build(first, &sha256d, &program) == OTD_OK &&
              port->kernel(first, program, "otd_search", &kernel) == OTD_OK,
          "two contexts");
    check(finds_it(second, kernel), "before the loss");
    plant(1, 0, 719);
    check(!finds_it(first, kernel) && strstr(detail(), "(CUDA error 719)") != NULL, "one is lost");
    check(port->mark(second, 0) == OTD_E_DEVICE_LOST || port->poll(second, 0, &reached) == OTD_E_DEVICE_LOST,
          "and with it the other");
    port->discard(second, program);
    port->abandon(first);
    port->abandon(second);
    for (uint32_t ms = 0; ms < PATIENCE_MS && counted().contexts != 0; ms++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    check(counted().contexts == 0 && counted().used_bytes == 0, "its memory is given back");
}

void test_forks(void) {
    port = otd_backend_cuda.port;
    restart(NULL);
    side_by_side();
    memory_is_shared();
    kernels();
    lost_together();
}
