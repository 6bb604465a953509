/*
 * sha256d_prepare.h - everything of a nonce search that does not depend on the nonce, shared by the
 * fast flavours.
 *
 * A header is two blocks. The second one holds W0..W2 = merkle tail, time, bits; W3 = the nonce; then
 * padding. So rounds 0..2, W16, W17 and addends of W18..W33 are the same for every nonce. Rolled
 * versions change only the first block, hence the midstate: the schedule of the second block is the
 * same for all of them.
 *
 * Of the second hash only the last word is wanted. It is IV[7] + e after round 60, and e needs no
 * "a" of rounds 57..60: those halves and rounds 61..63 are left out.
 */
#ifndef OTD_ALGO_SHA256D_PREPARE_H
#define OTD_ALGO_SHA256D_PREPARE_H

#include "sha256.h"
#include "sha256d.h"

/* Sigmas of the padding words: small sigma 0 of 640, 256 and 80000000, small sigma 1 of 256. */
#define OTD_SMALL0_640 0x00a00055u
#define OTD_SMALL0_256 0x00400022u
#define OTD_SMALL0_BIT31 0x11002000u
#define OTD_SMALL1_256 0x00a00000u

/* One version: its midstate, and what rounds 3 and 4 start from. */
typedef struct otd_sha256d_lane_version {
    uint32_t mid[8];
    uint32_t state3[8]; /* after rounds 0..2 */
    /* The state after rounds 0..1 and the midstate as sha256rnds2 holds them: f, e, b, a and h, g, d, c. */
    uint32_t start_abef[4] __attribute__((aligned(16))), start_cdgh[4];
    uint32_t mid_abef[4], mid_cdgh[4];
    uint32_t e3, a3; /* round 3 yields e = e3 + nonce word, a = a3 + nonce word */
} otd_sha256d_lane_version;

typedef struct otd_sha256d_lane_job {
    uint32_t wk[18]; /* W + K of rounds 4..17, whose words are constant */
    uint32_t w16, w17;
    uint32_t c18, c19, c31, c32; /* constant addends of those words */
    uint32_t second_e0,
        second_a0;          /* the second hash: round 0 yields e = second_e0 + W0, a = second_a0 + W0 */
    uint32_t second_wk[16]; /* W + K of its rounds 8..15, whose words are padding */
    uint32_t second_abef[4] __attribute__((aligned(16))),
        second_cdgh[4]; /* the initial state in that order */
    otd_sha256d_lane_version versions[OTD_VERSIONS_MAX];
} otd_sha256d_lane_job;

static inline uint32_t otd_ror32(uint32_t x, int n) {
    return (x >> n) | (x << (32 - n));
}

static inline uint32_t otd_small0(uint32_t x) {
    return otd_ror32(x, 7) ^ otd_ror32(x, 18) ^ (x >> 3);
}

static inline uint32_t otd_small1(uint32_t x) {
    return otd_ror32(x, 17) ^ otd_ror32(x, 19) ^ (x >> 10);
}

/* One round in place; state[0..7] = a..h. */
static inline void otd_round32(uint32_t state[8], uint32_t wk) {
    uint32_t a = state[0], e = state[4];
    uint32_t t1 = state[7] + (otd_ror32(e, 6) ^ otd_ror32(e, 11) ^ otd_ror32(e, 25)) +
                  ((e & state[5]) ^ (~e & state[6])) + wk;
    uint32_t t2 = (otd_ror32(a, 2) ^ otd_ror32(a, 13) ^ otd_ror32(a, 22)) +
                  ((a & state[1]) ^ (a & state[2]) ^ (state[1] & state[2]));
    for (int i = 7; i > 0; i--) {
        state[i] = state[i - 1];
    }
    state[4] += t1;
    state[0] = t1 + t2;
}

static inline void otd_sha_order(uint32_t abef[4], uint32_t cdgh[4], const uint32_t state[8]) {
    abef[0] = state[5];
    abef[1] = state[4];
    abef[2] = state[1];
    abef[3] = state[0];
    cdgh[0] = state[7];
    cdgh[1] = state[6];
    cdgh[2] = state[3];
    cdgh[3] = state[2];
}

static inline void otd_sha256d_prepare_version(otd_sha256d_lane_version *out, const uint32_t midstate[8],
                                               const uint32_t tail[3]) {
    uint32_t state[8];
    for (int i = 0; i < 8; i++) {
        out->mid[i] = state[i] = midstate[i];
    }
    otd_sha_order(out->mid_abef, out->mid_cdgh, midstate);
    otd_round32(state, tail[0] + otd_sha256_k[0]);
    otd_round32(state, tail[1] + otd_sha256_k[1]);
    otd_sha_order(out->start_abef, out->start_cdgh, state);
    otd_round32(state, tail[2] + otd_sha256_k[2]);
    for (int i = 0; i < 8; i++) {
        out->state3[i] = state[i];
    }
    otd_round32(state, otd_sha256_k[3]); /* with a nonce word of 0 */
    out->a3 = state[0];
    out->e3 = state[4];
}

static inline void otd_sha256d_prepare(otd_sha256d_lane_job *out, const otd_sha256d_job *job) {
    const uint32_t *tail = job->tail;
    out->w16 = otd_small0(tail[1]) + tail[0];
    out->w17 = otd_small1(640) + otd_small0(tail[2]) + tail[1];
    out->c18 = otd_small1(out->w16) + tail[2];
    out->c19 = otd_small1(out->w17) + otd_small0(0x80000000u);
    out->c31 = otd_small0(out->w16) + 640;
    out->c32 = otd_small0(out->w17) + out->w16;
    for (int i = 0; i < 18; i++) {
        uint32_t word = i == 2    ? tail[2]
                        : i == 4  ? 0x80000000u
                        : i == 15 ? 640
                        : i == 16 ? out->w16
                        : i == 17 ? out->w17
                                  : 0;
        out->wk[i] = word + otd_sha256_k[i];
    }
    uint32_t state[8];
    for (int i = 0; i < 8; i++) {
        state[i] = otd_sha256_iv[i];
        out->second_wk[i + 8] = otd_sha256_k[i + 8] + (i == 0 ? 0x80000000u : i == 7 ? 256 : 0);
    }
    otd_sha_order(out->second_abef, out->second_cdgh, state);
    otd_round32(state, otd_sha256_k[0]);
    out->second_a0 = state[0];
    out->second_e0 = state[4];
    for (uint32_t v = 0; v < job->versions; v++) {
        otd_sha256d_prepare_version(&out->versions[v], job->midstate[v], tail);
    }
}

#endif /* OTD_ALGO_SHA256D_PREPARE_H */
