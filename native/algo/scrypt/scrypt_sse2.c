/* scrypt_sse2.c - 128-bit vectors, the baseline of x86-64: four hashes in flight (512 KiB of pads). */
#include <emmintrin.h>

#define VEC __m128i
#define LANES 4
#define QUADS 1
#define GROUPS 4
#define V_ADD(x, y) _mm_add_epi32(x, y)
#define V_XOR(x, y) _mm_xor_si128(x, y)
#define V_ROL(x, n) _mm_or_si128(_mm_slli_epi32(x, n), _mm_srli_epi32(x, 32 - (n)))
#define V_SHR(x, n) _mm_srli_epi32(x, n)
#define V_SET1(x) _mm_set1_epi32((int)(x))
#define V_LOAD(p) _mm_load_si128((const __m128i *)(p))
#define V_STORE(p, x) _mm_store_si128((__m128i *)(p), x)
#define V_CH(x, y, z) V_XOR(z, _mm_and_si128(x, V_XOR(y, z)))
#define V_MAJ(x, y, z) _mm_or_si128(_mm_and_si128(x, y), _mm_and_si128(z, _mm_or_si128(x, y)))
#define V_XOR3(x, y, z) V_XOR(V_XOR(x, y), z)
#define V_TURN1(x) _mm_shuffle_epi32(x, 0x39)
#define V_TURN2(x) _mm_shuffle_epi32(x, 0x4e)
#define V_TURN3(x) _mm_shuffle_epi32(x, 0x93)
#define V_FIRST(x, q) ((uint32_t)_mm_cvtsi128_si32(x))
#define V_XOR_QUARTERS(x, entry, row) V_XOR(x, (entry)[0][row])

#include "scrypt_lanes.h"

const otd_scrypt_kernel otd_scrypt_kernel_sse2 = {otd_scrypt_lanes_hash, FLIGHT};
