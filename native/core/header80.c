/* header80.c - see header80.h. */
#include "header80.h"

#include <string.h>

#define OTD_NONCE_AT 76u

static uint32_t otd_le32(const uint8_t *p) {
    return ((uint32_t)p[3] << 24) | ((uint32_t)p[2] << 16) | ((uint32_t)p[1] << 8) | p[0];
}

static void otd_put_le32(uint8_t *p, uint32_t x) {
    for (int byte = 0; byte < 4; byte++) {
        p[byte] = (uint8_t)(x >> (8 * byte));
    }
}

/* A search as a row of trials: every nonce with every version, nonces outermost. */
typedef struct otd_trials {
    const otd_work *work;
    const uint8_t *header;
    uint64_t first;
    uint32_t versions;
} otd_trials;

static void otd_trial_header(uint8_t *header, const otd_trials *trials, uint64_t trial) {
    memcpy(header, trials->header, OTD_HEADER80_BYTES);
    if (trials->work->version_count != 0) {
        otd_put_le32(header, trials->work->versions[trial % trials->versions]);
    }
    otd_put_le32(header + OTD_NONCE_AT, (uint32_t)(trials->first + trial / trials->versions));
}

static int32_t otd_trial_hit(otd_hit *hit, const otd_header80_hasher *hasher, const otd_trials *trials,
                             const uint8_t *header) {
    memset(hit, 0, sizeof *hit);
    hasher->confirm(hasher->context, hit->hash, header);
    hit->tag = trials->work->tag;
    hit->nonce = otd_le32(header + OTD_NONCE_AT);
    hit->version = otd_le32(header);
    return otd_meets_target(hit->hash, trials->work->target);
}

int32_t otd_header80_scan(const otd_header80_hasher *hasher, const otd_work *work, const uint8_t *data,
                          uint64_t first, uint64_t count, otd_hits *hits, uint64_t *searched) {
    uint8_t headers[OTD_HEADER80_BATCH_MAX][OTD_HEADER80_BYTES], hashes[OTD_HEADER80_BATCH_MAX][32];
    const uint8_t *rows[OTD_HEADER80_BATCH_MAX];
    const otd_trials trials = {work, data, first, work->version_count == 0 ? 1 : work->version_count};
    uint64_t total = count * trials.versions;
    uint32_t nonce_hits = hits->count; /* hits before the nonce being looked at */

    for (uint64_t trial = 0; trial < total; trial += hasher->batch) {
        uint32_t live = total - trial < hasher->batch ? (uint32_t)(total - trial) : hasher->batch;
        for (uint32_t i = 0; i < live; i++) {
            otd_trial_header(headers[i], &trials, trial + i);
            rows[i] = headers[i];
        }
        hasher->hash(hasher->context, hashes, rows, live);
        for (uint32_t i = 0; i < live; i++) {
            otd_hit hit;
            if ((trial + i) % trials.versions == 0) {
                nonce_hits = hits->count;
            }
            if (!otd_meets_target(hashes[i], work->target) ||
                !otd_trial_hit(&hit, hasher, &trials, headers[i])) {
                continue;
            }
            if (hits->count == hits->capacity) {
                /* The next call searches this nonce again, so none of its hits counts now. */
                hits->count = nonce_hits;
                *searched = (trial + i) / trials.versions;
                return OTD_OK;
            }
            hits->hits[hits->count++] = hit;
        }
    }
    *searched = count;
    return OTD_OK;
}

void otd_header80_verify(const otd_header80_hasher *hasher, otd_verdict *verdicts,
                         const otd_verify_item *items, uint32_t count, const uint8_t *data) {
    uint8_t hashes[OTD_HEADER80_BATCH_MAX][32];
    const uint8_t *rows[OTD_HEADER80_BATCH_MAX];
    for (uint32_t first = 0; first < count; first += hasher->batch) {
        uint32_t live = count - first < hasher->batch ? count - first : hasher->batch;
        for (uint32_t i = 0; i < live; i++) {
            rows[i] = data + items[first + i].data_offset;
        }
        hasher->hash(hasher->context, hashes, rows, live);
        for (uint32_t i = 0; i < live; i++) {
            otd_verdict *verdict = &verdicts[first + i];
            verdict->reserved = 0;
            memcpy(verdict->hash, hashes[i], 32);
            verdict->verdict = otd_meets_target(hashes[i], items[first + i].target)
                                   ? OTD_VERDICT_VALID
                                   : OTD_VERDICT_ABOVE_TARGET;
        }
    }
}
