/* api_engine.c - the verbs of an engine: argument checks around the backend's own. */
#include <stdlib.h>
#include <string.h>

#include "algo.h"
#include "devices.h"
#include "registry.h"

int32_t otd_engine_create(const otd_engine_params *params, const otd_dataset *dataset, otd_engine **out) {
    const otd_backend *backend = NULL;
    uint32_t row = 0;
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
    int32_t status = otd_devices_get(params->device, &backend, &row);
    if (status == OTD_OK) {
        status = otd_registry_check_dataset(algo, params->device, dataset);
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
    engine->backend = backend;
    engine->device_row = row;
    engine->dataset = dataset;
    status = backend->engine_open(engine);
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
    engine->backend->engine_close(engine);
    free(engine);
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
    if (otd_work_versions(work) > hit_capacity) {
        return otd_fail(OTD_E_ARGUMENT,
                        "work %u: room for %u hits, but one nonce can hit with each of %u versions", index,
                        hit_capacity, otd_work_versions(work));
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

int32_t otd_engine_scan(otd_engine *engine, otd_hit *hits, uint32_t hit_capacity, otd_scan_result *result,
                        const otd_work *works, uint32_t work_count, const uint8_t *data, uint32_t data_length,
                        uint32_t budget_ms) {
    int32_t status = otd_check_scan(engine, hits, hit_capacity, result, works, work_count, data, data_length);
    if (status != OTD_OK) {
        return status;
    }
    if ((engine->params.flags & OTD_ENGINE_VERIFY) != 0) {
        return otd_fail(OTD_E_ARGUMENT, "this engine was made with OTD_ENGINE_VERIFY and does not scan");
    }
    otd_hits found = {.hits = hits, .capacity = hit_capacity};
    *result = (otd_scan_result){.work_index = 0};
    status = engine->backend->scan(engine, &found, result, works, work_count, data, budget_ms);
    result->hit_count = found.count;
    if (status == OTD_E_CANCELLED) {
        otd_fail(status, "the scan was cancelled by otd_engine_cancel");
        __atomic_store_n(&engine->cancel, 0u, __ATOMIC_RELEASE);
    }
    return status;
}
