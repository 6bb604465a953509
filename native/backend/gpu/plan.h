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

/* Arguments behind those that port.h lists. */
#define OTD_GPU_EXTRA_MAX 4u

/* What the launches of a kernel need besides. */
typedef struct otd_gpu_extra {
    uint64_t bytes;      /* of memory that all launches share, since they run one after the other; 0 = none */
    uint64_t nonces_max; /* of a launch; 0 = no limit */
    uint32_t argument_count;
    otd_gpu_argument arguments[OTD_GPU_EXTRA_MAX]; /* the buffer, which is filled in later, and integers */
} otd_gpu_extra;

typedef struct otd_gpu_plan {
    uint32_t algorithm;       /* OTD_ALGO_... */
    const char *flavour;      /* name of the kernel, as otd_flavour_at tells it */
    const otd_gpu_code *code; /* with a kernel otd_search, as port.h says */

    /* The row of constants for version `version` (an index into work->versions), at most OTD_GPU_ROW_MAX. */
    uint32_t row_bytes;
    void (*row)(void *out, const otd_work *work, const uint8_t *data, uint32_t version);

    /* Null = nothing. Chooses so that `bytes` is at most room_bytes; OTD_E_MEMORY when nothing fits there. */
    int32_t (*extra)(otd_gpu_extra *out, const otd_device_info *device, uint64_t room_bytes);

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
