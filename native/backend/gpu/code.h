/*
 * code.h - one kernel in the forms the interfaces take. kernels.cmake makes the symbol otd_kernel_NAME, an
 * otd_gpu_code, from algo/X/gpu/NAME.cu and NAME.comp; who uses it declares it extern.
 */
#ifndef OTD_BACKEND_GPU_CODE_H
#define OTD_BACKEND_GPU_CODE_H

#include <stdint.h>

/*
 * One file is one kernel. In OpenCL and PTX it has the name that the file says (otd_search for the one that
 * finds nonces), in SPIR-V it is "main". A form that this build lacks has length 0.
 *
 * The size of a group: OpenCL takes it as -D GROUP_MAX=threads; SPIR-V as specialisation constant 0; in PTX
 * .maxntid is the most that a launch may ask for.
 */
typedef struct otd_gpu_code {
    const char *name;       /* of the file, for messages */
    const uint8_t *opencl;  /* OpenCL C 1.2 text, the dialect in front of it, complete in itself */
    uint64_t opencl_length; /* bytes; no terminating zero is counted */
    const uint8_t *ptx;     /* PTX text for the oldest architecture served; no other text differs from it but
                               in its .target line */
    uint64_t ptx_length;
    const uint8_t *spirv; /* SPIR-V words, 4-aligned, names kept; entry point "main" */
    uint64_t spirv_length;
} otd_gpu_code;

#endif /* OTD_BACKEND_GPU_CODE_H */
