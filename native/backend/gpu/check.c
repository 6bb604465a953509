/* check.c - what a GPU reports is computed again by the processor's reference before anybody hears of it. */
#include "gpu.h"

#include <stdlib.h>
#include <string.h>

#define OTD_GPU_NONCE_HITS OTD_VERSIONS_MAX /* a nonce hits at most once with each version */

/* A reported hit taken apart. */
typedef struct otd_gpu_claim {
    uint64_t nonce;
    uint32_t version; /* index into the work's versions */
} otd_gpu_claim;

static otd_gpu_claim otd_claim(const otd_gpu_engine *gpu, uint64_t value) {
    int narrow = gpu->reference.algo->info.nonce_bits == 32;
    return narrow ? (otd_gpu_claim){value & 0xffffffffu, (uint32_t)(value >> 32)} : (otd_gpu_claim){value, 0};
}

/* By distance from the first nonce, then by version: insertion sort, the lists are short. */
static uint32_t otd_sort_claims(otd_gpu_claim *claims, const otd_gpu_engine *gpu,
                                const otd_gpu_flight *flight) {
    for (uint32_t i = 0; i < flight->hits_read->count; i++) {
        otd_gpu_claim claim = otd_claim(gpu, flight->hits_read->nonce[i]);
        uint32_t at = i;
        while (at > 0 && (claims[at - 1].nonce - flight->first > claim.nonce - flight->first ||
                          (claims[at - 1].nonce == claim.nonce && claims[at - 1].version > claim.version))) {
            claims[at] = claims[at - 1];
            at--;
        }
        claims[at] = claim;
    }
    return flight->hits_read->count;
}

static void otd_count_error(otd_gpu_engine *gpu) {
    gpu->errors++;
    __atomic_fetch_add(&gpu->counters->hardware_errors, 1, __ATOMIC_RELAXED);
}

/* All hits the reference finds at one nonce under a target that is open where the kernel does not look. */
static int32_t otd_reference_hits(otd_gpu_engine *gpu, const otd_work *work, const uint8_t *data,
                                  uint64_t nonce, otd_hits *hits) {
    otd_work open = *work;
    uint64_t searched = 0;
    memset(open.target, 0xff, sizeof open.target - gpu->plan->bytes_compared);
    return gpu->reference.algo->scan(&gpu->reference, &open, data, nonce, 1, hits, &searched);
}

/* Whether the reference has a hit with the version a claim names. */
static int otd_confirmed(const otd_hits *found, const otd_work *work, uint32_t version) {
    for (uint32_t i = 0; i < found->count; i++) {
        if (work->version_count == 0 || found->hits[i].version == work->versions[version]) {
            return 1;
        }
    }
    return 0;
}

/* Appends those that meet the whole target; 0 when they do not fit. */
static int otd_append(otd_hits *hits, const otd_hits *found, const otd_work *work) {
    uint32_t before = hits->count;
    for (uint32_t i = 0; i < found->count; i++) {
        if (!otd_meets_target(found->hits[i].hash, work->target)) {
            continue;
        }
        if (hits->count == hits->capacity) {
            hits->count = before;
            return 0;
        }
        hits->hits[hits->count++] = found->hits[i];
    }
    return 1;
}

int32_t otd_gpu_check(otd_gpu_engine *gpu, const otd_gpu_flight *flight, const otd_work *work,
                      const uint8_t *data, otd_hits *hits, uint64_t *searched) {
    otd_gpu_claim claims[OTD_GPU_SLOTS];
    uint32_t count = otd_sort_claims(claims, gpu, flight);
    *searched = flight->count;
    for (uint32_t i = 0; i < count;) {
        otd_hit at_nonce[OTD_GPU_NONCE_HITS];
        otd_hits found = {.hits = at_nonce, .capacity = OTD_GPU_NONCE_HITS};
        uint64_t nonce = claims[i].nonce;
        int inside = nonce - flight->first < flight->count;
        int32_t status = inside ? otd_reference_hits(gpu, work, data, nonce, &found) : OTD_OK;
        if (status != OTD_OK) {
            return status;
        }
        for (; i < count && claims[i].nonce == nonce; i++) {
            if (claims[i].version >= otd_work_versions(work) ||
                !otd_confirmed(&found, work, claims[i].version)) {
                otd_count_error(gpu);
            }
        }
        if (!otd_append(hits, &found, work)) {
            *searched = nonce - flight->first;
            return OTD_OK;
        }
    }
    return OTD_OK;
}

/* ---- before first use ----------------------------------------------------------------------- */

#define OTD_TEST_HITS 4096u
#define OTD_TEST_DATA 2048u
#define OTD_TEST_BUDGET_MS 60000u

/* Calls that may come back with nothing: on a machine that is busy a budget can end between a launch whose
 * hits did not fit and the shorter one in its place. */
#define OTD_TEST_EMPTY_MAX 8u

/* One nonce in 32 hits. Where works have a height, it is the first of the dataset's epoch. */
static void otd_test_work(otd_work *work, const otd_engine *engine, const otd_gpu_plan *plan) {
    const otd_algo *algo = engine->algo;
    const uint32_t nonces = plan->nonces_tested;
    uint32_t versions = algo->info.versions_max < 3 ? algo->info.versions_max : 3;
    *work = (otd_work){.nonce_count = nonces, .data_length = algo->info.data_length_min};
    work->version_count = versions > 1 ? versions : 0;
    work->height = engine->dataset != NULL ? engine->dataset->params.epoch * plan->epoch_length : 0;
    for (uint32_t v = 0; v < work->version_count; v++) {
        work->versions[v] = 0x20000000u + v;
    }
    /* The last nonces there are; with 64 bits those around 2^32. */
    work->nonce_first = algo->info.nonce_bits == 32 ? (1ull << 32) - nonces : (1ull << 32) - nonces / 2;
    memset(work->target, 0xff, sizeof work->target);
    work->target[31] = 0x07;
}

/* Searches all of a work, one call after the other, with `scan` of the device or of the reference. */
static int32_t otd_search_all(otd_engine *engine, const otd_engine *reference, const otd_work *work,
                              const uint8_t *data, otd_hits *hits) {
    otd_work rest = *work;
    uint32_t empty = 0;
    while (rest.nonce_count > 0) {
        uint64_t searched = 0;
        int32_t status;
        if (reference != NULL) {
            status = reference->algo->scan((otd_engine *)reference, &rest, data, rest.nonce_first,
                                           rest.nonce_count, hits, &searched);
        } else {
            otd_scan_result result = {.work_index = 0};
            status = otd_gpu_scan(engine, hits, &result, &rest, 1, data, OTD_TEST_BUDGET_MS);
            searched = result.work_index > 0 ? rest.nonce_count : result.nonce_next - rest.nonce_first;
        }
        if (status != OTD_OK) {
            return status;
        }
        empty = searched == 0 ? empty + 1 : 0;
        if (empty > OTD_TEST_EMPTY_MAX) {
            return otd_fail(OTD_E_SELFTEST, "%s searched nothing of %llu nonces", engine->algo->info.name,
                            (unsigned long long)rest.nonce_count);
        }
        rest.nonce_first += searched;
        rest.nonce_count -= searched;
    }
    return OTD_OK;
}

int32_t otd_gpu_compare(otd_engine *engine) {
    static const uint32_t seed = 0x6f746564u;
    otd_gpu_engine *gpu = engine->state;
    uint8_t data[OTD_TEST_DATA];
    otd_work work;
    uint32_t random = seed;
    for (uint32_t i = 0; i < sizeof data; i++) {
        random = random * 1664525u + 1013904223u; /* any bytes do, as long as they are the same ones */
        data[i] = (uint8_t)(random >> 24);
    }
    otd_test_work(&work, engine, gpu->plan);
    otd_hit *found = calloc(2 * OTD_TEST_HITS, sizeof *found);
    if (found == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes to compare hits",
                        2 * OTD_TEST_HITS * sizeof *found);
    }
    otd_hits device = {.hits = found, .capacity = OTD_TEST_HITS};
    otd_hits reference = {.hits = found + OTD_TEST_HITS, .capacity = OTD_TEST_HITS};
    uint64_t errors = gpu->errors;
    int32_t status = otd_search_all(engine, NULL, &work, data, &device);
    if (status == OTD_OK) {
        status = otd_search_all(engine, &gpu->reference, &work, data, &reference);
    }
    if (status == OTD_OK && (gpu->errors != errors || device.count != reference.count ||
                             memcmp(device.hits, reference.hits, device.count * sizeof *found) != 0)) {
        status =
            otd_fail(OTD_E_SELFTEST,
                     "%s on %s found %u nonces of %u, and %llu that are none; its answers cannot be used",
                     engine->algo->info.name, engine->backend->name, device.count, reference.count,
                     (unsigned long long)(gpu->errors - errors));
    }
    free(found);
    return status;
}
