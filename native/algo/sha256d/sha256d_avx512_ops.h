/* sha256d_avx512_ops.h - the operations of sha256d_lanes.h and sha256d_schedule.h on sixteen lanes. */
#ifndef OTD_ALGO_SHA256D_AVX512_OPS_H
#define OTD_ALGO_SHA256D_AVX512_OPS_H

#include <immintrin.h>

#define OTD_LANES 16u
typedef __m512i otd_v;

#define OTD_ADD(x, y) _mm512_add_epi32(x, y)
#define OTD_SET(word) _mm512_set1_epi32((int)(word))
#define OTD_XOR3(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0x96)
#define OTD_BIG0(x) OTD_XOR3(_mm512_ror_epi32(x, 2), _mm512_ror_epi32(x, 13), _mm512_ror_epi32(x, 22))
#define OTD_BIG1(x) OTD_XOR3(_mm512_ror_epi32(x, 6), _mm512_ror_epi32(x, 11), _mm512_ror_epi32(x, 25))
#define OTD_SMALL0(x) OTD_XOR3(_mm512_ror_epi32(x, 7), _mm512_ror_epi32(x, 18), _mm512_srli_epi32(x, 3))
#define OTD_SMALL1(x) OTD_XOR3(_mm512_ror_epi32(x, 17), _mm512_ror_epi32(x, 19), _mm512_srli_epi32(x, 10))
#define OTD_CH(e, f, g) _mm512_ternarylogic_epi32(e, f, g, 0xca)
#define OTD_MAJ(a, b, c) _mm512_ternarylogic_epi32(a, b, c, 0xe8)
#define OTD_LOAD(p) _mm512_load_si512(p)
#define OTD_STORE(p, x) _mm512_store_si512(p, x)
#define OTD_NONCES(first) otd_nonces(first)
#define OTD_AT_MOST(x, limit) otd_at_most(x, limit)

static inline __m512i otd_swap_bytes(__m512i x) {
    const __m512i order = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0bll, 0x0405060700010203ll));
    return _mm512_shuffle_epi8(x, order);
}

static inline __m512i otd_nonces(unsigned first) {
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    return otd_swap_bytes(_mm512_add_epi32(_mm512_set1_epi32((int)first), lane));
}

static inline unsigned otd_at_most(__m512i x, unsigned limit) {
    return _mm512_cmple_epu32_mask(otd_swap_bytes(x), _mm512_set1_epi32((int)limit));
}

#endif /* OTD_ALGO_SHA256D_AVX512_OPS_H */
