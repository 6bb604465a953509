/*
 * sha256d.c - SHA-256d proof of work over 80-byte headers: flavour table, nonce search, verification,
 * known answers. A flavour only finds candidates by the top word of the hash; each is recomputed here
 * on the reference path before it is reported.
 */
#include "sha256d.h"

#include <string.h>

#include "sha256.h"

void otd_sha256d_hash_serial(uint8_t (*hashes)[32], const uint8_t *const *headers, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        otd_sha256_twice(hashes[i], headers[i], OTD_SHA256D_HEADER);
    }
}

static uint32_t otd_be32(const uint8_t *p) {
    return ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
}

static uint32_t otd_le32(const uint8_t *p) {
    return ((uint32_t)p[3] << 24) | ((uint32_t)p[2] << 16) | ((uint32_t)p[1] << 8) | p[0];
}

static void otd_put_le32(uint8_t *p, uint32_t x) {
    p[0] = (uint8_t)x;
    p[1] = (uint8_t)(x >> 8);
    p[2] = (uint8_t)(x >> 16);
    p[3] = (uint8_t)(x >> 24);
}

static uint32_t otd_work_version(const otd_work *work, const uint8_t *header, uint32_t index) {
    return work->version_count == 0 ? otd_le32(header) : work->versions[index];
}

void otd_sha256d_make_job(otd_sha256d_job *job, const otd_work *work, const uint8_t *header) {
    uint8_t block[64];
    memcpy(block, header, sizeof block);
    job->versions = work->version_count == 0 ? 1 : work->version_count;
    for (uint32_t v = 0; v < job->versions; v++) {
        otd_put_le32(block, otd_work_version(work, header, v));
        memcpy(job->midstate[v], otd_sha256_iv, sizeof job->midstate[v]);
        otd_sha256_blocks(job->midstate[v], block, 1);
    }
    for (int i = 0; i < 3; i++) {
        job->tail[i] = otd_be32(header + 64 + 4 * i);
    }
    job->limit = otd_le32(work->target + 28);
}

/* Recomputes one candidate in full. 1 when its hash meets the target. */
static int32_t otd_confirm(otd_hit *hit, const otd_work *work, const uint8_t *header,
                           const otd_sha256d_candidate *candidate) {
    uint8_t full[OTD_SHA256D_HEADER];
    const uint8_t *headers[1] = {full};
    uint32_t version = otd_work_version(work, header, candidate->version);
    memcpy(full, header, sizeof full);
    otd_put_le32(full, version);
    otd_put_le32(full + OTD_SHA256D_NONCE_AT, candidate->nonce);
    memset(hit, 0, sizeof *hit);
    otd_sha256d_ref.hash(&hit->hash, headers, 1);
    hit->tag = work->tag;
    hit->nonce = candidate->nonce;
    hit->version = version;
    return otd_meets_target(hit->hash, work->target);
}

/* By distance from the first nonce, then by version: insertion sort, the lists are short. */
static void otd_sort(otd_sha256d_found *found, uint32_t first) {
    for (uint32_t i = 1; i < found->count; i++) {
        otd_sha256d_candidate item = found->items[i];
        uint64_t key = ((uint64_t)(item.nonce - first) << 32) | item.version;
        uint32_t at = i;
        while (at > 0 && ((((uint64_t)(found->items[at - 1].nonce - first)) << 32) |
                          found->items[at - 1].version) > key) {
            found->items[at] = found->items[at - 1];
            at--;
        }
        found->items[at] = item;
    }
}

/*
 * Reports the candidates that hold, in order. Returns the nonces of the stretch that count as searched:
 * all of them, or those before the first nonce whose hits no longer fit.
 */
static uint64_t otd_report(otd_hits *hits, const otd_work *work, const uint8_t *header, uint32_t first,
                           uint64_t count, const otd_sha256d_found *found) {
    uint32_t nonce_start = hits->count; /* hits before the current nonce */
    for (uint32_t i = 0; i < found->count; i++) {
        uint64_t offset = found->items[i].nonce - first;
        otd_hit hit;
        if (offset >= count) {
            continue;
        }
        if (i == 0 || found->items[i].nonce != found->items[i - 1].nonce) {
            nonce_start = hits->count;
        }
        if (!otd_confirm(&hit, work, header, &found->items[i])) {
            continue;
        }
        if (hits->count == hits->capacity) {
            hits->count = nonce_start;
            return offset;
        }
        hits->hits[hits->count++] = hit;
    }
    return count;
}

static int32_t otd_sha256d_scan(otd_engine *engine, const otd_work *work, const uint8_t *data, uint64_t first,
                                uint64_t count, otd_hits *hits, uint64_t *searched) {
    const otd_sha256d_kernel *kernel = engine->flavour->kernel;
    uint32_t lanes = engine->flavour->lanes;
    otd_sha256d_job job;
    otd_sha256d_found found;
    otd_sha256d_make_job(&job, work, data);
    *searched = 0;
    while (*searched < count) {
        uint64_t left = count - *searched;
        uint32_t from = (uint32_t)(first + *searched);
        found.count = 0;
        uint64_t done = kernel->scan(&job, from, (left + lanes - 1) / lanes, &found) * lanes;
        done = done < left ? done : left;
        otd_sort(&found, from);
        uint64_t reported = otd_report(hits, work, data, from, done, &found);
        *searched += reported;
        if (reported < done) {
            break;
        }
    }
    return OTD_OK;
}

static int32_t otd_verify_headers(const otd_flavour *flavour, const otd_algo_params *params,
                                  const otd_dataset *dataset, otd_verdict *verdicts,
                                  const otd_verify_item *items, uint32_t count, const uint8_t *data) {
    enum { BATCH = 64 };
    const otd_sha256d_kernel *kernel = flavour->kernel;
    const uint8_t *headers[BATCH];
    uint8_t hashes[BATCH][32];
    for (uint32_t first = 0; first < count; first += BATCH) {
        uint32_t batch = count - first < BATCH ? count - first : BATCH;
        for (uint32_t i = 0; i < batch; i++) {
            headers[i] = data + items[first + i].data_offset;
        }
        kernel->hash(hashes, headers, batch);
        for (uint32_t i = 0; i < batch; i++) {
            otd_verdict *verdict = &verdicts[first + i];
            verdict->reserved = 0;
            memcpy(verdict->hash, hashes[i], 32);
            verdict->verdict = otd_meets_target(hashes[i], items[first + i].target)
                                   ? OTD_VERDICT_VALID
                                   : OTD_VERDICT_ABOVE_TARGET;
        }
    }
    return OTD_OK;
}

/* Bitcoin's first block: header, and its hash in chain order. */
static const uint8_t otd_genesis[OTD_SHA256D_HEADER] = {
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x3b, 0xa3, 0xed, 0xfd, 0x7a, 0x7b, 0x12, 0xb2, 0x7a, 0xc7, 0x2c, 0x3e,
    0x67, 0x76, 0x8f, 0x61, 0x7f, 0xc8, 0x1b, 0xc3, 0x88, 0x8a, 0x51, 0x32, 0x3a, 0x9f, 0xb8, 0xaa,
    0x4b, 0x1e, 0x5e, 0x4a, 0x29, 0xab, 0x5f, 0x49, 0xff, 0xff, 0x00, 0x1d, 0x1d, 0xac, 0x2b, 0x7c,
};

static const uint8_t otd_genesis_hash[32] = {
    0x6f, 0xe2, 0x8c, 0x0a, 0xb6, 0xf1, 0xb3, 0x72, 0xc1, 0xa6, 0xa2, 0x46, 0xae, 0x63, 0xf7, 0x4f,
    0x93, 0x1e, 0x83, 0x65, 0xe1, 0x5a, 0x08, 0x9c, 0x68, 0xd6, 0x19, 0x00, 0x00, 0x00, 0x00, 0x00,
};

/* The nonce must be found in a window that straddles lane groups, once per version in use. */
static int32_t otd_self_test_scan(const otd_flavour *flavour) {
    enum { BEFORE = 37, WINDOW = 131 };
    otd_engine engine = {.flavour = flavour};
    otd_hit hit[2];
    for (uint32_t versions = 0; versions <= 3; versions++) {
        otd_work work = {.version_count = versions, .versions = {7, 1, 0x20000000}};
        otd_hits hits = {.hits = hit, .capacity = 2};
        uint64_t searched = 0;
        uint32_t nonce = otd_le32(otd_genesis + OTD_SHA256D_NONCE_AT);
        uint32_t expected = versions == 1 ? 0 : 1; /* version 7 alone does not solve the block */
        memset(work.target, 0xff, 28);
        otd_sha256d_scan(&engine, &work, otd_genesis, nonce - BEFORE, WINDOW, &hits, &searched);
        if (searched != WINDOW || hits.count != expected ||
            (expected == 1 && (hit[0].nonce != nonce || hit[0].version != 1 ||
                               memcmp(hit[0].hash, otd_genesis_hash, 32) != 0))) {
            return otd_fail(OTD_E_SELFTEST,
                            "sha256d flavour %s did not find the nonce of Bitcoin's first block",
                            flavour->name);
        }
    }
    return OTD_OK;
}

static int32_t otd_self_test_sha256d(const otd_flavour *flavour) {
    enum { COUNT = 35 }; /* two full groups of 16 lanes and a rest */
    const otd_sha256d_kernel *kernel = flavour->kernel;
    const uint8_t *headers[COUNT];
    uint8_t hashes[COUNT][32];
    for (int i = 0; i < COUNT; i++) {
        headers[i] = otd_genesis;
    }
    kernel->hash(hashes, headers, COUNT);
    for (int i = 0; i < COUNT; i++) {
        if (memcmp(hashes[i], otd_genesis_hash, 32) != 0) {
            return otd_fail(OTD_E_SELFTEST, "sha256d flavour %s hashed Bitcoin's first block wrongly",
                            flavour->name);
        }
    }
    return otd_self_test_scan(flavour);
}

static const otd_flavour otd_flavours[] = {
#if defined(__x86_64__)
    {"mixed", OTD_CPU_AVX512 | OTD_CPU_SHANI, 16, &otd_sha256d_mixed},
    {"avx512", OTD_CPU_AVX512, 16, &otd_sha256d_avx512},
    {"shani", OTD_CPU_SHANI, 4, &otd_sha256d_shani},
    {"avx2", OTD_CPU_AVX2, 8, &otd_sha256d_avx2},
#endif
    {"ref", 0, 1, &otd_sha256d_ref},
};

const otd_algo otd_algo_sha256d = {
    .info = {.id = OTD_ALGO_SHA256D,
             .data_length_min = OTD_SHA256D_HEADER,
             .data_length_max = OTD_SHA256D_HEADER,
             .nonce_bits = 32,
             .versions_max = OTD_VERSIONS_MAX,
             .name = "sha256d"},
    .flavours = otd_flavours,
    .flavour_count = sizeof otd_flavours / sizeof otd_flavours[0],
    .contest_nonces = 2048, /* with 8 versions each */
    .self_test = otd_self_test_sha256d,
    .scan = otd_sha256d_scan,
    .verify = otd_verify_headers,
};
