/* ceiling.c - what a device can do at most with one pattern of access: the kernels of ceiling/gpu, timed. */
#include "gpu.h"

#include <stdlib.h>
#include <string.h>

#define OTD_CEILING_SEGMENTS 5u
#define OTD_CEILING_LAUNCH_MS 10.0
#define OTD_CEILING_HANG_MS 120000.0

/* Work items of a compute unit: two times what it can hold, so that none waits for the end of a few. */
#define OTD_CEILING_ITEMS 4096u
#define OTD_CEILING_ITEMS_SIMULATOR 128u
#define OTD_CEILING_THREADS 256u
#define OTD_CEILING_THREADS_SIMULATOR 64u
#define OTD_CEILING_ROUNDS_MAX (1u << 20)

/* One pattern: how its places are counted, and what a round of a work item moves or does. */
typedef struct otd_pattern {
    const otd_gpu_code *code;
    uint32_t unit;        /* bytes of a place */
    uint32_t beyond;      /* bytes that the last place needs more */
    uint32_t round;       /* bytes or operations of a work item's round */
    uint64_t bytes_least; /* of the footprint */
} otd_pattern;

extern const otd_gpu_code otd_kernel_ceiling_fill, otd_kernel_ceiling_copy, otd_kernel_ceiling_random256,
    otd_kernel_ceiling_random32, otd_kernel_ceiling_shared, otd_kernel_ceiling_integer;

/* By OTD_CEILING_... */
static const otd_pattern otd_patterns[] = {
    {&otd_kernel_ceiling_copy, 16, 0, 32, 1 << 20},
    {&otd_kernel_ceiling_random256, 256, 0, 64, 1 << 20},
    {&otd_kernel_ceiling_random32, 16, 16, 128, 1 << 20},
    {&otd_kernel_ceiling_shared, 16, 0, 8, 1 << 20},
    {&otd_kernel_ceiling_integer, 16, 0, 16, 1 << 20},
};

typedef struct otd_ceiling_run {
    const otd_gpu_port *port;
    otd_gpu_context *context;
    const otd_pattern *pattern;
    otd_gpu_buffer *memory, *out;
    otd_gpu_program *fill_program, *program;
    otd_gpu_kernel *fill, *kernel;
    uint64_t footprint, groups;
    uint32_t threads, rounds, seed;
} otd_ceiling_run;

static int32_t otd_ceiling_launch(otd_ceiling_run *run, otd_gpu_kernel *kernel, uint32_t unit,
                                  uint32_t beyond, uint32_t rounds) {
    uint32_t places = (uint32_t)((run->footprint - beyond) / unit);
    const otd_gpu_argument arguments[] = {
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = run->memory},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = run->out},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = places},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = (1ull << 32) / places},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = rounds},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = run->seed},
    };
    const otd_gpu_launch launch = {
        .kernel = kernel,
        .arguments = arguments,
        .argument_count = sizeof arguments / sizeof arguments[0],
        .threads = run->threads,
        .groups = run->groups,
    };
    return run->port->launch(run->context, &launch);
}

static int32_t otd_ceiling_wait(otd_ceiling_run *run) {
    int32_t status = run->port->mark(run->context, OTD_GPU_EVENT_FINISH);
    return status != OTD_OK
               ? status
               : otd_gpu_await(run->port, run->context, OTD_GPU_EVENT_FINISH, OTD_CEILING_HANG_MS);
}

/* The rounds in which all work items together pass over the footprint once. */
static uint32_t otd_ceiling_pass(const otd_ceiling_run *run) {
    uint64_t items = run->groups * run->threads, quads = run->footprint / 16;
    return (uint32_t)((quads + items - 1) / items);
}

static int32_t otd_ceiling_build(otd_ceiling_run *run, const otd_gpu_code *code, otd_gpu_program **program,
                                 otd_gpu_kernel **kernel) {
    const otd_gpu_build what = {.code = code, .threads = run->threads};
    int32_t status = run->port->build(run->context, &what, program);
    return status != OTD_OK ? status : run->port->kernel(run->context, *program, "otd_ceiling", kernel);
}

static int32_t otd_ceiling_prepare(otd_ceiling_run *run) {
    int copies = run->pattern == &otd_patterns[OTD_CEILING_COPY];
    uint64_t words = run->groups * run->threads * sizeof(uint32_t);
    int32_t status = run->port->alloc(run->context, &run->memory, run->footprint);
    if (status == OTD_OK) {
        status = run->port->alloc(run->context, &run->out, copies ? run->footprint : words);
    }
    if (status == OTD_OK) {
        status = otd_ceiling_build(run, &otd_kernel_ceiling_fill, &run->fill_program, &run->fill);
    }
    if (status == OTD_OK) {
        status = otd_ceiling_build(run, run->pattern->code, &run->program, &run->kernel);
    }
    if (status == OTD_OK) {
        status = otd_ceiling_launch(run, run->fill, 16, 0, otd_ceiling_pass(run));
    }
    return status != OTD_OK ? status : otd_ceiling_wait(run);
}

/* Launches one behind the other, and how long that took. */
static int32_t otd_ceiling_time(otd_ceiling_run *run, uint32_t launches, double *ms) {
    int copies = run->pattern == &otd_patterns[OTD_CEILING_COPY];
    double began = otd_gpu_now_ms();
    int32_t status = OTD_OK;
    for (uint32_t i = 0; i < launches && status == OTD_OK; i++) {
        run->seed = copies ? 0 : run->seed + 1;
        status = otd_ceiling_launch(run, run->kernel, run->pattern->unit, run->pattern->beyond, run->rounds);
    }
    if (status == OTD_OK) {
        status = otd_ceiling_wait(run);
    }
    *ms = otd_gpu_now_ms() - began;
    return status;
}

/* Launches that last OTD_CEILING_LAUNCH_MS each: from one round upwards, since a device may be very slow. A
 * copy is one pass over the footprint. */
static int32_t otd_ceiling_size(otd_ceiling_run *run, double *ms) {
    if (run->pattern == &otd_patterns[OTD_CEILING_COPY]) {
        run->rounds = otd_ceiling_pass(run);
        return otd_ceiling_time(run, 1, ms);
    }
    int32_t status = OTD_OK;
    for (run->rounds = 1;; run->rounds *= 2) {
        status = otd_ceiling_time(run, 1, ms);
        if (status != OTD_OK || *ms >= OTD_CEILING_LAUNCH_MS || run->rounds >= OTD_CEILING_ROUNDS_MAX) {
            return status;
        }
    }
}

static int otd_by_time(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static int32_t otd_ceiling_measure(otd_ceiling_run *run, uint32_t budget_ms, otd_ceiling *out) {
    double ms = 0, segments[OTD_CEILING_SEGMENTS];
    int32_t status = otd_ceiling_size(run, &ms);
    if (status != OTD_OK) {
        return status;
    }
    double launches = (double)budget_ms / OTD_CEILING_SEGMENTS / (ms > 1e-3 ? ms : 1e-3);
    uint32_t count = launches < 1 ? 1 : launches > 1e6 ? 1000000u : (uint32_t)launches;
    for (uint32_t i = 0; i < OTD_CEILING_SEGMENTS && status == OTD_OK; i++) {
        status = otd_ceiling_time(run, count, &segments[i]);
    }
    if (status != OTD_OK) {
        return status;
    }
    qsort(segments, OTD_CEILING_SEGMENTS, sizeof segments[0], otd_by_time);
    uint64_t moved = run->groups * run->threads * run->rounds * (uint64_t)run->pattern->round;
    if (run->pattern == &otd_patterns[OTD_CEILING_COPY]) {
        moved = 2 * (run->footprint / 16 * 16); /* the last round goes beyond the end */
    }
    out->footprint_bytes = run->footprint;
    out->amount = moved * count;
    out->nanoseconds = (uint64_t)(segments[OTD_CEILING_SEGMENTS / 2] * 1e6) + 1;
    return OTD_OK;
}

static void otd_ceiling_end(otd_ceiling_run *run, int32_t status) {
    const otd_gpu_port *port = run->port;
    if (status == OTD_E_DEVICE_LOST) {
        port->abandon(run->context);
        return;
    }
    if (run->fill_program != NULL) {
        port->discard(run->context, run->fill_program);
    }
    if (run->program != NULL) {
        port->discard(run->context, run->program);
    }
    if (run->out != NULL) {
        port->release(run->context, run->out);
    }
    if (run->memory != NULL) {
        port->release(run->context, run->memory);
    }
    port->close(run->context);
}

int32_t otd_gpu_ceiling(const otd_backend *backend, uint32_t row, uint32_t pattern, uint64_t footprint_bytes,
                        uint32_t budget_ms, otd_ceiling *out) {
    const otd_gpu_found *device = otd_gpu_device(backend, row);
    int simulator = device->info.kind == OTD_DEVICE_SIMULATOR;
    uint32_t items = simulator ? OTD_CEILING_ITEMS_SIMULATOR : OTD_CEILING_ITEMS;
    otd_ceiling_run run = {
        .port = backend->port,
        .pattern = &otd_patterns[pattern],
        .threads = simulator ? OTD_CEILING_THREADS_SIMULATOR : OTD_CEILING_THREADS,
        .seed = 1,
    };
    run.groups = ((uint64_t)device->info.units * items + run.threads - 1) / run.threads;
    run.footprint = footprint_bytes > run.pattern->bytes_least ? footprint_bytes : run.pattern->bytes_least;
    if (device->info.alloc_max_bytes != 0 && run.footprint > device->info.alloc_max_bytes) {
        run.footprint = device->info.alloc_max_bytes;
    }
    run.footprint &= ~255ull;
    int32_t status = run.port->open(device, &run.context);
    if (status != OTD_OK) {
        return status;
    }
    status = otd_ceiling_prepare(&run);
    if (status == OTD_OK) {
        status = otd_ceiling_measure(&run, budget_ms, out);
    }
    otd_ceiling_end(&run, status);
    return status;
}
