/*
 * verushash_vaes.c - as AES-NI, and whole messages sixteen at a time: the chain and the key of four messages
 * share each 512-bit AES instruction, the data-dependent steps run in lock-step as in a scan. Making the key
 * is 276 dependent Haraka-256 calls, so one message alone leaves the AES units idle most of the time.
 */
#include "primitives_aesni.h"

#define LANES 48
#define KERNEL_CUSTOM
#include "kernel_body.h"

typedef __m512i wide; /* one 128-bit word of four messages */

#define GROUPS (VERUS_BATCH / 4)

INLINE wide otd_wide_load(const uint8_t *const *from, uint32_t offset) {
    __m512i x = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(from[0] + offset)));
    x = _mm512_inserti32x4(x, _mm_loadu_si128((const __m128i *)(from[1] + offset)), 1);
    x = _mm512_inserti32x4(x, _mm_loadu_si128((const __m128i *)(from[2] + offset)), 2);
    return _mm512_inserti32x4(x, _mm_loadu_si128((const __m128i *)(from[3] + offset)), 3);
}

INLINE wide otd_spread(w128 x) {
    return _mm512_broadcast_i32x4(x);
}

INLINE void otd_wide_mix2(wide *a, wide *b) {
    wide low = _mm512_unpacklo_epi32(*a, *b);
    *b = _mm512_unpackhi_epi32(*a, *b);
    *a = low;
}

INLINE void otd_wide_mix4(wide s[4]) {
    wide t = _mm512_unpacklo_epi32(s[0], s[1]);
    wide a = _mm512_unpackhi_epi32(s[0], s[1]);
    wide b = _mm512_unpacklo_epi32(s[2], s[3]);
    wide c = _mm512_unpackhi_epi32(s[2], s[3]);
    s[3] = _mm512_unpacklo_epi32(a, c);
    s[0] = _mm512_unpackhi_epi32(a, c);
    s[2] = _mm512_unpackhi_epi32(b, t);
    s[1] = _mm512_unpacklo_epi32(b, t);
}

/* One chain block of four messages: h[0..1] = Haraka512(h || block). */
INLINE void otd_wide_absorb(wide h[2], wide block0, wide block1, const w128 *rc) {
    wide s[4] = {h[0], h[1], block0, block1};
    for (int r = 0; r < 5; r++) {
        for (int m = 0; m < 2; m++) {
            for (int i = 0; i < 4; i++) {
                s[i] = _mm512_aesenc_epi128(s[i], otd_spread(rc[8 * r + 4 * m + i]));
            }
        }
        otd_wide_mix4(s);
    }
    wide in0 = h[0], in1 = h[1];
    h[0] = _mm512_unpackhi_epi64(_mm512_xor_si512(s[0], in0), _mm512_xor_si512(s[1], in1));
    h[1] = _mm512_unpacklo_epi64(_mm512_xor_si512(s[2], block0), _mm512_xor_si512(s[3], block1));
}

static void otd_wide_chain(wide (*h)[2], const uint8_t *const *messages, uint32_t blocks, const w128 *rc) {
    for (uint32_t g = 0; g < GROUPS; g += 2) { /* two groups overlap their latencies */
        wide a[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
        wide b[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
        const uint8_t *const *from_a = messages + (size_t)4 * g, *const *from_b = from_a + 4;
        for (uint32_t offset = 0; offset < 32 * blocks; offset += 32) {
            otd_wide_absorb(a, otd_wide_load(from_a, offset), otd_wide_load(from_a, offset + 16), rc);
            otd_wide_absorb(b, otd_wide_load(from_b, offset), otd_wide_load(from_b, offset + 16), rc);
        }
        h[g][0] = a[0], h[g][1] = a[1];
        h[g + 1][0] = b[0], h[g + 1][1] = b[1];
    }
}

/* Four words of four messages, turned so that each message's key takes a whole cache line. */
INLINE void otd_wide_store4(w128 (*key)[VERUS_KEY_WORDS], uint32_t word, const wide x[4]) {
    wide a = _mm512_shuffle_i32x4(x[0], x[1], 0x44), b = _mm512_shuffle_i32x4(x[2], x[3], 0x44);
    wide c = _mm512_shuffle_i32x4(x[0], x[1], 0xee), d = _mm512_shuffle_i32x4(x[2], x[3], 0xee);
    _mm512_store_si512(&key[0][word], _mm512_shuffle_i32x4(a, b, 0x88));
    _mm512_store_si512(&key[1][word], _mm512_shuffle_i32x4(a, b, 0xdd));
    _mm512_store_si512(&key[2][word], _mm512_shuffle_i32x4(c, d, 0x88));
    _mm512_store_si512(&key[3][word], _mm512_shuffle_i32x4(c, d, 0xdd));
}

/* One link of the key chain for every group: s = Haraka256(s). */
INLINE void otd_wide_haraka256(wide (*s)[2], const w128 *rc) {
    wide in[GROUPS][2];
    memcpy(in, s, sizeof in);
    for (int r = 0; r < 5; r++) {
        for (int m = 0; m < 2; m++) {
            wide rc0 = otd_spread(rc[4 * r + 2 * m]), rc1 = otd_spread(rc[4 * r + 2 * m + 1]);
            for (uint32_t g = 0; g < GROUPS; g++) {
                s[g][0] = _mm512_aesenc_epi128(s[g][0], rc0);
                s[g][1] = _mm512_aesenc_epi128(s[g][1], rc1);
            }
        }
        for (uint32_t g = 0; g < GROUPS; g++) {
            otd_wide_mix2(&s[g][0], &s[g][1]);
        }
    }
    for (uint32_t g = 0; g < GROUPS; g++) {
        s[g][0] = _mm512_xor_si512(s[g][0], in[g][0]);
        s[g][1] = _mm512_xor_si512(s[g][1], in[g][1]);
    }
}

static void otd_wide_keys(w128 (*key)[VERUS_KEY_WORDS], wide (*h)[2], const w128 *rc) {
    wide s[GROUPS][2], words[GROUPS][4];
    memcpy(s, h, sizeof s);
    for (uint32_t word = 0; word < VERUS_KEY_WORDS; word += 4) {
        for (uint32_t half = 0; half < 4; half += 2) {
            otd_wide_haraka256(s, rc);
            for (uint32_t g = 0; g < GROUPS; g++) {
                words[g][half] = s[g][0];
                words[g][half + 1] = s[g][1];
            }
        }
        for (uint32_t g = 0; g < GROUPS; g++) {
            otd_wide_store4(key + (size_t)4 * g, word, words[g]);
        }
    }
}

INLINE void otd_batch_variant(uint8_t (*out)[32], const uint8_t *const *messages, uint32_t length,
                              const int variant) {
    _Alignas(64) w128 key[VERUS_BATCH][VERUS_KEY_WORDS]; /* 141 KB of stack */
    lane lanes[VERUS_BATCH];
    uint8_t h[VERUS_BATCH][32];
    wide wide_h[GROUPS][2];
    constants128 c;
    uint32_t blocks = length / 32, tail_length = length % 32;
    otd_load_constants(&c);
    otd_wide_chain(wide_h, messages, blocks, c.rc);
    otd_wide_keys(key, wide_h, c.rc);
    for (uint32_t g = 0; g < GROUPS; g++) {
        uint8_t word[2][64];
        memcpy(word, wide_h[g], sizeof word);
        for (uint32_t n = 0; n < 4; n++) {
            memcpy(h[4 * g + n], word[0] + (size_t)16 * n, 16);
            memcpy(h[4 * g + n] + 16, word[1] + (size_t)16 * n, 16);
        }
    }
    for (uint32_t n = 0; n < VERUS_BATCH; n++) {
        lanes[n].key = key[n];
        otd_start_lane(&lanes[n], h[n], messages[n] + (size_t)32 * blocks, tail_length, variant);
    }
    otd_run_steps(lanes, VERUS_BATCH, variant);
    for (uint32_t n = 0; n < VERUS_BATCH; n++) {
        uint64_t digest[4];
        otd_end_lane(digest, &lanes[n], h[n], messages[n] + (size_t)32 * blocks, tail_length);
        memcpy(out[n], digest, 32);
    }
}

static void otd_verushash_batch(uint8_t (*out)[32], const uint8_t *const *messages, uint32_t length,
                                verus_variant variant) {
    if (variant == VERUS_22) {
        otd_batch_variant(out, messages, length, VERUS_22);
    } else if (variant == VERUS_21) {
        otd_batch_variant(out, messages, length, VERUS_21);
    } else {
        otd_batch_variant(out, messages, length, VERUS_20);
    }
}

const verus_kernel otd_verus_vaes = {.hash = otd_verushash_hash,
                                     .batch = otd_verushash_batch,
                                     .scan = otd_verushash_scan,
                                     .workspace_bytes = sizeof(workspace)};
