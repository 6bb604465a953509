/* sha256d_avx2.c - eight nonces per register; a rotate is two shifts and an or. */
#include <immintrin.h>

#define OTD_LANES 8u
typedef __m256i otd_v;

#define OTD_ADD(x, y) _mm256_add_epi32(x, y)
#define OTD_SET(word) _mm256_set1_epi32((int)(word))
#define OTD_XOR(x, y) _mm256_xor_si256(x, y)
#define OTD_ROR(x, n) OTD_XOR(_mm256_srli_epi32(x, n), _mm256_slli_epi32(x, 32 - (n)))
#define OTD_BIG0(x) OTD_XOR(OTD_XOR(OTD_ROR(x, 2), OTD_ROR(x, 13)), OTD_ROR(x, 22))
#define OTD_BIG1(x) OTD_XOR(OTD_XOR(OTD_ROR(x, 6), OTD_ROR(x, 11)), OTD_ROR(x, 25))
#define OTD_SMALL0(x) OTD_XOR(OTD_XOR(OTD_ROR(x, 7), OTD_ROR(x, 18)), _mm256_srli_epi32(x, 3))
#define OTD_SMALL1(x) OTD_XOR(OTD_XOR(OTD_ROR(x, 17), OTD_ROR(x, 19)), _mm256_srli_epi32(x, 10))
#define OTD_CH(e, f, g) OTD_XOR(g, _mm256_and_si256(e, OTD_XOR(f, g)))
#define OTD_MAJ(a, b, c) OTD_XOR(b, _mm256_and_si256(OTD_XOR(a, b), OTD_XOR(b, c)))
#define OTD_LOAD(p) _mm256_load_si256(p)
#define OTD_STORE(p, x) _mm256_store_si256(p, x)
#define OTD_NONCES(first) otd_nonces(first)
#define OTD_AT_MOST(x, limit) otd_at_most(x, limit)

static inline __m256i otd_swap_bytes(__m256i x) {
    const __m256i order =
        _mm256_broadcastsi128_si256(_mm_set_epi64x(0x0c0d0e0f08090a0bll, 0x0405060700010203ll));
    return _mm256_shuffle_epi8(x, order);
}

static inline __m256i otd_nonces(unsigned first) {
    const __m256i lane = _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0);
    return otd_swap_bytes(_mm256_add_epi32(_mm256_set1_epi32((int)first), lane));
}

/* x <= limit, unsigned, is min(x, limit) == x. */
static inline unsigned otd_at_most(__m256i x, unsigned limit) {
    __m256i value = otd_swap_bytes(x);
    __m256i smaller = _mm256_min_epu32(value, _mm256_set1_epi32((int)limit));
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(smaller, value)));
}

#include "sha256d_lanes.h"

static uint64_t otd_scan_avx2(const otd_sha256d_job *job, uint32_t first, uint64_t groups,
                              otd_sha256d_found *found) {
    return otd_lanes_scan(job, first, groups, found);
}

const otd_sha256d_kernel otd_sha256d_avx2 = {otd_scan_avx2, otd_sha256d_hash_serial};
