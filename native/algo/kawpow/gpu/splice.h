/*
 * splice.h - puts the program of a period into the mix kernel (kawpow_mix.cu, kawpow_mix.comp): as text into
 * the PTX, as a macro in front of the OpenCL text, as instructions into the SPIR-V. What comes out is an
 * otd_gpu_code form like any other; no compiler of ours is needed on a rig.
 */
#ifndef OTD_ALGO_KAWPOW_SPLICE_H
#define OTD_ALGO_KAWPOW_SPLICE_H

#include "../program.h"
#include "backend/gpu/code.h"

/* Bytes that a form grows by at most. */
#define OTD_KAWPOW_SPLICE_BYTES 32768u

/*
 * Out: out, room for what `code` has of that form and OTD_KAWPOW_SPLICE_BYTES more; *length, bytes written.
 * For SPIR-V out is aligned to 4.
 * Returns OTD_OK, or OTD_E_UNSUPPORTED with a detail when the kernel has not the marks that are looked for,
 * which is a fault of the build. Pure.
 */
int32_t otd_kawpow_splice_ptx(uint8_t *out, uint64_t *length, const otd_gpu_code *code,
                              const kawpow_program *program);
int32_t otd_kawpow_splice_opencl(uint8_t *out, uint64_t *length, const otd_gpu_code *code,
                                 const kawpow_program *program);
int32_t otd_kawpow_splice_spirv(uint8_t *out, uint64_t *length, const otd_gpu_code *code,
                                const kawpow_program *program);

#endif /* OTD_ALGO_KAWPOW_SPLICE_H */
