/* kawpow_light.c - see kawpow_light.h. */
#include "kawpow/gpu/kawpow_light.h"

#include <stdlib.h>

#include "kawpow/gpu/kawpow_check.h"
#include "kawpow/gpu/kawpow_row.h"
#include "kawpow/gpu/steps.h"
#include "kawpow/kawpow.h"

/* The largest group whose registers, L1 and item fit 32 KiB of shared memory. */
#define OTD_LIGHT_THREADS 64u

/* Groups for each compute unit at most; each loads L1 once, and then takes hash after hash. */
#define OTD_GROUPS_OF_UNIT 32u

extern const otd_gpu_code otd_kernel_kawpow_mix_light;

/* ---- dataset ---------------------------------------------------------------------------------- */

static void otd_shape(otd_gpu_shape *out, const otd_gpu_port *port, const otd_dataset *source) {
    const kawpow_dataset *from = source->state;
    const uint64_t bytes = from->light_bytes + sizeof from->l1;
    (void)port;
    *out = (otd_gpu_shape){.bytes = bytes, .piece_bytes = bytes, .piece_least = bytes};
}

static int32_t otd_fill(const otd_gpu_dataset *dataset, const otd_gpu_site *site, const otd_dataset *source,
                        const otd_build *build) {
    const kawpow_dataset *from = source->state;
    otd_gpu_buffer *to = dataset->pieces[0];
    int32_t status = otd_gpu_upload_buffer(to, site, from->light, from->light_bytes, build);
    if (status == OTD_OK) {
        status = site->port->write(site->context, to, from->light_bytes, from->l1, sizeof from->l1);
    }
    if (status == OTD_OK) {
        status = otd_gpu_finish(site);
    }
    if (status == OTD_OK) {
        const uint64_t all = from->light_bytes + sizeof from->l1;
        otd_build_advance(build, all, all);
    }
    return status;
}

/* ---- checks ----------------------------------------------------------------------------------- */

typedef struct otd_light_state {
    otd_gpu_program *program;
    otd_gpu_kernel *mix;
    otd_kawpow_steps steps;
} otd_light_state;

int32_t otd_kawpow_light_open(void **out, const otd_gpu_site *site) {
    const otd_gpu_build what = {
        .code = &otd_kernel_kawpow_mix_light, .threads = OTD_LIGHT_THREADS, .keep = 1};
    otd_light_state *state = calloc(1, sizeof *state);
    *out = state; /* closed by the host in any case */
    if (state == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for checks", sizeof *state);
    }
    int32_t status = site->port->build(site->context, &what, &state->program);
    if (status == OTD_OK) {
        status = site->port->kernel(site->context, state->program, "otd_kawpow_mix_light", &state->mix);
    }
    return status != OTD_OK ? status : otd_kawpow_steps_open(&state->steps, site);
}

void otd_kawpow_light_close(void *own, const otd_gpu_site *site, int32_t lost) {
    otd_light_state *state = own;
    if (!lost) {
        otd_kawpow_steps_close(&state->steps, site);
        if (state->program != NULL) {
            site->port->discard(site->context, state->program);
        }
    }
    free(state);
}

int32_t otd_kawpow_light_launch(void *own, const otd_gpu_site *site, const otd_gpu_check_batch *batch) {
    otd_light_state *state = own;
    const otd_gpu_dataset *dataset = site->dataset->state;
    const kawpow_dataset *from = site->dataset->source->state;
    const uint32_t together = OTD_LIGHT_THREADS / KAWPOW_LANES;
    const uint64_t most = (uint64_t)OTD_GROUPS_OF_UNIT * (site->device->units != 0 ? site->device->units : 1);
    const uint64_t groups = (batch->count + together - 1) / together;
    int32_t status = otd_kawpow_steps_send(&state->steps, site, batch->group);
    if (status != OTD_OK) {
        return status;
    }
    const otd_gpu_argument arguments[] = {
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = batch->in},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = batch->out},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = dataset->pieces[0]},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = otd_kawpow_steps_now(&state->steps)},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = from->light_count},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = otd_kawpow_magic(from->light_count)},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = from->item_count},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = otd_kawpow_magic(from->item_count)},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = batch->count},
    };
    const otd_gpu_launch launch = {
        .kernel = state->mix,
        .arguments = arguments,
        .argument_count = sizeof arguments / sizeof arguments[0],
        .threads = OTD_LIGHT_THREADS,
        .groups = groups < most ? groups : most,
    };
    return site->port->launch(site->context, &launch);
}

const otd_gpu_light otd_kawpow_light = {
    .shape = otd_shape,
    .fill = otd_fill,
    .checks = &otd_kawpow_light_checks,
};
