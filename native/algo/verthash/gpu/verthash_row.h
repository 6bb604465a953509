/* verthash_row.h - the row of constants of a Verthash search, for one header version. */
#ifndef OTD_ALGO_VERTHASH_ROW_H
#define OTD_ALGO_VERTHASH_ROW_H

#include <string.h>

#include "../verthash_graph.h"

#define OTD_VERTHASH_ROW_WORDS 432u

/*
 * In: header, 80 bytes with the version that the row is for; target, 32 bytes, least significant first; data,
 * for the constants of keccak.
 * Out: row: 0..399 the eight states of SHA3-512 after the first 72 bytes of the header with its byte 0 raised
 * by 1 to 8 (modulo 256, without carry), 400..418 the header's words but the nonce, 420 the most significant
 * word of the target. Pure.
 */
static inline void otd_verthash_row(uint32_t row[OTD_VERTHASH_ROW_WORDS], const uint8_t header[80],
                                    const uint8_t target[32], const otd_verthash_data *data) {
    uint8_t changed[72];
    memset(row, 0, OTD_VERTHASH_ROW_WORDS * sizeof *row);
    memcpy(changed, header, sizeof changed);
    for (int part = 0; part < 8; part++) {
        uint64_t state[25] = {0};
        changed[0]++;
        memcpy(state, changed, sizeof changed);
        otd_keccak(state, data->round);
        memcpy(row + 50 * part, state, sizeof state);
    }
    memcpy(row + 400, header, 76);
    memcpy(row + 420, target + 28, 4);
}

#endif /* OTD_ALGO_VERTHASH_ROW_H */
