/* verthash_avx2.c - four SHA3 states or eight hashes per 256-bit vector. */
#include <immintrin.h>

#include "verthash.h"

#define UNROLL _Pragma("GCC unroll 32")
#define KEC __m256i
#define KEC_LANES 4
#define K_XOR(a, b) _mm256_xor_si256(a, b)
#define K_XOR3(a, b, c) K_XOR(K_XOR(a, b), c)
#define K_CHI(a, b, c) K_XOR(a, _mm256_andnot_si256(b, c))
#define K_ROL(a, n) _mm256_or_si256(_mm256_slli_epi64(a, n), _mm256_srli_epi64(a, 64 - (n)))
#define K_AND(a, b) _mm256_and_si256(a, b)
#define K_OR(a, b) _mm256_or_si256(a, b)
#define K_SHL(a, n) _mm256_slli_epi64(a, n)
#define K_SET1(x) _mm256_set1_epi64x((long long)(x))

/* A 4 x 4 transpose of 64-bit words. */
#define TRANSPOSE64(o0, o1, o2, o3, i0, i1, i2, i3)                                                          \
    do {                                                                                                     \
        __m256i t0 = _mm256_unpacklo_epi64(i0, i1), t1 = _mm256_unpackhi_epi64(i0, i1);                      \
        __m256i t2 = _mm256_unpacklo_epi64(i2, i3), t3 = _mm256_unpackhi_epi64(i2, i3);                      \
        o0 = _mm256_permute2x128_si256(t0, t2, 0x20);                                                        \
        o1 = _mm256_permute2x128_si256(t1, t3, 0x20);                                                        \
        o2 = _mm256_permute2x128_si256(t0, t2, 0x31);                                                        \
        o3 = _mm256_permute2x128_si256(t1, t3, 0x31);                                                        \
    } while (0)
#define GET(p) _mm256_loadu_si256((const __m256i *)(p))
#define K_GATHER(out, p)                                                                                     \
    do {                                                                                                     \
        __m256i in0 = GET((p)[0]), in1 = GET((p)[1]), in2 = GET((p)[2]), in3 = GET((p)[3]);                  \
        TRANSPOSE64((out)[0], (out)[1], (out)[2], (out)[3], in0, in1, in2, in3);                             \
    } while (0)
#define K_SCATTER(p, in)                                                                                     \
    do {                                                                                                     \
        __m256i n0, n1, n2, n3;                                                                              \
        TRANSPOSE64(n0, n1, n2, n3, (in)[0], (in)[1], (in)[2], (in)[3]);                                     \
        _mm256_storeu_si256((__m256i *)(p)[0], n0);                                                          \
        _mm256_storeu_si256((__m256i *)(p)[1], n1);                                                          \
        _mm256_storeu_si256((__m256i *)(p)[2], n2);                                                          \
        _mm256_storeu_si256((__m256i *)(p)[3], n3);                                                          \
    } while (0)

#define SEEK __m256i
#define SEEK_LANES 8
#define GROUPS 4
#define S_LOAD(p) _mm256_load_si256((const __m256i *)(p))
#define S_STORE(p, x) _mm256_store_si256((__m256i *)(p), x)
#define S_XOR(a, b) _mm256_xor_si256(a, b)
#define S_MUL(a, b) _mm256_mullo_epi32(a, b)
#define S_SET1(x) _mm256_set1_epi32((int)(x))
#define S_TURN(x, n)                                                                                         \
    _mm256_or_si256(_mm256_sll_epi32(x, _mm_cvtsi32_si128((int)(n))),                                        \
                    _mm256_srl_epi32(x, _mm_cvtsi32_si128((int)(32 - (n)))))
#define S_SLOT(x, data) otd_slot(x, data)
#define S_ROWS(out, base, o) otd_rows(out, base, o)

/* The quotient comes from a multiplication by a truncated inverse and may be one too small. */
static inline __m256i otd_slot(__m256i x, const otd_verthash_data *data) {
    const __m256i inverse = _mm256_set1_epi64x((long long)data->inverse);
    const __m128i shift = _mm_cvtsi32_si128((int)(32 + data->shift));
    const __m256i slots = S_SET1(data->slots);
    __m256i even = _mm256_srl_epi64(_mm256_mul_epu32(x, inverse), shift);
    __m256i odd = _mm256_srl_epi64(_mm256_mul_epu32(_mm256_srli_epi64(x, 32), inverse), shift);
    __m256i quotient = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa);
    __m256i rest = _mm256_sub_epi32(x, S_MUL(quotient, slots));
    return _mm256_min_epu32(rest, _mm256_sub_epi32(rest, slots));
}

/* Reads eight slots and transposes their 8 x 8 words. */
static inline void otd_rows(__m256i out[8], const char *base, const uint32_t *places) {
    __m256i a[8], b[8];
    UNROLL
    for (int l = 0; l < 8; l++) {
        a[l] = GET(base + places[l]);
    }
    UNROLL
    for (int l = 0; l < 8; l += 2) {
        b[l] = _mm256_unpacklo_epi32(a[l], a[l + 1]);
        b[l + 1] = _mm256_unpackhi_epi32(a[l], a[l + 1]);
    }
    UNROLL
    for (int l = 0; l < 8; l += 4) {
        a[l] = _mm256_unpacklo_epi64(b[l], b[l + 2]);
        a[l + 1] = _mm256_unpackhi_epi64(b[l], b[l + 2]);
        a[l + 2] = _mm256_unpacklo_epi64(b[l + 1], b[l + 3]);
        a[l + 3] = _mm256_unpackhi_epi64(b[l + 1], b[l + 3]);
    }
    UNROLL
    for (int l = 0; l < 4; l++) {
        out[l] = _mm256_permute2x128_si256(a[l], a[l + 4], 0x20);
        out[l + 4] = _mm256_permute2x128_si256(a[l], a[l + 4], 0x31);
    }
}

#include "verthash_lanes.h"

const otd_verthash_kernel otd_verthash_kernel_avx2 = {otd_lanes_nodes, otd_lanes_hash};
