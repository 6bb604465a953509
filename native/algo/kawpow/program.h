/*
 * program.h - the random program of a period of three blocks, and the small mixing functions shared by all
 * flavours. All arithmetic is unsigned modulo 2^32.
 */
#ifndef OTD_KAWPOW_PROGRAM_H
#define OTD_KAWPOW_PROGRAM_H

#include <stdint.h>

#define KAWPOW_EPOCH_LENGTH 7500u
#define KAWPOW_PERIOD_LENGTH 3u
#define KAWPOW_LANES 16u
#define KAWPOW_REGISTERS 32u
#define KAWPOW_ROUNDS 64u
#define KAWPOW_CACHE_OPS 11u
#define KAWPOW_MATH_OPS 18u
#define KAWPOW_DAG_OPS 4u
#define KAWPOW_OPS (KAWPOW_CACHE_OPS + KAWPOW_MATH_OPS + KAWPOW_DAG_OPS)
#define KAWPOW_L1_WORDS 4096u
#define KAWPOW_FNV_PRIME 0x01000193u
#define KAWPOW_FNV_BASIS 0x811c9dc5u

typedef enum kawpow_op_kind { KAWPOW_CACHE, KAWPOW_MATH, KAWPOW_DAG } kawpow_op_kind;

/* One step, applied to all lanes: operand = L1[mix[a]] or math(mix[a], mix[b]) or DAG word b; then
 * mix[d] = merge(mix[d], operand). Selectors are reduced when the program is made. */
typedef struct kawpow_op {
    uint8_t kind;  /* kawpow_op_kind */
    uint8_t a;     /* source register */
    uint8_t b;     /* second source register; for KAWPOW_DAG the word 0..3 */
    uint8_t d;     /* destination register */
    uint8_t math;  /* 0..10 */
    uint8_t merge; /* 0..3 */
    uint8_t rot;   /* 1..31, of merges 2 and 3 */
    uint8_t reserved;
} kawpow_op;

typedef struct kawpow_program {
    uint64_t period;
    kawpow_op ops[KAWPOW_OPS];
} kawpow_program;

typedef struct kiss99 {
    uint32_t z, w, jsr, jcong;
} kiss99;

static inline uint32_t otd_kawpow_fnv1(uint32_t a, uint32_t b) {
    return (a * KAWPOW_FNV_PRIME) ^ b;
}

static inline uint32_t otd_kawpow_fnv1a(uint32_t a, uint32_t b) {
    return (a ^ b) * KAWPOW_FNV_PRIME;
}

static inline uint32_t otd_kiss99_next(kiss99 *rng) {
    rng->z = 36969u * (rng->z & 0xffffu) + (rng->z >> 16);
    rng->w = 18000u * (rng->w & 0xffffu) + (rng->w >> 16);
    rng->jsr ^= rng->jsr << 17;
    rng->jsr ^= rng->jsr >> 13;
    rng->jsr ^= rng->jsr << 5;
    rng->jcong = 69069u * rng->jcong + 1234567u;
    return (((rng->z << 16) + rng->w) ^ rng->jcong) + rng->jsr;
}

/* Makes the program of a period (height / 3). Pure. */
void otd_kawpow_program(kawpow_program *out, uint64_t period);

#endif /* OTD_KAWPOW_PROGRAM_H */
