/*
 * kawpow.h - what a flavour of KawPow computes, and the light cheap parts around it.
 * References: the ProgPoW specification (EIP-1057) for the shape; the Ravencoin variant changes the period,
 * the padding of the keccak states and the carried digest (NOTES.md).
 */
#ifndef OTD_KAWPOW_H
#define OTD_KAWPOW_H

#include "dataset.h"
#include "program.h"

/* Hashes a kernel works on in lock-step: enough independent reads in flight to hide memory latency. */
#define KAWPOW_GROUP 8u

typedef struct kawpow_hash {
    uint32_t header[8]; /* header hash as the network shows it, little-endian words */
    uint64_t nonce;
    uint32_t seed[8]; /* first keccak's digest, carried into the last one */
    uint32_t mix[8];
    uint32_t final[8];
} kawpow_hash;

typedef struct kawpow_kernel {
    kawpow_halves_fn *halves;
    /* Fills mix of 1..KAWPOW_GROUP hashes whose seed is set. */
    void (*mixes)(const kawpow_dataset *dataset, const kawpow_program *program, kawpow_hash *hashes,
                  uint32_t count);
} kawpow_kernel;

extern const kawpow_kernel otd_kawpow_ref;
extern const kawpow_kernel otd_kawpow_avx2;
extern const kawpow_kernel otd_kawpow_avx512;

/* First keccak: header and nonce to seed. */
void otd_kawpow_seed_hash(kawpow_hash *hash);

/* Last keccak: seed and mix to final. Two keccaks decide a claimed mix without any dataset. */
void otd_kawpow_final_hash(kawpow_hash *hash);

/* The random numbers that fill one lane's registers are drawn from this generator. */
static inline kiss99 otd_kawpow_lane_rng(const kawpow_hash *hash, uint32_t lane) {
    kiss99 rng;
    rng.z = otd_kawpow_fnv1a(KAWPOW_FNV_BASIS, hash->seed[0]);
    rng.w = otd_kawpow_fnv1a(rng.z, hash->seed[1]);
    rng.jsr = otd_kawpow_fnv1a(rng.w, lane);
    rng.jcong = otd_kawpow_fnv1a(rng.jsr, lane);
    return rng;
}

#endif /* OTD_KAWPOW_H */
