/*
 * sha256d_row.h - the row of constants of a SHA-256d search kernel: everything that depends on no nonce, for
 * one header version.
 */
#ifndef OTD_ALGO_SHA256D_ROW_H
#define OTD_ALGO_SHA256D_ROW_H

#include "../sha256d_prepare.h"

#define OTD_SHA256D_ROW_WORDS 32u

/* Out: row, of version `version` of the job. Words are numbers, in the byte order of the machine. Pure. */
static inline void otd_sha256d_row(uint32_t row[OTD_SHA256D_ROW_WORDS], const otd_sha256d_job *job,
                                   uint32_t version) {
    otd_sha256d_job one = *job;
    otd_sha256d_lane_job ready;
    one.versions = 1;
    for (int i = 0; i < 8; i++) {
        one.midstate[0][i] = job->midstate[version][i];
    }
    otd_sha256d_prepare(&ready, &one);
    const otd_sha256d_lane_version *v = &ready.versions[0];
    for (int i = 0; i < 8; i++) {
        row[i] = v->mid[i];
    }
    for (int i = 0; i < 3; i++) {
        row[8 + i] = v->state3[i];      /* a, b, c after round 2: b, c, d after round 3 */
        row[11 + i] = v->state3[4 + i]; /* e, f, g, likewise */
    }
    row[14] = v->e3; /* round 3 yields e = e3 + nonce word, a = a3 + nonce word */
    row[15] = v->a3;
    row[16] = ready.wk[16];
    row[17] = ready.wk[17];
    row[18] = ready.w16;
    row[19] = ready.w17;
    row[20] = ready.c18;
    row[21] = ready.c19;
    row[22] = ready.c31;
    row[23] = ready.c32;
    row[24] = job->limit;
    for (uint32_t i = 25; i < OTD_SHA256D_ROW_WORDS; i++) {
        row[i] = 0;
    }
}

#endif /* OTD_ALGO_SHA256D_ROW_H */
