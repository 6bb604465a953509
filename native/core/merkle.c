/* merkle.c - see merkle.h. The prefix is hashed once; each extranonce continues from there. */
#include "merkle.h"

#include <string.h>

#include "sha256.h"

void otd_merkle_fold(uint8_t *roots, const uint8_t *extranonces, uint32_t count, const otd_coinbase *coinbase,
                     const uint8_t *branches, uint32_t branch_count) {
    otd_sha256_state prefix;
    otd_sha256_begin(&prefix);
    otd_sha256_add(&prefix, coinbase->prefix, coinbase->prefix_length);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t pair[64];
        otd_sha256_state state = prefix;
        otd_sha256_add(&state, extranonces + (size_t)i * coinbase->extranonce_length,
                       coinbase->extranonce_length);
        otd_sha256_add(&state, coinbase->suffix, coinbase->suffix_length);
        otd_sha256_end(&state, pair);
        otd_sha256_once(pair, pair, 32);
        for (uint32_t b = 0; b < branch_count; b++) {
            memcpy(pair + 32, branches + 32 * (size_t)b, 32);
            otd_sha256_twice(pair, pair, 64);
        }
        memcpy(roots + 32 * (size_t)i, pair, 32);
    }
}
