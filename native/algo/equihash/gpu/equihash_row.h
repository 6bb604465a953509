/* equihash_row.h - the constants of a search: what the generation needs of an input. */
#ifndef OTD_ALGO_EQUIHASH_ROW_H
#define OTD_ALGO_EQUIHASH_ROW_H

#include <string.h>

#include "../equihash.h"
#include "equihash_set.h"

#define OTD_EQUIHASH_NONCE_LENGTH 8u /* the input's last bytes */

/*
 * In: input, of which the last 8 bytes are the nonce, which is the kernel's.
 * Out: row: 0..15 the state of BLAKE2b after the input's whole blocks of 128 bytes, 16..47 its last block
 * with zeros for the nonce, 48 where the number of the hash begins in that block, in bytes, 49 the length with
 * that number, 50 all ones where outputs are added up, else 0. Returns 0 when nonce and number are not both
 * in the last block, or, other than in the test sets, the input is no header of 140 bytes. Pure.
 */
static inline int otd_equihash_row(uint32_t row[OTD_EQUIHASH_ROW_WORDS], const equihash_params *p,
                                   const uint8_t *input, uint32_t input_length) {
    equihash_mid mid;
    memset(row, 0, OTD_EQUIHASH_ROW_WORDS * sizeof *row);
    otd_equihash_mid(&mid, p, input, input_length);
    if (mid.tail_length < OTD_EQUIHASH_NONCE_LENGTH || mid.tail_length > 124 ||
        (p->n > 96 && input_length != EQUIHASH_HEADER_LENGTH)) {
        return 0;
    }
    memset(mid.tail + mid.tail_length - OTD_EQUIHASH_NONCE_LENGTH, 0, OTD_EQUIHASH_NONCE_LENGTH);
    memcpy(row, mid.state, 64);
    memcpy(row + 16, mid.tail, 128);
    row[48] = mid.tail_length;
    row[49] = input_length + 4;
    row[50] = p->twist ? 0xffffffffu : 0;
    return 1;
}

#endif /* OTD_ALGO_EQUIHASH_ROW_H */
