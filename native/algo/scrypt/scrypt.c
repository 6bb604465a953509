/*
 * scrypt.c - scrypt proof of work over 80-byte headers: flavour table, search, verification, known
 * answers. Hits found by a vector flavour are recomputed on the reference before they count.
 */
#include "scrypt.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "algo.h"
#include "cpu.h"
#include "header80.h"

static uint32_t otd_be32(const uint8_t *p) {
    return ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
}

static void otd_put_le32(uint8_t *p, uint32_t x) {
    for (int byte = 0; byte < 4; byte++) {
        p[byte] = (uint8_t)(x >> (8 * byte));
    }
}

static void otd_set_header(otd_scrypt_batch *batch, uint32_t lane, const uint8_t *header) {
    for (uint32_t i = 0; i < 20; i++) {
        batch->header[i][lane] = otd_be32(header + 4 * i);
    }
}

static void otd_get_hash(uint8_t out[32], const otd_scrypt_batch *batch, uint32_t lane) {
    for (uint32_t i = 0; i < 8; i++) {
        otd_put_le32(out + 4 * i, __builtin_bswap32(batch->hash[i][lane]));
    }
}

/* ---- scratchpads ---------------------------------------------------------------------------- */

static size_t otd_pads_bytes(const otd_scrypt_kernel *kernel) {
    return (size_t)kernel->pads * OTD_SCRYPT_PAD_BYTES;
}

static int32_t otd_pads_new(void **pads, const otd_scrypt_kernel *kernel) {
    *pads = aligned_alloc(4096, otd_pads_bytes(kernel));
    return *pads != NULL ? OTD_OK
                         : otd_fail(OTD_E_MEMORY,
                                    "scrypt needs %zu bytes of scratchpad per thread and could not get them; "
                                    "use fewer threads or free memory",
                                    otd_pads_bytes(kernel));
}

/*
 * Scratchpads of finished verify calls, for the next ones: fresh pages cost as much as a hash. Any
 * thread takes and gives by exchange; what does not fit is freed. All are as large as the largest.
 */
#define OTD_SPARE_PADS 8u
static _Atomic(void *) otd_spare[OTD_SPARE_PADS];

static const otd_scrypt_kernel *otd_largest(void);

static int32_t otd_pads_take(void **pads) {
    for (uint32_t i = 0; i < OTD_SPARE_PADS; i++) {
        *pads = atomic_exchange_explicit(&otd_spare[i], NULL, memory_order_acq_rel);
        if (*pads != NULL) {
            return OTD_OK;
        }
    }
    return otd_pads_new(pads, otd_largest());
}

static void otd_pads_give(void *pads) {
    for (uint32_t i = 0; i < OTD_SPARE_PADS; i++) {
        void *empty = NULL;
        if (atomic_compare_exchange_strong_explicit(&otd_spare[i], &empty, pads, memory_order_acq_rel,
                                                    memory_order_relaxed)) {
            return;
        }
    }
    free(pads);
}

/* ---- the verbs ------------------------------------------------------------------------------ */

typedef struct otd_scrypt_context {
    const otd_scrypt_kernel *kernel;
    void *pads;
} otd_scrypt_context;

static void otd_hash_batch(void *context, uint8_t (*hashes)[32], const uint8_t *const *headers,
                           uint32_t count) {
    const otd_scrypt_context *own = context;
    _Alignas(64) otd_scrypt_batch batch;
    for (uint32_t lane = 0; lane < OTD_SCRYPT_BATCH; lane++) {
        /* Lanes without a header of their own repeat the first one. */
        otd_set_header(&batch, lane, headers[lane < count ? lane : 0]);
    }
    own->kernel->hash(&batch, count, own->pads);
    for (uint32_t lane = 0; lane < count; lane++) {
        otd_get_hash(hashes[lane], &batch, lane);
    }
}

static void otd_hash_one(void *context, uint8_t hash[32], const uint8_t *header) {
    const otd_scrypt_context *own = context;
    otd_scrypt_once(hash, header, own->pads);
}

static int32_t otd_scrypt_open(otd_engine *engine) {
    return otd_pads_new(&engine->state, engine->flavour->kernel);
}

static void otd_scrypt_close(otd_engine *engine) {
    free(engine->state);
}

static int32_t otd_scrypt_scan(otd_engine *engine, const otd_work *work, const uint8_t *data, uint64_t first,
                               uint64_t count, otd_hits *hits, uint64_t *searched) {
    otd_scrypt_context context = {engine->flavour->kernel, engine->state};
    const otd_header80_hasher hasher = {otd_hash_batch, otd_hash_one, &context, OTD_SCRYPT_BATCH};
    return otd_header80_scan(&hasher, work, data, first, count, hits, searched);
}

static int32_t otd_scrypt_verify(const otd_flavour *flavour, const otd_algo_params *params,
                                 const otd_dataset *dataset, otd_verdict *verdicts,
                                 const otd_verify_item *items, uint32_t count, const uint8_t *data) {
    otd_scrypt_context context = {flavour->kernel, NULL};
    const otd_header80_hasher hasher = {otd_hash_batch, otd_hash_one, &context, OTD_SCRYPT_BATCH};
    int32_t status = otd_pads_take(&context.pads);
    if (status == OTD_OK) {
        otd_header80_verify(&hasher, verdicts, items, count, data);
        otd_pads_give(context.pads);
    }
    return status;
}

/* ---- known answers -------------------------------------------------------------------------- */

/* Litecoin's first block (id 12a765e3...): its header and its proof-of-work hash. */
static const uint8_t otd_genesis[OTD_SCRYPT_HEADER_BYTES] = {
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0xd9, 0xce, 0xd4, 0xed, 0x11, 0x30, 0xf7, 0xb7, 0xfa, 0xad, 0x9b, 0xe2,
    0x53, 0x23, 0xff, 0xaf, 0xa3, 0x32, 0x32, 0xa1, 0x7c, 0x3e, 0xdf, 0x6c, 0xfd, 0x97, 0xbe, 0xe6,
    0xba, 0xfb, 0xdd, 0x97, 0xb9, 0xaa, 0x8e, 0x4e, 0xf0, 0xff, 0x0f, 0x1e, 0xcd, 0x51, 0x3f, 0x7c};
static const uint8_t otd_genesis_hash[32] = {0x00, 0x1e, 0x67, 0xb0, 0x13, 0x72, 0x6f, 0xd7, 0x38, 0x2e, 0x9a,
                                             0xcb, 0x69, 0x16, 0x5b, 0x4b, 0x63, 0x16, 0x22, 0x7f, 0xb3, 0x15,
                                             0x6b, 0x5b, 0x41, 0x4b, 0xa6, 0x34, 0x0c, 0x05, 0x00, 0x00};

/* Every lane gets its own nonce, so that swapped lanes show; lane 5 gets the known block. */
static int32_t otd_scrypt_self_test(const otd_flavour *flavour) {
    enum { KNOWN_LANE = 5, NONCE_AT = 76 };
    otd_scrypt_context context = {flavour->kernel, NULL};
    uint8_t headers[OTD_SCRYPT_BATCH][OTD_SCRYPT_HEADER_BYTES], hashes[OTD_SCRYPT_BATCH][32], expected[32];
    const uint8_t *rows[OTD_SCRYPT_BATCH];
    int32_t status = otd_pads_take(&context.pads);
    if (status != OTD_OK) {
        return status;
    }
    for (uint32_t lane = 0; lane < OTD_SCRYPT_BATCH; lane++) {
        memcpy(headers[lane], otd_genesis, OTD_SCRYPT_HEADER_BYTES);
        headers[lane][NONCE_AT] = (uint8_t)(headers[lane][NONCE_AT] + lane - KNOWN_LANE);
        rows[lane] = headers[lane];
    }
    otd_hash_batch(&context, hashes, rows, OTD_SCRYPT_BATCH);
    for (uint32_t lane = 0; lane < OTD_SCRYPT_BATCH && status == OTD_OK; lane++) {
        otd_hash_one(&context, expected, headers[lane]);
        if (memcmp(hashes[lane], lane == KNOWN_LANE ? otd_genesis_hash : expected, 32) != 0) {
            status = otd_fail(OTD_E_SELFTEST, "scrypt flavour %s: lane %u of %u has a wrong hash",
                              flavour->name, lane, OTD_SCRYPT_BATCH);
        }
    }
    otd_pads_give(context.pads);
    return status;
}

/* ---- the table ------------------------------------------------------------------------------ */

static const otd_flavour otd_scrypt_flavours[] = {
#if defined(__x86_64__)
    {"avx512", OTD_CPU_AVX512, OTD_SCRYPT_BATCH, &otd_scrypt_kernel_avx512},
    {"avx2", OTD_CPU_AVX2, OTD_SCRYPT_BATCH, &otd_scrypt_kernel_avx2},
    {"sse2", 0, OTD_SCRYPT_BATCH, &otd_scrypt_kernel_sse2},
#endif
    {"ref", 0, 1, &otd_scrypt_kernel_ref},
};

#define OTD_FLAVOUR_COUNT (sizeof otd_scrypt_flavours / sizeof otd_scrypt_flavours[0])

static const otd_scrypt_kernel *otd_largest(void) {
    const otd_scrypt_kernel *largest = otd_scrypt_flavours[0].kernel;
    for (uint32_t i = 1; i < OTD_FLAVOUR_COUNT; i++) {
        const otd_scrypt_kernel *kernel = otd_scrypt_flavours[i].kernel;
        largest = kernel->pads > largest->pads ? kernel : largest;
    }
    return largest;
}

const otd_algo otd_algo_scrypt = {
    .info = {.id = OTD_ALGO_SCRYPT,
             .data_length_min = OTD_SCRYPT_HEADER_BYTES,
             .data_length_max = OTD_SCRYPT_HEADER_BYTES,
             .nonce_bits = 32,
             .versions_max = OTD_VERSIONS_MAX,
             .name = "scrypt"},
    .flavours = otd_scrypt_flavours,
    .flavour_count = OTD_FLAVOUR_COUNT,
    .self_test = otd_scrypt_self_test,
    .engine_open = otd_scrypt_open,
    .engine_close = otd_scrypt_close,
    .scan = otd_scrypt_scan,
    .verify = otd_scrypt_verify,
};
