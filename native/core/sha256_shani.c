/*
 * sha256_shani.c - one block or two at a time on sha256rnds2, which keeps the state as two registers:
 * ABEF and CDGH, most significant word first. Four rounds and four schedule words per step. The rounds of one
 * message wait four cycles for each other; those of a second one fit in between.
 */
#include "sha256_shani.h"

#include <immintrin.h>

#include "sha256.h"

/* Four rounds with the four words in w. */
static inline void otd_rounds4(__m128i *abef, __m128i *cdgh, __m128i w, const uint32_t *k) {
    __m128i wk = _mm_add_epi32(w, _mm_loadu_si128((const __m128i *)k));
    *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, wk);
    *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(wk, 0x0e));
}

/* The next four schedule words from the last sixteen. */
static inline __m128i otd_schedule4(__m128i w0, __m128i w1, __m128i w2, __m128i w3) {
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    return _mm_sha256msg2_epu32(sum, w3);
}

/* From eight words to the two registers, and back. */
static inline void otd_enter(__m128i *abef, __m128i *cdgh, const uint32_t state[8]) {
    __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
    __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
    *abef = _mm_alignr_epi8(cdab, efgh, 8);
    *cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
}

static inline void otd_leave(uint32_t state[8], __m128i abef, __m128i cdgh) {
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

static inline __m128i otd_words4(const uint8_t *block, int i) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bll, 0x0405060700010203ll);
    return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(block + 16 * i)), swap);
}

void otd_sha256_blocks_shani(uint32_t state[8], const uint8_t *blocks, size_t count) {
    __m128i abef, cdgh;
    otd_enter(&abef, &cdgh, state);
    for (; count > 0; count--, blocks += 64) {
        __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w[4];
        for (int i = 0; i < 4; i++) {
            w[i] = otd_words4(blocks, i);
            otd_rounds4(&abef, &cdgh, w[i], otd_sha256_k + 4 * i);
        }
#pragma GCC unroll 12
        for (int i = 4; i < 16; i++) {
            w[i & 3] = otd_schedule4(w[i & 3], w[(i + 1) & 3], w[(i + 2) & 3], w[(i + 3) & 3]);
            otd_rounds4(&abef, &cdgh, w[i & 3], otd_sha256_k + 4 * i);
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    otd_leave(state, abef, cdgh);
}

void otd_sha256_blocks_two_shani(uint32_t states[2][8], const uint8_t *const blocks[2], size_t count) {
    __m128i abef0, cdgh0, abef1, cdgh1;
    otd_enter(&abef0, &cdgh0, states[0]);
    otd_enter(&abef1, &cdgh1, states[1]);
    for (size_t at = 0; at < 64 * count; at += 64) {
        __m128i before[4] = {abef0, cdgh0, abef1, cdgh1};
        __m128i v[4], w[4];
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            v[i] = otd_words4(blocks[0] + at, i);
            w[i] = otd_words4(blocks[1] + at, i);
            otd_rounds4(&abef0, &cdgh0, v[i], otd_sha256_k + 4 * i);
            otd_rounds4(&abef1, &cdgh1, w[i], otd_sha256_k + 4 * i);
        }
#pragma GCC unroll 12
        for (int i = 4; i < 16; i++) {
            v[i & 3] = otd_schedule4(v[i & 3], v[(i + 1) & 3], v[(i + 2) & 3], v[(i + 3) & 3]);
            w[i & 3] = otd_schedule4(w[i & 3], w[(i + 1) & 3], w[(i + 2) & 3], w[(i + 3) & 3]);
            otd_rounds4(&abef0, &cdgh0, v[i & 3], otd_sha256_k + 4 * i);
            otd_rounds4(&abef1, &cdgh1, w[i & 3], otd_sha256_k + 4 * i);
        }
        abef0 = _mm_add_epi32(abef0, before[0]);
        cdgh0 = _mm_add_epi32(cdgh0, before[1]);
        abef1 = _mm_add_epi32(abef1, before[2]);
        cdgh1 = _mm_add_epi32(cdgh1, before[3]);
    }
    otd_leave(states[0], abef0, cdgh0);
    otd_leave(states[1], abef1, cdgh1);
}
