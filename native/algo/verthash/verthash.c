/*
 * verthash.c - Verthash proof of work over 80-byte headers: flavour table, search, verification, known
 * answers. Hits found by an interleaved flavour are recomputed on the reference before they count.
 */
#include "verthash.h"

#include <string.h>

#include "algo.h"
#include "cpu.h"
#include "header80.h"
#include "verthash_dataset.h"
#include "verthash_graph.h"

static const otd_flavour otd_verthash_flavours[] = {
#if defined(__x86_64__)
    {"avx512", OTD_CPU_AVX512, 32, &otd_verthash_kernel_avx512},
    {"avx2", OTD_CPU_AVX2, 32, &otd_verthash_kernel_avx2},
#endif
    {"portable", 0, 16, &otd_verthash_kernel_portable},
    {"ref", 0, 1, &otd_verthash_kernel_ref},
};

#define OTD_FLAVOUR_COUNT (sizeof otd_verthash_flavours / sizeof otd_verthash_flavours[0])

/* ---- the verbs ------------------------------------------------------------------------------ */

typedef struct otd_verthash_context {
    const otd_verthash_kernel *kernel;
    const otd_verthash_data *data;
} otd_verthash_context;

static void otd_hash_batch(void *context, uint8_t (*hashes)[32], const uint8_t *const *headers,
                           uint32_t count) {
    const otd_verthash_context *own = context;
    own->kernel->hash(own->data, hashes, headers, count);
}

static void otd_hash_one(void *context, uint8_t hash[32], const uint8_t *header) {
    const otd_verthash_context *own = context;
    uint8_t hashes[1][32];
    otd_verthash_kernel_ref.hash(own->data, hashes, &header, 1);
    memcpy(hash, hashes[0], 32);
}

static int32_t otd_verthash_scan(otd_engine *engine, const otd_work *work, const uint8_t *data,
                                 uint64_t first, uint64_t count, otd_hits *hits, uint64_t *searched) {
    otd_verthash_context context = {engine->flavour->kernel, otd_verthash_dataset_data(engine->dataset)};
    const otd_header80_hasher hasher = {otd_hash_batch, otd_hash_one, &context, OTD_VERTHASH_BATCH};
    return otd_header80_scan(&hasher, work, data, first, count, hits, searched);
}

static int32_t otd_verthash_verify(const otd_flavour *flavour, const otd_algo_params *params,
                                   const otd_dataset *dataset, otd_verdict *verdicts,
                                   const otd_verify_item *items, uint32_t count, const uint8_t *data) {
    otd_verthash_context context = {flavour->kernel, otd_verthash_dataset_data(dataset)};
    const otd_header80_hasher hasher = {otd_hash_batch, otd_hash_one, &context, OTD_VERTHASH_BATCH};
    otd_header80_verify(&hasher, verdicts, items, count, data);
    return OTD_OK;
}

/* ---- known answers -------------------------------------------------------------------------- */

/* Graph 4 (10 KiB) and the hash of the header 00 01 02 ... 4f in it. */
#define OTD_KNOWN_GRAPH 4u
#define OTD_KNOWN_NODES (16u * 4u * 5u)
static const uint8_t otd_known_hash[32] = {0xc0, 0xc6, 0x8d, 0x66, 0xab, 0xe6, 0xe9, 0x98, 0x8a, 0x98, 0xde,
                                           0x66, 0x0a, 0xf9, 0x5a, 0xac, 0x70, 0xa7, 0x43, 0x3f, 0x12, 0xa2,
                                           0x37, 0x0d, 0x65, 0x2c, 0x54, 0xba, 0x4b, 0xb1, 0x1a, 0x81};

/* Every lane gets its own header: byte 79 counts, and the last lane has the known one. */
static int32_t otd_verthash_self_test(const otd_flavour *flavour) {
    enum { LAST = OTD_VERTHASH_BATCH - 1 };
    static const otd_build quiet = {NULL, NULL};
    _Alignas(64) uint64_t nodes[OTD_KNOWN_NODES * OTD_VERTHASH_NODE_WORDS];
    uint8_t headers[OTD_VERTHASH_BATCH][OTD_VERTHASH_HEADER_BYTES], hashes[OTD_VERTHASH_BATCH][32];
    const uint8_t *rows[OTD_VERTHASH_BATCH];
    otd_verthash_data data;
    otd_verthash_context context = {flavour->kernel, &data};

    otd_verthash_describe(&data, OTD_KNOWN_GRAPH);
    data.nodes = nodes;
    int32_t status = otd_verthash_generate(&data, flavour->kernel, &quiet);
    for (uint32_t i = 0; i < OTD_VERTHASH_BATCH; i++) {
        for (uint32_t byte = 0; byte < OTD_VERTHASH_HEADER_BYTES; byte++) {
            headers[i][byte] = (uint8_t)byte;
        }
        headers[i][OTD_VERTHASH_HEADER_BYTES - 1] = (uint8_t)(OTD_VERTHASH_HEADER_BYTES - 1 + LAST - i);
        rows[i] = headers[i];
    }
    otd_hash_batch(&context, hashes, rows, OTD_VERTHASH_BATCH);
    for (uint32_t i = 0; i < OTD_VERTHASH_BATCH && status == OTD_OK; i++) {
        uint8_t expected[32];
        otd_hash_one(&context, expected, headers[i]);
        if (memcmp(hashes[i], i == LAST ? otd_known_hash : expected, 32) != 0) {
            status = otd_fail(OTD_E_SELFTEST, "verthash flavour %s: lane %u of %u has a wrong hash",
                              flavour->name, i, OTD_VERTHASH_BATCH);
        }
    }
    return status;
}

const otd_algo otd_algo_verthash = {
    .info = {.id = OTD_ALGO_VERTHASH,
             .flags = OTD_ALGO_FLAG_DATASET,
             .data_length_min = OTD_VERTHASH_HEADER_BYTES,
             .data_length_max = OTD_VERTHASH_HEADER_BYTES,
             .nonce_bits = 32,
             .versions_max = OTD_VERSIONS_MAX,
             .name = "verthash"},
    .flavours = otd_verthash_flavours,
    .flavour_count = OTD_FLAVOUR_COUNT,
    .self_test = otd_verthash_self_test,
    .dataset_size = otd_verthash_dataset_size,
    .dataset_open = otd_verthash_dataset_open,
    .dataset_close = otd_verthash_dataset_close,
    .scan = otd_verthash_scan,
    .verify = otd_verthash_verify,
};
