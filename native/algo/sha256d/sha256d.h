/* sha256d.h - what sha256d.c asks of a flavour. */
#ifndef OTD_ALGO_SHA256D_H
#define OTD_ALGO_SHA256D_H

#include <stdint.h>

#include "algo.h"

#define OTD_SHA256D_HEADER 80u
#define OTD_SHA256D_NONCE_AT 76u

/* One work, ready for a nonce loop: everything that does not depend on the nonce. */
typedef struct otd_sha256d_job {
    uint32_t versions;                      /* midstates in use, 1..OTD_VERSIONS_MAX */
    uint32_t midstate[OTD_VERSIONS_MAX][8]; /* after header bytes 0..63, per version */
    uint32_t tail[3];                       /* words 0..2 of the second block, big-endian values */
    uint32_t limit;                         /* most significant word of the target */
} otd_sha256d_job;

/* A lane whose most significant hash word is at most limit. The lower words are not looked at. */
typedef struct otd_sha256d_candidate {
    uint32_t nonce;
    uint32_t version; /* index into midstate */
} otd_sha256d_candidate;

/* Room every scan call needs beyond what it fills: one group of lanes with every version. */
#define OTD_SHA256D_GROUP_MAX (32u * OTD_VERSIONS_MAX)
#define OTD_SHA256D_CANDIDATES (4u * OTD_SHA256D_GROUP_MAX)

typedef struct otd_sha256d_found {
    uint32_t count;
    otd_sha256d_candidate items[OTD_SHA256D_CANDIDATES];
} otd_sha256d_found;

typedef struct otd_sha256d_kernel {
    /*
     * Searches `groups` groups of `lanes` nonces from first on (wrapping is the caller's business) and
     * appends candidates, in any order within a group. Stops after a group that leaves no room for
     * another. Returns the groups done.
     */
    uint64_t (*scan)(const otd_sha256d_job *job, uint32_t first, uint64_t groups, otd_sha256d_found *found);

    /* hashes[i] = sha256d of the 80 bytes at headers[i]. */
    void (*hash)(uint8_t (*hashes)[32], const uint8_t *const *headers, uint32_t count);
} otd_sha256d_kernel;

/* Everything of a work over these 80 bytes that does not depend on the nonce. */
void otd_sha256d_make_job(otd_sha256d_job *job, const otd_work *work, const uint8_t *header);

/* hash of a kernel: one header after the other, on the processor's SHA extensions when it has them. */
void otd_sha256d_hash_serial(uint8_t (*hashes)[32], const uint8_t *const *headers, uint32_t count);

extern const otd_sha256d_kernel otd_sha256d_ref;
extern const otd_sha256d_kernel otd_sha256d_avx2;
extern const otd_sha256d_kernel otd_sha256d_avx512;
extern const otd_sha256d_kernel otd_sha256d_shani;
extern const otd_sha256d_kernel otd_sha256d_mixed;

#endif /* OTD_ALGO_SHA256D_H */
