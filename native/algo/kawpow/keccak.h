/*
 * keccak.h - the two permutations KawPow needs: keccak-f1600 with the original 0x01 padding (light cache,
 * dataset) and keccak-f800 (seed and final hash). Reference: the Keccak team's specification; KawPow uses
 * the first 22 round constants of f1600 cut to 32 bits for f800.
 */
#ifndef OTD_KAWPOW_KECCAK_H
#define OTD_KAWPOW_KECCAK_H

#include <stdint.h>

/* One permutation in place. */
void otd_kawpow_f1600(uint64_t state[25]);
void otd_kawpow_f800(uint32_t state[25]);

/* out = keccak512(in), 64 bytes to 64 bytes; in and out may be the same. Words are little-endian in memory.
 */
void otd_kawpow_keccak512_64(uint64_t out[8], const uint64_t in[8]);

/* out = keccak512(in) and keccak256(in) of 32 bytes. */
void otd_kawpow_keccak512_32(uint64_t out[8], const uint64_t in[4]);
void otd_kawpow_keccak256_32(uint64_t out[4], const uint64_t in[4]);

#endif /* OTD_KAWPOW_KECCAK_H */
