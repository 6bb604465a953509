/* equihash_steps.c - buffers and launches of one nonce. */
#include "equihash/gpu/equihash_steps.h"

#include <string.h>

extern const otd_gpu_code otd_kernel_equihash_clear;

#define KERNELS_OF(set)                                                                                      \
    extern const otd_gpu_code otd_kernel_equihash_##set##_generate, otd_kernel_equihash_##set##_collide,     \
        otd_kernel_equihash_##set##_final, otd_kernel_equihash_##set##_recover;
KERNELS_OF(125_4)
KERNELS_OF(144_5)
KERNELS_OF(96_5)
KERNELS_OF(48_5)

/* What equihash_set.h says, in a table. */
typedef struct otd_gpu_set {
    uint32_t n, k, bucket_bits, slots, tails, hashes;
    const otd_gpu_code *generate, *collide, *final, *recover;
} otd_gpu_set;

#define ROW(n, k)                                                                                            \
    {n,                                                                                                      \
     k,                                                                                                      \
     OTD_EQUIHASH_##n##_BUCKETS,                                                                             \
     OTD_EQUIHASH_##n##_SLOTS,                                                                               \
     OTD_EQUIHASH_##n##_TAILS,                                                                               \
     OTD_EQUIHASH_##n##_HASHES,                                                                              \
     &otd_kernel_equihash_##n##_##k##_generate,                                                              \
     &otd_kernel_equihash_##n##_##k##_collide,                                                               \
     &otd_kernel_equihash_##n##_##k##_final,                                                                 \
     &otd_kernel_equihash_##n##_##k##_recover}

static const otd_gpu_set otd_gpu_sets[] = {ROW(125, 4), ROW(144, 5), ROW(96, 5), ROW(48, 5)};

/* Groups of the expansion: candidates are few, and a group takes what is left over. */
#define OTD_RECOVER_GROUPS 64u

static void otd_give_buffer(equihash_step *step, equihash_buffer buffer) {
    step->arguments[step->argument_count++] = (equihash_argument){.buffer = buffer};
}

static void otd_give_number(equihash_step *step, uint32_t bytes, uint64_t value) {
    step->arguments[step->argument_count++] = (equihash_argument){.bytes = bytes, .value = value};
}

static equihash_step *otd_add_step(equihash_steps *list, const otd_gpu_code *code, const char *entry,
                                   uint32_t groups) {
    equihash_step *step = &list->steps[list->step_count++];
    *step = (equihash_step){.code = code, .entry = entry, .groups = groups};
    return step;
}

static uint32_t otd_groups_of(uint32_t items, uint32_t threads) {
    return (items + threads - 1) / threads;
}

static void otd_set_bytes(equihash_steps *out, const otd_gpu_set *set, uint32_t solutions_max) {
    uint64_t entries = out->entries;
    out->bytes[EQUIHASH_CONSTANTS] = OTD_EQUIHASH_ROW_WORDS * 4;
    out->bytes[EQUIHASH_COUNTERS] = 4ull * out->counter_words;
    out->bytes[EQUIHASH_LEVEL0] = 16 * entries;
    out->bytes[EQUIHASH_LEVEL1] = 16 * entries;
    out->bytes[EQUIHASH_LEVEL3] = set->k == 5 ? 16 * entries : 16;
    out->bytes[EQUIHASH_LAST] = 8 * entries;
    out->bytes[EQUIHASH_TAILS0] = 4 * entries;
    out->bytes[EQUIHASH_TAILS1] = set->tails > 1 ? 4 * entries : 16;
    out->bytes[EQUIHASH_CANDIDATES] = 8ull * OTD_EQUIHASH_CANDIDATES;
    out->bytes[EQUIHASH_RESULTS] = 8 + 4ull * OTD_EQUIHASH_STRIDE * solutions_max;
    for (uint32_t i = 0; i < EQUIHASH_BUFFERS; i++) {
        out->bytes_in_all += out->bytes[i];
    }
}

static void otd_add_collisions(equihash_steps *out, const otd_gpu_set *set) {
    static const equihash_buffer records[] = {EQUIHASH_LEVEL0, EQUIHASH_LEVEL1, EQUIHASH_LEVEL0,
                                              EQUIHASH_LEVEL3};
    for (uint32_t level = 0; level + 1 < set->k; level++) {
        equihash_step *step =
            otd_add_step(out, set->collide, "otd_equihash_collide", 1u << set->bucket_bits);
        otd_give_buffer(step, records[level]);
        /* Nothing is written there by the step to the last level, so any other buffer will do. */
        otd_give_buffer(step, level + 2 < set->k ? records[level + 1] : EQUIHASH_LAST);
        otd_give_buffer(step, EQUIHASH_LAST);
        otd_give_buffer(step, EQUIHASH_TAILS1);
        otd_give_buffer(step, EQUIHASH_COUNTERS);
        otd_give_number(step, 4, level);
        otd_give_number(step, 4, 0);
    }
}

int32_t otd_equihash_steps(equihash_steps *out, const equihash_params *p, uint32_t threads,
                           uint32_t solutions_max) {
    const otd_gpu_set *set = NULL;
    for (size_t i = 0; i < sizeof otd_gpu_sets / sizeof otd_gpu_sets[0]; i++) {
        set = otd_gpu_sets[i].n == p->n && otd_gpu_sets[i].k == p->k ? &otd_gpu_sets[i] : set;
    }
    if (set == NULL) {
        return otd_fail(OTD_E_UNSUPPORTED, "equihash %u,%u is not mined on a GPU here; 125,4 144,5 96,5 48,5 are",
                        p->n, p->k);
    }
    if (threads < OTD_EQUIHASH_GROUP_MIN || threads > OTD_EQUIHASH_GROUP_MAX) {
        return otd_fail(OTD_E_ARGUMENT, "equihash with groups of %u; allowed %u to %u", threads,
                        OTD_EQUIHASH_GROUP_MIN, OTD_EQUIHASH_GROUP_MAX);
    }
    memset(out, 0, sizeof *out);
    out->entries = set->slots << set->bucket_bits;
    out->counter_words = (p->k << set->bucket_bits) + 2;
    otd_set_bytes(out, set, solutions_max);

    equihash_step *clear = otd_add_step(out, &otd_kernel_equihash_clear, "otd_equihash_clear",
                                        otd_groups_of(out->counter_words, threads));
    otd_give_buffer(clear, EQUIHASH_COUNTERS);
    otd_give_buffer(clear, EQUIHASH_RESULTS);
    otd_give_number(clear, 4, out->counter_words);

    uint32_t per_item = p->leaves_per_hash * set->hashes;
    uint32_t items = ((1u << p->index_bits) + per_item - 1) / per_item;
    equihash_step *generate =
        otd_add_step(out, set->generate, "otd_equihash_generate", otd_groups_of(items, threads));
    otd_give_buffer(generate, EQUIHASH_CONSTANTS);
    otd_give_number(generate, 8, 0);
    otd_give_number(generate, 4, 0);
    otd_give_number(generate, 4, items);
    otd_give_buffer(generate, EQUIHASH_LEVEL0);
    otd_give_buffer(generate, EQUIHASH_TAILS0);
    otd_give_buffer(generate, EQUIHASH_COUNTERS);

    otd_add_collisions(out, set);

    equihash_step *final = otd_add_step(out, set->final, "otd_equihash_final", 1u << set->bucket_bits);
    otd_give_buffer(final, EQUIHASH_LAST);
    otd_give_buffer(final, EQUIHASH_COUNTERS);
    otd_give_buffer(final, EQUIHASH_CANDIDATES);
    otd_give_number(final, 4, 0);

    equihash_step *recover = otd_add_step(out, set->recover, "otd_equihash_recover", OTD_RECOVER_GROUPS);
    for (uint32_t i = 0; i < 9; i++) {
        static const equihash_buffer buffers[] = {
            EQUIHASH_COUNTERS, EQUIHASH_CANDIDATES, EQUIHASH_LAST,   EQUIHASH_LEVEL0, EQUIHASH_LEVEL1,
            EQUIHASH_LEVEL3,   EQUIHASH_TAILS0,     EQUIHASH_TAILS1, EQUIHASH_RESULTS};
        otd_give_buffer(recover, buffers[i]);
    }
    otd_give_number(recover, 4, solutions_max);
    return OTD_OK;
}

void otd_equihash_steps_nonce(equihash_steps *steps, uint64_t nonce) {
    steps->steps[1].arguments[1].value = nonce;
}

uint32_t otd_equihash_steps_read(uint8_t (*solutions)[OTD_PROOF_MAX], uint32_t room, uint32_t *lost,
                                 const equihash_params *p, const uint32_t *results, uint32_t solutions_max) {
    uint32_t count = 0, there = results[0] < solutions_max ? results[0] : solutions_max;
    *lost = results[1];
    for (uint32_t i = 0; i < there && count < room; i++) {
        uint8_t packed[OTD_PROOF_MAX] = {0};
        uint32_t known = 0;
        otd_equihash_pack(packed, p, results + 2 + i * OTD_EQUIHASH_STRIDE);
        while (known < count && memcmp(solutions[known], packed, p->solution_bytes) != 0) {
            known++;
        }
        if (known == count) {
            memcpy(solutions[count++], packed, sizeof packed);
        }
    }
    return count;
}
