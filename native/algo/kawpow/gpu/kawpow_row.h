/* kawpow_row.h - the row of constants of a KawPow search. */
#ifndef OTD_ALGO_KAWPOW_ROW_H
#define OTD_ALGO_KAWPOW_ROW_H

#include <stdint.h>
#include <string.h>

#include "../program.h"

#define OTD_KAWPOW_ROW_WORDS 16u

/* In: header, the 32 bytes of the header hash as they are hashed; target, 32 bytes, least significant first.
 * Pure. */
static inline void otd_kawpow_row(uint32_t row[OTD_KAWPOW_ROW_WORDS], const uint8_t header[32],
                                  const uint8_t target[32]) {
    memset(row, 0, OTD_KAWPOW_ROW_WORDS * sizeof *row);
    memcpy(row, header, 32);
    memcpy(&row[8], target + 28, 4);
    memcpy(&row[9], target + 24, 4);
}

/* What the kernels reduce with: floor(2^32 / n), for n > 1. */
static inline uint32_t otd_kawpow_magic(uint32_t n) {
    return (uint32_t)((1ull << 32) / n);
}

/* A step of a program as kawpow_mix_any.cu reads it; KAWPOW_OPS of them are a program. */
static inline uint32_t otd_kawpow_any_step(const kawpow_op *op) {
    return (uint32_t)op->kind | (uint32_t)op->a << 2 | (uint32_t)op->b << 7 | (uint32_t)op->d << 12 |
           (uint32_t)op->rot << 17 | (uint32_t)op->math << 22 | (uint32_t)op->merge << 26;
}

#endif /* OTD_ALGO_KAWPOW_ROW_H */
