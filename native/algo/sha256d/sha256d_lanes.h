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

#include "sha256d_prepare.h"

/* W + K of a word held in w. */
#define OTD_WK(w, i) OTD_ADD(w, OTD_SET(otd_sha256_k[i]))

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

/* The schedule's next word, in place of the one sixteen before. */
#define OTD_NEXT(w0, w1, w9, w14) w0 = OTD_ADD(OTD_ADD(w0, w9), OTD_ADD(OTD_SMALL0(w1), OTD_SMALL1(w14)))

/* Sixteen of them, each handed to `use` as soon as it exists. */
#define OTD_NEXT16(use, i)                                                                                   \
    OTD_NEXT(w0, w1, w9, w14);                                                                               \
    use(0, w0, (i));                                                                                         \
    OTD_NEXT(w1, w2, w10, w15);                                                                              \
    use(1, w1, (i) + 1);                                                                                     \
    OTD_NEXT(w2, w3, w11, w0);                                                                               \
    use(2, w2, (i) + 2);                                                                                     \
    OTD_NEXT(w3, w4, w12, w1);                                                                               \
    use(3, w3, (i) + 3);                                                                                     \
    OTD_NEXT(w4, w5, w13, w2);                                                                               \
    use(4, w4, (i) + 4);                                                                                     \
    OTD_NEXT(w5, w6, w14, w3);                                                                               \
    use(5, w5, (i) + 5);                                                                                     \
    OTD_NEXT(w6, w7, w15, w4);                                                                               \
    use(6, w6, (i) + 6);                                                                                     \
    OTD_NEXT(w7, w8, w0, w5);                                                                                \
    use(7, w7, (i) + 7);                                                                                     \
    OTD_NEXT(w8, w9, w1, w6);                                                                                \
    use(0, w8, (i) + 8);                                                                                     \
    OTD_NEXT(w9, w10, w2, w7);                                                                               \
    use(1, w9, (i) + 9);                                                                                     \
    OTD_NEXT(w10, w11, w3, w8);                                                                              \
    use(2, w10, (i) + 10);                                                                                   \
    OTD_NEXT(w11, w12, w4, w9);                                                                              \
    use(3, w11, (i) + 11);                                                                                   \
    OTD_NEXT(w12, w13, w5, w10);                                                                             \
    use(4, w12, (i) + 12);                                                                                   \
    OTD_NEXT(w13, w14, w6, w11);                                                                             \
    use(5, w13, (i) + 13);                                                                                   \
    OTD_NEXT(w14, w15, w7, w12);                                                                             \
    use(6, w14, (i) + 14);                                                                                   \
    OTD_NEXT(w15, w0, w8, w13);                                                                              \
    use(7, w15, (i) + 15)

#define OTD_KEEP_WK(r, w, i) OTD_STORE(&wk[i], OTD_WK(w, i))
#define OTD_USE_WK(r, w, i) OTD_R##r(OTD_WK(w, i))

/* W + K of rounds 18..63 of the second header block into wk[18..63]: the part all versions share. */
static inline __attribute__((always_inline)) void
otd_lanes_schedule(otd_v wk[64], const otd_sha256d_lane_job *job, otd_v nonces) {
    const otd_v c17 = OTD_SET(job->w17);
    otd_v w2 = OTD_ADD(OTD_SMALL0(nonces), OTD_SET(job->c18));
    otd_v w3 = OTD_ADD(nonces, OTD_SET(job->c19));
    otd_v w4 = OTD_ADD(OTD_SMALL1(w2), OTD_SET(0x80000000u));
    otd_v w5 = OTD_SMALL1(w3);
    otd_v w6 = OTD_ADD(OTD_SMALL1(w4), OTD_SET(640));
    otd_v w7 = OTD_ADD(OTD_SMALL1(w5), OTD_SET(job->w16));
    otd_v w8 = OTD_ADD(OTD_SMALL1(w6), c17);
    otd_v w9 = OTD_ADD(OTD_SMALL1(w7), w2);
    otd_v w10 = OTD_ADD(OTD_SMALL1(w8), w3);
    otd_v w11 = OTD_ADD(OTD_SMALL1(w9), w4);
    otd_v w12 = OTD_ADD(OTD_SMALL1(w10), w5);
    otd_v w13 = OTD_ADD(OTD_SMALL1(w11), w6);
    otd_v w14 = OTD_ADD(OTD_ADD(OTD_SMALL1(w12), w7), OTD_SET(OTD_SMALL0_640));
    otd_v w15 = OTD_ADD(OTD_ADD(OTD_SMALL1(w13), w8), OTD_SET(job->c31));
    OTD_KEEP_WK(0, w2, 18);
    OTD_KEEP_WK(0, w3, 19);
    OTD_KEEP_WK(0, w4, 20);
    OTD_KEEP_WK(0, w5, 21);
    OTD_KEEP_WK(0, w6, 22);
    OTD_KEEP_WK(0, w7, 23);
    OTD_KEEP_WK(0, w8, 24);
    OTD_KEEP_WK(0, w9, 25);
    OTD_KEEP_WK(0, w10, 26);
    OTD_KEEP_WK(0, w11, 27);
    OTD_KEEP_WK(0, w12, 28);
    OTD_KEEP_WK(0, w13, 29);
    OTD_KEEP_WK(0, w14, 30);
    OTD_KEEP_WK(0, w15, 31);
    otd_v w0 = OTD_ADD(OTD_ADD(OTD_SMALL1(w14), w9), OTD_SET(job->c32));
    otd_v w1 = OTD_ADD(OTD_ADD(OTD_SMALL1(w15), w10), OTD_ADD(OTD_SMALL0(w2), c17));
    OTD_KEEP_WK(0, w0, 32);
    OTD_KEEP_WK(0, w1, 33);
    OTD_NEXT(w2, w3, w11, w0);
    OTD_KEEP_WK(0, w2, 34);
    OTD_NEXT(w3, w4, w12, w1);
    OTD_KEEP_WK(0, w3, 35);
    OTD_NEXT(w4, w5, w13, w2);
    OTD_KEEP_WK(0, w4, 36);
    OTD_NEXT(w5, w6, w14, w3);
    OTD_KEEP_WK(0, w5, 37);
    OTD_NEXT(w6, w7, w15, w4);
    OTD_KEEP_WK(0, w6, 38);
    OTD_NEXT(w7, w8, w0, w5);
    OTD_KEEP_WK(0, w7, 39);
    OTD_NEXT(w8, w9, w1, w6);
    OTD_KEEP_WK(0, w8, 40);
    OTD_NEXT(w9, w10, w2, w7);
    OTD_KEEP_WK(0, w9, 41);
    OTD_NEXT(w10, w11, w3, w8);
    OTD_KEEP_WK(0, w10, 42);
    OTD_NEXT(w11, w12, w4, w9);
    OTD_KEEP_WK(0, w11, 43);
    OTD_NEXT(w12, w13, w5, w10);
    OTD_KEEP_WK(0, w12, 44);
    OTD_NEXT(w13, w14, w6, w11);
    OTD_KEEP_WK(0, w13, 45);
    OTD_NEXT(w14, w15, w7, w12);
    OTD_KEEP_WK(0, w14, 46);
    OTD_NEXT(w15, w0, w8, w13);
    OTD_KEEP_WK(0, w15, 47);
    OTD_NEXT16(OTD_KEEP_WK, 48);
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

/* The last word of the second hash over words[]. */
static inline __attribute__((always_inline)) otd_v otd_lanes_second(const otd_sha256d_lane_job *job,
                                                                    const otd_v words[8]) {
    otd_v w0 = words[0], w1 = words[1], w2 = words[2], w3 = words[3];
    otd_v w4 = words[4], w5 = words[5], w6 = words[6], w7 = words[7];
    otd_v a = OTD_SET(otd_sha256_iv[0]), b = OTD_SET(otd_sha256_iv[1]), c = OTD_SET(otd_sha256_iv[2]);
    otd_v e = OTD_SET(otd_sha256_iv[4]), f = OTD_SET(otd_sha256_iv[5]), g = OTD_SET(otd_sha256_iv[6]);
    otd_v d = OTD_ADD(w0, OTD_SET(job->second_e0));
    otd_v h = OTD_ADD(w0, OTD_SET(job->second_a0));
    OTD_USE_WK(1, w1, 1);
    OTD_USE_WK(2, w2, 2);
    OTD_USE_WK(3, w3, 3);
    OTD_USE_WK(4, w4, 4);
    OTD_USE_WK(5, w5, 5);
    OTD_USE_WK(6, w6, 6);
    OTD_USE_WK(7, w7, 7);
#define OTD_AT(i) OTD_SET(job->second_wk[8 + (i)])
    OTD_ROUNDS8(OTD_AT);
#undef OTD_AT
    /* W8 = 80000000, W9..W14 = 0, W15 = 256 leave most of these short. */
    w0 = OTD_ADD(w0, OTD_SMALL0(w1));
    OTD_USE_WK(0, w0, 16);
    w1 = OTD_ADD(OTD_ADD(w1, OTD_SET(OTD_SMALL1_256)), OTD_SMALL0(w2));
    OTD_USE_WK(1, w1, 17);
    w2 = OTD_ADD(OTD_ADD(w2, OTD_SMALL0(w3)), OTD_SMALL1(w0));
    OTD_USE_WK(2, w2, 18);
    w3 = OTD_ADD(OTD_ADD(w3, OTD_SMALL0(w4)), OTD_SMALL1(w1));
    OTD_USE_WK(3, w3, 19);
    w4 = OTD_ADD(OTD_ADD(w4, OTD_SMALL0(w5)), OTD_SMALL1(w2));
    OTD_USE_WK(4, w4, 20);
    w5 = OTD_ADD(OTD_ADD(w5, OTD_SMALL0(w6)), OTD_SMALL1(w3));
    OTD_USE_WK(5, w5, 21);
    w6 = OTD_ADD(OTD_ADD(OTD_ADD(w6, OTD_SET(256)), OTD_SMALL0(w7)), OTD_SMALL1(w4));
    OTD_USE_WK(6, w6, 22);
    w7 = OTD_ADD(OTD_ADD(OTD_ADD(w7, OTD_SET(OTD_SMALL0_BIT31)), w0), OTD_SMALL1(w5));
    OTD_USE_WK(7, w7, 23);
    otd_v w8 = OTD_ADD(OTD_ADD(w1, OTD_SET(0x80000000u)), OTD_SMALL1(w6));
    OTD_USE_WK(0, w8, 24);
    otd_v w9 = OTD_ADD(w2, OTD_SMALL1(w7));
    OTD_USE_WK(1, w9, 25);
    otd_v w10 = OTD_ADD(w3, OTD_SMALL1(w8));
    OTD_USE_WK(2, w10, 26);
    otd_v w11 = OTD_ADD(w4, OTD_SMALL1(w9));
    OTD_USE_WK(3, w11, 27);
    otd_v w12 = OTD_ADD(w5, OTD_SMALL1(w10));
    OTD_USE_WK(4, w12, 28);
    otd_v w13 = OTD_ADD(w6, OTD_SMALL1(w11));
    OTD_USE_WK(5, w13, 29);
    otd_v w14 = OTD_ADD(OTD_ADD(w7, OTD_SET(OTD_SMALL0_256)), OTD_SMALL1(w12));
    OTD_USE_WK(6, w14, 30);
    otd_v w15 = OTD_ADD(OTD_ADD(OTD_ADD(w8, OTD_SET(256)), OTD_SMALL0(w0)), OTD_SMALL1(w13));
    OTD_USE_WK(7, w15, 31);
    OTD_NEXT16(OTD_USE_WK, 32);
    OTD_NEXT(w0, w1, w9, w14);
    OTD_USE_WK(0, w0, 48);
    OTD_NEXT(w1, w2, w10, w15);
    OTD_USE_WK(1, w1, 49);
    OTD_NEXT(w2, w3, w11, w0);
    OTD_USE_WK(2, w2, 50);
    OTD_NEXT(w3, w4, w12, w1);
    OTD_USE_WK(3, w3, 51);
    OTD_NEXT(w4, w5, w13, w2);
    OTD_USE_WK(4, w4, 52);
    OTD_NEXT(w5, w6, w14, w3);
    OTD_USE_WK(5, w5, 53);
    OTD_NEXT(w6, w7, w15, w4);
    OTD_USE_WK(6, w6, 54);
    OTD_NEXT(w7, w8, w0, w5);
    OTD_USE_WK(7, w7, 55);
    OTD_NEXT(w8, w9, w1, w6);
    OTD_USE_WK(0, w8, 56);
    OTD_NEXT(w9, w10, w2, w7);
    OTD_ROUND_E(c, d, e, f, g, OTD_WK(w9, 57));
    OTD_NEXT(w10, w11, w3, w8);
    OTD_ROUND_E(b, c, d, e, f, OTD_WK(w10, 58));
    OTD_NEXT(w11, w12, w4, w9);
    OTD_ROUND_E(a, b, c, d, e, OTD_WK(w11, 59));
    OTD_NEXT(w12, w13, w5, w10);
    OTD_ROUND_E(h, a, b, c, d, OTD_WK(w12, 60));
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
