/*
 * engine.c - an engine on a GPU: its context, memory and kernel, and the processor's engine that checks it.
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
    if (engine->dataset != NULL && engine->dataset->params.kind == OTD_DATASET_LIGHT &&
        (params->flags & OTD_ENGINE_VERIFY) == 0) {
        return otd_fail(
            OTD_E_UNSUPPORTED,
            "the light dataset of %s on device %u serves checks (OTD_ENGINE_VERIFY); a search needs "
            "the whole one there",
            engine->algo->info.name, params->device);
    }
    if (params->flavour > plan->geometry_count) {
        return otd_fail(OTD_E_ARGUMENT, "%s has flavours 1 to %u there (0 = the first), got %u",
                        engine->algo->info.name, plan->geometry_count, params->flavour);
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
    reference->dataset = engine->dataset != NULL ? engine->dataset->source : NULL;
    int32_t status = otd_registry_self_test_once(algo, reference->flavour);
    if (gpu->plan->check != NULL && gpu->plan->test != NULL) {
        return status; /* the plan computes again itself; a solver of the processor's takes gigabytes */
    }
    if (status == OTD_OK && algo->engine_open != NULL) {
        status = algo->engine_open(reference);
    }
    gpu->reference_open = status == OTD_OK;
    return status;
}

static int32_t otd_open_flight(otd_gpu_engine *gpu, otd_gpu_flight *flight) {
    uint64_t constants = (uint64_t)OTD_VERSIONS_MAX * gpu->plan->row_bytes;
    uint64_t hits = gpu->hits_bytes;
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
static int32_t otd_open_extra(otd_gpu_engine *gpu) {
    otd_gpu_extra *extra = &gpu->extra;
    otd_gpu_site site = gpu->site;
    int32_t status = OTD_E_MEMORY;
    for (uint32_t tries = 0; tries < OTD_EXTRA_TRIES && status == OTD_E_MEMORY; tries++) {
        *extra = (otd_gpu_extra){.bytes = 0};
        status = gpu->plan->extra(extra, &site);
        if (status != OTD_OK || extra->bytes == 0) {
            gpu->plan_nonces_max = extra->nonces_max;
            return status;
        }
        status = gpu->port->alloc(gpu->context, &gpu->shared, extra->bytes);
        site.room_bytes /= 2;
    }
    for (uint32_t i = 0; i < extra->argument_count; i++) {
        if (extra->arguments[i].kind == OTD_GPU_ARGUMENT_BUFFER && extra->arguments[i].buffer == NULL) {
            extra->arguments[i].buffer = gpu->shared;
        }
    }
    gpu->plan_nonces_max = extra->nonces_max;
    return status;
}

/* The one kernel of a plan without hooks. */
static int32_t otd_open_kernel(otd_gpu_engine *gpu) {
    const otd_gpu_port *port = gpu->port;
    const otd_gpu_build what = {
        .code = gpu->plan->code, .threads = gpu->site.threads, .resident = gpu->site.resident, .keep = 1};
    int32_t status = gpu->plan->extra != NULL ? otd_open_extra(gpu) : OTD_OK;
    if (status == OTD_OK) {
        status = port->build(gpu->context, &what, &gpu->program);
    }
    return status != OTD_OK ? status : port->kernel(gpu->context, gpu->program, "otd_search", &gpu->search);
}

/* What an engine may take: half of the memory, less where others have taken more than half. */
static void otd_make_site(const otd_engine *engine, otd_gpu_engine *gpu, const otd_device_info *device) {
    uint32_t flavour = engine->params.flavour;
    const otd_gpu_geometry *geometry = &gpu->plan->geometries[flavour == 0 ? 0 : flavour - 1];
    uint64_t room = otd_gpu_domain_room(gpu->domain, gpu->context, device);
    if (room > device->memory_bytes / 2) {
        room = device->memory_bytes / 2;
    }
    if (device->alloc_max_bytes != 0 && room > device->alloc_max_bytes) {
        room = device->alloc_max_bytes;
    }
    gpu->site = (otd_gpu_site){
        .port = gpu->port,
        .context = gpu->context,
        .device = device,
        .engine = engine,
        .dataset = engine->dataset,
        .room_bytes = room,
        .threads = geometry->threads,
        .resident = geometry->resident,
    };
}

/* An engine with a dataset works where that lies. */
static int32_t otd_open_context(const otd_engine *engine, otd_gpu_engine *gpu) {
    if (engine->dataset == NULL) {
        return otd_gpu_domain_enter(engine->backend, engine->device_row, &gpu->domain, &gpu->context);
    }
    const otd_gpu_dataset *dataset = engine->dataset->state;
    gpu->domain = dataset->domain;
    return otd_gpu_domain_join(gpu->domain, &gpu->context);
}

static int32_t otd_open_device(const otd_engine *engine, otd_gpu_engine *gpu) {
    const otd_gpu_plan *plan = gpu->plan;
    const otd_gpu_found *device = otd_gpu_device(engine->backend, engine->device_row);
    int32_t status = otd_open_context(engine, gpu);
    if (status != OTD_OK) {
        return status;
    }
    otd_make_site(engine, gpu, &device->info);
    if ((engine->params.flags & OTD_ENGINE_VERIFY) != 0) {
        return OTD_OK; /* what checks need is opened with its known answers */
    }
    gpu->slots = plan->slots != 0 ? plan->slots : OTD_GPU_SLOTS;
    gpu->hits_bytes = sizeof(otd_gpu_hits) +
                      (uint64_t)gpu->slots * (plan->slots != 0 ? plan->slot_bytes : sizeof(uint64_t));
    for (uint32_t i = 0; i < OTD_GPU_FLIGHTS && status == OTD_OK; i++) {
        status = otd_open_flight(gpu, &gpu->flights[i]);
    }
    if (status != OTD_OK) {
        return status;
    }
    return plan->launch != NULL ? plan->open(&gpu->state, &gpu->site, &gpu->plan_nonces_max)
                                : otd_open_kernel(gpu);
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
    if (gpu->failed == OTD_OK && otd_gpu_domain_is_lost(gpu->domain)) {
        gpu->failed = OTD_E_DEVICE_LOST; /* another one found out */
    }
    if (gpu->state != NULL) {
        gpu->plan->close(gpu->state, &gpu->site, gpu->failed != OTD_OK);
    }
    otd_gpu_checker_close(gpu);
    if (gpu->failed != OTD_OK) {
        otd_gpu_domain_leave(gpu->domain, gpu->context, 1);
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
    otd_gpu_domain_leave(gpu->domain, gpu->context, 0);
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
    if (status == OTD_E_DEVICE_LOST && gpu->context != NULL) {
        gpu->failed = status;
        otd_gpu_lost(gpu->counters, gpu->domain);
    }
    if (status != OTD_OK) {
        otd_gpu_engine_close(engine);
    }
    return status;
}

static int32_t otd_open_tested(otd_engine *engine, int always) {
    uint32_t *tested =
        &otd_gpu_counters_of(engine->backend, engine->device_row)->tested[engine->algo->info.id];
    uint32_t flavour = engine->params.flavour;
    int32_t status = otd_open_untested(engine);
    if (status == OTD_OK && (engine->params.flags & OTD_ENGINE_VERIFY) != 0) {
        status = otd_gpu_checker_open(engine);
        if (status != OTD_OK) {
            otd_gpu_engine_close(engine);
        }
        return status;
    }
    if (status != OTD_OK) {
        return status;
    }
    const uint32_t bit = 1u << (flavour == 0 ? 0 : flavour - 1); /* of one that exists, since it is open */
    if (!always && (__atomic_load_n(tested, __ATOMIC_ACQUIRE) & bit) != 0) {
        return OTD_OK;
    }
    const otd_gpu_engine *gpu = engine->state;
    status = gpu->plan->test != NULL ? gpu->plan->test(gpu->state, &gpu->site) : otd_gpu_compare(engine);
    if (status != OTD_OK) {
        otd_gpu_engine_close(engine);
        return status;
    }
    __atomic_fetch_or(tested, bit, __ATOMIC_RELEASE);
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
    int32_t status = otd_registry_check_dataset(algo, 0, NULL);
    if (status == OTD_OK) {
        status = otd_open_tested(&engine, 1);
    }
    if (status == OTD_OK) {
        otd_gpu_engine_close(&engine);
    }
    return status;
}
