/*
 * fake_cuda.h - what the files of the stand-in for NVIDIA's driver share. Numbers are those of cuda.h of
 * CUDA 12.
 *
 * Faults and sizes come from the environment, looked at by cuInit:
 *   FAKECUDA_NONE=1      cuInit says 100, no device
 *   FAKECUDA_DEVICES=n   devices; 1
 *   FAKECUDA_CC=86       compute capability
 *   FAKECUDA_MEM_MB=n    memory of a device; 4096
 *   FAKECUDA_DRIVER=n    what cuDriverGetVersion says; 12020
 *   FAKECUDA_BADJIT=1    no PTX compiles: 218
 *   FAKECUDA_LOST=n      the n-th launch of the process loses its context
 *   FAKECUDA_ERROR=n     what is said from then on; 700
 *   FAKECUDA_HANG=n      the n-th launch never ends: events behind it stay 600
 */
#ifndef OTD_TEST_FAKE_CUDA_H
#define OTD_TEST_FAKE_CUDA_H

#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

enum {
    OK = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_CONTEXT = 201,
    NO_BINARY = 209,
    INVALID_PTX = 218,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    NOT_READY = 600,
    ILLEGAL_ADDRESS = 700,
    OUT_OF_RESOURCES = 701,
    LAUNCH_TIMEOUT = 702,
    LAUNCH_FAILED = 719
};

/* What a test in the same process asks it: launches and compilations so far, bytes in use on all devices,
 * contexts that exist. The functions are looked up by name. */
typedef struct fake_cuda_counts {
    uint64_t launches, compiled, used_bytes, contexts;
} fake_cuda_counts;

/* "fakecuda_counts". */
typedef void fake_cuda_count(fake_cuda_counts *out);

/* "fakecuda_plant": the launch so many ahead (1 = the next, 0 = none) is lost with `error`, or hangs. */
typedef void fake_cuda_plant(uint64_t lost_ahead, uint64_t hang_ahead, int error);

#endif /* OTD_TEST_FAKE_CUDA_H */
