/*
 * sha256d_shani.c - the x86 SHA extensions alone. The schedule of the second header block is made once per
 * nonce and shared by all versions; rounds run on several nonces at a time, because sha256rnds2 takes four
 * cycles but one can start every cycle.
 */
#include <immintrin.h>

#include "sha256d_prepare.h"

#define OTD_INLINE static inline __attribute__((always_inline))

enum { OTD_STREAMS = 4, OTD_QUADS = 16 };

/* W + K of one nonce, four words per entry; entry 0 holds rounds 0..3, of which 0 and 1 are done. */
typedef struct otd_shani_table {
    __m128i wk[OTD_QUADS];
} otd_shani_table;

OTD_INLINE __m128i otd_load4(const uint32_t *p) {
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

OTD_INLINE __m128i otd_next4(__m128i w0, __m128i w1, __m128i w2, __m128i w3) {
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    return _mm_sha256msg2_epu32(sum, w3);
}

/* The second header block for one nonce: words 2, 3 and 4..15, then the schedule. */
OTD_INLINE void otd_shani_first_table(otd_shani_table *table, const otd_sha256d_job *job, uint32_t nonce) {
    __m128i w[4];
    w[0] =
        _mm_set_epi32((int)__builtin_bswap32(nonce), (int)job->tail[2], (int)job->tail[1], (int)job->tail[0]);
    w[1] = _mm_set_epi32(0, 0, 0, (int)0x80000000u);
    w[2] = _mm_setzero_si128();
    w[3] = _mm_set_epi32(640, 0, 0, 0);
#pragma GCC unroll 16
    for (int i = 0; i < OTD_QUADS; i++) {
        if (i >= 4) {
            w[i & 3] = otd_next4(w[i & 3], w[(i + 1) & 3], w[(i + 2) & 3], w[(i + 3) & 3]);
        }
        table->wk[i] = _mm_add_epi32(w[i & 3], otd_load4(otd_sha256_k + 4 * i));
    }
}

/* Two rounds of each stream with the low or the high half of its W + K. */
#define OTD_ROUNDS2(wk_of)                                                                                   \
    _Pragma("GCC unroll 4") for (int s = 0; s < OTD_STREAMS; s++) {                                          \
        __m128i next = _mm_sha256rnds2_epu32(cdgh[s], abef[s], wk_of);                                       \
        cdgh[s] = abef[s];                                                                                   \
        abef[s] = next;                                                                                      \
    }
#define OTD_HIGH(x) _mm_shuffle_epi32(x, 0x0e)

/* From the state words to the first hash's eight words in message order. */
OTD_INLINE void otd_shani_words(__m128i *w0, __m128i *w1, __m128i abef, __m128i cdgh) {
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    *w0 = _mm_blend_epi16(feba, dchg, 0xf0);
    *w1 = _mm_alignr_epi8(dchg, feba, 8);
}

/* Both hashes of each nonce under one version; top[s] = the most significant word of the hash. */
static void otd_shani_streams(uint32_t top[OTD_STREAMS], const otd_sha256d_lane_job *job,
                              const otd_shani_table table[OTD_STREAMS],
                              const otd_sha256d_lane_version *version) {
    __m128i abef[OTD_STREAMS], cdgh[OTD_STREAMS], w[OTD_STREAMS][4];
    for (int s = 0; s < OTD_STREAMS; s++) {
        abef[s] = otd_load4(version->start_abef);
        cdgh[s] = otd_load4(version->start_cdgh);
    }
    OTD_ROUNDS2(OTD_HIGH(table[s].wk[0]))
    for (int i = 1; i < OTD_QUADS; i++) {
        OTD_ROUNDS2(table[s].wk[i])
        OTD_ROUNDS2(OTD_HIGH(table[s].wk[i]))
    }
    for (int s = 0; s < OTD_STREAMS; s++) {
        abef[s] = _mm_add_epi32(abef[s], otd_load4(version->mid_abef));
        cdgh[s] = _mm_add_epi32(cdgh[s], otd_load4(version->mid_cdgh));
        otd_shani_words(&w[s][0], &w[s][1], abef[s], cdgh[s]);
        w[s][2] = _mm_set_epi32(0, 0, 0, (int)0x80000000u);
        w[s][3] = _mm_set_epi32(256, 0, 0, 0);
        abef[s] = otd_load4(job->second_abef);
        cdgh[s] = otd_load4(job->second_cdgh);
    }
#pragma GCC unroll 16
    for (int i = 0; i < OTD_QUADS; i++) {
        __m128i wk[OTD_STREAMS];
#pragma GCC unroll 4
        for (int s = 0; s < OTD_STREAMS; s++) {
            if (i >= 4) {
                w[s][i & 3] = otd_next4(w[s][i & 3], w[s][(i + 1) & 3], w[s][(i + 2) & 3], w[s][(i + 3) & 3]);
            }
            wk[s] = _mm_add_epi32(w[s][i & 3], otd_load4(otd_sha256_k + 4 * i));
        }
        OTD_ROUNDS2(wk[s])
        if (i < OTD_QUADS - 1) { /* rounds 62 and 63 change nothing that is read */
            OTD_ROUNDS2(OTD_HIGH(wk[s]))
        }
    }
    for (int s = 0; s < OTD_STREAMS; s++) { /* e of round 60 is in the place of f */
        top[s] = __builtin_bswap32((uint32_t)_mm_cvtsi128_si32(abef[s]) + otd_sha256_iv[7]);
    }
}

static uint64_t otd_scan_shani(const otd_sha256d_job *job, uint32_t first, uint64_t groups,
                               otd_sha256d_found *found) {
    otd_sha256d_lane_job lanes;
    otd_shani_table tables[OTD_STREAMS];
    otd_sha256d_prepare(&lanes, job);
    for (uint64_t done = 0; done < groups; done++, first += OTD_STREAMS) {
        for (uint32_t n = 0; n < OTD_STREAMS; n++) {
            otd_shani_first_table(&tables[n], job, first + n);
        }
        for (uint32_t v = 0; v < job->versions; v++) {
            uint32_t top[OTD_STREAMS];
            otd_shani_streams(top, &lanes, tables, &lanes.versions[v]);
            for (uint32_t n = 0; n < OTD_STREAMS; n++) {
                if (top[n] <= job->limit) {
                    found->items[found->count++] = (otd_sha256d_candidate){first + n, v};
                }
            }
        }
        if (__builtin_expect(OTD_SHA256D_CANDIDATES - found->count < OTD_SHA256D_GROUP_MAX, 0)) {
            return done + 1;
        }
    }
    return groups;
}

const otd_sha256d_kernel otd_sha256d_shani = {otd_scan_shani, otd_sha256d_hash_serial};
