/*
 * merkle.c - see merkle.h. The prefix is hashed once; each extranonce continues from there. Two coinbases go
 * through together, because the hash of one leaves the processor idle half of the time.
 */
#include "merkle.h"

#include <string.h>

#include "sha256.h"

/* both = the double hashes of what the states were given. */
static void otd_end_twice(otd_sha256_state states[2], uint8_t both[2][32]) {
    const uint8_t *const hashes[2] = {both[0], both[1]};
    otd_sha256_end_two(states, both);
    otd_sha256_begin(&states[0]);
    otd_sha256_begin(&states[1]);
    otd_sha256_add_two(states, hashes, 32);
    otd_sha256_end_two(states, both);
}

void otd_merkle_fold(uint8_t *roots, const uint8_t *extranonces, uint32_t count, const otd_coinbase *coinbase,
                     const uint8_t *branches, uint32_t branch_count) {
    const uint8_t *const suffixes[2] = {coinbase->suffix, coinbase->suffix};
    otd_sha256_state prefix;
    otd_sha256_begin(&prefix);
    otd_sha256_add(&prefix, coinbase->prefix, coinbase->prefix_length);
    for (uint32_t i = 0; i < count; i += 2) {
        uint32_t j = i + 1 < count ? i + 1 : i; /* the last of an odd number keeps itself company */
        const uint8_t *const own[2] = {extranonces + (size_t)i * coinbase->extranonce_length,
                                       extranonces + (size_t)j * coinbase->extranonce_length};
        otd_sha256_state states[2] = {prefix, prefix};
        uint8_t both[2][32];
        otd_sha256_add_two(states, own, coinbase->extranonce_length);
        otd_sha256_add_two(states, suffixes, coinbase->suffix_length);
        otd_end_twice(states, both);
        for (uint32_t b = 0; b < branch_count; b++) {
            const uint8_t *const nodes[2] = {both[0], both[1]};
            const uint8_t *const siblings[2] = {branches + 32 * (size_t)b, branches + 32 * (size_t)b};
            otd_sha256_begin(&states[0]);
            otd_sha256_begin(&states[1]);
            otd_sha256_add_two(states, nodes, 32);
            otd_sha256_add_two(states, siblings, 32);
            otd_end_twice(states, both);
        }
        memcpy(roots + 32 * (size_t)i, both[0], 32);
        memcpy(roots + 32 * (size_t)j, both[1], 32);
    }
}
