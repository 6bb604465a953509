/*
 * search.c - the search loop of a GPU: two launches under way, so that the device works on one while the hits
 * of the other are looked at; budget, cancel, deadlines; and smaller launches where hits do not fit.
 */
#include "gpu.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "status.h"

/* How long a launch takes: long enough that starting it (some ten microseconds) is nothing, short enough that
 * a desktop stays smooth and a new job waits for two of them at most. */
#define OTD_GPU_LAUNCH_MS 8.0

/* How often the host asks whether a launch has ended: a fraction of its length. */
#define OTD_GPU_POLL_NS 200000L

/* A launch that takes longer than this, or 50 times what is usual, does not end any more. */
#define OTD_GPU_HANG_MS 10000.0
#define OTD_GPU_HANG_TIMES 50.0

/* The first launch of an engine, during which some drivers compile, on a machine that may be busy. */
#define OTD_GPU_HANG_FIRST_MS 120000.0

/* A plan that took longer than this to get ready kept the host from seeing launches end. */
#define OTD_GPU_WAITED_MS 0.5

#define OTD_GPU_NONCES_MAX (1ull << 30)

double otd_gpu_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

int32_t otd_gpu_await(const otd_gpu_port *port, otd_gpu_context *context, uint32_t slot, double deadline_ms) {
    const struct timespec pause = {.tv_nsec = OTD_GPU_POLL_NS};
    double began = otd_gpu_now_ms();
    uint32_t reached = 0;
    for (;;) {
        int32_t status = port->poll(context, slot, &reached);
        if (status != OTD_OK || reached != 0) {
            return status;
        }
        double waited = otd_gpu_now_ms() - began;
        if (waited > deadline_ms) {
            return otd_fail(OTD_E_DEVICE_LOST, "the device has not answered for %.1f s and counts as lost",
                            waited / 1e3);
        }
        nanosleep(&pause, NULL);
    }
}

int32_t otd_gpu_finish(const otd_gpu_site *site) {
    int32_t status = site->port->mark(site->context, OTD_GPU_EVENT_FINISH);
    return status != OTD_OK
               ? status
               : otd_gpu_await(site->port, site->context, OTD_GPU_EVENT_FINISH, OTD_GPU_HANG_FIRST_MS);
}

/* A scan under way: what was asked for, and where the next launch goes on. */
typedef struct otd_gpu_search {
    otd_engine *engine;
    otd_gpu_engine *gpu;
    otd_hits *hits;
    otd_scan_result *result;
    const otd_work *works;
    uint32_t work_count;
    const uint8_t *data;
    double started_ms, budget_ms;
    double collected_ms; /* when a launch was last seen to have ended */
    uint32_t work;       /* of the next launch */
    uint64_t nonce;
    int32_t over; /* no more launches */
    int32_t cancelled;
    int32_t refused; /* why the work that is next is not searched; the engine is as good as before */
} otd_gpu_search;

/* Nonces left of a work from `nonce` on. Modulo 2^64, as a work may end there. */
static uint64_t otd_left(const otd_work *work, uint64_t nonce) {
    return work->nonce_first + work->nonce_count - nonce;
}

/* Steps over works without nonces left. */
static void otd_skip_finished(const otd_gpu_search *search, uint32_t *work, uint64_t *nonce) {
    while (*work < search->work_count && otd_left(&search->works[*work], *nonce) == 0) {
        *work += 1;
        if (*work < search->work_count) {
            *nonce = search->works[*work].nonce_first;
        }
    }
}

/* Nonces of the next launch. */
static uint64_t otd_launch_nonces(const otd_gpu_search *search, uint32_t versions, double ms_left) {
    const otd_gpu_engine *gpu = search->gpu;
    const otd_gpu_plan *plan = gpu->plan;
    const uint32_t threads = gpu->site.threads;
    uint64_t left = otd_left(&search->works[search->work], search->nonce);
    double ms = ms_left < OTD_GPU_LAUNCH_MS ? ms_left : OTD_GPU_LAUNCH_MS;
    double wanted = gpu->hashes_per_ms > 0 ? gpu->hashes_per_ms * ms / versions : plan->nonces_first;
    uint64_t nonces = wanted < (double)OTD_GPU_NONCES_MAX ? (uint64_t)wanted : OTD_GPU_NONCES_MAX;
    if (search->engine->params.intensity != 0) {
        nonces = 1ull << search->engine->params.intensity;
    }
    nonces = (nonces / threads + 1) * threads; /* a group partly filled costs as much as a full one */
    if (gpu->nonces_max != 0 && nonces > gpu->nonces_max) {
        nonces = gpu->nonces_max;
    }
    if (gpu->plan_nonces_max != 0 && nonces > gpu->plan_nonces_max) {
        nonces = gpu->plan_nonces_max;
    }
    return nonces < left ? nonces : left;
}

static otd_gpu_batch otd_batch(const otd_gpu_engine *gpu, const otd_gpu_flight *flight, const otd_work *work,
                               const uint8_t *data) {
    return (otd_gpu_batch){
        .work = work,
        .data = data + work->data_offset,
        .first = flight->first,
        .count = (uint32_t)flight->count,
        .slots = gpu->slots,
        .constants = flight->constants,
        .hits = flight->hits,
    };
}

/* Starts the one kernel of a plan without hooks. */
static int32_t otd_start(otd_gpu_engine *gpu, const otd_gpu_batch *batch) {
    otd_gpu_argument arguments[OTD_GPU_ARGUMENTS_MAX] = {
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = batch->constants},
        {.kind = OTD_GPU_ARGUMENT_U64, .value = batch->first},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = batch->count},
        {.kind = OTD_GPU_ARGUMENT_U32, .value = batch->slots},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = batch->hits},
    };
    const uint32_t threads = gpu->site.threads;
    uint32_t count = 5;
    for (uint32_t i = 0; i < gpu->extra.argument_count; i++) {
        arguments[count++] = gpu->extra.arguments[i];
    }
    const otd_gpu_launch launch = {
        .kernel = gpu->search,
        .arguments = arguments,
        .argument_count = count,
        .threads = threads,
        .groups = (batch->count + threads - 1) / threads,
    };
    return gpu->port->launch(gpu->context, &launch);
}

/* Starts the kernels for one version. */
static int32_t otd_start_version(otd_gpu_engine *gpu, const otd_gpu_batch *all, uint32_t version) {
    otd_gpu_batch batch = *all;
    batch.first |= (uint64_t)version << 32;
    return gpu->plan->launch != NULL ? gpu->plan->launch(gpu->state, &gpu->site, &batch)
                                     : otd_start(gpu, &batch);
}

/* Queues one launch of `count` nonces for each version, and the way of its hits back. */
static int32_t otd_queue(otd_gpu_search *search, otd_gpu_flight *flight, uint32_t slot) {
    static const otd_gpu_hits none;
    otd_gpu_engine *gpu = search->gpu;
    const otd_gpu_port *port = gpu->port;
    const otd_gpu_plan *plan = gpu->plan;
    const otd_work *work = &search->works[flight->work];
    uint32_t versions = otd_work_versions(work);
    for (uint32_t v = 0; v < versions; v++) {
        plan->row(flight->constants_sent + (size_t)v * plan->row_bytes, work,
                  search->data + work->data_offset, v);
    }
    int32_t status = port->write(gpu->context, flight->constants, 0, flight->constants_sent,
                                 (uint64_t)versions * plan->row_bytes);
    if (status == OTD_OK) {
        status = port->write(gpu->context, flight->hits, 0, &none, sizeof none);
    }
    const otd_gpu_batch batch = otd_batch(gpu, flight, work, search->data);
    for (uint32_t v = 0; v < versions && status == OTD_OK; v++) {
        status = otd_start_version(gpu, &batch, v);
    }
    if (status == OTD_OK) {
        status = port->read(gpu->context, flight->hits, 0, flight->hits_read, gpu->hits_bytes);
    }
    if (status == OTD_OK) {
        status = port->mark(gpu->context, slot);
    }
    __atomic_fetch_add(&gpu->counters->launches, versions, __ATOMIC_RELAXED);
    flight->launched_ms = otd_gpu_now_ms();
    flight->launched_hashes = flight->count * versions;
    return status;
}

/* What the plan does before a launch. When it had to wait, launches under way have ended unseen, and do not
 * tell how long they took. */
static int32_t otd_get_ready(otd_gpu_search *search, const otd_work *work) {
    otd_gpu_engine *gpu = search->gpu;
    if (gpu->plan->ready == NULL) {
        return OTD_OK;
    }
    double began = otd_gpu_now_ms();
    int32_t status = gpu->plan->ready(gpu->state, &gpu->site, work);
    if (otd_gpu_now_ms() - began > OTD_GPU_WAITED_MS) {
        for (uint32_t i = 0; i < gpu->flying; i++) {
            gpu->flights[(gpu->oldest + i) % OTD_GPU_FLIGHTS].untimed = 1;
        }
    }
    search->cancelled |= status == OTD_E_CANCELLED;
    search->refused = status == OTD_E_DATASET || status == OTD_E_ARGUMENT ? status : OTD_OK;
    search->over = search->cancelled || search->refused != OTD_OK;
    return search->over ? OTD_OK : status;
}

/* Starts launches while there is room, time and work. */
static int32_t otd_launch_all(otd_gpu_search *search) {
    otd_gpu_engine *gpu = search->gpu;
    otd_skip_finished(search, &search->work, &search->nonce);
    while (search->over == 0 && gpu->flying < OTD_GPU_FLIGHTS && search->work < search->work_count) {
        const otd_work *work = &search->works[search->work];
        uint32_t versions = otd_work_versions(work);
        double ms_left = search->budget_ms - (otd_gpu_now_ms() - search->started_ms);
        search->cancelled = otd_engine_take_cancel(search->engine);
        if (search->cancelled || ms_left <= 0 || search->hits->capacity - search->hits->count < versions) {
            search->over = 1;
            break;
        }
        int32_t status = otd_get_ready(search, work);
        if (status != OTD_OK || search->over) {
            return status;
        }
        uint32_t slot = (gpu->oldest + gpu->flying) % OTD_GPU_FLIGHTS;
        otd_gpu_flight *flight = &gpu->flights[slot];
        flight->work = search->work;
        flight->first = search->nonce;
        flight->count = otd_launch_nonces(search, versions, ms_left);
        flight->untimed = 0;
        status = otd_queue(search, flight, slot);
        if (status != OTD_OK) {
            return status;
        }
        gpu->flying++;
        search->nonce += flight->count;
        otd_skip_finished(search, &search->work, &search->nonce);
    }
    return OTD_OK;
}

/* Follows the measured rate at once downwards and at most fourfold upwards, so that one launch timed badly
 * cannot make the next one seconds long. */
static void otd_gpu_learn(otd_gpu_search *search, const otd_gpu_flight *flight, double now) {
    otd_gpu_engine *gpu = search->gpu;
    if (flight->untimed) {
        return;
    }
    double began = flight->launched_ms > search->collected_ms ? flight->launched_ms : search->collected_ms;
    double ms = now - began > 1e-2 ? now - began : 1e-2;
    double rate = (double)flight->launched_hashes / ms;
    double most = gpu->hashes_per_ms > 0 ? 4 * gpu->hashes_per_ms : 4 * gpu->plan->nonces_first;
    gpu->hashes_per_ms = rate < most ? rate : most;
}

double otd_gpu_deadline(const otd_engine_params *params, double usual_ms) {
    if (params->hang_ms != 0) {
        return params->hang_ms;
    }
    if (usual_ms <= 0) {
        return OTD_GPU_HANG_FIRST_MS;
    }
    double long_ms = usual_ms * OTD_GPU_HANG_TIMES;
    return long_ms > OTD_GPU_HANG_MS ? long_ms : OTD_GPU_HANG_MS;
}

static double otd_deadline(const otd_gpu_search *search, const otd_gpu_flight *flight) {
    const otd_gpu_engine *gpu = search->gpu;
    double rate = gpu->hashes_per_ms;
    return otd_gpu_deadline(&search->engine->params, rate > 0 ? (double)flight->launched_hashes / rate : 0);
}

/* Goes on behind `nonce` of `work` with the next launch; those under way are for nothing. */
static int32_t otd_turn_back(otd_gpu_search *search, uint32_t work, uint64_t nonce) {
    otd_gpu_engine *gpu = search->gpu;
    while (gpu->flying > 0) {
        int32_t status = otd_gpu_await(gpu->port, gpu->context, gpu->oldest,
                                       otd_deadline(search, &gpu->flights[gpu->oldest]));
        if (status != OTD_OK) {
            return status;
        }
        gpu->oldest = (gpu->oldest + 1) % OTD_GPU_FLIGHTS;
        gpu->flying--;
    }
    search->work = work;
    search->nonce = nonce;
    search->collected_ms = otd_gpu_now_ms();
    return OTD_OK;
}

/* A launch whose hits had room: the next ones may be longer again. */
static void otd_allow_more(otd_gpu_engine *gpu) {
    if (gpu->nonces_max != 0) {
        gpu->nonces_max = gpu->nonces_max < OTD_GPU_NONCES_MAX / 2 ? 2 * gpu->nonces_max : 0;
    }
}

/* Takes the hits of a launch that has ended. */
static int32_t otd_check_flight(otd_gpu_search *search, const otd_gpu_flight *flight, const otd_work *work,
                                uint64_t *searched) {
    otd_gpu_engine *gpu = search->gpu;
    if (gpu->plan->check == NULL) {
        return otd_gpu_check(gpu, flight, work, search->data + work->data_offset, search->hits, searched);
    }
    const otd_gpu_batch batch = otd_batch(gpu, flight, work, search->data);
    uint64_t errors = 0;
    int32_t status =
        gpu->plan->check(gpu->state, &gpu->site, &batch, flight->hits_read, search->hits, searched, &errors);
    gpu->errors += errors;
    __atomic_fetch_add(&gpu->counters->hardware_errors, errors, __ATOMIC_RELAXED);
    return status;
}

/* Waits for the oldest launch and takes its hits. */
static int32_t otd_collect(otd_gpu_search *search) {
    otd_gpu_engine *gpu = search->gpu;
    otd_gpu_flight *flight = &gpu->flights[gpu->oldest];
    const otd_work *work = &search->works[flight->work];
    uint64_t searched = 0;
    int32_t status = otd_gpu_await(gpu->port, gpu->context, gpu->oldest, otd_deadline(search, flight));
    if (status != OTD_OK) {
        return status;
    }
    double now = otd_gpu_now_ms();
    otd_gpu_learn(search, flight, now);
    search->collected_ms = now;
    gpu->oldest = (gpu->oldest + 1) % OTD_GPU_FLIGHTS;
    gpu->flying--;
    if (flight->hits_read->count > gpu->slots && flight->count > 1) {
        /* Half of what would have fitted, since hits come in heaps. */
        uint64_t fits = flight->count * gpu->slots / flight->hits_read->count / 2;
        gpu->nonces_max = fits > 0 ? fits : 1;
        return otd_turn_back(search, flight->work, flight->first);
    }
    status = otd_check_flight(search, flight, work, &searched);
    search->result->hashes += searched * otd_work_versions(work);
    search->result->work_index = flight->work;
    search->result->nonce_next = flight->first + searched;
    if (status != OTD_OK) {
        return status;
    }
    if (searched < flight->count) { /* the caller's room is full */
        gpu->nonces_max = searched > gpu->site.threads ? searched : gpu->site.threads;
        search->over = 1;
        return otd_turn_back(search, flight->work, search->result->nonce_next);
    }
    otd_allow_more(gpu);
    otd_skip_finished(search, &search->result->work_index, &search->result->nonce_next);
    return OTD_OK;
}

/* Remembers why this engine is of no use any more. What was found before is told first. */
static int32_t otd_gpu_fail(otd_gpu_search *search, int32_t status) {
    otd_gpu_engine *gpu = search->gpu;
    gpu->failed = status;
    otd_detail_copy(gpu->failure, sizeof gpu->failure);
    if (status == OTD_E_DEVICE_LOST) {
        otd_gpu_lost(gpu->counters, gpu->domain);
    }
    return search->result->hashes > 0 ? OTD_OK : status;
}

/* What a scan that ended well says. A work that was refused is told of when it is the first one, and what was
 * found before it has been handed out. */
static int32_t otd_end_of(const otd_gpu_search *search) {
    if (search->cancelled) {
        return OTD_E_CANCELLED;
    }
    return search->result->hashes > 0 ? OTD_OK : search->refused;
}

int32_t otd_gpu_scan(otd_engine *engine, otd_hits *hits, otd_scan_result *result, const otd_work *works,
                     uint32_t work_count, const uint8_t *data, uint32_t budget_ms) {
    otd_gpu_engine *gpu = engine->state;
    double now = otd_gpu_now_ms();
    otd_gpu_search search = {
        .engine = engine,
        .gpu = gpu,
        .hits = hits,
        .result = result,
        .works = works,
        .work_count = work_count,
        .data = data,
        .started_ms = now,
        .budget_ms = budget_ms,
        .nonce = works[0].nonce_first,
    };
    result->nonce_next = works[0].nonce_first;
    otd_skip_finished(&search, &result->work_index, &result->nonce_next);
    if (gpu->failed != OTD_OK) {
        return otd_fail(gpu->failed, "%s", gpu->failure);
    }
    if (otd_gpu_domain_is_lost(gpu->domain)) {
        return otd_gpu_fail(&search, otd_fail(OTD_E_DEVICE_LOST, "another user of the device found it lost; "
                                                                 "its engines and datasets are of no use"));
    }
    for (;;) {
        int32_t status = otd_launch_all(&search);
        if (status == OTD_OK && gpu->flying == 0) {
            return otd_end_of(&search);
        }
        if (status == OTD_OK) {
            status = otd_collect(&search);
        }
        if (status != OTD_OK) {
            return otd_gpu_fail(&search, status);
        }
    }
}
