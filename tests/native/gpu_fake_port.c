/* gpu_fake_port.c - see gpu_fake_port.h. Kernels run as plain C, through dialect_host.h, when they are
 * launched. */
#include "gpu_fake_port.h"

#include <stdlib.h>
#include <string.h>

#include "backend/gpu/dialect_host.h"

#include "backend/gpu/search.h"

#define KERNEL_NAME otd_fake_sha256d
#include "sha256d/gpu/sha256d_body.h"

void otd_fake_sha256d(const u32 *constants, u64 first, u32 count, u32 slots, u32 *hits);
#include "sha256d/gpu/sha256d.cu"
#undef KERNEL_NAME
#undef SHA_ROTR
#include "backend/gpu/sha256_body.h"
#define KERNEL_NAME otd_fake_sha256d_hash
void otd_fake_sha256d_hash(const u32 *headers, u32 *hashes, u32 count);
#include "sha256d/gpu/sha256d_hash.cu"

otd_fake_card otd_card;
otd_gpu_item otd_gpu_now;

struct otd_gpu_context {
    int32_t open;
};

static int32_t otd_fake_probe(otd_gpu_found *found, uint32_t *count, otd_backend_info *backend) {
    *count = 1;
    found[0] =
        (otd_gpu_found){.info = {.kind = OTD_DEVICE_DISCRETE, .units = 1, .name = "a card of the test"}};
    return OTD_OK;
}

static int32_t otd_fake_open(const otd_gpu_found *device, otd_gpu_context **out) {
    otd_card.opened++;
    *out = calloc(1, sizeof **out);
    return *out != NULL ? OTD_OK : OTD_E_MEMORY;
}

static int32_t otd_fake_fork(otd_gpu_context *from, otd_gpu_context **out) {
    otd_card.forked++;
    return otd_fake_open(NULL, out);
}

static void otd_fake_close(otd_gpu_context *context) {
    otd_card.closed++;
    free(context);
}

static void otd_fake_abandon(otd_gpu_context *context) {
    otd_card.abandoned++;
    free(context);
}

static int32_t otd_fake_alloc(otd_gpu_context *context, otd_gpu_buffer **out, uint64_t bytes) {
    *out = otd_card.refuses_memory ? NULL : calloc(1, bytes);
    otd_card.buffers += *out != NULL;
    return *out != NULL ? OTD_OK : otd_fail(OTD_E_MEMORY, "the test's card has no memory");
}

static void otd_fake_release(otd_gpu_context *context, otd_gpu_buffer *buffer) {
    otd_card.buffers--;
    free(buffer);
}

static int32_t otd_fake_write(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset,
                              const void *from, uint64_t bytes) {
    memcpy((uint8_t *)buffer + offset, from, bytes);
    return OTD_OK;
}

static int32_t otd_fake_read(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, void *to,
                             uint64_t bytes) {
    memcpy(to, (const uint8_t *)buffer + offset, bytes);
    return OTD_OK;
}

/* A driver knows its objects: what the host leaves to it with a lost card is no leak. */
#define OTD_FAKE_PROGRAMS 256u
static otd_gpu_program *otd_fake_programs[OTD_FAKE_PROGRAMS];
static uint32_t otd_fake_built;

static int32_t otd_fake_build(otd_gpu_context *context, const otd_gpu_build *what, otd_gpu_program **out) {
    *out = otd_card.refuses_kernel ? NULL : calloc(1, 1); /* 1 in it = the kernel of checks */
    otd_fake_programs[otd_fake_built++ % OTD_FAKE_PROGRAMS] = *out;
    otd_card.programs += *out != NULL;
    return *out != NULL ? OTD_OK : otd_fail(OTD_E_DRIVER, "the test's card compiles nothing");
}

static void otd_fake_discard(otd_gpu_context *context, otd_gpu_program *program) {
    otd_card.programs--;
    free(program);
}

static int32_t otd_fake_kernel(otd_gpu_context *context, otd_gpu_program *program, const char *name,
                               otd_gpu_kernel **out) {
    const int checks = strcmp(name, "otd_sha256d_hash") == 0;
    *(uint8_t *)program = (uint8_t)checks;
    *out = (otd_gpu_kernel *)program;
    return checks || strcmp(name, "otd_search") == 0 ? OTD_OK : otd_fail(OTD_E_DRIVER, "no kernel %s", name);
}

static void otd_fake_report(otd_gpu_hits *hits, uint32_t slots, uint64_t nonce) {
    if (hits->count < slots) {
        hits->nonce[hits->count] = nonce;
    }
    hits->count++;
}

static void otd_fake_search(const otd_gpu_launch *launch) {
    const otd_gpu_argument *a = launch->arguments;
    otd_gpu_hits *hits = (otd_gpu_hits *)a[4].buffer;
    uint32_t slots = (uint32_t)a[3].value, before = hits->count;
    otd_card.longest = a[2].value > otd_card.longest ? a[2].value : otd_card.longest;
    for (uint64_t item = 0; item < launch->groups * launch->threads; item++) {
        otd_gpu_now.group_id = (u32)(item / launch->threads);
        otd_gpu_now.local_id = (u32)(item % launch->threads);
        otd_fake_sha256d((const u32 *)a[0].buffer, a[1].value, (u32)a[2].value, slots, (u32 *)hits);
    }
    if (otd_card.forgets && hits->count > before && hits->count <= slots) {
        hits->count--;
    }
    if (otd_card.invents) {
        otd_fake_report(hits, slots, a[1].value);
    }
    if (otd_card.strays) {
        otd_fake_report(hits, slots, a[1].value + a[2].value);
    }
}

static void otd_fake_hash(const otd_gpu_launch *launch) {
    const otd_gpu_argument *a = launch->arguments;
    for (uint64_t item = 0; item < launch->groups * launch->threads; item++) {
        otd_gpu_now.group_id = (u32)(item / launch->threads);
        otd_gpu_now.local_id = (u32)(item % launch->threads);
        otd_fake_sha256d_hash((const u32 *)a[0].buffer, (u32 *)a[1].buffer, (u32)a[2].value);
    }
    if (otd_card.invents) {
        *(u32 *)a[1].buffer ^= 1;
    }
}

static int32_t otd_fake_launch(otd_gpu_context *context, const otd_gpu_launch *launch) {
    if (otd_card.lost) {
        return otd_fail(OTD_E_DEVICE_LOST, "the test's card is gone");
    }
    otd_gpu_now.group_size = launch->threads;
    otd_gpu_now.groups = (u32)launch->groups;
    if (*(const uint8_t *)launch->kernel != 0) {
        otd_fake_hash(launch);
    } else {
        otd_fake_search(launch);
    }
    return OTD_OK;
}

static int32_t otd_fake_mark(otd_gpu_context *context, uint32_t slot) {
    return slot < OTD_GPU_EVENTS ? OTD_OK : otd_fail(OTD_E_ARGUMENT, "event %u", slot);
}

static int32_t otd_fake_poll(otd_gpu_context *context, uint32_t slot, uint32_t *reached) {
    *reached = otd_card.hangs == 0;
    return OTD_OK;
}

#define OTD_FAKE_VERBS                                                                                       \
    .backend = OTD_BACKEND_VULKAN, .name = "fake", .probe = otd_fake_probe, .open = otd_fake_open,           \
    .close = otd_fake_close, .abandon = otd_fake_abandon, .alloc = otd_fake_alloc,                           \
    .release = otd_fake_release, .write = otd_fake_write, .read = otd_fake_read, .build = otd_fake_build,    \
    .discard = otd_fake_discard, .kernel = otd_fake_kernel, .launch = otd_fake_launch,                       \
    .mark = otd_fake_mark, .poll = otd_fake_poll

static const otd_gpu_port otd_fake = {OTD_FAKE_VERBS};
static const otd_gpu_port otd_forking = {OTD_FAKE_VERBS, .fork = otd_fake_fork};

const otd_backend otd_backend_fake = OTD_GPU_BACKEND(OTD_BACKEND_VULKAN, "fake", &otd_fake);
const otd_backend otd_backend_forking = OTD_GPU_BACKEND(OTD_BACKEND_VULKAN, "forking", &otd_forking);
