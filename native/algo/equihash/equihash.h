/*
 * equihash.h - Equihash for general (n, k): leaves, verification, and a solver for the sets a CPU can hold.
 * References: Biryukov and Khovratovich, "Equihash" (2016); RFC 7693 (BLAKE2b). NOTES.md says which parts of
 * the ZelHash variant differ.
 *
 * Words: a leaf is n bits taken from a BLAKE2b output, read as k + 1 digits of c bits; a solution is 2^k leaf
 * numbers whose leaves cancel digit by digit up a binary tree.
 */
#ifndef OTD_EQUIHASH_H
#define OTD_EQUIHASH_H

#include "algo.h"

#define EQUIHASH_HEADER_LENGTH 140u
#define EQUIHASH_INPUT_MAX 1024u    /* bytes of a test input that is not a header */
#define EQUIHASH_INDICES_MAX 512u   /* 200,9 */
#define EQUIHASH_SOLUTION_MAX 1344u /* 200,9 */
#define EQUIHASH_LEAF_BYTES_MAX 25u /* 200 bits */

typedef struct equihash_params {
    uint32_t n, k;
    uint32_t digit_bits;      /* c = n / (k + 1) */
    uint32_t leaf_bytes;      /* ceil(n / 8) */
    uint32_t leaves_per_hash; /* floor(512 / n) */
    uint32_t hash_bytes;      /* BLAKE2b digest length */
    uint32_t index_bits;      /* c + 1 */
    uint32_t index_count;     /* 2^k */
    uint32_t solution_bytes;
    uint32_t prefix_bytes; /* of the compactSize in front of the solution */
    uint8_t prefix[3];
    uint8_t twist;
    uint8_t any_length; /* test inputs of other lengths than a header's (algo params variant 1) */
    uint8_t personal[16];
} equihash_params;

/* BLAKE2b state after the whole blocks of an input, and what the last block starts with. */
typedef struct equihash_mid {
    uint64_t state[8];
    uint8_t
        tail[128]; /* input bytes of the last block, zeros after them; the hash number follows the input */
    uint32_t tail_length;
    uint32_t input_length;
} equihash_mid;

/* Whole 64-byte outputs (only the first hash_bytes count) of `count` hash numbers, before any twist, for an
 * input of EQUIHASH_HEADER_LENGTH bytes: its last block holds 12 of them. */
typedef void equihash_hashes_fn(const equihash_mid *mid, uint8_t (*out)[64], const uint32_t *numbers,
                                uint32_t count);

typedef struct equihash_kernel {
    equihash_hashes_fn *hashes;
} equihash_kernel;

extern const equihash_kernel otd_equihash_ref;
extern const equihash_kernel otd_equihash_avx2;
extern const equihash_kernel otd_equihash_avx512;

/* Checks and completes the caller's parameters; all zero means ZelHash 125,4. */
int32_t otd_equihash_params(equihash_params *out, const otd_algo_params *params);

/* Absorbs the whole blocks of an input: a 140-byte header, or a test input. */
void otd_equihash_mid(equihash_mid *out, const equihash_params *p, const uint8_t *input,
                      uint32_t input_length);

/* The outputs of `count` hash numbers: by the kernel for headers, by the scalar compression for others. */
void otd_equihash_hashes(const equihash_kernel *kernel, const equihash_mid *mid, uint8_t (*out)[64],
                         const uint32_t *numbers, uint32_t count);

/* Adds outputs inside an aligned group of 16: sum[w] += hash[w] over 16 words; then the masked result. */
void otd_equihash_twist(uint8_t out[64], uint32_t sum[16], const uint8_t hash[64]);

/* Unpacks index_count big-endian bit fields. */
void otd_equihash_unpack(uint32_t *indices, const equihash_params *p, const uint8_t *solution);
void otd_equihash_pack(uint8_t *solution, const equihash_params *p, const uint32_t *indices);

/* 1 when the solution is one for this header, else 0. */
int32_t otd_equihash_is_solution(const equihash_kernel *kernel, const equihash_params *p,
                                 const uint8_t *input, uint32_t input_length, const uint8_t *solution);

/* ---- solver -------------------------------------------------------------------------------- */

typedef struct equihash_solver equihash_solver;

#define EQUIHASH_SOLUTIONS_MAX 32u

/* Bytes a solver takes; 0 when (n, k) is verify-only here. */
uint64_t otd_equihash_solver_bytes(const equihash_params *p);
int32_t otd_equihash_solver_create(const equihash_params *p, equihash_solver **out);
void otd_equihash_solver_destroy(equihash_solver *solver);

/* Finds the solutions of one header: packed, solution_bytes each. Returns their number, or OTD_E_CANCELLED.
 */
int32_t otd_equihash_solve(equihash_solver *solver, const equihash_kernel *kernel, const uint8_t *input,
                           uint32_t input_length, uint8_t (*solutions)[OTD_PROOF_MAX],
                           const uint32_t *cancel);

#endif /* OTD_EQUIHASH_H */
