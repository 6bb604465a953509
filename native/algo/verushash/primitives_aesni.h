/* primitives_aesni.h - the 128-bit primitives in AES-NI and PCLMUL: each is one instruction or two. */
#include <immintrin.h>
#include <stdint.h>

typedef __m128i w128;

#define PRIMITIVE static inline __attribute__((always_inline))

PRIMITIVE w128 load128(const w128 *p) {
    return _mm_load_si128(p);
}
PRIMITIVE void store128(w128 *p, w128 x) {
    _mm_store_si128(p, x);
}
PRIMITIVE w128 xor128(w128 a, w128 b) {
    return _mm_xor_si128(a, b);
}
PRIMITIVE w128 aesenc(w128 state, w128 key) {
    return _mm_aesenc_si128(state, key);
}
PRIMITIVE w128 clmul(w128 x) {
    return _mm_clmulepi64_si128(x, x, 0x10);
}
PRIMITIVE w128 mulhrs(w128 a, w128 b) {
    return _mm_mulhrs_epi16(a, b);
}
PRIMITIVE uint64_t low64(w128 x) {
    return (uint64_t)_mm_cvtsi128_si64(x);
}
PRIMITIVE uint64_t high64(w128 x) {
    return (uint64_t)_mm_extract_epi64(x, 1);
}
PRIMITIVE w128 from64(uint64_t low) {
    return _mm_cvtsi64_si128((long long)low);
}
PRIMITIVE w128 set64(uint64_t high, uint64_t low) {
    return _mm_set_epi64x((long long)high, (long long)low);
}
/* bit ? one : zero, without a branch. */
#define CHOOSES 1
PRIMITIVE w128 choose128(int bit, w128 one, w128 zero) {
    w128 mask = _mm_set1_epi32(-bit);
    return _mm_xor_si128(zero, _mm_and_si128(mask, _mm_xor_si128(one, zero)));
}
PRIMITIVE void prefetch(const w128 *p) {
    _mm_prefetch((const char *)p, _MM_HINT_T0);
}
PRIMITIVE void mix2(w128 *a, w128 *b) {
    w128 low = _mm_unpacklo_epi32(*a, *b);
    *b = _mm_unpackhi_epi32(*a, *b);
    *a = low;
}
PRIMITIVE void mix4(w128 s[4]) {
    w128 t = _mm_unpacklo_epi32(s[0], s[1]);
    w128 a = _mm_unpackhi_epi32(s[0], s[1]);
    w128 b = _mm_unpacklo_epi32(s[2], s[3]);
    w128 c = _mm_unpackhi_epi32(s[2], s[3]);
    s[3] = _mm_unpacklo_epi32(a, c);
    s[0] = _mm_unpackhi_epi32(a, c);
    s[2] = _mm_unpackhi_epi32(b, t);
    s[1] = _mm_unpacklo_epi32(b, t);
}
