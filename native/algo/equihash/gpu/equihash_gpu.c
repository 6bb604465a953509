/*
 * equihash_gpu.c - Equihash on a GPU: the list of equihash_steps.h on an engine's queue, one nonce a launch.
 * What comes back are solutions; each is checked by the processor, hashed with its header and held against
 * the target. Full buckets lose a few entries, so a card can miss a solution now and then, but never reports
 * a wrong one.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/gpu/plan.h"
#include "equihash/gpu/equihash_row.h"
#include "equihash/gpu/equihash_steps.h"

/* Solutions one nonce can report; about two are usual. */
#define OTD_SOLUTIONS 32u

/* Rows that may be on their way to the device at a time; the host has fewer launches under way. */
#define OTD_ROWS 4u

/* Before first use: nonces of 48,5, all of whose solutions are compared with the processor's solver; then, on
 * a card, nonces of the set that is mined, until one has a solution. Eight without any: one in nine million.
 */
#define OTD_NONCES_COMPARED 6u
#define OTD_NONCES_TRIED 8u

/* What a processor that stands for a card likes. */
#define OTD_THREADS_OF_SIMULATOR 64u

extern const otd_gpu_plan otd_gpu_plan_equihash;

typedef struct otd_gpu_solver {
    equihash_params p;
    equihash_steps list;
    uint32_t threads;
    otd_gpu_program *programs[OTD_EQUIHASH_STEPS_MAX]; /* null where an earlier step has the same */
    otd_gpu_kernel *kernels[OTD_EQUIHASH_STEPS_MAX];
    otd_gpu_buffer *buffers[EQUIHASH_BUFFERS]; /* constants and results are the batch's */
    uint32_t rows[OTD_ROWS][OTD_EQUIHASH_ROW_WORDS];
    uint32_t next_row;
} otd_gpu_solver;

/* ---- open and close ---------------------------------------------------------------------------- */

static int32_t otd_build_steps(otd_gpu_solver *solver, const otd_gpu_site *site) {
    for (uint32_t i = 0; i < solver->list.step_count; i++) {
        const equihash_step *step = &solver->list.steps[i];
        const otd_gpu_build what = {.code = step->code, .threads = solver->threads, .keep = 1};
        if (i > 0 && step->code == solver->list.steps[i - 1].code) {
            solver->kernels[i] = solver->kernels[i - 1];
            continue;
        }
        int32_t status = site->port->build(site->context, &what, &solver->programs[i]);
        if (status == OTD_OK) {
            status = site->port->kernel(site->context, solver->programs[i], step->entry, &solver->kernels[i]);
        }
        if (status != OTD_OK) {
            return status;
        }
    }
    return OTD_OK;
}

static int32_t otd_solver_fits(const otd_gpu_solver *solver, const otd_device_info *device) {
    uint64_t there = device->memory_free_bytes != 0 ? device->memory_free_bytes : device->memory_bytes;
    uint64_t most = 0;
    for (uint32_t i = 0; i < EQUIHASH_BUFFERS; i++) {
        most = solver->list.bytes[i] > most ? solver->list.bytes[i] : most;
    }
    if (solver->list.bytes_in_all > there) {
        return otd_fail(OTD_E_MEMORY, "equihash %u,%u needs %llu MiB of a card's memory, %llu are free there",
                        solver->p.n, solver->p.k, (unsigned long long)(solver->list.bytes_in_all >> 20),
                        (unsigned long long)(there >> 20));
    }
    if (device->alloc_max_bytes != 0 && most > device->alloc_max_bytes) {
        return otd_fail(OTD_E_MEMORY,
                        "equihash %u,%u needs pieces of memory of %llu MiB, the card gives %llu", solver->p.n,
                        solver->p.k, (unsigned long long)(most >> 20),
                        (unsigned long long)(device->alloc_max_bytes >> 20));
    }
    return OTD_OK;
}

static void otd_close_solver(void *own, const otd_gpu_site *site, int32_t lost) {
    otd_gpu_solver *solver = own;
    for (uint32_t i = 0; i < EQUIHASH_BUFFERS && !lost; i++) {
        if (solver->buffers[i] != NULL) {
            site->port->release(site->context, solver->buffers[i]);
        }
    }
    for (uint32_t i = 0; i < OTD_EQUIHASH_STEPS_MAX && !lost; i++) {
        if (solver->programs[i] != NULL) {
            site->port->discard(site->context, solver->programs[i]);
        }
    }
    free(solver);
}

static int32_t otd_open_set(void **out, const otd_gpu_site *site, const otd_algo_params *params) {
    otd_gpu_solver *solver = calloc(1, sizeof *solver);
    *out = solver; /* closed by whoever asked, in any case */
    if (solver == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a solver", sizeof *solver);
    }
    int simulated = site->device->kind == OTD_DEVICE_SIMULATOR;
    solver->threads = simulated ? OTD_THREADS_OF_SIMULATOR : site->threads;
    int32_t status = otd_equihash_params(&solver->p, params);
    if (status == OTD_OK) {
        status = otd_equihash_steps(&solver->list, &solver->p, solver->threads, OTD_SOLUTIONS);
    }
    if (status == OTD_OK) {
        status = otd_solver_fits(solver, site->device);
    }
    for (uint32_t i = 0; status == OTD_OK && i < EQUIHASH_BUFFERS; i++) {
        if (i != EQUIHASH_CONSTANTS && i != EQUIHASH_RESULTS) {
            status = site->port->alloc(site->context, &solver->buffers[i], solver->list.bytes[i]);
        }
    }
    return status != OTD_OK ? status : otd_build_steps(solver, site);
}

static int32_t otd_open_solver(void **out, const otd_gpu_site *site, uint64_t *nonces_max) {
    *nonces_max = 1;
    return otd_open_set(out, site, &site->engine->params.algo);
}

/* ---- a nonce ----------------------------------------------------------------------------------- */

/* The kernels' row needs the engine's parameters, so it is the launch that makes it. */
static void otd_no_row(void *out, const otd_work *work, const uint8_t *data, uint32_t version) {
    memset(out, 0, OTD_EQUIHASH_ROW_WORDS * sizeof(uint32_t));
}

static int32_t otd_check_input(void *own, const otd_gpu_site *site, const otd_work *work) {
    const otd_gpu_solver *solver = own;
    static const uint8_t zeros[EQUIHASH_INPUT_MAX];
    uint32_t row[OTD_EQUIHASH_ROW_WORDS], length = work->data_length;
    if ((!solver->p.any_length && length != EQUIHASH_HEADER_LENGTH) || length > EQUIHASH_INPUT_MAX ||
        length < OTD_EQUIHASH_NONCE_LENGTH || !otd_equihash_row(row, &solver->p, zeros, length)) {
        return otd_fail(OTD_E_ARGUMENT, "equihash work of %u bytes on a card; a header has %u", length,
                        EQUIHASH_HEADER_LENGTH);
    }
    return OTD_OK;
}

static int32_t otd_queue_step(const otd_gpu_solver *solver, const otd_gpu_site *site, uint32_t nth,
                              otd_gpu_buffer *constants, otd_gpu_buffer *results) {
    const equihash_step *step = &solver->list.steps[nth];
    otd_gpu_argument arguments[OTD_EQUIHASH_ARGUMENTS_MAX];
    for (uint32_t i = 0; i < step->argument_count; i++) {
        const equihash_argument *a = &step->arguments[i];
        otd_gpu_buffer *buffer = a->buffer == EQUIHASH_CONSTANTS ? constants
                                 : a->buffer == EQUIHASH_RESULTS ? results
                                                                 : solver->buffers[a->buffer];
        arguments[i] = a->bytes == 0 ? (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = buffer}
                                     : (otd_gpu_argument){.kind = a->bytes, .value = a->value};
    }
    const otd_gpu_launch launch = {
        .kernel = solver->kernels[nth],
        .arguments = arguments,
        .argument_count = step->argument_count,
        .threads = solver->threads,
        .groups = step->groups,
    };
    return site->port->launch(site->context, &launch);
}

/* Queues all kernels for an input with that nonce. */
static int32_t otd_queue_nonce(otd_gpu_solver *solver, const otd_gpu_site *site, const uint8_t *input,
                               uint32_t length, uint64_t nonce, otd_gpu_buffer *constants,
                               otd_gpu_buffer *results) {
    uint32_t *row = solver->rows[solver->next_row++ % OTD_ROWS];
    if (!otd_equihash_row(row, &solver->p, input, length)) {
        return otd_fail(OTD_E_ARGUMENT, "equihash work of %u bytes cannot be searched on a card", length);
    }
    otd_equihash_steps_nonce(&solver->list, nonce);
    int32_t status = site->port->write(site->context, constants, 0, row, sizeof solver->rows[0]);
    for (uint32_t i = 0; status == OTD_OK && i < solver->list.step_count; i++) {
        status = otd_queue_step(solver, site, i, constants, results);
    }
    return status;
}

static int32_t otd_launch(void *own, const otd_gpu_site *site, const otd_gpu_batch *batch) {
    return otd_queue_nonce(own, site, batch->data, batch->work->data_length, batch->first, batch->constants,
                           batch->hits);
}

/* ---- what comes back --------------------------------------------------------------------------- */

static int otd_packed_order(const void *a, const void *b) {
    return memcmp(a, b, OTD_PROOF_MAX);
}

/* Appends the solution when its block meets the target; 0 when it is no solution at all. */
static int otd_take_solution(const otd_gpu_solver *solver, const otd_gpu_batch *batch,
                             const uint8_t *solution, otd_hits *hits, int *full) {
    const equihash_params *p = &solver->p;
    uint8_t block[EQUIHASH_INPUT_MAX + 3 + OTD_PROOF_MAX], hash[32];
    uint32_t length = batch->work->data_length;
    memcpy(block, batch->data, length);
    memcpy(block + length - OTD_EQUIHASH_NONCE_LENGTH, &batch->first, OTD_EQUIHASH_NONCE_LENGTH);
    if (!otd_equihash_is_solution(&otd_equihash_ref, p, block, length, solution)) {
        return 0;
    }
    memcpy(block + length, p->prefix, p->prefix_bytes);
    memcpy(block + length + p->prefix_bytes, solution, p->solution_bytes);
    otd_sha256d(hash, block, length + p->prefix_bytes + p->solution_bytes);
    if (!otd_meets_target(hash, batch->work->target)) {
        return 1;
    }
    if (hits->count == hits->capacity) {
        *full = 1;
        return 1;
    }
    otd_hit *hit = &hits->hits[hits->count++];
    memset(hit, 0, sizeof *hit);
    hit->tag = batch->work->tag;
    hit->nonce = batch->first;
    hit->proof_length = p->solution_bytes;
    memcpy(hit->hash, hash, sizeof hash);
    memcpy(hit->proof, solution, p->solution_bytes);
    return 1;
}

static int32_t otd_check_solutions(void *own, const otd_gpu_site *site, const otd_gpu_batch *batch,
                                   const otd_gpu_hits *read, otd_hits *hits, uint64_t *searched,
                                   uint64_t *errors) {
    const otd_gpu_solver *solver = own;
    uint8_t solutions[OTD_SOLUTIONS][OTD_PROOF_MAX];
    uint32_t lost = 0, before = hits->count;
    int full = 0;
    uint32_t count = otd_equihash_steps_read(solutions, OTD_SOLUTIONS, &lost, &solver->p, (const void *)read,
                                             OTD_SOLUTIONS);
    qsort(solutions, count, sizeof solutions[0], otd_packed_order); /* the same in every run */
    for (uint32_t i = 0; i < count; i++) {
        *errors += !otd_take_solution(solver, batch, solutions[i], hits, &full);
    }
    *searched = 1;
    if (full && before > 0) { /* with an empty list, what has room is all that this nonce can tell */
        hits->count = before;
        *searched = 0;
    }
    return OTD_OK;
}

/* ---- before first use -------------------------------------------------------------------------- */

/* Solutions of one nonce on the device, into read (OTD_SOLUTIONS of them have room). */
static int32_t otd_solve_there(otd_gpu_solver *solver, const otd_gpu_site *site, const uint8_t *header,
                               otd_gpu_buffer *constants, otd_gpu_buffer *results, uint32_t *read) {
    uint64_t nonce;
    memcpy(&nonce, header + EQUIHASH_HEADER_LENGTH - OTD_EQUIHASH_NONCE_LENGTH, sizeof nonce);
    int32_t status = otd_queue_nonce(solver, site, header, EQUIHASH_HEADER_LENGTH, nonce, constants, results);
    if (status == OTD_OK) {
        status = site->port->read(site->context, results, 0, read, solver->list.bytes[EQUIHASH_RESULTS]);
    }
    return status != OTD_OK ? status : otd_gpu_finish(site);
}

typedef struct otd_gpu_trial {
    const otd_gpu_site *site;
    otd_gpu_buffer *constants, *results;
    uint32_t read[2 + OTD_SOLUTIONS * OTD_EQUIHASH_STRIDE];
    uint8_t there[OTD_SOLUTIONS][OTD_PROOF_MAX], here[EQUIHASH_SOLUTIONS_MAX][OTD_PROOF_MAX];
    uint32_t count; /* solutions there, all of which hold */
} otd_gpu_trial;

static void otd_trial_header(uint8_t header[EQUIHASH_HEADER_LENGTH], uint32_t nonce) {
    for (uint32_t i = 0; i < EQUIHASH_HEADER_LENGTH; i++) {
        header[i] = (uint8_t)(i * 37 + 11);
    }
    memcpy(header + EQUIHASH_HEADER_LENGTH - OTD_EQUIHASH_NONCE_LENGTH, &nonce, sizeof nonce);
}

/* Runs one nonce and checks what was found. */
static int32_t otd_try_nonce(otd_gpu_trial *trial, otd_gpu_solver *solver, const uint8_t *header) {
    uint32_t lost = 0;
    int32_t status =
        otd_solve_there(solver, trial->site, header, trial->constants, trial->results, trial->read);
    if (status != OTD_OK) {
        return status;
    }
    memset(trial->there, 0, sizeof trial->there);
    trial->count =
        otd_equihash_steps_read(trial->there, OTD_SOLUTIONS, &lost, &solver->p, trial->read, OTD_SOLUTIONS);
    qsort(trial->there, trial->count, OTD_PROOF_MAX, otd_packed_order);
    for (uint32_t i = 0; i < trial->count; i++) {
        if (!otd_equihash_is_solution(&otd_equihash_ref, &solver->p, header, EQUIHASH_HEADER_LENGTH,
                                      trial->there[i])) {
            return otd_fail(OTD_E_SELFTEST, "equihash %u,%u gives a solution on the device that is none",
                            solver->p.n, solver->p.k);
        }
    }
    return OTD_OK;
}

/* All solutions of a few nonces of 48,5, on the device and here. */
static int32_t otd_compare_small(otd_gpu_trial *trial, otd_gpu_solver *small) {
    const uint32_t cancel = 0;
    equihash_solver *solver = NULL;
    uint8_t header[EQUIHASH_HEADER_LENGTH];
    int32_t status = otd_equihash_solver_create(&small->p, &solver);
    for (uint32_t nonce = 0; status == OTD_OK && nonce < OTD_NONCES_COMPARED; nonce++) {
        otd_trial_header(header, nonce);
        status = otd_try_nonce(trial, small, header);
        if (status != OTD_OK) {
            break;
        }
        memset(trial->here, 0, sizeof trial->here);
        int32_t count =
            otd_equihash_solve(solver, &otd_equihash_ref, header, sizeof header, trial->here, &cancel);
        qsort(trial->here, (size_t)count, OTD_PROOF_MAX, otd_packed_order);
        if ((uint32_t)count != trial->count ||
            memcmp(trial->here, trial->there, (size_t)count * OTD_PROOF_MAX) != 0) {
            status = otd_fail(OTD_E_SELFTEST,
                              "equihash 48,5 on the device finds %u solutions of %d, or others; its answers "
                              "cannot be used",
                              trial->count, count);
        }
    }
    otd_equihash_solver_destroy(solver);
    return status;
}

static int32_t otd_try_own_set(otd_gpu_trial *trial, otd_gpu_solver *solver) {
    uint8_t header[EQUIHASH_HEADER_LENGTH];
    for (uint32_t nonce = 0; nonce < OTD_NONCES_TRIED; nonce++) {
        otd_trial_header(header, nonce);
        int32_t status = otd_try_nonce(trial, solver, header);
        if (status != OTD_OK || trial->count > 0) {
            return status;
        }
    }
    return otd_fail(OTD_E_SELFTEST, "equihash %u,%u finds nothing on the device in %u nonces", solver->p.n,
                    solver->p.k, OTD_NONCES_TRIED);
}

/* A processor that stands for a card would take minutes for a big set: there the small one has to do. */
static int32_t otd_test_solver(void *own, const otd_gpu_site *site) {
    static const otd_algo_params small_params = {.n = 48, .k = 5};
    otd_gpu_solver *solver = own;
    void *small = NULL;
    otd_gpu_trial *trial = calloc(1, sizeof *trial);
    if (trial == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a test", sizeof *trial);
    }
    trial->site = site;
    int32_t status = otd_open_set(&small, site, &small_params);
    if (status == OTD_OK) {
        status = site->port->alloc(site->context, &trial->constants, sizeof solver->rows[0]);
    }
    if (status == OTD_OK) {
        status = site->port->alloc(site->context, &trial->results, sizeof trial->read);
    }
    if (status == OTD_OK) {
        status = otd_compare_small(trial, small);
    }
    if (status == OTD_OK && (site->device->kind != OTD_DEVICE_SIMULATOR || solver->p.n <= 96)) {
        status = otd_try_own_set(trial, solver);
    }
    int lost = status == OTD_E_DEVICE_LOST;
    if (!lost && trial->constants != NULL) {
        site->port->release(site->context, trial->constants);
    }
    if (!lost && trial->results != NULL) {
        site->port->release(site->context, trial->results);
    }
    if (small != NULL) {
        otd_close_solver(small, site, lost);
    }
    if (!lost) { /* else the driver may still write there */
        free(trial);
    }
    return status;
}

static const otd_gpu_geometry otd_geometries[] = {
    {.name = "group 256", .threads = 256},
    {.name = "group 128", .threads = 128},
    {.name = "group 64", .threads = 64},
};

const otd_gpu_plan otd_gpu_plan_equihash = {
    .algorithm = OTD_ALGO_EQUIHASH,
    .geometries = otd_geometries,
    .geometry_count = sizeof otd_geometries / sizeof otd_geometries[0],
    .row_bytes = OTD_EQUIHASH_ROW_WORDS * sizeof(uint32_t),
    .row = otd_no_row,
    .open = otd_open_solver,
    .close = otd_close_solver,
    .ready = otd_check_input,
    .launch = otd_launch,
    .slots = OTD_SOLUTIONS,
    .slot_bytes = OTD_EQUIHASH_STRIDE * sizeof(uint32_t),
    .check = otd_check_solutions,
    .test = otd_test_solver,
    .nonces_first = 1,
};
