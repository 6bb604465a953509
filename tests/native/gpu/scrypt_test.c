/* scrypt_test.c - the search kernel against the reference, with all entries kept and with half or a quarter
 * of them. */
#include <stdlib.h>
#include <string.h>

#include "runner.h"
#include "scrypt/gpu/scrypt_row.h"
#include "scrypt/scrypt.h"

extern const otd_gpu_code otd_kernel_scrypt;

enum { NONCES = 70, VERSIONS = 2 };

static uint32_t top_word(const uint8_t header[80], uint32_t nonce) {
    static _Alignas(64) uint8_t pad[OTD_SCRYPT_PAD_BYTES];
    uint8_t full[80], hash[32];
    uint32_t top;
    memcpy(full, header, 76);
    memcpy(full + 76, &nonce, 4);
    otd_scrypt_once(hash, full, pad);
    memcpy(&top, hash + 28, 4);
    return top;
}

static void one_range(const runner *with, uint32_t first, uint32_t count, uint32_t gap,
                      uint32_t version_row) {
    static _Alignas(16) hits found;
    _Alignas(16) uint32_t rows[VERSIONS * OTD_SCRYPT_ROW_WORDS];
    uint8_t header[80], target[32];
    uint32_t tops[NONCES], expected = 0, wrong = 0, stride = count + 3;
    uint64_t pad_bytes = ((uint64_t)OTD_SCRYPT_PAD_BYTES >> gap) * stride;
    uint8_t *pads = aligned_alloc(64, pad_bytes);
    random_fill(header, sizeof header);
    memset(target, 0, sizeof target);
    for (uint32_t i = 0; i < count; i++) {
        tops[i] = top_word(header, first + i);
    }
    memcpy(target + 28, &tops[count / 2], 4); /* of one nonce: equal has to pass */
    memset(rows, 0x5a, sizeof rows);
    otd_scrypt_row(rows + version_row * OTD_SCRYPT_ROW_WORDS, header, target);
    hits_clear(&found);
    const argument arguments[] = {BUFFER(rows, sizeof rows),
                                  ARG_U64((uint64_t)version_row << 32 | first),
                                  ARG_U32(count),
                                  ARG_U32(SLOTS),
                                  BUFFER(&found, sizeof found),
                                  BUFFER(pads, pad_bytes),
                                  ARG_U32(stride),
                                  ARG_U32(gap)};
    const launch l = {&otd_kernel_scrypt, "otd_search",
                      with->threads,      (count + with->threads - 1) / with->threads,
                      arguments,          8};
    check(with->run(&l), "%s scrypt runs", with->name);
    hits_sort(&found);
    for (uint32_t i = 0; i < count; i++) {
        if (tops[i] <= tops[count / 2]) {
            wrong += found.nonce[expected] != ((uint64_t)version_row << 32 | (first + i));
            expected++;
        }
    }
    check(found.count == expected && wrong == 0, "%s scrypt with gap %u: %u hits, not %u", with->name, gap,
          found.count, expected);
    free(pads);
}

void test_scrypt(const runner *with) {
    if (with->brief) {
        one_range(with, 7, 1, 0, 1);
        return;
    }
    one_range(with, random_u32() & 0x7fffffffu, NONCES, 0, 0);
    one_range(with, 0u - 33, 33, 1, 1);
    one_range(with, 0, 17, 2, 0);
    one_range(with, random_u32() & 0x7fffffffu, 1, 0, 1);
}
