/*
 * dataset.h - light cache, L1 and, for mining, the whole dataset of one epoch. Immutable once made.
 * Item numbers fit 32 bits in every epoch; byte offsets do not (from epoch 385), so they are 64-bit.
 */
#ifndef OTD_KAWPOW_DATASET_H
#define OTD_KAWPOW_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "algo.h"
#include "program.h"

typedef struct kawpow_node { /* 64 bytes: one light item, or half of a 128-byte dataset item */
    uint32_t word[16];
} kawpow_node;

typedef struct kawpow_dataset {
    uint32_t epoch;
    uint32_t light_count;           /* 64-byte items */
    uint32_t item_count;            /* 256-byte items a hash may read: floor(n_data / 2) */
    uint32_t half_count;            /* 64-byte halves in the whole dataset: 2 * n_data */
    uint64_t light_reciprocal;      /* for i mod light_count */
    kawpow_node *light;             /* null in a full dataset */
    kawpow_node *full;              /* null for a light dataset */
    size_t light_bytes, full_bytes; /* as allocated */
    uint32_t l1[KAWPOW_L1_WORDS];   /* the first 16 KiB of the dataset */
} kawpow_dataset;

/* Makes the half items whose numbers are listed in `index`. One per flavour. */
typedef void kawpow_halves_fn(const kawpow_dataset *dataset, kawpow_node *out, const uint32_t *index,
                              uint32_t count);

/* Sizes of an epoch: 64-byte light items, and 128-byte dataset items. Pure. */
uint32_t otd_kawpow_light_count(uint32_t epoch);
uint32_t otd_kawpow_data_count(uint32_t epoch);

/* The seed of an epoch: keccak256 applied epoch times to 32 zero bytes. */
void otd_kawpow_seed(uint8_t out[32], uint32_t epoch);

/* Number of the largest prime <= n. */
uint32_t otd_kawpow_prime_below(uint32_t n);

/* OTD_E_DATASET unless a dataset is there (dataset may be null) and of the epoch of a block. */
int32_t otd_kawpow_check_epoch(const kawpow_dataset *dataset, uint32_t height);

/* As the verbs of the same names in algo.h. */
int32_t otd_kawpow_dataset_size(const otd_dataset_params *params, uint64_t *bytes);
int32_t otd_kawpow_dataset_open(otd_dataset *dataset, const otd_flavour *flavour, const char *path,
                                const otd_build *build);
void otd_kawpow_dataset_close(otd_dataset *dataset);

/* Makes a light dataset of given sizes (test parameterisations use other sizes than an epoch's). */
int32_t otd_kawpow_light_make(kawpow_dataset *dataset, uint32_t epoch, uint32_t light_count,
                              uint32_t data_count, kawpow_halves_fn *halves, const otd_build *build);

/* Adds all items to a light dataset, with `threads` threads (0 = all), and drops its light cache. On failure
 * the light dataset stays as it was. */
int32_t otd_kawpow_full_make(kawpow_dataset *dataset, uint32_t threads, kawpow_halves_fn *halves,
                             const otd_build *build);
void otd_kawpow_light_free(kawpow_dataset *dataset);

/* x mod light_count without a division. Any x. */
static inline uint32_t otd_kawpow_light_mod(const kawpow_dataset *dataset, uint32_t x) {
    /* reciprocal = floor(2^64 / n) + 1; for 32-bit x and n the fractional product is exact (Lemire 2019). */
    uint64_t fraction = dataset->light_reciprocal * x;
    return (uint32_t)(((unsigned __int128)fraction * dataset->light_count) >> 64);
}

#endif /* OTD_KAWPOW_DATASET_H */
