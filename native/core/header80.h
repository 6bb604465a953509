/*
 * header80.h - what the algorithms over 80-byte headers share when they hash whole headers in batches:
 * the search over nonces and versions, and verification. The nonce is the u32 LE at 76, the version
 * the u32 LE at 0.
 */
#ifndef OTD_CORE_HEADER80_H
#define OTD_CORE_HEADER80_H

#include "algo.h"

#define OTD_HEADER80_BYTES 80u
#define OTD_HEADER80_BATCH_MAX 64u

/* One flavour ready to hash. context is handed back to both functions. */
typedef struct otd_header80_hasher {
    /* hashes[i] = hash of the header at headers[i], 1 <= count <= batch. */
    void (*hash)(void *context, uint8_t (*hashes)[32], const uint8_t *const *headers, uint32_t count);
    /* The same for one header on the portable reference, to confirm a hit. */
    void (*confirm)(void *context, uint8_t hash[32], const uint8_t *header);
    void *context;
    uint32_t batch; /* 1..OTD_HEADER80_BATCH_MAX */
} otd_header80_hasher;

/* As otd_algo.scan. A hit is reported only when the reference agrees. */
int32_t otd_header80_scan(const otd_header80_hasher *hasher, const otd_work *work, const uint8_t *data,
                          uint64_t first, uint64_t count, otd_hits *hits, uint64_t *searched);

/* As otd_algo.verify. */
void otd_header80_verify(const otd_header80_hasher *hasher, otd_verdict *verdicts,
                         const otd_verify_item *items, uint32_t count, const uint8_t *data);

#endif /* OTD_CORE_HEADER80_H */
