/*
 * plan.h - what one algorithm does on a GPU, whatever the interface. A plan is one const table named
 * otd_gpu_plan_<name>, in algo/NAME/gpu/NAME_gpu.c, listed once in plans.def.
 */
#ifndef OTD_BACKEND_GPU_PLAN_H
#define OTD_BACKEND_GPU_PLAN_H

#include "algo.h"
#include "port.h"

/* Bytes of one row of constants at most; a row for each version makes the buffer. */
#define OTD_GPU_ROW_MAX 512u

typedef struct otd_gpu_plan {
    uint32_t algorithm;       /* OTD_ALGO_... */
    const char *flavour;      /* name of the kernel, as otd_flavour_at tells it */
    const otd_gpu_code *code; /* with a kernel otd_search, as port.h says */

    /* The row of constants for version `version` (an index into work->versions), at most OTD_GPU_ROW_MAX. */
    uint32_t row_bytes;
    void (*row)(void *out, const otd_work *work, const uint8_t *data, uint32_t version);

    uint32_t threads;      /* of a group */
    uint32_t nonces_first; /* of the first launch, when no rate is known: far below a millisecond's */

    /* How many of the hash's most significant bytes the kernel compares. A reported nonce whose hash is above
     * the target in these is an error of the hardware; one above it further down is none. */
    uint32_t bytes_compared;

    /* Nonces that are searched on the device and by the reference before it is first used. */
    uint32_t nonces_tested;
} otd_gpu_plan;

/* The plan of an algorithm, or null. */
const otd_gpu_plan *otd_gpu_plan_of(uint32_t algorithm);

#endif /* OTD_BACKEND_GPU_PLAN_H */
