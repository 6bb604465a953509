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
 *   FAKECUDA_LOST=n      the n-th launch of the process loses its context: 700 from then on
 *   FAKECUDA_HANG=n      the n-th launch never ends: events behind it stay 600
 */
#ifndef OTD_TEST_FAKE_CUDA_H
#define OTD_TEST_FAKE_CUDA_H

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
    OUT_OF_RESOURCES = 701
};

#endif /* OTD_TEST_FAKE_CUDA_H */
