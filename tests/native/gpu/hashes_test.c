/*
 * hashes_test.c - the kernels that hash whole headers for checks, against the reference: every byte of every
 * hash, at counts around the group, and nothing behind the last.
 */
#include <stdlib.h>
#include <string.h>

#include "otedama.h"
#include "runner.h"
#include "sha256.h"
#include "sha256d/sha256d.h"
#include "verthash/verthash_graph.h"

extern const otd_gpu_code otd_kernel_sha256d_hash;
extern const otd_gpu_code otd_kernel_verthash_hash;

enum { HEADERS = 150, HEADER = 80, UNTOUCHED = 0xee };

static _Alignas(16) uint8_t headers[HEADERS * HEADER];
static _Alignas(16) uint8_t hashes[(HEADERS + 1) * 32];

static const uint32_t counts[] = {1, 63, 64, 65, HEADERS};

/* Runs a kernel over `count` headers; `more` are its arguments behind those of every such kernel. */
static int run_hashes(const runner *with, const otd_gpu_code *code, const char *entry, uint32_t threads,
                      uint32_t count, const argument *more, uint32_t more_count) {
    argument arguments[ARGUMENTS_MAX] = {BUFFER(headers, sizeof headers), BUFFER(hashes, sizeof hashes),
                                         ARG_U32(count)};
    memset(hashes, UNTOUCHED, sizeof hashes);
    for (uint32_t i = 0; i < more_count; i++) {
        arguments[3 + i] = more[i];
    }
    const launch l = {code, entry, threads, (count + threads - 1) / threads, arguments, 3 + more_count};
    return with->run(&l);
}

static uint32_t wrong_hashes(const otd_verthash_data *data, uint32_t count) {
    uint32_t wrong = 0;
    for (uint32_t i = 0; i <= count; i++) {
        uint8_t expected[1][32];
        const uint8_t *header = headers + i * HEADER;
        memset(expected, UNTOUCHED, sizeof expected);
        if (i < count && data != NULL) {
            otd_verthash_kernel_ref.hash(data, expected, &header, 1);
        } else if (i < count) {
            otd_sha256d_ref.hash(expected, &header, 1);
        }
        wrong += memcmp(expected[0], hashes + 32 * i, 32) != 0;
    }
    return wrong;
}

static void sha256d_hashes(const runner *with) {
    static const uint32_t groups[] = {64, 32};
    for (uint32_t i = 0; i < (with->brief ? 1 : sizeof counts / sizeof counts[0]); i++) {
        random_fill(headers, sizeof headers);
        int ran =
            run_hashes(with, &otd_kernel_sha256d_hash, "otd_sha256d_hash", groups[i % 2], counts[i], NULL, 0);
        uint32_t wrong = wrong_hashes(NULL, counts[i]);
        check(ran && wrong == 0, "%s sha256d of %u headers: %u wrong", with->name, counts[i], wrong);
    }
}

static void verthash_hashes(const runner *with, const otd_verthash_data *data) {
    const argument more[] = {BUFFER(data->nodes, data->bytes), ARG_U32(data->slots),
                             ARG_U32((1ull << 32) / data->slots)};
    for (uint32_t i = 0; i < (with->brief ? 1 : sizeof counts / sizeof counts[0]); i++) {
        random_fill(headers, sizeof headers);
        headers[0] = 0xfc; /* passes 255 among the eight changed headers */
        int ran = run_hashes(with, &otd_kernel_verthash_hash, "otd_verthash_hash", with->threads, counts[i],
                             more, 3);
        uint32_t wrong = wrong_hashes(data, counts[i]);
        check(ran && wrong == 0, "%s verthash of %u headers in graph %u: %u wrong", with->name, counts[i],
              data->graph, wrong);
    }
}

void test_hashes(const runner *with) {
    const otd_build quiet = {NULL, NULL};
    otd_verthash_data data;
    sha256d_hashes(with);
    otd_verthash_describe(&data, 8);
    data.nodes = aligned_alloc(64, data.bytes);
    check(otd_verthash_generate(&data, &otd_verthash_kernel_ref, &quiet) == OTD_OK, "verthash graph 8");
    verthash_hashes(with, &data);
    free(data.nodes);
}
