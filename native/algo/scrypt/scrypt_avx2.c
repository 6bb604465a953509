/* scrypt_avx2.c - 256-bit vectors: two hashes per vector, four vectors in flight (1 MiB of pads). */
#include <immintrin.h>

#define VEC __m256i
#define LANES 8
#define QUADS 2
#define GROUPS 4
#define V_ADD(x, y) _mm256_add_epi32(x, y)
#define V_XOR(x, y) _mm256_xor_si256(x, y)
#define V_ROL(x, n) _mm256_or_si256(_mm256_slli_epi32(x, n), _mm256_srli_epi32(x, 32 - (n)))
#define V_SHR(x, n) _mm256_srli_epi32(x, n)
#define V_SET1(x) _mm256_set1_epi32((int)(x))
#define V_LOAD(p) _mm256_load_si256((const __m256i *)(p))
#define V_STORE(p, x) _mm256_store_si256((__m256i *)(p), x)
#define V_CH(x, y, z) V_XOR(z, _mm256_and_si256(x, V_XOR(y, z)))
#define V_MAJ(x, y, z) _mm256_or_si256(_mm256_and_si256(x, y), _mm256_and_si256(z, _mm256_or_si256(x, y)))
#define V_XOR3(x, y, z) V_XOR(V_XOR(x, y), z)
#define V_TURN1(x) _mm256_shuffle_epi32(x, 0x39)
#define V_TURN2(x) _mm256_shuffle_epi32(x, 0x4e)
#define V_TURN3(x) _mm256_shuffle_epi32(x, 0x93)
#define V_FIRST(x, q)                                                                                        \
    ((uint32_t)_mm_cvtsi128_si32((q) == 0 ? _mm256_castsi256_si128(x) : _mm256_extracti128_si256(x, 1)))
#define V_XOR_QUARTERS(x, entry, row) V_XOR(x, _mm256_blend_epi32((entry)[0][row], (entry)[1][row], 0xf0))

#include "scrypt_lanes.h"

const otd_scrypt_kernel otd_scrypt_kernel_avx2 = {otd_scrypt_lanes_hash, FLIGHT};
