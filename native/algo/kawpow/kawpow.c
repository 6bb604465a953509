/*
 * kawpow.c - the algorithm's table: verification from a light cache, search with a light or full dataset.
 * Order of a check: two keccaks decide whether the claimed mix would be good enough, and only then is the
 * mix itself recomputed.
 */
#include "kawpow.h"

#include <stdlib.h>
#include <string.h>

#include "keccak.h"

#define DATA_LENGTH_MIN 40u /* header hash and nonce: the mix is computed, nothing is claimed */
#define DATA_LENGTH_MAX 72u
#define NONCE_OFFSET 32
#define MIX_OFFSET 40

/* "rAVENCOINKAWPOW", one character per word; the first letter is lower case. */
static const uint8_t otd_padding[15] = {'r', 'A', 'V', 'E', 'N', 'C', 'O', 'I',
                                        'N', 'K', 'A', 'W', 'P', 'O', 'W'};

void otd_kawpow_seed_hash(kawpow_hash *hash) {
    uint32_t state[25];
    memcpy(state, hash->header, 32);
    state[8] = (uint32_t)hash->nonce;
    state[9] = (uint32_t)(hash->nonce >> 32);
    for (int i = 0; i < 15; i++) {
        state[10 + i] = otd_padding[i];
    }
    otd_kawpow_f800(state);
    memcpy(hash->seed, state, 32);
}

void otd_kawpow_final_hash(kawpow_hash *hash) {
    uint32_t state[25];
    memcpy(state, hash->seed, 32);
    memcpy(state + 8, hash->mix, 32);
    for (int i = 0; i < 9; i++) {
        state[16 + i] = otd_padding[i];
    }
    otd_kawpow_f800(state);
    memcpy(hash->final, state, 32);
}

/* final is shown most significant byte first; the border carries chain order. */
static void otd_final_to_chain(uint8_t out[32], const kawpow_hash *hash) {
    const uint8_t *shown = (const uint8_t *)hash->final;
    for (int i = 0; i < 32; i++) {
        out[i] = shown[31 - i];
    }
}

static const otd_flavour otd_kawpow_flavours[] = {
#if defined(__x86_64__)
    {"avx512", OTD_CPU_AVX512 | OTD_CPU_AVX2, 16, &otd_kawpow_avx512},
    {"avx2", OTD_CPU_AVX2, 8, &otd_kawpow_avx2},
#endif
    {"ref", 0, 1, &otd_kawpow_ref},
};
#define FLAVOURS (sizeof otd_kawpow_flavours / sizeof otd_kawpow_flavours[0])

static void otd_load_hash(kawpow_hash *hash, const uint8_t *data) {
    memcpy(hash->header, data, 32);
    memcpy(&hash->nonce, data + NONCE_OFFSET, 8);
}

/* ---- verify -------------------------------------------------------------------------------- */

typedef struct pending { /* items of one period that passed the cheap check */
    kawpow_hash hash[KAWPOW_GROUP];
    uint32_t item[KAWPOW_GROUP];
    uint32_t count;
} pending;

static void otd_set_verdict(otd_verdict *verdict, const kawpow_hash *hash, const uint8_t target[32]) {
    otd_final_to_chain(verdict->hash, hash);
    verdict->verdict = otd_meets_target(verdict->hash, target) ? OTD_VERDICT_VALID : OTD_VERDICT_ABOVE_TARGET;
}

/* Recomputes the mixes of a full or last group and settles its verdicts. */
static void otd_kawpow_settle(const kawpow_kernel *kernel, const kawpow_dataset *d,
                              const kawpow_program *program, pending *p, otd_verdict *verdicts,
                              const otd_verify_item *items, const uint8_t *data) {
    if (p->count == 0) {
        return;
    }
    kernel->mixes(d, program, p->hash, p->count);
    for (uint32_t i = 0; i < p->count; i++) {
        kawpow_hash *hash = &p->hash[i];
        const otd_verify_item *item = &items[p->item[i]];
        otd_verdict *verdict = &verdicts[p->item[i]];
        if (item->data_length == DATA_LENGTH_MAX &&
            memcmp(hash->mix, data + item->data_offset + MIX_OFFSET, 32) != 0) {
            verdict->verdict = OTD_VERDICT_BAD_PROOF;
            continue;
        }
        otd_kawpow_final_hash(hash);
        otd_set_verdict(verdict, hash, item->target);
    }
    p->count = 0;
}

static int32_t otd_kawpow_verify(const otd_flavour *flavour, const otd_algo_params *params,
                                 const otd_dataset *dataset, otd_verdict *verdicts,
                                 const otd_verify_item *items, uint32_t count, const uint8_t *data) {
    (void)params;
    const kawpow_dataset *d = dataset ? dataset->state : NULL;
    kawpow_program program = {.period = UINT64_MAX};
    pending p = {.count = 0};
    for (uint32_t i = 0; i < count; i++) {
        int32_t status = otd_kawpow_check_epoch(d, items[i].height);
        if (status != OTD_OK) {
            return status;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        memset(&verdicts[i], 0, sizeof verdicts[i]);
        if (items[i].data_length != DATA_LENGTH_MIN && items[i].data_length != DATA_LENGTH_MAX) {
            verdicts[i].verdict = OTD_VERDICT_MALFORMED;
            continue;
        }
        uint64_t period = items[i].height / KAWPOW_PERIOD_LENGTH;
        if (period != program.period) {
            otd_kawpow_settle(flavour->kernel, d, &program, &p, verdicts, items, data);
            otd_kawpow_program(&program, period);
        }
        kawpow_hash *hash = &p.hash[p.count];
        otd_load_hash(hash, data + items[i].data_offset);
        otd_kawpow_seed_hash(hash);
        if (items[i].data_length == DATA_LENGTH_MAX) {
            memcpy(hash->mix, data + items[i].data_offset + MIX_OFFSET, 32);
            otd_kawpow_final_hash(hash);
            otd_set_verdict(&verdicts[i], hash, items[i].target);
            if (verdicts[i].verdict != OTD_VERDICT_VALID) {
                continue;
            }
        }
        p.item[p.count++] = i;
        if (p.count == KAWPOW_GROUP) {
            otd_kawpow_settle(flavour->kernel, d, &program, &p, verdicts, items, data);
        }
    }
    otd_kawpow_settle(flavour->kernel, d, &program, &p, verdicts, items, data);
    return OTD_OK;
}

/* ---- scan ---------------------------------------------------------------------------------- */

static void otd_kawpow_report(otd_hits *hits, const otd_work *work, const kawpow_hash *hash,
                              const uint8_t chain_hash[32]) {
    otd_hit *hit = &hits->hits[hits->count++];
    memset(hit, 0, sizeof *hit);
    hit->tag = work->tag;
    hit->nonce = hash->nonce;
    hit->proof_length = 32;
    memcpy(hit->hash, chain_hash, 32);
    memcpy(hit->proof, hash->mix, 32);
}

static int32_t otd_kawpow_scan(otd_engine *engine, const otd_work *work, const uint8_t *data, uint64_t first,
                               uint64_t count, otd_hits *hits, uint64_t *searched) {
    const kawpow_dataset *d = engine->dataset ? engine->dataset->state : NULL;
    const kawpow_kernel *kernel = engine->flavour->kernel;
    kawpow_program program;
    *searched = 0;
    int32_t status = otd_kawpow_check_epoch(d, work->height);
    if (status != OTD_OK) {
        return status;
    }
    otd_kawpow_program(&program, work->height / KAWPOW_PERIOD_LENGTH);
    while (*searched < count && hits->count < hits->capacity) {
        kawpow_hash hash[KAWPOW_GROUP];
        uint64_t left = count - *searched;
        uint32_t n = left < KAWPOW_GROUP ? (uint32_t)left : KAWPOW_GROUP;
        for (uint32_t i = 0; i < n; i++) {
            otd_load_hash(&hash[i], data);
            hash[i].nonce = first + *searched + i;
            otd_kawpow_seed_hash(&hash[i]);
        }
        kernel->mixes(d, &program, hash, n);
        for (uint32_t i = 0; i < n && hits->count < hits->capacity; i++) {
            uint8_t chain_hash[32];
            otd_kawpow_final_hash(&hash[i]);
            otd_final_to_chain(chain_hash, &hash[i]);
            if (otd_meets_target(chain_hash, work->target)) {
                otd_kawpow_report(hits, work, &hash[i], chain_hash);
            }
            (*searched)++;
        }
    }
    return OTD_OK;
}

/* ---- known answers ------------------------------------------------------------------------- */

/*
 * A tiny dataset (1021 light items, 8191 dataset items, the all-zero seed) makes a whole hash in
 * milliseconds; every stage but the sizes is the real one. Height 30000, header ffee..., nonce
 * 123456789abcdef0.
 */
#define SELF_TEST_HEIGHT 30000u
#define SELF_TEST_NONCE 0x123456789abcdef0ull
static const uint8_t otd_kawpow_self_test_header[32] = {
    0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00,
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
static const uint8_t otd_kawpow_self_test_mix[32] = {
    0x3f, 0xfc, 0x7a, 0xe6, 0x9c, 0x0f, 0xed, 0xdd, 0x47, 0x93, 0x23, 0xdb, 0xf3, 0x73, 0x7d, 0xea,
    0x30, 0xf2, 0x74, 0x96, 0x86, 0x34, 0x0a, 0x67, 0x6f, 0xd3, 0xde, 0x23, 0x3e, 0x82, 0x52, 0xeb};

static int32_t otd_kawpow_self_test(const otd_flavour *flavour) {
    const kawpow_kernel *kernel = flavour->kernel;
    kawpow_dataset *d = malloc(sizeof *d);
    if (!d) {
        return otd_fail(OTD_E_MEMORY, "kawpow self-test needs %zu bytes", sizeof *d);
    }
    int32_t status = otd_kawpow_light_make(d, 0, 1021, 8191, kernel->halves, NULL);
    if (status != OTD_OK) {
        free(d);
        return status;
    }
    kawpow_program program;
    kawpow_hash hash[KAWPOW_GROUP];
    otd_kawpow_program(&program, SELF_TEST_HEIGHT / KAWPOW_PERIOD_LENGTH);
    for (uint32_t i = 0; i < KAWPOW_GROUP; i++) { /* the same hash in every place of the group */
        memcpy(hash[i].header, otd_kawpow_self_test_header, 32);
        hash[i].nonce = SELF_TEST_NONCE;
        otd_kawpow_seed_hash(&hash[i]);
    }
    kernel->mixes(d, &program, hash, KAWPOW_GROUP);
    otd_kawpow_light_free(d);
    free(d);
    for (uint32_t i = 0; i < KAWPOW_GROUP; i++) {
        if (memcmp(hash[i].mix, otd_kawpow_self_test_mix, 32) != 0) {
            return otd_fail(OTD_E_SELFTEST, "kawpow %s: wrong mix of the known answer", flavour->name);
        }
    }
    return OTD_OK;
}

const otd_algo otd_algo_kawpow = {
    .info = {.id = OTD_ALGO_KAWPOW,
             .flags = OTD_ALGO_FLAG_DATASET,
             .data_length_min = DATA_LENGTH_MIN,
             .data_length_max = DATA_LENGTH_MAX,
             .proof_length = 32,
             .nonce_bits = 64,
             .versions_max = 1,
             .name = "kawpow"},
    .flavours = otd_kawpow_flavours,
    .flavour_count = FLAVOURS,
    .self_test = otd_kawpow_self_test,
    .dataset_size = otd_kawpow_dataset_size,
    .dataset_open = otd_kawpow_dataset_open,
    .dataset_close = otd_kawpow_dataset_close,
    .scan = otd_kawpow_scan,
    .verify = otd_kawpow_verify,
};
