/*
 * algo.h - the private contract between core/api.c and one algorithm folder. An algorithm is one
 * const table named otd_algo_<name>, listed once in algo/algorithms.def.
 */
#ifndef OTD_CORE_ALGO_H
#define OTD_CORE_ALGO_H

#include <stddef.h>

#include "cpu.h"
#include "otedama.h"

/* One instruction-set flavour of an algorithm. `kernel` is the algorithm's own function table. */
typedef struct otd_flavour {
    const char *name;
    uint64_t cpu_needs; /* OTD_CPU_... bits */
    uint32_t lanes;
    const void *kernel;
} otd_flavour;

/* Where a scan writes its hits. Full when count == capacity: the scan returns early. */
typedef struct otd_hits {
    otd_hit *hits;
    uint32_t capacity;
    uint32_t count;
} otd_hits;

/* An immutable dataset as the algorithm sees it. */
struct otd_dataset {
    otd_dataset_params params;
    const struct otd_algo *algo;
    const struct otd_backend *backend;
    uint32_t device_row;       /* of the backend's own devices */
    const otd_dataset *source; /* on other devices than the processor: what it was made from, in its memory */
    uint64_t bytes;
    void *state; /* the algorithm's own; the backend's on other devices */
};

/* Progress and cancellation of a dataset build. Either pointer may be null inside. */
typedef struct otd_build {
    otd_progress *progress;
    const uint32_t *cancel;
} otd_build;

/* How far the work is, for whoever reads the progress meanwhile; any of the threads that build. */
static inline void otd_build_advance(const otd_build *build, uint64_t done, uint64_t total) {
    if (build->progress != NULL) {
        __atomic_store_n(&build->progress->total, total, __ATOMIC_RELAXED);
        __atomic_store_n(&build->progress->done, done, __ATOMIC_RELAXED);
    }
}

/* Non-zero once somebody outside asked for the end. */
static inline int otd_build_cancelled(const otd_build *build) {
    return build->cancel != NULL && __atomic_load_n(build->cancel, __ATOMIC_RELAXED) != 0;
}

struct otd_engine {
    otd_engine_params params;
    const struct otd_algo *algo;
    const struct otd_backend *backend;
    uint32_t device_row;        /* of the backend's own devices */
    const otd_flavour *flavour; /* the processor's; null on other devices */
    const otd_dataset *dataset;
    void *state;     /* the algorithm's own scratch, made by engine_open; the backend's on other devices */
    uint32_t cancel; /* atomic: written by any thread, read by the owner */
    double hashes_per_ms; /* measured; sizes the chunks that keep a scan inside its budget */
};

/* 1 once after otd_engine_cancel. The owner. */
static inline int otd_engine_take_cancel(otd_engine *engine) {
    return __atomic_exchange_n(&engine->cancel, 0u, __ATOMIC_ACQUIRE) != 0;
}

/* How many versions each nonce of a work is tried with. */
static inline uint32_t otd_work_versions(const otd_work *work) {
    return work->version_count > 0 ? work->version_count : 1;
}

typedef struct otd_algo {
    otd_algorithm_info info;     /* flavour_count is filled in by the registry */
    const otd_flavour *flavours; /* best first, the portable reference last */
    uint32_t flavour_count;

    /* Nonces that tell the flavours' speeds apart, about a millisecond of the best; 0 = the order of the rows
     * decides. Only for data of at most 256 bytes and without a dataset. */
    uint32_t contest_nonces;

    /* Known answers for one flavour: OTD_OK or OTD_E_SELFTEST with detail set. */
    int32_t (*self_test)(const otd_flavour *flavour);

    /* Dataset verbs; null when the algorithm has no dataset. dataset_open makes it with the flavour's kernel.
     */
    int32_t (*dataset_size)(const otd_dataset_params *params, uint64_t *bytes);
    int32_t (*dataset_open)(otd_dataset *dataset, const otd_flavour *flavour, const char *path,
                            const otd_build *build);
    void (*dataset_close)(otd_dataset *dataset);

    /* Makes and frees engine->state; both may be null. engine_open validates params.algo. */
    int32_t (*engine_open)(otd_engine *engine);
    void (*engine_close)(otd_engine *engine);

    /*
     * Searches nonces [first, first + count) of one work; data is this work's own bytes, lengths are
     * already checked. Sets *searched to the nonces done (each with every version). Returns early when
     * hits are full. core/api.c picks count so that a call lasts a few milliseconds; an algorithm with
     * OTD_ALGO_FLAG_SLOW_SCAN polls engine->cancel and gets count == 1.
     */
    int32_t (*scan)(otd_engine *engine, const otd_work *work, const uint8_t *data, uint64_t first,
                    uint64_t count, otd_hits *hits, uint64_t *searched);

    /* As otd_verify; counts and offsets are already checked, lengths against info only. */
    int32_t (*verify)(const otd_flavour *flavour, const otd_algo_params *params, const otd_dataset *dataset,
                      otd_verdict *verdicts, const otd_verify_item *items, uint32_t count,
                      const uint8_t *data);
} otd_algo;

/* Sets this thread's detail text (printf form) and returns status, so that a failure is one line. */
int32_t otd_fail(int32_t status, const char *format, ...)
#ifdef __GNUC__
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* 1 when hash <= target, both little-endian 256-bit numbers. */
int32_t otd_meets_target(const uint8_t hash[32], const uint8_t target[32]);

#endif /* OTD_CORE_ALGO_H */
