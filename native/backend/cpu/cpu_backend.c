/* cpu_backend.c - the processor as a backend: instruction sets as flavours, and the chunks that keep budget
 * and cancel. */
#include <string.h>
#include <time.h>

#include "backend.h"
#include "registry.h"

/* One call into an algorithm lasts about this long, so that cancel is heard within it. */
#define OTD_CHUNK_MS 4.0
/* The first chunk of an engine whose rate is not known yet. */
#define OTD_CHUNK_FIRST 256.0

static double otd_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static void otd_cpu_probe(const otd_backend *backend, otd_backend_info *info) {
    info->status = OTD_OK;
    info->device_count = 1;
}

static void otd_cpu_device(const otd_backend *backend, uint32_t row, otd_device_info *out) {
    out->kind = OTD_DEVICE_PROCESSOR;
    out->units = otd_cpu_threads();
    out->memory_bytes = otd_cpu_memory_bytes();
    strncpy(out->name, otd_cpu_name(), sizeof out->name - 1);
    strncpy(out->features, otd_cpu_feature_names(), sizeof out->features - 1);
}

static uint32_t otd_cpu_flavour_count(const otd_backend *backend, const otd_algo *algo) {
    return algo->flavour_count;
}

static void otd_cpu_flavour_at(const otd_backend *backend, const otd_algo *algo, uint32_t index,
                               otd_flavour_info *out) {
    const otd_flavour *flavour = &algo->flavours[index];
    *out = (otd_flavour_info){
        .supported = (flavour->cpu_needs & ~otd_cpu_features()) == 0,
        .selected = index == otd_registry_selected(algo),
        .lanes = flavour->lanes,
    };
    strncpy(out->name, flavour->name, sizeof out->name - 1);
}

static int32_t otd_cpu_self_test(const otd_backend *backend, uint32_t row, const otd_algo *algo,
                                 uint32_t flavour) {
    const otd_flavour *chosen = NULL;
    int32_t status = otd_registry_flavour(algo, flavour, &chosen);
    return status != OTD_OK ? status : algo->self_test(chosen);
}

static int32_t otd_cpu_engine_open(otd_engine *engine) {
    const otd_algo *algo = engine->algo;
    if ((algo->info.flags & OTD_ALGO_FLAG_VERIFY_ONLY) != 0 &&
        (engine->params.flags & OTD_ENGINE_VERIFY) == 0) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s can be verified but not searched on a CPU", algo->info.name);
    }
    int32_t status = otd_registry_flavour(algo, engine->params.flavour, &engine->flavour);
    if (status == OTD_OK) {
        status = otd_registry_self_test_once(algo, engine->flavour);
    }
    if (status != OTD_OK || algo->engine_open == NULL || (engine->params.flags & OTD_ENGINE_VERIFY) != 0) {
        return status;
    }
    return algo->engine_open(engine);
}

static void otd_cpu_engine_close(otd_engine *engine) {
    if (engine->algo->engine_close != NULL && (engine->params.flags & OTD_ENGINE_VERIFY) == 0) {
        engine->algo->engine_close(engine);
    }
}

static int32_t otd_cpu_verify(otd_engine *engine, otd_verdict *verdicts, const otd_verify_item *items,
                              uint32_t count, const uint8_t *data) {
    return engine->algo->verify(engine->flavour, &engine->params.algo, engine->dataset, verdicts, items,
                                count, data);
}

/* Nonces of the next call: about OTD_CHUNK_MS of work, less when less of the budget is left. */
static uint64_t otd_chunk(const otd_engine *engine, uint32_t versions, uint64_t left, double ms_left) {
    if ((engine->algo->info.flags & OTD_ALGO_FLAG_SLOW_SCAN) != 0) {
        return 1;
    }
    double hashes = OTD_CHUNK_FIRST;
    if (engine->hashes_per_ms > 0) {
        hashes = engine->hashes_per_ms * (ms_left < OTD_CHUNK_MS ? ms_left : OTD_CHUNK_MS);
    }
    double nonces = hashes / versions;
    if (nonces < 1) {
        nonces = 1;
    }
    /* Whole groups of lanes: a group that is partly filled costs as much as a full one. */
    uint64_t lanes = engine->flavour->lanes;
    uint64_t groups = ((uint64_t)nonces + lanes - 1) / lanes;
    return groups * lanes < left ? groups * lanes : left;
}

/* Follows the measured rate at once downwards and at most doubling upwards, so that one short chunk
 * timed badly cannot make the next one seconds long. */
static void otd_learn_rate(otd_engine *engine, uint64_t hashes, double ms) {
    double rate = (double)hashes / (ms > 1e-3 ? ms : 1e-3);
    double floor_rate = OTD_CHUNK_FIRST / OTD_CHUNK_MS;
    double before = engine->hashes_per_ms > 0 ? engine->hashes_per_ms : floor_rate;
    engine->hashes_per_ms = rate > 2 * before ? 2 * before : rate;
}

typedef struct otd_scan_clock {
    double started_ms;
    double last_ms;
    double budget_ms;
} otd_scan_clock;

/* Searches one work. Returns 1 to go on with the next, 0 when the call is over; *status tells why. */
static int32_t otd_scan_work(otd_engine *engine, otd_hits *hits, otd_scan_result *result,
                             const otd_work *work, const uint8_t *data, otd_scan_clock *clock,
                             int32_t *status) {
    uint32_t versions = otd_work_versions(work);
    uint64_t done = 0;
    result->nonce_next = work->nonce_first;
    while (done < work->nonce_count) {
        if (otd_engine_take_cancel(engine)) {
            *status = OTD_E_CANCELLED;
            return 0;
        }
        double ms_left = clock->budget_ms - (clock->last_ms - clock->started_ms);
        if (ms_left <= 0 || hits->capacity - hits->count < versions) {
            return 0;
        }
        uint64_t count = otd_chunk(engine, versions, work->nonce_count - done, ms_left);
        uint64_t searched = 0;
        *status = engine->algo->scan(engine, work, data + work->data_offset, work->nonce_first + done, count,
                                     hits, &searched);
        double now = otd_now_ms();
        otd_learn_rate(engine, searched * versions, now - clock->last_ms);
        clock->last_ms = now;
        done += searched;
        result->hashes += searched * versions;
        result->nonce_next = work->nonce_first + done;
        if (*status != OTD_OK) {
            return 0;
        }
        if (searched == 0) { /* no room for its hits, or cancelled within a slow nonce */
            *status = otd_engine_take_cancel(engine) ? OTD_E_CANCELLED : OTD_OK;
            return 0;
        }
    }
    return 1;
}

static int32_t otd_cpu_scan(otd_engine *engine, otd_hits *hits, otd_scan_result *result,
                            const otd_work *works, uint32_t work_count, const uint8_t *data,
                            uint32_t budget_ms) {
    int32_t status = OTD_OK;
    double now = otd_now_ms();
    otd_scan_clock clock = {.started_ms = now, .last_ms = now, .budget_ms = budget_ms};
    while (result->work_index < work_count &&
           otd_scan_work(engine, hits, result, &works[result->work_index], data, &clock, &status)) {
        result->work_index++;
    }
    return status;
}

/* What a processor tells of itself is read from the system's files, by whoever shows it. */
static void otd_cpu_telemetry(const otd_backend *backend, uint32_t row, otd_telemetry *out) {
}

const otd_backend otd_backend_cpu = {
    .id = OTD_BACKEND_CPU,
    .name = "cpu",
    .probe = otd_cpu_probe,
    .device_at = otd_cpu_device,
    .flavour_count = otd_cpu_flavour_count,
    .flavour_at = otd_cpu_flavour_at,
    .self_test = otd_cpu_self_test,
    .engine_open = otd_cpu_engine_open,
    .engine_close = otd_cpu_engine_close,
    .scan = otd_cpu_scan,
    .verify = otd_cpu_verify,
    .telemetry = otd_cpu_telemetry,
};
