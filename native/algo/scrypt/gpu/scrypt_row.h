/* scrypt_row.h - the row of constants of a scrypt search, for one header version. */
#ifndef OTD_ALGO_SCRYPT_ROW_H
#define OTD_ALGO_SCRYPT_ROW_H

#include <stdint.h>
#include <string.h>

#include "sha256.h"

#define OTD_SCRYPT_ROW_WORDS 32u

/*
 * In: header, 80 bytes with the version that the row is for; target, 32 bytes, least significant first.
 * Out: row: 0..7 the state of SHA-256 after 64 bytes, 8..26 the header's words as SHA-256 sees them (the
 * nonce is the kernel's), 28 the most significant word of the target. Pure.
 */
static inline void otd_scrypt_row(uint32_t row[OTD_SCRYPT_ROW_WORDS], const uint8_t header[80],
                                  const uint8_t target[32]) {
    memset(row, 0, OTD_SCRYPT_ROW_WORDS * sizeof *row);
    memcpy(row, otd_sha256_iv, 32);
    otd_sha256_blocks(row, header, 1);
    for (int i = 0; i < 19; i++) {
        row[8 + i] = (uint32_t)header[4 * i] << 24 | (uint32_t)header[4 * i + 1] << 16 |
                     (uint32_t)header[4 * i + 2] << 8 | header[4 * i + 3];
    }
    memcpy(&row[28], target + 28, 4);
}

#endif /* OTD_ALGO_SCRYPT_ROW_H */
