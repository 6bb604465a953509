/*
 * dataset.c - a dataset in a device's memory: whether it fits, the pieces it lies in, and what is given back
 * when it is not finished. What is written there is the plan's.
 */
#include <stdlib.h>

#include "gpu.h"

/* What is queued between two looks at cancel. */
#define OTD_GPU_PACE_LOW_MS 5.0
#define OTD_GPU_PACE_HIGH_MS 20.0

/* Of one copy to the device. */
#define OTD_COPY_LEAST (256ull << 10)
#define OTD_COPY_FIRST (4ull << 20)
#define OTD_COPY_MOST (64ull << 20)

/* Left of a device's memory for the engines that will use the dataset. */
#define OTD_ENGINES_BYTES (64ull << 20)

/* ---- filling ---------------------------------------------------------------------------------- */

int32_t otd_gpu_pace_finish(otd_gpu_pace *pace, const otd_gpu_site *site, double began_ms) {
    int32_t status = otd_gpu_finish(site);
    double ms = otd_gpu_now_ms() - began_ms;
    if (ms < OTD_GPU_PACE_LOW_MS && pace->step <= pace->most / 2) {
        pace->step *= 2;
    } else if (ms > OTD_GPU_PACE_HIGH_MS && pace->step / 2 >= pace->least) {
        pace->step /= 2;
    }
    return status;
}

int32_t otd_gpu_go_on(const otd_gpu_site *site, const otd_build *build) {
    return otd_build_cancelled(build)
               ? otd_fail(OTD_E_CANCELLED, "making a dataset on %s was cancelled", site->device->name)
               : OTD_OK;
}

/* Copies bytes to one buffer; `done` of `total` were there before (total 0 = no progress). */
static int32_t otd_copy(otd_gpu_buffer *to, const otd_gpu_site *site, const uint8_t *from, uint64_t bytes,
                        otd_gpu_pace *pace, const otd_build *build, uint64_t done, uint64_t total) {
    int32_t status = OTD_OK;
    for (uint64_t at = 0; at < bytes && status == OTD_OK;) {
        uint64_t length = bytes - at < pace->step ? bytes - at : pace->step;
        double began = otd_gpu_now_ms();
        status = otd_gpu_go_on(site, build);
        if (status == OTD_OK) {
            status = site->port->write(site->context, to, at, from + at, length);
        }
        if (status == OTD_OK) {
            status = otd_gpu_pace_finish(pace, site, began);
        }
        at += length;
        if (status == OTD_OK && total != 0) {
            otd_build_advance(build, done + at, total);
        }
    }
    return status;
}

static otd_gpu_pace otd_copy_pace(void) {
    return (otd_gpu_pace){.step = OTD_COPY_FIRST, .least = OTD_COPY_LEAST, .most = OTD_COPY_MOST};
}

int32_t otd_gpu_upload_buffer(otd_gpu_buffer *to, const otd_gpu_site *site, const void *from, uint64_t bytes,
                              const otd_build *build) {
    otd_gpu_pace pace = otd_copy_pace();
    return otd_copy(to, site, from, bytes, &pace, build, 0, 0);
}

int32_t otd_gpu_upload(const otd_gpu_dataset *to, const otd_gpu_site *site, const void *from, uint64_t bytes,
                       const otd_build *build) {
    otd_gpu_pace pace = otd_copy_pace();
    int32_t status = OTD_OK;
    for (uint32_t i = 0; i < to->piece_count && status == OTD_OK; i++) {
        uint64_t first = i * to->piece_bytes;
        uint64_t length = bytes - first < to->piece_bytes ? bytes - first : to->piece_bytes;
        status =
            otd_copy(to->pieces[i], site, (const uint8_t *)from + first, length, &pace, build, first, bytes);
    }
    return status;
}

/* ---- memory ----------------------------------------------------------------------------------- */

/* All in one piece where the device allows it, else in the largest that are a power of two. */
static int32_t otd_cut(otd_gpu_dataset *gpu, const otd_gpu_shape *shape, const otd_gpu_site *site,
                       const char *name) {
    uint64_t most = site->device->alloc_max_bytes;
    gpu->piece_bytes = shape->bytes;
    gpu->piece_count = 1;
    if (most == 0 || shape->bytes <= most) {
        return OTD_OK;
    }
    gpu->piece_bytes = shape->piece_bytes;
    while (gpu->piece_bytes > most) {
        gpu->piece_bytes /= 2;
    }
    uint64_t count = gpu->piece_bytes == 0 ? 0 : (shape->bytes + gpu->piece_bytes - 1) / gpu->piece_bytes;
    if (gpu->piece_bytes < shape->piece_least || count > OTD_GPU_PIECES || count == 0) {
        return otd_fail(
            OTD_E_UNSUPPORTED,
            "%s gives at most %llu bytes of memory in one piece, and the %s dataset of %llu bytes "
            "needs at least %llu there; another driver or another interface may give more",
            site->device->name, (unsigned long long)most, name, (unsigned long long)shape->bytes,
            (unsigned long long)(gpu->piece_bytes < shape->piece_least ? shape->piece_least
                                                                       : shape->bytes / OTD_GPU_PIECES));
    }
    gpu->piece_count = (uint32_t)count;
    return OTD_OK;
}

/* Before anything is taken: is there room for the dataset, what it is made with, and its engines? */
static int32_t otd_check_room(const otd_gpu_plan *plan, const otd_gpu_shape *shape, const otd_gpu_site *site,
                              const otd_dataset *dataset) {
    char fits[128] = "";
    uint64_t more = shape->extra_bytes > OTD_ENGINES_BYTES ? shape->extra_bytes : OTD_ENGINES_BYTES;
    if (shape->bytes + more <= site->room_bytes) {
        return OTD_OK;
    }
    if (plan->dataset_fits != NULL && dataset->params.kind != OTD_DATASET_LIGHT) {
        plan->dataset_fits(fits, sizeof fits, site->room_bytes > more ? site->room_bytes - more : 0);
    }
    return otd_fail(OTD_E_MEMORY,
                    "the %s %s of epoch %u needs %llu bytes of the memory of %s and %llu to work with, "
                    "and %llu are free%s; end what else uses the card, or take one with more memory",
                    dataset->algo->info.name,
                    dataset->params.kind == OTD_DATASET_LIGHT ? "light dataset" : "dataset",
                    dataset->params.epoch, (unsigned long long)shape->bytes, site->device->name,
                    (unsigned long long)more, (unsigned long long)site->room_bytes, fits);
}

static int32_t otd_take_pieces(otd_gpu_dataset *gpu, const otd_gpu_port *port, uint64_t bytes) {
    int32_t status = OTD_OK;
    for (uint32_t i = 0; i < gpu->piece_count && status == OTD_OK; i++) {
        uint64_t left = bytes - i * gpu->piece_bytes;
        status =
            port->alloc(gpu->context, &gpu->pieces[i], left < gpu->piece_bytes ? left : gpu->piece_bytes);
    }
    return status;
}

/* ---- the verbs -------------------------------------------------------------------------------- */

static int32_t otd_fill(otd_dataset *dataset, otd_gpu_dataset *gpu, const otd_gpu_plan *plan,
                        const otd_build *build) {
    const otd_gpu_port *port = dataset->backend->port;
    const otd_device_info *device = &otd_gpu_device(dataset->backend, dataset->device_row)->info;
    otd_gpu_shape shape = {.bytes = 0};
    otd_gpu_site site = {
        .port = port,
        .context = gpu->context,
        .device = device,
        .room_bytes = otd_gpu_domain_room(gpu->domain, gpu->context, device),
        .threads = plan->geometries[0].threads,
        .resident = plan->geometries[0].resident,
    };
    const int light = dataset->params.kind == OTD_DATASET_LIGHT;
    (light ? plan->light->shape : plan->dataset_shape)(&shape, port, dataset->source);
    int32_t status = otd_cut(gpu, &shape, &site, dataset->algo->info.name);
    if (status == OTD_OK) {
        status = otd_check_room(plan, &shape, &site, dataset);
    }
    if (status == OTD_OK) {
        status = otd_gpu_go_on(&site, build);
    }
    if (status == OTD_OK) {
        status = otd_take_pieces(gpu, port, shape.bytes);
    }
    if (status == OTD_OK) {
        status = (light ? plan->light->fill : plan->dataset_fill)(gpu, &site, dataset->source, build);
    }
    if (status == OTD_E_DRIVER) { /* something may still run there, and then its memory is in use */
        otd_gpu_context *context = gpu->context;
        if (port->mark(context, OTD_GPU_EVENT_FINISH) != OTD_OK ||
            otd_gpu_await(port, context, OTD_GPU_EVENT_FINISH, OTD_GPU_QUIET_MS) != OTD_OK) {
            status = OTD_E_DEVICE_LOST;
        }
    }
    dataset->bytes = shape.bytes;
    return status;
}

/* Gives back all that a dataset has of the device. */
static void otd_give_back(otd_gpu_dataset *gpu, const otd_gpu_port *port) {
    int32_t lost = otd_gpu_domain_is_lost(gpu->domain);
    for (uint32_t i = 0; i < gpu->piece_count && !lost; i++) {
        if (gpu->pieces[i] != NULL) {
            port->release(gpu->context, gpu->pieces[i]);
        }
    }
    otd_gpu_domain_leave(gpu->domain, gpu->context, 0);
    free(gpu);
}

int32_t otd_gpu_dataset_open(otd_dataset *dataset, const otd_build *build) {
    const otd_backend *backend = dataset->backend;
    const otd_gpu_plan *plan = otd_gpu_plan_of(dataset->algo->info.id);
    if (plan == NULL || plan->dataset_fill == NULL) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s has no kernel for %s devices", dataset->algo->info.name,
                        backend->name);
    }
    if (dataset->params.kind == OTD_DATASET_LIGHT && plan->light == NULL) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s devices hold whole datasets of %s only; make one of kind FULL",
                        backend->name, dataset->algo->info.name);
    }
    if (backend->port->fork == NULL) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s devices hold no datasets", backend->name);
    }
    otd_gpu_dataset *gpu = calloc(1, sizeof *gpu);
    if (gpu == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a dataset", sizeof *gpu);
    }
    int32_t status = otd_gpu_domain_enter(backend, dataset->device_row, &gpu->domain, &gpu->context);
    if (status != OTD_OK) {
        free(gpu);
        return status;
    }
    status = otd_fill(dataset, gpu, plan, build);
    if (status == OTD_E_DEVICE_LOST) {
        otd_gpu_lost(otd_gpu_counters_of(backend, dataset->device_row), gpu->domain);
    }
    if (status != OTD_OK) {
        otd_give_back(gpu, backend->port);
        return status;
    }
    otd_gpu_domain_hold(gpu->domain, (int64_t)dataset->bytes);
    dataset->state = gpu;
    return OTD_OK;
}

void otd_gpu_dataset_close(otd_dataset *dataset) {
    otd_gpu_dataset *gpu = dataset->state;
    otd_gpu_domain_hold(gpu->domain, -(int64_t)dataset->bytes);
    otd_give_back(gpu, dataset->backend->port);
    dataset->state = NULL;
}
