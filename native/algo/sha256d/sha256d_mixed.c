/*
 * sha256d_mixed.c - both units of a core that has SHA extensions and AVX-512: schedules for sixteen nonces at
 * once in 512-bit registers, rounds per nonce on sha256rnds2. The two kinds of instruction wait for
 * different parts of the core, and sha256msg1/2, the slow part of the SHA extensions, is not needed.
 *
 * Between them lies a table of W + K: pair p holds words 2p, 2p + 1 of sixteen nonces, 8 bytes each.
 * Nonce 4L + j of a group lies where a 32-bit unpack of the two words puts it: 64 * (j / 2) + 16 * L + 8 * (j
 * % 2).
 */
#include <immintrin.h>
#include <string.h>

#include "sha256d_avx512_ops.h"

#include "sha256d_schedule.h"

enum { OTD_PAIRS = 32, OTD_PAIR_BYTES = 128, OTD_STREAMS = 4 };

typedef struct otd_mixed_buffer {
    uint8_t first[OTD_PAIRS][OTD_PAIR_BYTES] __attribute__((aligned(64)));
    uint8_t second[OTD_PAIRS][OTD_PAIR_BYTES] __attribute__((aligned(64)));
    /* Row 4 * j + L holds nonce 4L + j: words F, E, B, A, then in the other array H, G, D, C. */
    uint32_t abef[16][4] __attribute__((aligned(64)));
    uint32_t cdgh[16][4] __attribute__((aligned(64)));
    uint32_t last[16] __attribute__((aligned(64)));
} otd_mixed_buffer;

static inline void otd_keep_pair(uint8_t *pair, otd_v even, otd_v odd) {
    _mm512_store_si512(pair, _mm512_unpacklo_epi32(even, odd));
    _mm512_store_si512(pair + 64, _mm512_unpackhi_epi32(even, odd));
}

#define OTD_KEEP(r, w, i)                                                                                    \
    do {                                                                                                     \
        if ((i) % 2 == 0) {                                                                                  \
            even = OTD_WK(w, i);                                                                             \
        } else {                                                                                             \
            otd_keep_pair(table[(i) / 2], even, OTD_WK(w, i));                                               \
        }                                                                                                    \
    } while (0)

static inline void otd_mixed_first(uint8_t table[OTD_PAIRS][OTD_PAIR_BYTES], const otd_sha256d_lane_job *job,
                                   otd_v nonces) {
    otd_v even;
    otd_keep_pair(table[1], OTD_SET(job->wk[2]), OTD_WK(nonces, 3));
    OTD_FIRST_WORDS(OTD_KEEP, job, nonces);
}

/* Four rows of one word each from sixteen rows of four words. */
static inline void otd_columns(otd_v out[4], const uint32_t rows[16][4]) {
    otd_v r0 = _mm512_load_si512(rows[0]), r1 = _mm512_load_si512(rows[4]);
    otd_v r2 = _mm512_load_si512(rows[8]), r3 = _mm512_load_si512(rows[12]);
    otd_v lo01 = _mm512_unpacklo_epi32(r0, r1), hi01 = _mm512_unpackhi_epi32(r0, r1);
    otd_v lo23 = _mm512_unpacklo_epi32(r2, r3), hi23 = _mm512_unpackhi_epi32(r2, r3);
    out[0] = _mm512_unpacklo_epi64(lo01, lo23);
    out[1] = _mm512_unpackhi_epi64(lo01, lo23);
    out[2] = _mm512_unpacklo_epi64(hi01, hi23);
    out[3] = _mm512_unpackhi_epi64(hi01, hi23);
}

/*
 * The rounds of sixteen nonces, four at a time, cut into steps of two rounds so that schedule words can be
 * laid between them: steps 0..30 belong to nonces 0..3, the next 31 to nonces 4..7, and so on.
 */
enum { OTD_STEPS_OF_QUAD = 31, OTD_STEPS = 4 * OTD_STEPS_OF_QUAD };

typedef struct otd_mixed_rounds {
    __m128i abef[OTD_STREAMS], cdgh[OTD_STREAMS];
} otd_mixed_rounds;

#define OTD_INLINE static inline __attribute__((always_inline))

OTD_INLINE __m128i otd_load_pair(const void *p) {
    return _mm_loadl_epi64((const __m128i *)p);
}

OTD_INLINE __m128i otd_load4(const uint32_t *p) {
    return _mm_load_si128((const __m128i *)(const void *)p);
}

/* Two rounds of one stream. */
OTD_INLINE void otd_two_rounds(otd_mixed_rounds *r, int s, __m128i wk) {
    __m128i next = _mm_sha256rnds2_epu32(r->cdgh[s], r->abef[s], wk);
    r->cdgh[s] = r->abef[s];
    r->abef[s] = next;
}

/* Where W + K of pair p of stream s lies; the pairs of padding words are the same for all. */
OTD_INLINE const void *otd_pair_at(const uint8_t table[OTD_PAIRS][OTD_PAIR_BYTES], int p, int quad, int s) {
    return table[p] + 64 * (s / 2) + 16 * quad + 8 * (s % 2);
}

/* Rounds 2..63 of the first hash under one version, and the addition of the midstate. */
OTD_INLINE void otd_step_first(otd_mixed_rounds *r, otd_mixed_buffer *buffer, const otd_sha256d_lane_job *job,
                               const otd_sha256d_lane_version *version, int step) {
    int quad = step / OTD_STEPS_OF_QUAD, p = step % OTD_STEPS_OF_QUAD + 1;
#pragma GCC unroll 4
    for (int s = 0; s < OTD_STREAMS; s++) {
        if (p == 1) {
            r->abef[s] = otd_load4(version->start_abef);
            r->cdgh[s] = otd_load4(version->start_cdgh);
        }
        otd_two_rounds(r, s,
                       otd_load_pair(p >= 2 && p < 9 ? (const void *)&job->wk[2 * p]
                                                     : otd_pair_at(buffer->first, p, quad, s)));
        if (p == 31) {
            _mm_store_si128((__m128i *)(void *)buffer->abef[4 * s + quad],
                            _mm_add_epi32(r->abef[s], otd_load4(version->mid_abef)));
            _mm_store_si128((__m128i *)(void *)buffer->cdgh[4 * s + quad],
                            _mm_add_epi32(r->cdgh[s], otd_load4(version->mid_cdgh)));
        }
    }
}

/* Rounds 0..61 of the second hash; e of round 60 is then in the place of f. */
OTD_INLINE void otd_step_second(otd_mixed_rounds *r, otd_mixed_buffer *buffer,
                                const otd_sha256d_lane_job *job, int step) {
    int quad = step / OTD_STEPS_OF_QUAD, p = step % OTD_STEPS_OF_QUAD;
#pragma GCC unroll 4
    for (int s = 0; s < OTD_STREAMS; s++) {
        if (p == 0) {
            r->abef[s] = otd_load4(job->second_abef);
            r->cdgh[s] = otd_load4(job->second_cdgh);
        }
        otd_two_rounds(r, s,
                       otd_load_pair(p >= 4 && p < 8 ? (const void *)&job->second_wk[2 * p]
                                                     : otd_pair_at(buffer->second, p, quad, s)));
        if (p == 30) {
            buffer->last[4 * quad + s] = (uint32_t)_mm_cvtsi128_si32(r->abef[s]);
        }
    }
}

/* Steps that belong beside word n of `words`, so that all are done with the last one. */
#define OTD_STEPS_BESIDE(n, words, step)                                                                     \
    _Pragma("GCC unroll 4") for (int at = (n)*OTD_STEPS / (words); at < ((n) + 1) * OTD_STEPS / (words);     \
                                 at++) {                                                                     \
        step(at);                                                                                            \
    }

#define OTD_STEP_FIRST(at) otd_step_first(&rounds, buffer, job, version, at)
#define OTD_STEP_SECOND(at) otd_step_second(&rounds, buffer, job, at)
#define OTD_KEEP_BESIDE_FIRST(r, w, i)                                                                       \
    OTD_KEEP(r, w, i);                                                                                       \
    OTD_STEPS_BESIDE((i) < 8 ? (i) : (i)-8, 53, OTD_STEP_FIRST)
#define OTD_LAST_BESIDE_FIRST(w, i) OTD_KEEP_BESIDE_FIRST(0, w, i)
#define OTD_KEEP_BESIDE_SECOND(r, w, i)                                                                      \
    OTD_KEEP(r, w, i);                                                                                       \
    OTD_STEPS_BESIDE((i)-18, 46, OTD_STEP_SECOND)
#define OTD_NO_PAD()

/* Second schedule of the item whose first hash is in the buffer, beside the first hash of the next item. */
static void otd_mixed_stage_first(otd_mixed_buffer *buffer, const otd_sha256d_lane_job *job,
                                  const otd_sha256d_lane_version *version) {
    uint8_t(*table)[OTD_PAIR_BYTES] = buffer->second;
    otd_mixed_rounds rounds;
    otd_v feba[4], hgdc[4], even;
    otd_columns(feba, (const uint32_t(*)[4])buffer->abef);
    otd_columns(hgdc, (const uint32_t(*)[4])buffer->cdgh);
    otd_v w0 = feba[3], w1 = feba[2], w2 = hgdc[3], w3 = hgdc[2];
    otd_v w4 = feba[1], w5 = feba[0], w6 = hgdc[1], w7 = hgdc[0];
    OTD_KEEP_BESIDE_FIRST(0, w0, 0);
    OTD_SECOND_WORDS(OTD_KEEP_BESIDE_FIRST, OTD_NO_PAD, OTD_LAST_BESIDE_FIRST, OTD_LAST_BESIDE_FIRST,
                     OTD_LAST_BESIDE_FIRST, OTD_LAST_BESIDE_FIRST);
    otd_keep_pair(table[30], even,
                  even); /* round 61 shares the instruction of round 60; nobody reads its result */
}

/* First schedule of the group after next, beside the second hash of the current item. */
static void otd_mixed_stage_second(otd_mixed_buffer *buffer, const otd_sha256d_lane_job *job, otd_v nonces) {
    uint8_t(*table)[OTD_PAIR_BYTES] = buffer->first;
    otd_mixed_rounds rounds;
    otd_v even;
    otd_keep_pair(table[1], OTD_SET(job->wk[2]), OTD_WK(nonces, 3));
    OTD_FIRST_WORDS(OTD_KEEP_BESIDE_SECOND, job, nonces);
}

static void otd_mixed_rounds_second(otd_mixed_buffer *buffer, const otd_sha256d_lane_job *job) {
    otd_mixed_rounds rounds;
#pragma GCC unroll 124
    for (int at = 0; at < OTD_STEPS; at++) {
        otd_step_second(&rounds, buffer, job, at);
    }
}

static void otd_mixed_rounds_first(otd_mixed_buffer *buffer, const otd_sha256d_lane_job *job,
                                   const otd_sha256d_lane_version *version) {
    otd_mixed_rounds rounds;
#pragma GCC unroll 124
    for (int at = 0; at < OTD_STEPS; at++) {
        otd_step_first(&rounds, buffer, job, version, at);
    }
}

static inline void otd_mixed_report(otd_sha256d_found *found, uint32_t mask, uint32_t first,
                                    uint32_t version) {
    for (; mask != 0; mask &= mask - 1) {
        found->items[found->count++] =
            (otd_sha256d_candidate){first + (uint32_t)__builtin_ctz(mask), version};
    }
}

/*
 * An item is a group of sixteen nonces under one version. While one item's words are scheduled, the rounds
 * of its neighbour run: at the top of the loop the first hash of item i is in the buffer, and the table of
 * first schedules belongs to item i + 1. The last turn hashes an item past the end, which nobody reads.
 */
static uint64_t otd_scan_mixed(const otd_sha256d_job *job, uint32_t first, uint64_t groups,
                               otd_sha256d_found *found) {
    otd_sha256d_lane_job lanes;
    otd_mixed_buffer buffer;
    uint32_t ahead = first; /* first nonce of the newest scheduled group */
    otd_sha256d_prepare(&lanes, job);
    otd_mixed_first(buffer.first, &lanes, otd_nonces(ahead));
    otd_mixed_rounds_first(&buffer, &lanes, &lanes.versions[0]);
    if (job->versions == 1) {
        otd_mixed_first(buffer.first, &lanes, otd_nonces(ahead += OTD_LANES));
    }
    for (uint64_t done = 0; done < groups; done++, first += OTD_LANES) {
        for (uint32_t v = 0; v < job->versions; v++) {
            uint32_t next = v + 1 == job->versions ? 0 : v + 1;
            otd_mixed_stage_first(&buffer, &lanes, &lanes.versions[next]);
            if (next + 1 == job->versions) {
                otd_mixed_stage_second(&buffer, &lanes, otd_nonces(ahead += OTD_LANES));
            } else {
                otd_mixed_rounds_second(&buffer, &lanes);
            }
            otd_v word = OTD_ADD(_mm512_load_si512(buffer.last), OTD_SET(otd_sha256_iv[7]));
            uint32_t mask = otd_at_most(word, job->limit);
            if (__builtin_expect(mask != 0, 0)) {
                otd_mixed_report(found, mask, first, v);
            }
        }
        if (__builtin_expect(OTD_SHA256D_CANDIDATES - found->count < OTD_SHA256D_GROUP_MAX, 0)) {
            return done + 1;
        }
    }
    return groups;
}

const otd_sha256d_kernel otd_sha256d_mixed = {otd_scan_mixed, otd_sha256d_hash_serial};
