/* api_engine.c - the verbs of an engine: argument checks, and the chunks that keep budget and cancel. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "algo.h"
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

int32_t otd_engine_create(const otd_engine_params *params, const otd_dataset *dataset, otd_engine **out) {
    const otd_flavour *flavour = NULL;
    if (params == NULL || out == NULL) {
        return otd_fail(OTD_E_ARGUMENT, "otd_engine_create needs params and a place for the handle");
    }
    *out = NULL;
    if (!otd_registry_is_open()) {
        return otd_fail(OTD_E_ARGUMENT, "otd_open has not been called");
    }
    const otd_algo *algo = otd_registry_find(params->algorithm);
    if (algo == NULL) {
        return OTD_E_ARGUMENT;
    }
    if (params->device != 0) {
        return otd_fail(OTD_E_ARGUMENT, "device row %u does not exist", params->device);
    }
    if ((algo->info.flags & OTD_ALGO_FLAG_VERIFY_ONLY) != 0) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s can be verified but not searched on a CPU", algo->info.name);
    }
    int32_t status = otd_registry_flavour(algo, params->flavour, &flavour);
    if (status == OTD_OK) {
        status = otd_registry_check_dataset(algo, dataset);
    }
    if (status == OTD_OK) {
        status = otd_registry_self_test_once(algo, flavour);
    }
    if (status != OTD_OK) {
        return status;
    }
    otd_engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for an engine", sizeof *engine);
    }
    engine->params = *params;
    engine->algo = algo;
    engine->flavour = flavour;
    engine->dataset = dataset;
    status = algo->engine_open != NULL ? algo->engine_open(engine) : OTD_OK;
    if (status != OTD_OK) {
        free(engine);
        return status;
    }
    *out = engine;
    return OTD_OK;
}

void otd_engine_cancel(otd_engine *engine) {
    if (engine != NULL) {
        __atomic_store_n(&engine->cancel, 1u, __ATOMIC_RELEASE);
    }
}

void otd_engine_destroy(otd_engine *engine) {
    if (engine == NULL) {
        return;
    }
    if (engine->algo->engine_close != NULL) {
        engine->algo->engine_close(engine);
    }
    free(engine);
}

static uint32_t otd_versions(const otd_work *work) {
    return work->version_count > 0 ? work->version_count : 1;
}

/* The nonces of a work must stay below 2^nonce_bits; written so that 64 bits do not overflow. */
static int32_t otd_range_fits(const otd_work *work, uint32_t nonce_bits) {
    uint64_t last = nonce_bits == 64 ? UINT64_MAX : (1ull << nonce_bits) - 1;
    return work->nonce_first <= last &&
           (work->nonce_count == 0 || work->nonce_count - 1 <= last - work->nonce_first);
}

static int32_t otd_check_work(const otd_algo *algo, const otd_work *work, uint32_t index,
                              uint32_t data_length, uint32_t hit_capacity) {
    if (work->data_offset > data_length || work->data_length > data_length - work->data_offset) {
        return otd_fail(OTD_E_ARGUMENT, "work %u: bytes %u..+%u lie outside the %u bytes of data", index,
                        work->data_offset, work->data_length, data_length);
    }
    if (work->data_length < algo->info.data_length_min || work->data_length > algo->info.data_length_max) {
        return otd_fail(OTD_E_ARGUMENT, "work %u: %s data has %u..%u bytes, got %u", index, algo->info.name,
                        algo->info.data_length_min, algo->info.data_length_max, work->data_length);
    }
    if (!otd_range_fits(work, algo->info.nonce_bits)) {
        return otd_fail(OTD_E_ARGUMENT, "work %u: nonces %llu..+%llu pass 2^%u; split the range there", index,
                        (unsigned long long)work->nonce_first, (unsigned long long)work->nonce_count,
                        algo->info.nonce_bits);
    }
    if (work->version_count > algo->info.versions_max) {
        return otd_fail(OTD_E_ARGUMENT, "work %u: %s rolls at most %u versions, got %u", index,
                        algo->info.name, algo->info.versions_max, work->version_count);
    }
    if (otd_versions(work) > hit_capacity) {
        return otd_fail(OTD_E_ARGUMENT,
                        "work %u: room for %u hits, but one nonce can hit with each of %u versions", index,
                        hit_capacity, otd_versions(work));
    }
    return OTD_OK;
}

static int32_t otd_check_scan(const otd_engine *engine, const otd_hit *hits, uint32_t hit_capacity,
                              const otd_scan_result *result, const otd_work *works, uint32_t work_count,
                              const uint8_t *data, uint32_t data_length) {
    if (engine == NULL || hits == NULL || result == NULL || works == NULL || data == NULL) {
        return otd_fail(OTD_E_ARGUMENT, "otd_engine_scan needs an engine, hits, result, works and data");
    }
    if (work_count == 0 || work_count > OTD_BATCH_MAX || hit_capacity == 0) {
        return otd_fail(OTD_E_ARGUMENT,
                        "a scan takes 1..%u works and room for a hit, got %u works and room for %u",
                        OTD_BATCH_MAX, work_count, hit_capacity);
    }
    for (uint32_t i = 0; i < work_count; i++) {
        int32_t status = otd_check_work(engine->algo, &works[i], i, data_length, hit_capacity);
        if (status != OTD_OK) {
            return status;
        }
    }
    return OTD_OK;
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
    uint32_t versions = otd_versions(work);
    uint64_t done = 0;
    result->nonce_next = work->nonce_first;
    while (done < work->nonce_count) {
        if (__atomic_exchange_n(&engine->cancel, 0u, __ATOMIC_ACQUIRE) != 0) {
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
            *status =
                __atomic_exchange_n(&engine->cancel, 0u, __ATOMIC_ACQUIRE) != 0 ? OTD_E_CANCELLED : OTD_OK;
            return 0;
        }
    }
    return 1;
}

int32_t otd_engine_scan(otd_engine *engine, otd_hit *hits, uint32_t hit_capacity, otd_scan_result *result,
                        const otd_work *works, uint32_t work_count, const uint8_t *data, uint32_t data_length,
                        uint32_t budget_ms) {
    int32_t status = otd_check_scan(engine, hits, hit_capacity, result, works, work_count, data, data_length);
    if (status != OTD_OK) {
        return status;
    }
    otd_hits found = {.hits = hits, .capacity = hit_capacity};
    double now = otd_now_ms();
    otd_scan_clock clock = {.started_ms = now, .last_ms = now, .budget_ms = budget_ms};
    *result = (otd_scan_result){.work_index = 0};
    while (result->work_index < work_count &&
           otd_scan_work(engine, &found, result, &works[result->work_index], data, &clock, &status)) {
        result->work_index++;
    }
    result->hit_count = found.count;
    if (status == OTD_E_CANCELLED) {
        otd_fail(status, "the scan was cancelled by otd_engine_cancel");
        __atomic_store_n(&engine->cancel, 0u, __ATOMIC_RELEASE);
    }
    return status;
}
