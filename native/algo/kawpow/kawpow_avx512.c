/*
 * kawpow_avx512.c - one register of all 16 lanes is one zmm, one light item is one zmm. Sixteen
 * dataset halves are made at once: each is a chain of 512 dependent random reads, and sixteen of them in
 * flight hide most of the memory latency (8 in flight took 1.6 times as long, 24 no less).
 */
#include <immintrin.h>
#include <string.h>

#include "kawpow.h"
#include "keccak.h"

#define HALVES_TOGETHER 16
#define PARENTS 512u

/* ---- dataset halves ------------------------------------------------------------------------ */

/* Step j of one half: m = fnv1(m, light[fnv1(i ^ j, m[j % 16]) mod n]). J is j % 16, a constant so that the
 * word comes out by a register shift. The next chain's step is independent: they overlap. */
#define PARENT_STEP(H, J)                                                                                    \
    do {                                                                                                     \
        uint32_t word =                                                                                      \
            (uint32_t)_mm_cvtsi128_si32(_mm512_castsi512_si128(_mm512_alignr_epi32(m[H], m[H], (J))));       \
        uint32_t parent = otd_kawpow_light_mod(d, otd_kawpow_fnv1(index[H] ^ (j + (J)), word));              \
        m[H] = _mm512_xor_si512(_mm512_mullo_epi32(m[H], prime), _mm512_loadu_si512(&d->light[parent]));     \
    } while (0)

#define PARENT_STEP_ALL(J)                                                                                   \
    _Pragma("GCC unroll 16") for (int h = 0; h < n; h++) {                                                   \
        PARENT_STEP(h, J);                                                                                   \
    }

/* n is a constant at each call: the loops over it unroll and m stays in registers. */
static inline __attribute__((always_inline)) void otd_halves_group(const kawpow_dataset *d, kawpow_node *out,
                                                                   const uint32_t *index, const int n) {
    const __m512i prime = _mm512_set1_epi32(KAWPOW_FNV_PRIME);
    __m512i m[HALVES_TOGETHER];
    uint64_t words[8];
    for (int h = 0; h < n; h++) {
        kawpow_node first = d->light[otd_kawpow_light_mod(d, index[h])];
        first.word[0] ^= index[h];
        memcpy(words, &first, 64);
        otd_kawpow_keccak512_64(words, words);
        m[h] = _mm512_loadu_si512(words);
    }
    for (uint32_t j = 0; j < PARENTS; j += 16) {
        PARENT_STEP_ALL(0)
        PARENT_STEP_ALL(1)
        PARENT_STEP_ALL(2)
        PARENT_STEP_ALL(3)
        PARENT_STEP_ALL(4)
        PARENT_STEP_ALL(5)
        PARENT_STEP_ALL(6)
        PARENT_STEP_ALL(7)
        PARENT_STEP_ALL(8)
        PARENT_STEP_ALL(9)
        PARENT_STEP_ALL(10)
        PARENT_STEP_ALL(11)
        PARENT_STEP_ALL(12)
        PARENT_STEP_ALL(13)
        PARENT_STEP_ALL(14)
        PARENT_STEP_ALL(15)
    }
    for (int h = 0; h < n; h++) {
        _mm512_storeu_si512(words, m[h]);
        otd_kawpow_keccak512_64(words, words);
        memcpy(&out[h], words, 64);
    }
}

static void otd_kawpow_halves(const kawpow_dataset *d, kawpow_node *out, const uint32_t *index,
                              uint32_t count) {
    uint32_t done = 0;
    for (; count - done >= HALVES_TOGETHER; done += HALVES_TOGETHER) {
        otd_halves_group(d, out + done, index + done, HALVES_TOGETHER);
    }
    for (; count - done >= 8; done += 8) {
        otd_halves_group(d, out + done, index + done, 8);
    }
    for (; count - done >= 4; done += 4) {
        otd_halves_group(d, out + done, index + done, 4);
    }
    for (; done < count; done++) {
        otd_halves_group(d, out + done, index + done, 1);
    }
}

/* ---- one hash ------------------------------------------------------------------------------ */

static inline __m512i otd_mul_high(__m512i a, __m512i b) {
    __m512i even = _mm512_srli_epi64(_mm512_mul_epu32(a, b), 32);
    __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(b, 32));
    return _mm512_mask_blend_epi32(0xaaaa, even, odd);
}

/* Bits set in each 32-bit lane: nibble counts by table, then bytes summed. AVX512BW only, so that the
 * flavour does not need VPOPCNTDQ. */
static inline __m512i otd_count_bits(__m512i x) {
    const __m512i table =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    const __m512i low = _mm512_set1_epi8(0x0f);
    __m512i bytes =
        _mm512_add_epi8(_mm512_shuffle_epi8(table, _mm512_and_si512(x, low)),
                        _mm512_shuffle_epi8(table, _mm512_and_si512(_mm512_srli_epi32(x, 4), low)));
    return _mm512_madd_epi16(_mm512_maddubs_epi16(bytes, _mm512_set1_epi8(1)), _mm512_set1_epi16(1));
}

/* The same step for every hash of the group: the choice of step is made once, and the hashes' gathers
 * overlap. */
#define EACH_HASH(EXPRESSION)                                                                                \
    _Pragma("GCC unroll 8") for (uint32_t h = 0; h < n; h++) {                                               \
        EXPRESSION;                                                                                          \
    }                                                                                                        \
    break

typedef __m512i registers[KAWPOW_REGISTERS];

static inline __attribute__((always_inline)) void otd_kawpow_math(__m512i *out, registers *mix,
                                                                  const kawpow_op *op, const uint32_t n) {
#define A mix[h][op->a]
#define B mix[h][op->b]
    switch (op->math) {
    case 0:
        EACH_HASH(out[h] = _mm512_add_epi32(A, B));
    case 1:
        EACH_HASH(out[h] = _mm512_mullo_epi32(A, B));
    case 2:
        EACH_HASH(out[h] = otd_mul_high(A, B));
    case 3:
        EACH_HASH(out[h] = _mm512_min_epu32(A, B));
    case 4:
        EACH_HASH(out[h] = _mm512_rolv_epi32(A, B));
    case 5:
        EACH_HASH(out[h] = _mm512_rorv_epi32(A, B));
    case 6:
        EACH_HASH(out[h] = _mm512_and_si512(A, B));
    case 7:
        EACH_HASH(out[h] = _mm512_or_si512(A, B));
    case 8:
        EACH_HASH(out[h] = _mm512_xor_si512(A, B));
    case 9:
        EACH_HASH(out[h] = _mm512_add_epi32(_mm512_lzcnt_epi32(A), _mm512_lzcnt_epi32(B)));
    default:
        EACH_HASH(out[h] = _mm512_add_epi32(otd_count_bits(A), otd_count_bits(B)));
    }
#undef A
#undef B
}

static inline __m512i otd_times_33(__m512i x) {
    return _mm512_add_epi32(_mm512_slli_epi32(x, 5), x);
}

static inline __attribute__((always_inline)) void otd_kawpow_merge(registers *mix, const __m512i *b,
                                                                   const kawpow_op *op, const uint32_t n) {
    const __m512i x = _mm512_set1_epi32(op->rot);
#define A mix[h][op->d]
    switch (op->merge) {
    case 0:
        EACH_HASH(A = _mm512_add_epi32(otd_times_33(A), b[h]));
    case 1:
        EACH_HASH(A = otd_times_33(_mm512_xor_si512(A, b[h])));
    case 2:
        EACH_HASH(A = _mm512_xor_si512(_mm512_rolv_epi32(A, x), b[h]));
    default:
        EACH_HASH(A = _mm512_xor_si512(_mm512_rorv_epi32(A, x), b[h]));
    }
#undef A
}

/* Word 4 * ((lane ^ round) % 16) + k of the item for every lane: two two-register permutes and a blend. */
static inline __m512i otd_item_words(const kawpow_node *item, __m512i lane_times_four, uint32_t k) {
    __m512i index = _mm512_add_epi32(lane_times_four, _mm512_set1_epi32((int)k));
    __m512i low =
        _mm512_permutex2var_epi32(_mm512_loadu_si512(&item[0]), index, _mm512_loadu_si512(&item[1]));
    __m512i high =
        _mm512_permutex2var_epi32(_mm512_loadu_si512(&item[2]), index, _mm512_loadu_si512(&item[3]));
    return _mm512_mask_blend_epi32(_mm512_test_epi32_mask(index, _mm512_set1_epi32(32)), low, high);
}

/* n is a constant at each call, as in halves_group. */
static inline __attribute__((always_inline)) void otd_run_round(registers *mix, const kawpow_dataset *d,
                                                                const kawpow_program *program,
                                                                const kawpow_node *const *items,
                                                                uint32_t round, const uint32_t n) {
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i slot =
        _mm512_slli_epi32(_mm512_xor_si512(lane, _mm512_set1_epi32((int)(round % KAWPOW_LANES))), 2);
    const __m512i cache_mask = _mm512_set1_epi32(KAWPOW_L1_WORDS - 1);
    for (uint32_t i = 0; i < KAWPOW_OPS; i++) {
        const kawpow_op *op = &program->ops[i];
        __m512i operand[KAWPOW_GROUP];
        switch (op->kind) {
        case KAWPOW_CACHE:
            EACH_HASH(operand[h] =
                          _mm512_i32gather_epi32(_mm512_and_si512(mix[h][op->a], cache_mask), d->l1, 4));
        case KAWPOW_MATH:
            otd_kawpow_math(operand, mix, op, n);
            break;
        default:
            EACH_HASH(operand[h] = otd_item_words(items[h], slot, op->b));
        }
        otd_kawpow_merge(mix, operand, op, n);
    }
}

static void otd_kawpow_fill(__m512i mix[KAWPOW_REGISTERS], const kawpow_hash *hash) {
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i prime = _mm512_set1_epi32(KAWPOW_FNV_PRIME), half = _mm512_set1_epi32(0xffff);
    kiss99 start = otd_kawpow_lane_rng(hash, 0);
    __m512i z = _mm512_set1_epi32((int)start.z), w = _mm512_set1_epi32((int)start.w);
    __m512i jsr = _mm512_mullo_epi32(_mm512_xor_si512(w, lane), prime);
    __m512i jcong = _mm512_mullo_epi32(_mm512_xor_si512(jsr, lane), prime);
    for (uint32_t r = 0; r < KAWPOW_REGISTERS; r++) { /* kiss99_next in every lane */
        z = _mm512_add_epi32(_mm512_mullo_epi32(_mm512_and_si512(z, half), _mm512_set1_epi32(36969)),
                             _mm512_srli_epi32(z, 16));
        w = _mm512_add_epi32(_mm512_mullo_epi32(_mm512_and_si512(w, half), _mm512_set1_epi32(18000)),
                             _mm512_srli_epi32(w, 16));
        jsr = _mm512_xor_si512(jsr, _mm512_slli_epi32(jsr, 17));
        jsr = _mm512_xor_si512(jsr, _mm512_srli_epi32(jsr, 13));
        jsr = _mm512_xor_si512(jsr, _mm512_slli_epi32(jsr, 5));
        jcong =
            _mm512_add_epi32(_mm512_mullo_epi32(jcong, _mm512_set1_epi32(69069)), _mm512_set1_epi32(1234567));
        __m512i mwc = _mm512_add_epi32(_mm512_slli_epi32(z, 16), w);
        mix[r] = _mm512_add_epi32(_mm512_xor_si512(mwc, jcong), jsr);
    }
}

static void otd_kawpow_reduce(kawpow_hash *hash, const __m512i mix[KAWPOW_REGISTERS]) {
    const __m512i prime = _mm512_set1_epi32(KAWPOW_FNV_PRIME);
    __m512i lanes = _mm512_set1_epi32((int)KAWPOW_FNV_BASIS);
    for (uint32_t r = 0; r < KAWPOW_REGISTERS; r++) {
        lanes = _mm512_mullo_epi32(_mm512_xor_si512(lanes, mix[r]), prime);
    }
    uint32_t lane[KAWPOW_LANES];
    _mm512_storeu_si512(lane, lanes);
    for (uint32_t i = 0; i < 8; i++) {
        hash->mix[i] = otd_kawpow_fnv1a(otd_kawpow_fnv1a(KAWPOW_FNV_BASIS, lane[i]), lane[i + 8]);
    }
}

/* The items of a group: made from the light cache, or addressed in the full dataset. There the read is
 * requested now, for all hashes of the group, and used at the end of the round. */
static void otd_kawpow_find_items(const kawpow_dataset *d, const kawpow_node **items, kawpow_node *nodes,
                                  const uint32_t *number, uint32_t count) {
    if (d->full) {
        for (uint32_t h = 0; h < count; h++) {
            items[h] = d->full + (uint64_t)number[h] * 4;
            for (uint32_t line = 0; line < 4; line++) {
                _mm_prefetch((const char *)(items[h] + line), _MM_HINT_T0);
            }
        }
        return;
    }
    uint32_t index[4 * KAWPOW_GROUP] = {0};
    for (uint32_t i = 0; i < 4 * count; i++) {
        index[i] = number[i / 4] * 4 + i % 4;
    }
    otd_kawpow_halves(d, nodes, index, 4 * count);
    for (uint32_t h = 0; h < count; h++) {
        items[h] = nodes + (size_t)h * 4;
    }
}

static void otd_kawpow_mixes(const kawpow_dataset *d, const kawpow_program *program, kawpow_hash *hashes,
                             uint32_t count) {
    registers mix[KAWPOW_GROUP];
    for (uint32_t h = 0; h < count; h++) {
        otd_kawpow_fill(mix[h], &hashes[h]);
    }
    for (uint32_t round = 0; round < KAWPOW_ROUNDS; round++) {
        uint32_t number[KAWPOW_GROUP];
        kawpow_node nodes[4 * KAWPOW_GROUP];
        const kawpow_node *items[KAWPOW_GROUP];
        for (uint32_t h = 0; h < count; h++) {
            uint32_t lane[KAWPOW_LANES];
            _mm512_storeu_si512(lane, mix[h][0]);
            number[h] = lane[round % KAWPOW_LANES] % d->item_count;
        }
        otd_kawpow_find_items(d, items, nodes, number, count);
        if (count == KAWPOW_GROUP) {
            otd_run_round(mix, d, program, items, round, KAWPOW_GROUP);
        } else {
            for (uint32_t h = 0; h < count; h++) {
                otd_run_round(&mix[h], d, program, &items[h], round, 1);
            }
        }
    }
    for (uint32_t h = 0; h < count; h++) {
        otd_kawpow_reduce(&hashes[h], mix[h]);
    }
}

const kawpow_kernel otd_kawpow_avx512 = {.halves = otd_kawpow_halves, .mixes = otd_kawpow_mixes};
