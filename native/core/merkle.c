/*
 * merkle.c - see merkle.h. The prefix is hashed once; each extranonce continues from there. Two coinbases go
 * through together, because the hash of one leaves the processor idle half of the time, and what is the same
 * in all messages is laid out once, padding included.
 */
#include "merkle.h"

#include <string.h>

#include "sha256.h"

/* The rest of a coinbase behind the whole blocks of its prefix. */
typedef struct otd_rest {
    uint8_t head[2][192]; /* up to the end of the block in which the extranonce ends, or of the message; for
                             two */
    size_t own_at;        /* where the extranonce lies in it */
    size_t head_blocks;
    const uint8_t *middle; /* whole blocks of the suffix */
    size_t middle_blocks;
    uint8_t end[128]; /* what is left of the suffix, padded */
    size_t end_blocks;
} otd_rest;

/* Double hashes of two messages of 32 bytes, and of two merkle nodes, with the padding in place. */
typedef struct otd_again {
    uint8_t hash[2][64];
    uint8_t pair[2][128];
} otd_again;

static void otd_store_be32(uint8_t *p, uint32_t x) {
    p[0] = (uint8_t)(x >> 24);
    p[1] = (uint8_t)(x >> 16);
    p[2] = (uint8_t)(x >> 8);
    p[3] = (uint8_t)x;
}

/* Ends the message of which `used` bytes, fewer than 64, lie in tail before zeros; how many blocks that
 * makes. */
static size_t otd_end_message(uint8_t *tail, size_t used, uint64_t bytes) {
    size_t blocks = used < 56 ? 1 : 2; /* 0x80 and the 8 length bytes must fit */
    tail[used] = 0x80;
    otd_store_be32(tail + 64 * blocks - 8, (uint32_t)(bytes >> 29));
    otd_store_be32(tail + 64 * blocks - 4, (uint32_t)(bytes << 3));
    return blocks;
}

static void otd_lay_out(otd_rest *rest, const otd_sha256_state *prefix, const otd_coinbase *coinbase) {
    size_t used = prefix->length % 64, own_end = used + coinbase->extranonce_length;
    size_t fill = (64 - own_end % 64) % 64, left = coinbase->suffix_length;
    uint64_t bytes = prefix->length + coinbase->extranonce_length + coinbase->suffix_length;
    memset(rest, 0, sizeof *rest);
    memcpy(rest->head[0], prefix->pending, used);
    rest->own_at = used;
    if (left < fill) {
        size_t whole = own_end / 64 * 64; /* the suffix ends in the block of the extranonce */
        if (left != 0) {
            memcpy(rest->head[0] + own_end, coinbase->suffix, left);
        }
        rest->head_blocks =
            whole / 64 + otd_end_message(rest->head[0] + whole, own_end - whole + left, bytes);
    } else {
        rest->head_blocks = (own_end + fill) / 64;
        if (left != 0) {
            memcpy(rest->head[0] + own_end, coinbase->suffix, fill);
            rest->middle = coinbase->suffix + fill;
            rest->middle_blocks = (left - fill) / 64;
            memcpy(rest->end, rest->middle + 64 * rest->middle_blocks, (left - fill) % 64);
        }
        rest->end_blocks = otd_end_message(rest->end, (left - fill) % 64, bytes);
    }
    memcpy(rest->head[1], rest->head[0], sizeof rest->head[0]);
}

static void otd_begin_two(uint32_t words[2][8]) {
    memcpy(words[0], otd_sha256_iv, sizeof words[0]);
    memcpy(words[1], otd_sha256_iv, sizeof words[1]);
}

/* The hashes whose words these are, hashed once more into the first halves of again->pair. */
static void otd_hash_again(uint32_t words[2][8], otd_again *again) {
    const uint8_t *const blocks[2] = {again->hash[0], again->hash[1]};
    for (int i = 0; i < 8; i++) {
        otd_store_be32(again->hash[0] + 4 * i, words[0][i]);
        otd_store_be32(again->hash[1] + 4 * i, words[1][i]);
    }
    otd_begin_two(words);
    otd_sha256_blocks_two(words, blocks, 1);
    for (int i = 0; i < 8; i++) {
        otd_store_be32(again->pair[0] + 4 * i, words[0][i]);
        otd_store_be32(again->pair[1] + 4 * i, words[1][i]);
    }
}

/* The identifiers of two coinbases, into the first halves of again->pair. own: their extranonces. */
static void otd_coinbases(otd_rest *rest, const uint32_t prefix[8], const uint8_t *const own[2],
                          size_t own_length, otd_again *again) {
    const uint8_t *const heads[2] = {rest->head[0], rest->head[1]};
    const uint8_t *const middles[2] = {rest->middle, rest->middle};
    const uint8_t *const ends[2] = {rest->end, rest->end};
    uint32_t words[2][8];
    for (int i = 0; i < 2; i++) {
        memcpy(words[i], prefix, sizeof words[i]);
        if (own_length != 0) {
            memcpy(rest->head[i] + rest->own_at, own[i], own_length);
        }
    }
    otd_sha256_blocks_two(words, heads, rest->head_blocks);
    if (rest->middle_blocks != 0) {
        otd_sha256_blocks_two(words, middles, rest->middle_blocks);
    }
    if (rest->end_blocks != 0) {
        otd_sha256_blocks_two(words, ends, rest->end_blocks);
    }
    otd_hash_again(words, again);
}

void otd_merkle_fold(uint8_t *roots, const uint8_t *extranonces, uint32_t count, const otd_coinbase *coinbase,
                     const uint8_t *branches, uint32_t branch_count) {
    otd_sha256_state prefix;
    otd_rest rest;
    otd_again again = {0};
    const uint8_t *const pairs[2] = {again.pair[0], again.pair[1]};
    size_t length = coinbase->extranonce_length;
    otd_sha256_begin(&prefix);
    otd_sha256_add(&prefix, coinbase->prefix, coinbase->prefix_length);
    otd_lay_out(&rest, &prefix, coinbase);
    for (int i = 0; i < 2; i++) {
        otd_end_message(again.hash[i], 32, 32);
        otd_end_message(again.pair[i] + 64, 0, 64);
    }
    for (uint32_t i = 0; i < count; i += 2) {
        uint32_t j = i + 1 < count ? i + 1 : i; /* the last of an odd number keeps itself company */
        const uint8_t *own[2] = {extranonces, extranonces};
        if (length != 0) {
            own[0] = extranonces + length * i;
            own[1] = extranonces + length * j;
        }
        otd_coinbases(&rest, prefix.words, own, length, &again);
        for (uint32_t b = 0; b < branch_count; b++) {
            uint32_t words[2][8];
            memcpy(again.pair[0] + 32, branches + 32 * (size_t)b, 32);
            memcpy(again.pair[1] + 32, branches + 32 * (size_t)b, 32);
            otd_begin_two(words);
            otd_sha256_blocks_two(words, pairs, 2);
            otd_hash_again(words, &again);
        }
        memcpy(roots + 32 * (size_t)i, again.pair[0], 32);
        memcpy(roots + 32 * (size_t)j, again.pair[1], 32);
    }
}
