/*
 * kawpow_gpu.c - KawPow on a GPU: a dataset that a kernel makes from the light cache, and a search of three
 * kernels, the middle one with the program of the block's period in it (period.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/gpu/plan.h"
#include "kawpow/gpu/kawpow_check.h"
#include "kawpow/gpu/kawpow_light.h"
#include "kawpow/gpu/kawpow_row.h"
#include "kawpow/gpu/period.h"
#include "kawpow/gpu/steps.h"
#include "kawpow/kawpow.h"

/* What the mix kernel takes pieces to be; OpenCL's is compiled for smaller ones where that is needed. */
#define OTD_PIECE_BYTES (1ull << 30)
#define OTD_PIECE_LEAST (1ull << 16)

/* Nonces of a launch at most: what the fastest cards try in some ten milliseconds. Between the kernels each
 * needs twice 32 bytes, for which at most a fourth of the room is taken. */
#define OTD_NONCES_MOST (1ull << 21)
#define OTD_NONCES_OF_SIMULATOR (1ull << 14)
#define OTD_NONCE_BYTES 32u
#define OTD_ROOM_PART 4u

/* Groups of the mix kernel for each compute unit; each loads L1 once, and then takes hash after hash. */
#define OTD_GROUPS_OF_UNIT 32u
#define OTD_GROUPS_OF_SIMULATOR 4u

/* Halves of items made by one launch. */
#define OTD_HALVES_LEAST 256u
#define OTD_HALVES_FIRST 4096u
#define OTD_HALVES_MOST (1u << 22)
#define OTD_HALF_BYTES 64u
#define OTD_ITEMS_THREADS 64u

extern const otd_gpu_code otd_kernel_kawpow_items, otd_kernel_kawpow_seed, otd_kernel_kawpow_final,
    otd_kernel_kawpow_mix_any;
extern const otd_gpu_plan otd_gpu_plan_kawpow;

/* ---- dataset ---------------------------------------------------------------------------------- */

static void otd_shape(otd_gpu_shape *out, const otd_gpu_port *port, const otd_dataset *source) {
    const kawpow_dataset *from = source->state;
    *out = (otd_gpu_shape){
        .bytes = (uint64_t)from->half_count * OTD_HALF_BYTES,
        .piece_bytes = OTD_PIECE_BYTES,
        .piece_least = port->backend == OTD_BACKEND_OPENCL ? OTD_PIECE_LEAST : OTD_PIECE_BYTES,
        .extra_bytes = from->full != NULL ? 0 : from->light_bytes,
    };
}

static void otd_fits(char *text, size_t text_size, uint64_t bytes) {
    uint32_t epoch = 0;
    for (uint32_t bit = 1u << 14; bit != 0; bit /= 2) {
        epoch |= (uint64_t)otd_kawpow_data_count(epoch | bit) * 128 <= bytes ? bit : 0;
    }
    if ((uint64_t)otd_kawpow_data_count(epoch) * 128 <= bytes) {
        snprintf(text, text_size, "; epochs up to %u fit there (blocks below %u)", epoch,
                 (epoch + 1) * KAWPOW_EPOCH_LENGTH);
    } else {
        snprintf(text, text_size, "; no epoch fits there");
    }
}

/* What makes items. */
typedef struct otd_maker {
    const otd_gpu_site *site;
    const kawpow_dataset *from;
    otd_gpu_buffer *light;
    otd_gpu_program *program;
    otd_gpu_kernel *items;
} otd_maker;

static int32_t otd_make_halves(const otd_maker *maker, otd_gpu_buffer *piece, uint32_t first, uint32_t place,
                               uint32_t count) {
    const otd_gpu_argument arguments[] = {
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = maker->light},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = piece},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = first},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = place},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = count},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = maker->from->light_count},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = otd_kawpow_magic(maker->from->light_count)},
    };
    const otd_gpu_launch launch = {
        .kernel = maker->items,
        .arguments = arguments,
        .argument_count = sizeof arguments / sizeof arguments[0],
        .threads = OTD_ITEMS_THREADS,
        .groups = (count + OTD_ITEMS_THREADS - 1) / OTD_ITEMS_THREADS,
    };
    return maker->site->port->launch(maker->site->context, &launch);
}

/* All halves of all pieces, in launches of about ten milliseconds. */
static int32_t otd_make_items(const otd_maker *maker, const otd_gpu_dataset *dataset,
                              const otd_build *build) {
    const uint64_t total = maker->from->half_count, of_piece = dataset->piece_bytes / OTD_HALF_BYTES;
    otd_gpu_pace pace = {.step = OTD_HALVES_FIRST, .least = OTD_HALVES_LEAST, .most = OTD_HALVES_MOST};
    int32_t status = OTD_OK;
    for (uint64_t first = 0; first < total && status == OTD_OK;) {
        uint64_t place = first % of_piece;
        uint64_t end = total - first < of_piece - place ? total - first : of_piece - place;
        uint64_t count = end < pace.step ? end : pace.step;
        double began = otd_gpu_now_ms();
        status = otd_gpu_go_on(maker->site, build);
        if (status == OTD_OK) {
            status = otd_make_halves(maker, dataset->pieces[first / of_piece], (uint32_t)first,
                                     (uint32_t)place, (uint32_t)count);
        }
        if (status == OTD_OK) {
            status = otd_gpu_pace_finish(&pace, maker->site, began);
        }
        first += count;
        if (status == OTD_OK) {
            otd_build_advance(build, first, total);
        }
    }
    return status;
}

static int32_t otd_make_from_light(const otd_gpu_dataset *dataset, const otd_gpu_site *site,
                                   const kawpow_dataset *from, const otd_build *build) {
    const otd_gpu_port *port = site->port;
    const otd_gpu_build what = {.code = &otd_kernel_kawpow_items, .threads = OTD_ITEMS_THREADS, .keep = 1};
    otd_maker maker = {.site = site, .from = from};
    int32_t status = port->build(site->context, &what, &maker.program);
    if (status == OTD_OK) {
        status = port->kernel(site->context, maker.program, "otd_kawpow_items", &maker.items);
    }
    if (status == OTD_OK) {
        status = port->alloc(site->context, &maker.light, from->light_bytes);
    }
    if (status == OTD_OK) {
        status = otd_gpu_upload_buffer(maker.light, site, from->light, from->light_bytes, build);
    }
    if (status == OTD_OK) {
        status = otd_make_items(&maker, dataset, build);
    }
    if (status != OTD_E_DEVICE_LOST) {
        if (maker.light != NULL) {
            port->release(site->context, maker.light);
        }
        if (maker.program != NULL) {
            port->discard(site->context, maker.program);
        }
    }
    return status;
}

/* A whole dataset of the processor's is copied: it has no light cache any more. */
static int32_t otd_fill(const otd_gpu_dataset *dataset, const otd_gpu_site *site, const otd_dataset *source,
                        const otd_build *build) {
    const kawpow_dataset *from = source->state;
    return from->full != NULL
               ? otd_gpu_upload(dataset, site, from->full, (uint64_t)from->half_count * OTD_HALF_BYTES, build)
               : otd_make_from_light(dataset, site, from, build);
}

/* ---- search ----------------------------------------------------------------------------------- */

#define OTD_ANY_THREADS 64u
#define OTD_ANY_PREFIX_BYTES 64u
#define KAWPOW_ITEM_BYTES 256u

/* The flavour that has no period compiled in: its kernel reads the program. */
typedef struct otd_kawpow_any {
    otd_gpu_program *program;
    otd_gpu_kernel *mix;
    otd_kawpow_steps steps; /* now = of the last ready */
} otd_kawpow_any;

typedef struct otd_kawpow_state {
    otd_gpu_program *seed_program, *final_program;
    otd_gpu_kernel *seed, *mix, *final; /* mix is the period's, of the last ready */
    otd_gpu_buffer *states, *mixes;
    uint64_t nonces_max;
    uint64_t groups_max;
    otd_kawpow_periods *periods; /* null where any is used */
    otd_kawpow_any any;
} otd_kawpow_state;

static int32_t otd_is_any(const otd_gpu_site *site) {
    return site->threads == OTD_ANY_THREADS && site->resident == OTD_KAWPOW_ANY;
}

static int32_t otd_build_one(const otd_gpu_site *site, const otd_gpu_code *code, const char *name,
                             otd_gpu_program **program, otd_gpu_kernel **kernel) {
    const otd_gpu_build what = {
        .code = code,
        .threads = site->threads,
        .resident = otd_is_any(site) ? 0 : site->resident,
        .keep = 1,
    };
    int32_t status = site->port->build(site->context, &what, program);
    return status != OTD_OK ? status : site->port->kernel(site->context, *program, name, kernel);
}

/* What stands between the kernels, for as many nonces as there is room for. */
static int32_t otd_take_memory(otd_kawpow_state *state, const otd_gpu_site *site) {
    const int simulated = site->device->kind == OTD_DEVICE_SIMULATOR;
    uint64_t nonces = simulated ? OTD_NONCES_OF_SIMULATOR : OTD_NONCES_MOST;
    uint64_t fit = site->room_bytes / OTD_ROOM_PART / (2 * OTD_NONCE_BYTES);
    while (nonces > fit && nonces > site->threads) {
        nonces /= 2;
    }
    state->nonces_max = nonces;
    state->groups_max =
        (uint64_t)site->device->units * (simulated ? OTD_GROUPS_OF_SIMULATOR : OTD_GROUPS_OF_UNIT);
    int32_t status = site->port->alloc(site->context, &state->states, nonces * OTD_NONCE_BYTES);
    return status != OTD_OK ? status
                            : site->port->alloc(site->context, &state->mixes, nonces * OTD_NONCE_BYTES);
}

/* The kernel's text is told how large a piece is, as a period's is. */
static int32_t otd_any_build(otd_kawpow_any *any, const otd_gpu_site *site) {
    const otd_gpu_dataset *dataset = site->dataset->state;
    otd_gpu_code code = otd_kernel_kawpow_mix_any;
    const otd_gpu_build what = {.code = &code,
                                .threads = site->threads,
                                .pieces = dataset->piece_count > 1 ? OTD_GPU_PIECES : 1,
                                .keep = 1};
    char *text = malloc(OTD_ANY_PREFIX_BYTES + code.opencl_length);
    if (text == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %llu bytes for a program",
                        (unsigned long long)code.opencl_length);
    }
    int prefix = snprintf(text, OTD_ANY_PREFIX_BYTES, "#define KAWPOW_PIECE_BITS %d\n",
                          __builtin_ctzll(dataset->piece_count > 1 ? dataset->piece_bytes : OTD_PIECE_BYTES) -
                              __builtin_ctz(KAWPOW_ITEM_BYTES));
    memcpy(text + prefix, code.opencl, code.opencl_length);
    code.opencl = (const uint8_t *)text;
    code.opencl_length += (uint64_t)prefix;
    int32_t status = site->port->build(site->context, &what, &any->program);
    free(text);
    return status;
}

static int32_t otd_any_open(otd_kawpow_any *any, const otd_gpu_site *site) {
    int32_t status = otd_any_build(any, site);
    if (status == OTD_OK) {
        status = site->port->kernel(site->context, any->program, "otd_kawpow_mix_any", &any->mix);
    }
    return status != OTD_OK ? status : otd_kawpow_steps_open(&any->steps, site);
}

static void otd_any_close(otd_kawpow_any *any, const otd_gpu_site *site) {
    otd_kawpow_steps_close(&any->steps, site);
    if (any->program != NULL) {
        site->port->discard(site->context, any->program);
    }
}

static int32_t otd_open_search(void **out, const otd_gpu_site *site, uint64_t *nonces_max) {
    otd_kawpow_state *state = calloc(1, sizeof *state);
    *out = state; /* closed by the host in any case */
    if (state == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a search", sizeof *state);
    }
    int32_t status =
        otd_build_one(site, &otd_kernel_kawpow_seed, "otd_kawpow_seed", &state->seed_program, &state->seed);
    if (status == OTD_OK) {
        status =
            otd_build_one(site, &otd_kernel_kawpow_final, "otd_search", &state->final_program, &state->final);
    }
    if (status == OTD_OK) {
        status = otd_take_memory(state, site);
    }
    if (status == OTD_OK) {
        status = otd_is_any(site) ? otd_any_open(&state->any, site)
                                  : otd_kawpow_periods_open(&state->periods, site);
    }
    *nonces_max = state->nonces_max;
    return status;
}

static void otd_close_search(void *own, const otd_gpu_site *site, int32_t lost) {
    otd_kawpow_state *state = own;
    const otd_gpu_port *port = site->port;
    if (state->periods != NULL) {
        otd_kawpow_periods_close(state->periods, lost);
    }
    if (!lost) {
        otd_any_close(&state->any, site);
        otd_gpu_buffer *const buffers[] = {state->states, state->mixes};
        otd_gpu_program *const programs[] = {state->seed_program, state->final_program};
        for (uint32_t i = 0; i < 2; i++) {
            if (buffers[i] != NULL) {
                port->release(site->context, buffers[i]);
            }
            if (programs[i] != NULL) {
                port->discard(site->context, programs[i]);
            }
        }
    }
    free(state);
}

static int32_t otd_ready(void *own, const otd_gpu_site *site, const otd_work *work) {
    otd_kawpow_state *state = own;
    int32_t status = otd_kawpow_check_epoch(site->dataset->source->state, work->height);
    if (status == OTD_OK && state->periods == NULL) {
        return otd_kawpow_steps_send(&state->any.steps, site, work->height / KAWPOW_PERIOD_LENGTH);
    }
    return status != OTD_OK ? status
                            : otd_kawpow_periods_get(state->periods, site,
                                                     work->height / KAWPOW_PERIOD_LENGTH, &state->mix);
}

static int32_t otd_start(const otd_gpu_site *site, otd_gpu_kernel *kernel, const otd_gpu_argument *arguments,
                         uint32_t argument_count, uint64_t groups) {
    const otd_gpu_launch launch = {
        .kernel = kernel,
        .arguments = arguments,
        .argument_count = argument_count,
        .threads = site->threads,
        .groups = groups,
    };
    return site->port->launch(site->context, &launch);
}

static int32_t otd_start_mix(const otd_kawpow_state *state, const otd_gpu_site *site, uint32_t count) {
    const otd_gpu_dataset *dataset = site->dataset->state;
    const uint32_t items = ((const kawpow_dataset *)site->dataset->source->state)->item_count;
    const uint64_t together = site->threads / KAWPOW_LANES;
    const uint64_t groups = (count + together - 1) / together;
    otd_gpu_argument arguments[6 + OTD_GPU_PIECES] = {
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = state->states},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = state->mixes},
    };
    uint32_t at = 2;
    for (uint32_t i = 0; i < OTD_GPU_PIECES; i++) {
        otd_gpu_buffer *piece = dataset->pieces[i < dataset->piece_count ? i : 0];
        arguments[at++] = (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = piece};
    }
    arguments[at++] = (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_U32, .value = items};
    arguments[at++] = (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_U32, .value = otd_kawpow_magic(items)};
    arguments[at++] = (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_U32, .value = count};
    if (state->periods == NULL) {
        otd_gpu_buffer *steps = otd_kawpow_steps_now(&state->any.steps);
        arguments[at++] = (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = steps};
    }
    return otd_start(site, state->periods == NULL ? state->any.mix : state->mix, arguments, at,
                     groups < state->groups_max ? groups : state->groups_max);
}

static int32_t otd_launch(void *own, const otd_gpu_site *site, const otd_gpu_batch *batch) {
    const otd_kawpow_state *state = own;
    const otd_gpu_argument seed[] = {
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = batch->constants},
        {.kind = OTD_GPU_ARGUMENT_U64, .value = batch->first},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = batch->count},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = state->states},
    };
    const otd_gpu_argument final[] = {
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = batch->constants},
        {.kind = OTD_GPU_ARGUMENT_U64, .value = batch->first},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = batch->count},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = batch->slots},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = batch->hits},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = state->states},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = state->mixes},
    };
    uint64_t groups = (batch->count + site->threads - 1) / site->threads;
    int32_t status = otd_start(site, state->seed, seed, sizeof seed / sizeof seed[0], groups);
    if (status == OTD_OK) {
        status = otd_start_mix(state, site, batch->count);
    }
    return status != OTD_OK ? status
                            : otd_start(site, state->final, final, sizeof final / sizeof final[0], groups);
}

static void otd_row(void *out, const otd_work *work, const uint8_t *data, uint32_t version) {
    uint32_t row[OTD_KAWPOW_ROW_WORDS];
    otd_kawpow_row(row, data, work->target);
    memcpy(out, row, sizeof row);
}

/* 64 registers a thread fit four groups of 256 to a multiprocessor, 48 five; smaller groups each load an L1
 * of their own. */
static const otd_gpu_geometry otd_geometries[] = {
    {.name = "group 256 x 4", .threads = 256, .resident = 4},
    {.name = "group 256 x 5", .threads = 256, .resident = 5},
    {.name = "group 128 x 6", .threads = 128, .resident = 6},
    {.name = "group 64", .threads = 64},
    {.name = "any program", .threads = OTD_ANY_THREADS, .resident = OTD_KAWPOW_ANY, .slow = 1},
};

const otd_gpu_plan otd_gpu_plan_kawpow = {
    .algorithm = OTD_ALGO_KAWPOW,
    .geometries = otd_geometries,
    .geometry_count = sizeof otd_geometries / sizeof otd_geometries[0],
    .row_bytes = OTD_KAWPOW_ROW_WORDS * sizeof(uint32_t),
    .row = otd_row,
    .open = otd_open_search,
    .close = otd_close_search,
    .ready = otd_ready,
    .launch = otd_launch,
    .checks = &otd_kawpow_checks,
    .dataset_shape = otd_shape,
    .dataset_fill = otd_fill,
    .dataset_fits = otd_fits,
    .light = &otd_kawpow_light,
    .epoch_length = KAWPOW_EPOCH_LENGTH,
    .nonces_first = 256,
    .bytes_compared = 8,
    .nonces_tested = 96,
};
