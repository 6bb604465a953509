/* verthash_avx512.c - eight SHA3 states or sixteen hashes per 512-bit vector. */
#include <immintrin.h>

#include "verthash.h"

#define UNROLL _Pragma("GCC unroll 32")
#define KEC __m512i
#define KEC_LANES 8
#define K_XOR(a, b) _mm512_xor_si512(a, b)
#define K_XOR3(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0x96)
#define K_CHI(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0xd2)
#define K_ROL(a, n) _mm512_rol_epi64(a, n)
#define K_AND(a, b) _mm512_and_si512(a, b)
#define K_OR(a, b) _mm512_or_si512(a, b)
#define K_SHL(a, n) _mm512_slli_epi64(a, n)
#define K_SET1(x) _mm512_set1_epi64((long long)(x))

/* Lane l in the low half beside lane l + 4 in the high half: four words of each. */
#define PAIR(p, l)                                                                                           \
    _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)(p)[l])),                  \
                       _mm256_loadu_si256((const __m256i *)(p)[(l) + 4]), 1)
/* Both transposes are of 4 x 4 words inside each 256-bit half. */
#define TRANSPOSE64(o0, o1, o2, o3, i0, i1, i2, i3)                                                          \
    do {                                                                                                     \
        const __m512i low = _mm512_set_epi64(13, 12, 5, 4, 9, 8, 1, 0);                                      \
        const __m512i high = _mm512_set_epi64(15, 14, 7, 6, 11, 10, 3, 2);                                   \
        __m512i t0 = _mm512_unpacklo_epi64(i0, i1), t1 = _mm512_unpackhi_epi64(i0, i1);                      \
        __m512i t2 = _mm512_unpacklo_epi64(i2, i3), t3 = _mm512_unpackhi_epi64(i2, i3);                      \
        o0 = _mm512_permutex2var_epi64(t0, low, t2);                                                         \
        o1 = _mm512_permutex2var_epi64(t1, low, t3);                                                         \
        o2 = _mm512_permutex2var_epi64(t0, high, t2);                                                        \
        o3 = _mm512_permutex2var_epi64(t1, high, t3);                                                        \
    } while (0)
#define K_GATHER(out, p)                                                                                     \
    do {                                                                                                     \
        __m512i in0 = PAIR(p, 0), in1 = PAIR(p, 1), in2 = PAIR(p, 2), in3 = PAIR(p, 3);                      \
        TRANSPOSE64((out)[0], (out)[1], (out)[2], (out)[3], in0, in1, in2, in3);                             \
    } while (0)
#define PUT(p, l, x)                                                                                         \
    do {                                                                                                     \
        _mm256_storeu_si256((__m256i *)(p)[l], _mm512_castsi512_si256(x));                                   \
        _mm256_storeu_si256((__m256i *)(p)[(l) + 4], _mm512_extracti64x4_epi64(x, 1));                       \
    } while (0)
#define K_SCATTER(p, in)                                                                                     \
    do {                                                                                                     \
        __m512i n0, n1, n2, n3;                                                                              \
        TRANSPOSE64(n0, n1, n2, n3, (in)[0], (in)[1], (in)[2], (in)[3]);                                     \
        PUT(p, 0, n0);                                                                                       \
        PUT(p, 1, n1);                                                                                       \
        PUT(p, 2, n2);                                                                                       \
        PUT(p, 3, n3);                                                                                       \
    } while (0)

#define SEEK __m512i
#define SEEK_LANES 16
#define GROUPS 2
#define S_LOAD(p) _mm512_load_si512(p)
#define S_STORE(p, x) _mm512_store_si512(p, x)
#define S_XOR(a, b) _mm512_xor_si512(a, b)
#define S_MUL(a, b) _mm512_mullo_epi32(a, b)
#define S_SET1(x) _mm512_set1_epi32((int)(x))
#define S_TURN(x, n) _mm512_rolv_epi32(x, S_SET1(n))
#define S_SLOT(x, data) otd_slot(x, data)
#define S_ROWS(out, base, o) otd_rows(out, base, o)

/* The quotient comes from a multiplication by a truncated inverse and may be one too small. */
static inline __m512i otd_slot(__m512i x, const otd_verthash_data *data) {
    const __m512i inverse = _mm512_set1_epi64((long long)data->inverse);
    const __m128i shift = _mm_cvtsi32_si128((int)(32 + data->shift));
    const __m512i slots = S_SET1(data->slots);
    __m512i even = _mm512_srl_epi64(_mm512_mul_epu32(x, inverse), shift);
    __m512i odd = _mm512_srl_epi64(_mm512_mul_epu32(_mm512_srli_epi64(x, 32), inverse), shift);
    __m512i quotient = _mm512_mask_mov_epi32(even, 0xaaaa, _mm512_slli_epi64(odd, 32));
    __m512i rest = _mm512_sub_epi32(x, S_MUL(quotient, slots));
    return _mm512_min_epu32(rest, _mm512_sub_epi32(rest, slots));
}

/* Reads sixteen slots and transposes them: hash l beside hash l + 8, then 8 x 8 words in each half. */
static inline void otd_rows(__m512i out[8], const char *base, const uint32_t *places) {
    __m512i a[8], b[8];
    UNROLL
    for (int l = 0; l < 8; l++) {
        __m256i low = _mm256_loadu_si256((const __m256i *)(base + places[l]));
        __m256i high = _mm256_loadu_si256((const __m256i *)(base + places[l + 8]));
        a[l] = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
    }
    UNROLL
    for (int l = 0; l < 8; l += 2) {
        b[l] = _mm512_unpacklo_epi32(a[l], a[l + 1]);
        b[l + 1] = _mm512_unpackhi_epi32(a[l], a[l + 1]);
    }
    UNROLL
    for (int l = 0; l < 8; l += 4) {
        a[l] = _mm512_unpacklo_epi64(b[l], b[l + 2]);
        a[l + 1] = _mm512_unpackhi_epi64(b[l], b[l + 2]);
        a[l + 2] = _mm512_unpacklo_epi64(b[l + 1], b[l + 3]);
        a[l + 3] = _mm512_unpackhi_epi64(b[l + 1], b[l + 3]);
    }
    const __m512i low = _mm512_set_epi64(13, 12, 5, 4, 9, 8, 1, 0);
    const __m512i high = _mm512_set_epi64(15, 14, 7, 6, 11, 10, 3, 2);
    UNROLL
    for (int l = 0; l < 4; l++) {
        out[l] = _mm512_permutex2var_epi64(a[l], low, a[l + 4]);
        out[l + 4] = _mm512_permutex2var_epi64(a[l], high, a[l + 4]);
    }
}

#include "verthash_lanes.h"

const otd_verthash_kernel otd_verthash_kernel_avx512 = {otd_lanes_nodes, otd_lanes_hash};
