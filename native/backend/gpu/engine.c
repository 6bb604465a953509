/* engine.c - an engine on a GPU: its context, memory and kernel, and the processor's engine that checks it.
 */
#include "gpu.h"

#include <stdlib.h>
#include <string.h>

#include "registry.h"

#define OTD_INTENSITY_MIN 6u
#define OTD_INTENSITY_MAX 30u

/* How often less memory is asked for. */
#define OTD_EXTRA_TRIES 4u

static int32_t otd_check_params(const otd_engine *engine, const otd_gpu_plan *plan) {
    const otd_engine_params *params = &engine->params;
    if (plan == NULL) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s has no kernel for %s devices", engine->algo->info.name,
                        engine->backend->name);
    }
    if (params->flavour > 1) {
        return otd_fail(OTD_E_ARGUMENT, "%s has flavour 1 there (0 = the selected one), got %u",
                        engine->algo->info.name, params->flavour);
    }
    if (params->intensity != 0 &&
        (params->intensity < OTD_INTENSITY_MIN || params->intensity > OTD_INTENSITY_MAX)) {
        return otd_fail(OTD_E_ARGUMENT, "intensity goes from %u to %u (0 = measured), got %u",
                        OTD_INTENSITY_MIN, OTD_INTENSITY_MAX, params->intensity);
    }
    return OTD_OK;
}

/* The processor's engine that computes hits again: the portable reference, which is the last flavour. */
static int32_t otd_open_reference(otd_engine *engine, otd_gpu_engine *gpu) {
    const otd_algo *algo = engine->algo;
    otd_engine *reference = &gpu->reference;
    reference->params = engine->params;
    reference->algo = algo;
    reference->flavour = &algo->flavours[algo->flavour_count - 1];
    reference->dataset = engine->dataset;
    int32_t status = otd_registry_self_test_once(algo, reference->flavour);
    if (status == OTD_OK && algo->engine_open != NULL) {
        status = algo->engine_open(reference);
    }
    gpu->reference_open = status == OTD_OK;
    return status;
}

static int32_t otd_open_flight(otd_gpu_engine *gpu, otd_gpu_flight *flight) {
    uint64_t constants = (uint64_t)OTD_VERSIONS_MAX * gpu->plan->row_bytes;
    uint64_t hits = sizeof *flight->hits_read + OTD_GPU_SLOTS * sizeof flight->hits_read->nonce[0];
    flight->constants_sent = calloc(1, constants);
    flight->hits_read = calloc(1, hits);
    if (flight->constants_sent == NULL || flight->hits_read == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %llu bytes for a launch",
                        (unsigned long long)(constants + hits));
    }
    int32_t status = gpu->port->alloc(gpu->context, &flight->constants, constants);
    return status != OTD_OK ? status : gpu->port->alloc(gpu->context, &flight->hits, hits);
}

/* Half of the memory, or what one piece may have, is tried first, since others use the device too; where a
 * driver promised more than it gives, half of that. */
static int32_t otd_open_extra(otd_gpu_engine *gpu, const otd_device_info *device) {
    otd_gpu_extra *extra = &gpu->extra;
    uint64_t room = device->memory_bytes / 2;
    if (gpu->plan->extra == NULL) {
        return OTD_OK;
    }
    if (device->alloc_max_bytes != 0 && room > device->alloc_max_bytes) {
        room = device->alloc_max_bytes;
    }
    int32_t status = OTD_E_MEMORY;
    for (uint32_t tries = 0; tries < OTD_EXTRA_TRIES && status == OTD_E_MEMORY; tries++, room /= 2) {
        *extra = (otd_gpu_extra){.bytes = 0};
        status = gpu->plan->extra(extra, device, room);
        if (status != OTD_OK) {
            return status;
        }
        status = gpu->port->alloc(gpu->context, &gpu->shared, extra->bytes);
    }
    for (uint32_t i = 0; i < extra->argument_count; i++) {
        if (extra->arguments[i].kind == OTD_GPU_ARGUMENT_BUFFER) {
            extra->arguments[i].buffer = gpu->shared;
        }
    }
    return status;
}

static int32_t otd_open_device(const otd_engine *engine, otd_gpu_engine *gpu) {
    const otd_gpu_port *port = gpu->port;
    const otd_gpu_found *device = otd_gpu_device(engine->backend, engine->device_row);
    int32_t status = port->open(device, &gpu->context);
    for (uint32_t i = 0; i < OTD_GPU_FLIGHTS && status == OTD_OK; i++) {
        status = otd_open_flight(gpu, &gpu->flights[i]);
    }
    if (status == OTD_OK) {
        status = otd_open_extra(gpu, &device->info);
    }
    if (status == OTD_OK) {
        const otd_gpu_build what = {.code = gpu->plan->code, .threads = gpu->plan->threads, .keep = 1};
        status = port->build(gpu->context, &what, &gpu->program);
    }
    return status != OTD_OK ? status : port->kernel(gpu->context, gpu->program, "otd_search", &gpu->search);
}

/* Engines of cards that failed. Whatever is still under way there may write into their memory later, so they
 * are kept until the process ends. Written by any thread, read by nobody. */
static otd_gpu_engine *otd_given_up;

static void otd_give_up(otd_gpu_engine *gpu) {
    gpu->next = __atomic_load_n(&otd_given_up, __ATOMIC_RELAXED);
    while (
        !__atomic_compare_exchange_n(&otd_given_up, &gpu->next, gpu, 1, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
    }
}

static void otd_close_device(otd_gpu_engine *gpu) {
    const otd_gpu_port *port = gpu->port;
    if (gpu->context == NULL) {
        return;
    }
    if (gpu->failed != OTD_OK) {
        port->abandon(gpu->context);
        gpu->context = NULL;
        return;
    }
    for (uint32_t i = 0; i < OTD_GPU_FLIGHTS; i++) {
        otd_gpu_flight *flight = &gpu->flights[i];
        if (flight->constants != NULL) {
            port->release(gpu->context, flight->constants);
        }
        if (flight->hits != NULL) {
            port->release(gpu->context, flight->hits);
        }
        free(flight->constants_sent);
        free(flight->hits_read);
    }
    if (gpu->shared != NULL) {
        port->release(gpu->context, gpu->shared);
    }
    if (gpu->program != NULL) {
        port->discard(gpu->context, gpu->program);
    }
    port->close(gpu->context);
}

void otd_gpu_engine_close(otd_engine *engine) {
    otd_gpu_engine *gpu = engine->state;
    otd_close_device(gpu);
    if (gpu->reference_open && engine->algo->engine_close != NULL) {
        engine->algo->engine_close(&gpu->reference);
    }
    if (gpu->failed != OTD_OK) {
        otd_give_up(gpu);
    } else {
        free(gpu);
    }
    engine->state = NULL;
}

static int32_t otd_open_untested(otd_engine *engine) {
    const otd_gpu_plan *plan = otd_gpu_plan_of(engine->algo->info.id);
    int32_t status = otd_check_params(engine, plan);
    if (status != OTD_OK) {
        return status;
    }
    otd_gpu_engine *gpu = calloc(1, sizeof *gpu);
    if (gpu == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for an engine", sizeof *gpu);
    }
    gpu->plan = plan;
    gpu->port = engine->backend->port;
    gpu->counters = otd_gpu_counters_of(engine->backend, engine->device_row);
    engine->state = gpu;
    status = otd_open_reference(engine, gpu);
    if (status == OTD_OK) {
        status = otd_open_device(engine, gpu);
    }
    if (status != OTD_OK) {
        otd_gpu_engine_close(engine);
    }
    return status;
}

static int32_t otd_open_tested(otd_engine *engine, int always) {
    otd_gpu_counters *counters = otd_gpu_counters_of(engine->backend, engine->device_row);
    uint32_t bit = 1u << engine->algo->info.id;
    int32_t status = otd_open_untested(engine);
    if (status != OTD_OK || (!always && (__atomic_load_n(&counters->tested, __ATOMIC_ACQUIRE) & bit) != 0)) {
        return status;
    }
    status = otd_gpu_compare(engine);
    if (status != OTD_OK) {
        otd_gpu_engine_close(engine);
        return status;
    }
    __atomic_fetch_or(&counters->tested, bit, __ATOMIC_RELEASE);
    return OTD_OK;
}

int32_t otd_gpu_engine_open(otd_engine *engine) {
    return otd_open_tested(engine, 0);
}

int32_t otd_gpu_self_test(const otd_backend *backend, uint32_t row, const otd_algo *algo, uint32_t flavour) {
    otd_engine engine = {
        .params = {.algorithm = algo->info.id, .flavour = flavour},
        .algo = algo,
        .backend = backend,
        .device_row = row,
    };
    int32_t status = otd_registry_check_dataset(algo, NULL);
    if (status == OTD_OK) {
        status = otd_open_tested(&engine, 1);
    }
    if (status == OTD_OK) {
        otd_gpu_engine_close(&engine);
    }
    return status;
}
