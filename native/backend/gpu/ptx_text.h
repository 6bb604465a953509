/*
 * ptx_text.h - what a CUDA host changes in PTX text before the driver compiles it: the architecture that the
 * text asks for, and the two numbers that decide how many registers a thread gets. They stand in the text and
 * go before any option of the compiler.
 */
#ifndef OTD_BACKEND_GPU_PTX_TEXT_H
#define OTD_BACKEND_GPU_PTX_TEXT_H

#include <stdint.h>

/* Bytes that a text grows by at most, its terminating zero included. */
#define OTD_PTX_ADAPT_BYTES 64u

typedef struct otd_ptx_shape {
    uint32_t compute;  /* of the device, 10 * major + minor: the newest architecture we name that is not newer
                          goes into .target; 0 = as it is */
    uint32_t threads;  /* .maxntid: the largest group that will be launched; 0 = as it is */
    uint32_t resident; /* .minnctapersm: groups a multiprocessor has to hold; 0 = as it is */
} otd_ptx_shape;

/*
 * Out: out, room for length + OTD_PTX_ADAPT_BYTES; a zero follows the text. *out_length without it.
 * Returns OTD_OK, or OTD_E_UNSUPPORTED when the text lacks one of the lines or the device is too old for it.
 * Pure.
 */
int32_t otd_ptx_adapt(uint8_t *out, uint64_t *out_length, const uint8_t *text, uint64_t length,
                      const otd_ptx_shape *shape);

#endif /* OTD_BACKEND_GPU_PTX_TEXT_H */
