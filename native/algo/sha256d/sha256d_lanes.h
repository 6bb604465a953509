/*
 * sha256d_lanes.h - the nonce search of the vector flavours: one 32-bit word of OTD_LANES nonces per
 * register. The including file defines the vector type and its operations:
 *
 *   OTD_LANES, otd_v                             lanes, vector type
 *   OTD_ADD(x, y)  OTD_SET(word)                 sum, the same word in every lane
 *   OTD_BIG0 OTD_BIG1 OTD_SMALL0 OTD_SMALL1(x)   the four sigma functions
 *   OTD_CH(e, f, g)  OTD_MAJ(a, b, c)            choice, majority
 *   OTD_NONCES(first)                            big-endian nonce words first, first + 1, ...
 *   OTD_AT_MOST(x, limit)                        bit mask of lanes whose byte-swapped word <= limit
 *   OTD_STORE(p, x)  OTD_LOAD(p)                 aligned
 */
#ifndef OTD_ALGO_SHA256D_LANES_H
#define OTD_ALGO_SHA256D_LANES_H

#include "sha256d_schedule.h"

#define OTD_ROUND(a, b, c, d, e, f, g, h, wk)                                                                \
    do {                                                                                                     \
        otd_v t = OTD_ADD(OTD_ADD(OTD_ADD(h, wk), OTD_CH(e, f, g)), OTD_BIG1(e));                            \
        d = OTD_ADD(d, t);                                                                                   \
        h = OTD_ADD(OTD_ADD(t, OTD_MAJ(a, b, c)), OTD_BIG0(a));                                              \
    } while (0)

/* A round whose new "a" nobody reads. */
#define OTD_ROUND_E(d, e, f, g, h, wk)                                                                       \
    d = OTD_ADD(OTD_ADD(OTD_ADD(OTD_ADD(h, wk), d), OTD_CH(e, f, g)), OTD_BIG1(e))

/* The eight rotations of a round: the state words change roles, not registers. */
#define OTD_R0(wk) OTD_ROUND(a, b, c, d, e, f, g, h, wk)
#define OTD_R1(wk) OTD_ROUND(h, a, b, c, d, e, f, g, wk)
#define OTD_R2(wk) OTD_ROUND(g, h, a, b, c, d, e, f, wk)
#define OTD_R3(wk) OTD_ROUND(f, g, h, a, b, c, d, e, wk)
#define OTD_R4(wk) OTD_ROUND(e, f, g, h, a, b, c, d, wk)
#define OTD_R5(wk) OTD_ROUND(d, e, f, g, h, a, b, c, wk)
#define OTD_R6(wk) OTD_ROUND(c, d, e, f, g, h, a, b, wk)
#define OTD_R7(wk) OTD_ROUND(b, c, d, e, f, g, h, a, wk)

#define OTD_KEEP_WK(r, w, i) OTD_STORE(&wk[i], OTD_WK(w, i))
#define OTD_USE_WK(r, w, i) OTD_R##r(OTD_WK(w, i))

/* W + K of rounds 18..63 into wk[18..63]. */
static inline __attribute__((always_inline)) void
otd_lanes_schedule(otd_v wk[64], const otd_sha256d_lane_job *job, otd_v nonces) {
    OTD_FIRST_WORDS(OTD_KEEP_WK, job, nonces);
}

/* Eight rounds whose W + K lie in memory, the first in rotation 0. */
#define OTD_ROUNDS8(at)                                                                                      \
    OTD_R0(at(0));                                                                                           \
    OTD_R1(at(1));                                                                                           \
    OTD_R2(at(2));                                                                                           \
    OTD_R3(at(3));                                                                                           \
    OTD_R4(at(4));                                                                                           \
    OTD_R5(at(5));                                                                                           \
    OTD_R6(at(6));                                                                                           \
    OTD_R7(at(7))

/* Rounds 3..63 of one version; the eight words of the first hash into words[]. */
static inline __attribute__((always_inline)) void otd_lanes_first(otd_v words[8],
                                                                  const otd_sha256d_lane_job *job,
                                                                  const otd_sha256d_lane_version *version,
                                                                  const otd_v wk[64], otd_v nonces) {
    otd_v a = OTD_SET(version->state3[0]), b = OTD_SET(version->state3[1]), c = OTD_SET(version->state3[2]);
    otd_v e = OTD_SET(version->state3[4]), f = OTD_SET(version->state3[5]), g = OTD_SET(version->state3[6]);
    otd_v d = OTD_ADD(nonces, OTD_SET(version->e3));
    otd_v h = OTD_ADD(nonces, OTD_SET(version->a3));
    OTD_R1(OTD_SET(job->wk[4]));
    OTD_R2(OTD_SET(job->wk[5]));
    OTD_R3(OTD_SET(job->wk[6]));
    OTD_R4(OTD_SET(job->wk[7]));
    OTD_R5(OTD_SET(job->wk[8]));
    OTD_R6(OTD_SET(job->wk[9]));
    OTD_R7(OTD_SET(job->wk[10]));
    OTD_R0(OTD_SET(job->wk[11]));
    OTD_R1(OTD_SET(job->wk[12]));
    OTD_R2(OTD_SET(job->wk[13]));
    OTD_R3(OTD_SET(job->wk[14]));
    OTD_R4(OTD_SET(job->wk[15]));
    OTD_R5(OTD_SET(job->wk[16]));
    OTD_R6(OTD_SET(job->wk[17]));
    OTD_R7(OTD_LOAD(&wk[18]));
#define OTD_AT(i) OTD_LOAD(&wk[at + (i)])
#pragma GCC unroll 1
    for (int at = 19; at < 59; at += 8) {
        OTD_ROUNDS8(OTD_AT);
    }
#undef OTD_AT
    OTD_R0(OTD_LOAD(&wk[59]));
    OTD_R1(OTD_LOAD(&wk[60]));
    OTD_R2(OTD_LOAD(&wk[61]));
    OTD_R3(OTD_LOAD(&wk[62]));
    OTD_R4(OTD_LOAD(&wk[63]));
    words[0] = OTD_ADD(d, OTD_SET(version->mid[0]));
    words[1] = OTD_ADD(e, OTD_SET(version->mid[1]));
    words[2] = OTD_ADD(f, OTD_SET(version->mid[2]));
    words[3] = OTD_ADD(g, OTD_SET(version->mid[3]));
    words[4] = OTD_ADD(h, OTD_SET(version->mid[4]));
    words[5] = OTD_ADD(a, OTD_SET(version->mid[5]));
    words[6] = OTD_ADD(b, OTD_SET(version->mid[6]));
    words[7] = OTD_ADD(c, OTD_SET(version->mid[7]));
}

#define OTD_PAD_AT(i) OTD_SET(job->second_wk[8 + (i)])
#define OTD_PAD() OTD_ROUNDS8(OTD_PAD_AT)
#define OTD_LAST0(w, i) OTD_ROUND_E(c, d, e, f, g, OTD_WK(w, i))
#define OTD_LAST1(w, i) OTD_ROUND_E(b, c, d, e, f, OTD_WK(w, i))
#define OTD_LAST2(w, i) OTD_ROUND_E(a, b, c, d, e, OTD_WK(w, i))
#define OTD_LAST3(w, i) OTD_ROUND_E(h, a, b, c, d, OTD_WK(w, i))

/* The last word of the second hash over words[]. */
static inline __attribute__((always_inline)) otd_v otd_lanes_second(const otd_sha256d_lane_job *job,
                                                                    const otd_v words[8]) {
    otd_v w0 = words[0], w1 = words[1], w2 = words[2], w3 = words[3];
    otd_v w4 = words[4], w5 = words[5], w6 = words[6], w7 = words[7];
    otd_v a = OTD_SET(otd_sha256_iv[0]), b = OTD_SET(otd_sha256_iv[1]), c = OTD_SET(otd_sha256_iv[2]);
    otd_v e = OTD_SET(otd_sha256_iv[4]), f = OTD_SET(otd_sha256_iv[5]), g = OTD_SET(otd_sha256_iv[6]);
    otd_v d = OTD_ADD(w0, OTD_SET(job->second_e0));
    otd_v h = OTD_ADD(w0, OTD_SET(job->second_a0));
    OTD_SECOND_WORDS(OTD_USE_WK, OTD_PAD, OTD_LAST0, OTD_LAST1, OTD_LAST2, OTD_LAST3);
    return OTD_ADD(h, OTD_SET(otd_sha256_iv[7]));
}

static inline void otd_lanes_report(otd_sha256d_found *found, uint32_t mask, uint32_t first,
                                    uint32_t version) {
    for (; mask != 0; mask &= mask - 1) {
        found->items[found->count++] =
            (otd_sha256d_candidate){first + (uint32_t)__builtin_ctz(mask), version};
    }
}

static inline __attribute__((always_inline)) uint64_t
otd_lanes_scan(const otd_sha256d_job *job, uint32_t first, uint64_t groups, otd_sha256d_found *found) {
    otd_sha256d_lane_job lanes;
    otd_v wk[64]; /* 18..63 in use */
    otd_sha256d_prepare(&lanes, job);
    for (uint64_t done = 0; done < groups; done++, first += OTD_LANES) {
        otd_v nonces = OTD_NONCES(first);
        otd_lanes_schedule(wk, &lanes, nonces);
        for (uint32_t v = 0; v < job->versions; v++) {
            otd_v words[8];
            otd_lanes_first(words, &lanes, &lanes.versions[v], wk, nonces);
            uint32_t mask = OTD_AT_MOST(otd_lanes_second(&lanes, words), job->limit);
            if (__builtin_expect(mask != 0, 0)) {
                otd_lanes_report(found, mask, first, v);
            }
        }
        if (__builtin_expect(OTD_SHA256D_CANDIDATES - found->count < OTD_SHA256D_GROUP_MAX, 0)) {
            return done + 1;
        }
    }
    return groups;
}

#endif /* OTD_ALGO_SHA256D_LANES_H */
