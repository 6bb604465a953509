/*
 * kernel_body.h - the portable kernel, included once per instruction set so that the compiler vectorises the
 * loops over lanes for it. The includer defines KERNEL_NAME, the name of the table. Registers are
 * stored register by register, 16 lanes side by side: mix[r][lane].
 */
#include <string.h>

#include "kawpow.h"
#include "keccak.h"

typedef struct lanes {
    uint32_t reg[KAWPOW_REGISTERS][KAWPOW_LANES];
} lanes;

/* ---- dataset halves ------------------------------------------------------------------------ */

#define HALVES_TOGETHER 4u
#define PARENTS 512u

/* 4 halves at once: the chain of one is a dependent read after another, four overlap their latency. */
static void otd_halves_group(const kawpow_dataset *d, kawpow_node *out, const uint32_t *index,
                             uint32_t count) {
    kawpow_node m[HALVES_TOGETHER];
    uint64_t words[8];
    for (uint32_t h = 0; h < count; h++) {
        m[h] = d->light[otd_kawpow_light_mod(d, index[h])];
        m[h].word[0] ^= index[h];
        memcpy(words, &m[h], 64);
        otd_kawpow_keccak512_64(words, words);
        memcpy(&m[h], words, 64);
    }
    for (uint32_t j = 0; j < PARENTS; j++) {
        for (uint32_t h = 0; h < count; h++) {
            uint32_t parent = otd_kawpow_light_mod(d, otd_kawpow_fnv1(index[h] ^ j, m[h].word[j % 16]));
            const kawpow_node *p = &d->light[parent];
            for (uint32_t k = 0; k < 16; k++) {
                m[h].word[k] = otd_kawpow_fnv1(m[h].word[k], p->word[k]);
            }
        }
    }
    for (uint32_t h = 0; h < count; h++) {
        memcpy(words, &m[h], 64);
        otd_kawpow_keccak512_64(words, words);
        memcpy(&out[h], words, 64);
    }
}

static void otd_kawpow_halves(const kawpow_dataset *d, kawpow_node *out, const uint32_t *index,
                              uint32_t count) {
    while (count > 0) {
        uint32_t n = count < HALVES_TOGETHER ? count : HALVES_TOGETHER;
        otd_halves_group(d, out, index, n);
        out += n;
        index += n;
        count -= n;
    }
}

/* ---- one hash ------------------------------------------------------------------------------ */

static inline uint32_t otd_rotl(uint32_t x, uint32_t n) {
    return (x << (n & 31)) | (x >> (-n & 31));
}

static inline uint32_t otd_leading_zeros(uint32_t x) {
    return x ? (uint32_t)__builtin_clz(x) : 32;
}

#define EACH_LANE(EXPRESSION)                                                                                \
    for (uint32_t l = 0; l < KAWPOW_LANES; l++) {                                                            \
        out[l] = (EXPRESSION);                                                                               \
    }                                                                                                        \
    break

static void otd_kawpow_math(uint32_t *out, const uint32_t *a, const uint32_t *b, uint32_t selector) {
    switch (selector) {
    case 0:
        EACH_LANE(a[l] + b[l]);
    case 1:
        EACH_LANE(a[l] * b[l]);
    case 2:
        EACH_LANE((uint32_t)(((uint64_t)a[l] * b[l]) >> 32));
    case 3:
        EACH_LANE(a[l] < b[l] ? a[l] : b[l]);
    case 4:
        EACH_LANE(otd_rotl(a[l], b[l]));
    case 5:
        EACH_LANE(otd_rotl(a[l], 0u - b[l]));
    case 6:
        EACH_LANE(a[l] & b[l]);
    case 7:
        EACH_LANE(a[l] | b[l]);
    case 8:
        EACH_LANE(a[l] ^ b[l]);
    case 9:
        EACH_LANE(otd_leading_zeros(a[l]) + otd_leading_zeros(b[l]));
    default:
        EACH_LANE((uint32_t)__builtin_popcount(a[l]) + (uint32_t)__builtin_popcount(b[l]));
    }
}

static void otd_kawpow_merge(uint32_t *out, const uint32_t *b, const kawpow_op *op) {
    uint32_t x = op->rot;
    switch (op->merge) {
    case 0:
        EACH_LANE(out[l] * 33u + b[l]);
    case 1:
        EACH_LANE((out[l] ^ b[l]) * 33u);
    case 2:
        EACH_LANE(otd_rotl(out[l], x) ^ b[l]);
    default:
        EACH_LANE(otd_rotl(out[l], 0u - x) ^ b[l]);
    }
}

static void otd_run_round(lanes *mix, const kawpow_dataset *d, const kawpow_program *program,
                          const uint32_t *item, uint32_t round) {
    for (uint32_t i = 0; i < KAWPOW_OPS; i++) {
        const kawpow_op *op = &program->ops[i];
        uint32_t operand[KAWPOW_LANES];
        if (op->kind == KAWPOW_CACHE) {
            for (uint32_t l = 0; l < KAWPOW_LANES; l++) {
                operand[l] = d->l1[mix->reg[op->a][l] % KAWPOW_L1_WORDS];
            }
        } else if (op->kind == KAWPOW_MATH) {
            otd_kawpow_math(operand, mix->reg[op->a], mix->reg[op->b], op->math);
        } else {
            for (uint32_t l = 0; l < KAWPOW_LANES; l++) {
                operand[l] = item[4 * ((l ^ round) % KAWPOW_LANES) + op->b];
            }
        }
        otd_kawpow_merge(mix->reg[op->d], operand, op);
    }
}

/* The 256-byte items of a group: made from the light cache, or addressed in the full dataset. There the read
 * is requested now, for all hashes of the group, and used at the end of each one's round. */
static void otd_kawpow_find_items(const kawpow_dataset *d, const uint32_t **items, kawpow_node *nodes,
                                  const uint32_t *number, uint32_t count) {
    if (d->full) {
        for (uint32_t h = 0; h < count; h++) {
            const kawpow_node *item = d->full + (uint64_t)number[h] * 4;
            for (uint32_t line = 0; line < 4; line++) {
                __builtin_prefetch(&item[line]);
            }
            items[h] = (const uint32_t *)(const void *)item;
        }
        return;
    }
    uint32_t index[4 * KAWPOW_GROUP];
    for (uint32_t i = 0; i < 4 * count; i++) {
        index[i] = number[i / 4] * 4 + i % 4;
    }
    otd_kawpow_halves(d, nodes, index, 4 * count);
    for (uint32_t h = 0; h < count; h++) {
        items[h] = (const uint32_t *)(const void *)&nodes[(size_t)h * 4];
    }
}

static void otd_kawpow_fill(lanes *mix, const kawpow_hash *hash) {
    for (uint32_t l = 0; l < KAWPOW_LANES; l++) {
        kiss99 rng = otd_kawpow_lane_rng(hash, l);
        for (uint32_t r = 0; r < KAWPOW_REGISTERS; r++) {
            mix->reg[r][l] = otd_kiss99_next(&rng);
        }
    }
}

static void otd_kawpow_reduce(kawpow_hash *hash, const lanes *mix) {
    for (uint32_t i = 0; i < 8; i++) {
        hash->mix[i] = KAWPOW_FNV_BASIS;
    }
    for (uint32_t l = 0; l < KAWPOW_LANES; l++) {
        uint32_t lane = KAWPOW_FNV_BASIS;
        for (uint32_t r = 0; r < KAWPOW_REGISTERS; r++) {
            lane = otd_kawpow_fnv1a(lane, mix->reg[r][l]);
        }
        hash->mix[l % 8] = otd_kawpow_fnv1a(hash->mix[l % 8], lane);
    }
}

static void otd_kawpow_mixes(const kawpow_dataset *d, const kawpow_program *program, kawpow_hash *hashes,
                             uint32_t count) {
    lanes mix[KAWPOW_GROUP];
    for (uint32_t h = 0; h < count; h++) {
        otd_kawpow_fill(&mix[h], &hashes[h]);
    }
    for (uint32_t round = 0; round < KAWPOW_ROUNDS; round++) {
        uint32_t number[KAWPOW_GROUP];
        kawpow_node nodes[4 * KAWPOW_GROUP];
        const uint32_t *items[KAWPOW_GROUP];
        for (uint32_t h = 0; h < count; h++) {
            number[h] = mix[h].reg[0][round % KAWPOW_LANES] % d->item_count;
        }
        otd_kawpow_find_items(d, items, nodes, number, count);
        for (uint32_t h = 0; h < count; h++) {
            otd_run_round(&mix[h], d, program, items[h], round);
        }
    }
    for (uint32_t h = 0; h < count; h++) {
        otd_kawpow_reduce(&hashes[h], &mix[h]);
    }
}

const kawpow_kernel KERNEL_NAME = {.halves = otd_kawpow_halves, .mixes = otd_kawpow_mixes};
