/* verify.c - checks of proofs on a GPU: two batches under way, deadlines, and known answers before first use.
 */
#include "verify.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "domain.h"
#include "gpu.h"
#include "status.h"

/* A batch of what a pool hands over at once ends in less than the first sleep would take. */
#define OTD_GPU_SPIN_MS 0.2

/* One batch under way, in memory of both sides. */
typedef struct otd_gpu_check_flight {
    otd_gpu_check_batch batch;
    uint8_t *sent, *read;
    uint32_t *item; /* numbers of the items in it */
    double launched_ms;
} otd_gpu_check_flight;

/* An item's place where groups matter. */
typedef struct otd_gpu_check_place {
    uint64_t group;
    uint32_t item;
} otd_gpu_check_place;

struct otd_gpu_checker {
    const otd_gpu_checks *checks;
    void *state;
    otd_gpu_check_flight flights[OTD_GPU_FLIGHTS]; /* a ring: `flying` of them from `oldest` on */
    uint32_t oldest, flying;
    otd_gpu_check_place *places; /* OTD_BATCH_MAX; null where all items are of one group */
    double ms_per_item;          /* measured; 0 = not yet */
};

/* One call under way. */
typedef struct otd_gpu_check_run {
    otd_engine *engine;
    otd_gpu_engine *gpu;
    otd_gpu_checker *checker;
    otd_verdict *verdicts;
    const otd_verify_item *items;
    const uint8_t *data;
    uint32_t count;
    uint32_t next; /* item that is packed next, by place */
    double collected_ms;
} otd_gpu_check_run;

/* ---- batches -------------------------------------------------------------------------------- */

static uint64_t otd_group_of(const otd_gpu_check_run *run, uint32_t place) {
    return run->checker->places != NULL ? run->checker->places[place].group : 0;
}

static int otd_length_fits(const otd_gpu_check_run *run, const otd_verify_item *item) {
    const otd_algorithm_info *info = &run->engine->algo->info;
    return item->data_length >= info->data_length_min && item->data_length <= info->data_length_max;
}

static int otd_compare_places(const void *a, const void *b) {
    const otd_gpu_check_place *x = a, *y = b;
    if (x->group != y->group) {
        return x->group < y->group ? -1 : 1;
    }
    return x->item < y->item ? -1 : x->item > y->item;
}

/* Items of a group side by side. A pool's batch is of one or two groups and mostly in order. */
static void otd_order(otd_gpu_check_run *run) {
    otd_gpu_check_place *places = run->checker->places;
    int sorted = 1;
    for (uint32_t i = 0; places != NULL && i < run->count; i++) {
        places[i] = (otd_gpu_check_place){.group = run->checker->checks->group(&run->items[i]), .item = i};
        sorted = sorted && (i == 0 || places[i - 1].group <= places[i].group);
    }
    if (!sorted) {
        qsort(places, run->count, sizeof *places, otd_compare_places);
    }
}

/* Takes items of one group until the batch is full; what needs no device is settled on the way. */
static void otd_fill(otd_gpu_check_run *run, otd_gpu_check_flight *flight) {
    const otd_gpu_checks *checks = run->checker->checks;
    const uint64_t group = otd_group_of(run, run->next);
    flight->batch.group = group;
    flight->batch.count = 0;
    while (run->next < run->count && flight->batch.count < checks->batch &&
           otd_group_of(run, run->next) == group) {
        uint32_t i = run->checker->places != NULL ? run->checker->places[run->next].item : run->next;
        const otd_verify_item *item = &run->items[i];
        otd_verdict *verdict = &run->verdicts[i];
        run->next++;
        *verdict = (otd_verdict){.verdict = OTD_VERDICT_MALFORMED};
        if (otd_length_fits(run, item) &&
            checks->pack(flight->sent + (size_t)flight->batch.count * checks->item_bytes, verdict, item,
                         run->data + item->data_offset)) {
            flight->item[flight->batch.count++] = i;
        }
    }
}

static int32_t otd_send(otd_gpu_check_run *run, otd_gpu_check_flight *flight, uint32_t slot) {
    otd_gpu_engine *gpu = run->gpu;
    const otd_gpu_port *port = gpu->port;
    const otd_gpu_checks *checks = run->checker->checks;
    const uint64_t count = flight->batch.count;
    int32_t status = port->write(gpu->context, flight->batch.in, 0, flight->sent, count * checks->item_bytes);
    if (status == OTD_OK) {
        status = checks->launch(run->checker->state, &gpu->site, &flight->batch);
    }
    if (status == OTD_OK) {
        status = port->read(gpu->context, flight->batch.out, 0, flight->read, count * OTD_GPU_ANSWER_BYTES);
    }
    if (status == OTD_OK) {
        status = port->mark(gpu->context, slot);
    }
    flight->launched_ms = otd_gpu_now_ms();
    __atomic_fetch_add(&gpu->counters->launches, 1, __ATOMIC_RELAXED);
    return status;
}

/* Packs and sends batches while there is room and something left. */
static int32_t otd_send_all(otd_gpu_check_run *run) {
    otd_gpu_checker *checker = run->checker;
    while (checker->flying < OTD_GPU_FLIGHTS && run->next < run->count) {
        uint32_t slot = (checker->oldest + checker->flying) % OTD_GPU_FLIGHTS;
        otd_gpu_check_flight *flight = &checker->flights[slot];
        otd_fill(run, flight);
        if (flight->batch.count == 0) {
            continue;
        }
        int32_t status = otd_send(run, flight, slot);
        if (status != OTD_OK) {
            return status;
        }
        checker->flying++;
    }
    return OTD_OK;
}

static int32_t otd_await_batch(const otd_gpu_check_run *run, uint32_t slot) {
    const otd_gpu_engine *gpu = run->gpu;
    double usual = run->checker->ms_per_item * run->checker->flights[slot].batch.count;
    double began = otd_gpu_now_ms();
    uint32_t reached = 0;
    while (otd_gpu_now_ms() - began < OTD_GPU_SPIN_MS) {
        int32_t status = gpu->port->poll(gpu->context, slot, &reached);
        if (status != OTD_OK || reached != 0) {
            return status;
        }
        sched_yield();
    }
    return otd_gpu_await(gpu->port, gpu->context, slot, otd_gpu_deadline(&run->engine->params, usual));
}

/* Waits for the oldest batch and settles its verdicts. */
static int32_t otd_take(otd_gpu_check_run *run) {
    otd_gpu_checker *checker = run->checker;
    const otd_gpu_checks *checks = checker->checks;
    const otd_gpu_check_flight *flight = &checker->flights[checker->oldest];
    int32_t status = otd_await_batch(run, checker->oldest);
    if (status != OTD_OK) {
        return status;
    }
    double now = otd_gpu_now_ms();
    double began = flight->launched_ms > run->collected_ms ? flight->launched_ms : run->collected_ms;
    checker->ms_per_item = (now - began > 1e-3 ? now - began : 1e-3) / flight->batch.count;
    run->collected_ms = now;
    for (uint32_t i = 0; i < flight->batch.count; i++) {
        const otd_verify_item *item = &run->items[flight->item[i]];
        checks->judge(&run->verdicts[flight->item[i]], flight->read + (size_t)i * OTD_GPU_ANSWER_BYTES,
                      flight->sent + (size_t)i * checks->item_bytes, item, run->data + item->data_offset);
    }
    checker->oldest = (checker->oldest + 1) % OTD_GPU_FLIGHTS;
    checker->flying--;
    return OTD_OK;
}

static int32_t otd_check_all(otd_gpu_check_run *run) {
    otd_order(run);
    for (;;) {
        int32_t status = otd_send_all(run);
        if (status == OTD_OK && run->checker->flying == 0) {
            return OTD_OK;
        }
        if (status == OTD_OK) {
            status = otd_take(run);
        }
        if (status != OTD_OK) {
            return status;
        }
    }
}

/* ---- before first use ----------------------------------------------------------------------- */

/* Any bytes do, as long as they are the same ones. */
static void otd_sample_fill(uint8_t *bytes, uint32_t length) {
    uint32_t random = 0x63686b73u;
    for (uint32_t i = 0; i < length; i++) {
        random = random * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(random >> 24);
    }
}

/* A third meet any target, a third one that half meet, a third none. */
static void otd_sample_items(otd_verify_item *items, uint32_t count, const otd_engine *engine,
                             const otd_gpu_plan *plan) {
    static const uint8_t tops[] = {0xff, 0x7f, 0x00};
    const otd_algorithm_info *info = &engine->algo->info;
    for (uint32_t i = 0; i < count; i++) {
        items[i] = (otd_verify_item){
            .data_offset = i * info->data_length_max,
            .data_length = i % 2 == 0 ? info->data_length_max : info->data_length_min,
            .height = engine->dataset != NULL ? engine->dataset->params.epoch * plan->epoch_length : 0,
        };
        memset(items[i].target, tops[i % 3], sizeof items[i].target);
    }
}

static int32_t otd_verify_with(otd_engine *engine, otd_verdict *verdicts, const otd_verify_item *items,
                               uint32_t count, const uint8_t *data) {
    otd_gpu_engine *gpu = engine->state;
    otd_gpu_check_run run = {.engine = engine,
                             .gpu = gpu,
                             .checker = gpu->checker,
                             .verdicts = verdicts,
                             .items = items,
                             .data = data,
                             .count = count};
    return otd_check_all(&run);
}

/* The device's verdicts on random items are the portable reference's. */
static int32_t otd_test_checker(otd_engine *engine) {
    otd_gpu_engine *gpu = engine->state;
    const otd_engine *reference = &gpu->reference;
    const uint32_t count = gpu->checker->checks->tested;
    const uint32_t data_bytes = count * engine->algo->info.data_length_max;
    otd_verify_item *items = calloc(count, sizeof *items);
    otd_verdict *verdicts = calloc(2 * (size_t)count, sizeof *verdicts);
    uint8_t *data = malloc(data_bytes);
    int32_t status = OTD_OK;
    if (items == NULL || verdicts == NULL || data == NULL) {
        status = otd_fail(OTD_E_MEMORY, "could not allocate %u bytes to compare checks", data_bytes);
    }
    if (status == OTD_OK) {
        otd_sample_fill(data, data_bytes);
        otd_sample_items(items, count, engine, gpu->plan);
        status = otd_verify_with(engine, verdicts, items, count, data);
    }
    if (status == OTD_OK) {
        status = engine->algo->verify(reference->flavour, &reference->params.algo, reference->dataset,
                                      verdicts + count, items, count, data);
    }
    if (status == OTD_OK && memcmp(verdicts, verdicts + count, count * sizeof *verdicts) != 0) {
        status = otd_fail(OTD_E_SELFTEST,
                          "%s on %s judged %u proofs otherwise than the processor; its verdicts "
                          "cannot be used",
                          engine->algo->info.name, engine->backend->name, count);
    }
    free(items);
    free(verdicts);
    free(data);
    return status;
}

/* ---- opening, closing ------------------------------------------------------------------------- */

static int32_t otd_open_check_flight(otd_gpu_engine *gpu, const otd_gpu_checks *checks,
                                     otd_gpu_check_flight *flight) {
    const uint64_t sent = (uint64_t)checks->batch * checks->item_bytes;
    const uint64_t read = (uint64_t)checks->batch * OTD_GPU_ANSWER_BYTES;
    flight->sent = malloc(sent);
    flight->read = malloc(read);
    flight->item = malloc(checks->batch * sizeof *flight->item);
    if (flight->sent == NULL || flight->read == NULL || flight->item == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %llu bytes for a batch of checks",
                        (unsigned long long)(sent + read));
    }
    int32_t status = gpu->port->alloc(gpu->context, &flight->batch.in, sent);
    return status != OTD_OK ? status : gpu->port->alloc(gpu->context, &flight->batch.out, read);
}

static int32_t otd_open_parts(otd_gpu_engine *gpu, otd_gpu_checker *checker) {
    const otd_gpu_checks *checks = checker->checks;
    int32_t status = OTD_OK;
    if (checks->group != NULL) {
        checker->places = malloc(OTD_BATCH_MAX * sizeof *checker->places);
        if (checker->places == NULL) {
            return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes to order checks",
                            OTD_BATCH_MAX * sizeof *checker->places);
        }
    }
    for (uint32_t i = 0; i < OTD_GPU_FLIGHTS && status == OTD_OK; i++) {
        status = otd_open_check_flight(gpu, checks, &checker->flights[i]);
    }
    return status != OTD_OK ? status : checks->open(&checker->state, &gpu->site);
}

/* An engine whose device failed is of no use any more. */
static int32_t otd_fail_engine(otd_gpu_engine *gpu, int32_t status) {
    gpu->failed = status;
    otd_detail_copy(gpu->failure, sizeof gpu->failure);
    if (status == OTD_E_DEVICE_LOST) {
        otd_gpu_lost(gpu->counters, gpu->domain);
    }
    return status;
}

int32_t otd_gpu_checker_open(otd_engine *engine) {
    otd_gpu_engine *gpu = engine->state;
    const otd_dataset *dataset = engine->dataset;
    const otd_gpu_checks *checks = dataset != NULL && dataset->params.kind == OTD_DATASET_LIGHT
                                       ? gpu->plan->light->checks
                                       : gpu->plan->checks;
    if (checks == NULL) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s has no kernel that checks proofs on %s devices",
                        engine->algo->info.name, engine->backend->name);
    }
    gpu->checker = calloc(1, sizeof *gpu->checker);
    if (gpu->checker == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for checks", sizeof *gpu->checker);
    }
    gpu->checker->checks = checks;
    int32_t status = otd_open_parts(gpu, gpu->checker);
    if (status == OTD_OK) {
        status = otd_test_checker(engine);
    }
    if (status == OTD_OK) {
        return OTD_OK;
    }
    if (status == OTD_E_DEVICE_LOST || gpu->checker->flying > 0) {
        otd_fail_engine(gpu, status); /* what is under way may still be written */
    } else {
        otd_gpu_checker_close(gpu);
    }
    return status;
}

void otd_gpu_checker_close(otd_gpu_engine *gpu) {
    otd_gpu_checker *checker = gpu->checker;
    if (checker == NULL) {
        return;
    }
    if (checker->state != NULL) {
        checker->checks->close(checker->state, &gpu->site, gpu->failed != OTD_OK);
        checker->state = NULL;
    }
    if (gpu->failed != OTD_OK) {
        return; /* kept with the engine that is given up */
    }
    for (uint32_t i = 0; i < OTD_GPU_FLIGHTS; i++) {
        otd_gpu_check_flight *flight = &checker->flights[i];
        if (flight->batch.in != NULL) {
            gpu->port->release(gpu->context, flight->batch.in);
        }
        if (flight->batch.out != NULL) {
            gpu->port->release(gpu->context, flight->batch.out);
        }
        free(flight->sent);
        free(flight->read);
        free(flight->item);
    }
    free(checker->places);
    free(checker);
    gpu->checker = NULL;
}

/* ---- the verb ----------------------------------------------------------------------------------- */

static int32_t otd_admit_all(const otd_gpu_check_run *run) {
    const otd_gpu_checks *checks = run->checker->checks;
    int32_t status = OTD_OK;
    for (uint32_t i = 0; checks->admit != NULL && i < run->count && status == OTD_OK; i++) {
        if (otd_length_fits(run, &run->items[i])) {
            status = checks->admit(&run->gpu->site, &run->items[i]);
        }
    }
    return status;
}

int32_t otd_gpu_verify(otd_engine *engine, otd_verdict *verdicts, const otd_verify_item *items,
                       uint32_t count, const uint8_t *data) {
    otd_gpu_engine *gpu = engine->state;
    int32_t status = OTD_OK;
    if (gpu->failed != OTD_OK) {
        return otd_fail(gpu->failed, "%s", gpu->failure);
    }
    if (otd_gpu_domain_is_lost(gpu->domain)) {
        return otd_fail_engine(gpu,
                               otd_fail(OTD_E_DEVICE_LOST, "another user of the device found it lost; its "
                                                           "engines and datasets are of no use"));
    }
    if (gpu->checker == NULL) {
        status = otd_gpu_checker_open(engine);
    }
    if (status != OTD_OK) {
        return status;
    }
    otd_gpu_check_run run = {.engine = engine,
                             .gpu = gpu,
                             .checker = gpu->checker,
                             .verdicts = verdicts,
                             .items = items,
                             .data = data,
                             .count = count};
    status = otd_admit_all(&run);
    if (status != OTD_OK) {
        return status;
    }
    status = otd_check_all(&run);
    return status == OTD_OK ? OTD_OK : otd_fail_engine(gpu, status);
}

/* ---- headers of 80 bytes ------------------------------------------------------------------------ */

int32_t otd_gpu_check_kernel_open(void **state, const otd_gpu_site *site, const otd_gpu_code *code,
                                  const char *entry) {
    const otd_gpu_build what = {
        .code = code, .threads = site->threads, .resident = site->resident, .keep = 1};
    otd_gpu_check_kernel *own = calloc(1, sizeof *own);
    if (own == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a kernel", sizeof *own);
    }
    *state = own;
    int32_t status = site->port->build(site->context, &what, &own->program);
    return status != OTD_OK ? status : site->port->kernel(site->context, own->program, entry, &own->kernel);
}

void otd_gpu_check_kernel_close(void *state, const otd_gpu_site *site, int32_t lost) {
    otd_gpu_check_kernel *own = state;
    if (own->program != NULL && !lost) {
        site->port->discard(site->context, own->program);
    }
    free(own);
}

int32_t otd_gpu_check_kernel_launch(const otd_gpu_check_kernel *state, const otd_gpu_site *site,
                                    const otd_gpu_check_batch *batch, const otd_gpu_argument *more,
                                    uint32_t more_count) {
    otd_gpu_argument arguments[OTD_GPU_ARGUMENTS_MAX] = {
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = batch->in},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = batch->out},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = batch->count},
    };
    for (uint32_t i = 0; i < more_count; i++) {
        arguments[3 + i] = more[i];
    }
    const otd_gpu_launch launch = {
        .kernel = state->kernel,
        .arguments = arguments,
        .argument_count = 3 + more_count,
        .threads = site->threads,
        .groups = (batch->count + site->threads - 1) / site->threads,
    };
    return site->port->launch(site->context, &launch);
}

int32_t otd_gpu_pack_header(uint8_t *out, otd_verdict *verdict, const otd_verify_item *item,
                            const uint8_t *data) {
    memcpy(out, data, OTD_GPU_HEADER_BYTES);
    return 1;
}

void otd_gpu_judge_hash(otd_verdict *verdict, const uint8_t *answer, const uint8_t *packed,
                        const otd_verify_item *item, const uint8_t *data) {
    memcpy(verdict->hash, answer, OTD_GPU_ANSWER_BYTES);
    verdict->verdict =
        otd_meets_target(verdict->hash, item->target) ? OTD_VERDICT_VALID : OTD_VERDICT_ABOVE_TARGET;
}
