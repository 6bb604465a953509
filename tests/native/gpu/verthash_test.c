/* verthash_test.c - the search kernel against the reference on the small data files of graphs 8 and 10. */
#include <stdlib.h>
#include <string.h>

#include "otedama.h"
#include "runner.h"
#include "verthash/gpu/verthash_row.h"

extern const otd_gpu_code otd_kernel_verthash;

enum { NONCES = 150, VERSIONS = 2 };

static uint32_t top_word(const otd_verthash_data *data, const uint8_t header[80], uint32_t nonce) {
    uint8_t full[80], hash[32];
    const uint8_t *headers[1] = {full};
    uint32_t top;
    memcpy(full, header, 76);
    memcpy(full + 76, &nonce, 4);
    otd_verthash_kernel_ref.hash(data, &hash, headers, 1);
    memcpy(&top, hash + 28, 4);
    return top;
}

static void one_range(const runner *with, const otd_verthash_data *data, uint8_t byte, uint32_t first,
                      uint32_t count, uint32_t version_row) {
    static _Alignas(16) hits found;
    static _Alignas(16) uint32_t rows[VERSIONS * OTD_VERTHASH_ROW_WORDS];
    uint8_t header[80], target[32];
    uint32_t tops[NONCES], expected = 0, wrong = 0, threads = with->threads;
    random_fill(header, sizeof header);
    header[0] = byte;
    memset(target, 0, sizeof target);
    for (uint32_t i = 0; i < count; i++) {
        tops[i] = top_word(data, header, first + i);
    }
    memcpy(target + 28, &tops[count / 2], 4); /* of one nonce: equal has to pass */
    memset(rows, 0x5a, sizeof rows);
    otd_verthash_row(rows + version_row * OTD_VERTHASH_ROW_WORDS, header, target, data);
    hits_clear(&found);
    const argument arguments[] = {BUFFER(rows, sizeof rows),
                                  ARG_U64((uint64_t)version_row << 32 | first),
                                  ARG_U32(count),
                                  ARG_U32(SLOTS),
                                  BUFFER(&found, sizeof found),
                                  BUFFER(data->nodes, data->bytes),
                                  ARG_U32(data->slots),
                                  ARG_U32((1ull << 32) / data->slots)};
    const launch l = {
        &otd_kernel_verthash, "otd_search", threads, (count + threads - 1) / threads, arguments, 8};
    check(with->run(&l), "%s verthash runs", with->name);
    hits_sort(&found);
    for (uint32_t i = 0; i < count; i++) {
        if (tops[i] <= tops[count / 2]) {
            wrong += found.nonce[expected] != ((uint64_t)version_row << 32 | (first + i));
            expected++;
        }
    }
    check(found.count == expected && wrong == 0, "%s verthash of graph %u: %u hits, not %u", with->name,
          data->graph, found.count, expected);
}

void test_verthash(const runner *with) {
    static const uint32_t graphs[] = {8, 10};
    const otd_build quiet = {NULL, NULL};
    for (int i = 0; i < (with->brief ? 1 : 2); i++) {
        otd_verthash_data data;
        otd_verthash_describe(&data, graphs[i]);
        data.nodes = aligned_alloc(64, data.bytes);
        check(otd_verthash_generate(&data, &otd_verthash_kernel_ref, &quiet) == OTD_OK, "verthash graph %u",
              graphs[i]);
        if (!with->brief) {
            one_range(with, &data, 0x20, random_u32() & 0x7fffffffu, NONCES, 0);
        }
        one_range(with, &data, 0xfc, 0u - (with->brief ? 2 : 65), with->brief ? 2 : 65,
                  1); /* byte 0 passes 255 among the eight changed headers */
        one_range(with, &data, 0xff, 0, 1, 0);
        free(data.nodes);
    }
}
