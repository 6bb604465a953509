/* sha256d_ref.c - the portable reference: one nonce at a time, nothing skipped. */
#include <string.h>

#include "sha256.h"
#include "sha256d.h"

static void otd_put_be32(uint8_t *p, uint32_t x) {
    p[0] = (uint8_t)(x >> 24);
    p[1] = (uint8_t)(x >> 16);
    p[2] = (uint8_t)(x >> 8);
    p[3] = (uint8_t)x;
}

/* Second hash over the eight words of the first; the result stays in words. */
static void otd_second_hash(uint32_t words[8]) {
    uint8_t block[64] = {0};
    for (int i = 0; i < 8; i++) {
        otd_put_be32(block + 4 * i, words[i]);
    }
    block[32] = 0x80;
    block[62] = 0x01; /* 256 bits */
    memcpy(words, otd_sha256_iv, 32);
    otd_sha256_blocks_ref(words, block, 1);
}

/* The most significant word of the hash as a number: its last four bytes, little-endian. */
static uint32_t otd_top_word(const uint32_t words[8]) {
    return __builtin_bswap32(words[7]);
}

static uint64_t otd_scan_ref(const otd_sha256d_job *job, uint32_t first, uint64_t groups,
                             otd_sha256d_found *found) {
    uint8_t block[64] = {0};
    for (int i = 0; i < 3; i++) {
        otd_put_be32(block + 4 * i, job->tail[i]);
    }
    block[16] = 0x80;
    block[62] = 0x02; /* 640 bits */
    block[63] = 0x80;
    for (uint64_t done = 0; done < groups; done++) {
        uint32_t nonce = first + (uint32_t)done;
        memcpy(block + 12, &nonce, 4);
        for (uint32_t v = 0; v < job->versions; v++) {
            uint32_t words[8];
            memcpy(words, job->midstate[v], sizeof words);
            otd_sha256_blocks_ref(words, block, 1);
            otd_second_hash(words);
            if (otd_top_word(words) <= job->limit) {
                found->items[found->count++] = (otd_sha256d_candidate){nonce, v};
            }
        }
        if (OTD_SHA256D_CANDIDATES - found->count < OTD_SHA256D_GROUP_MAX) {
            return done + 1;
        }
    }
    return groups;
}

static void otd_hash_ref(uint8_t (*hashes)[32], const uint8_t *const *headers, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        uint8_t tail[64] = {0};
        uint32_t words[8];
        memcpy(words, otd_sha256_iv, sizeof words);
        memcpy(tail, headers[i] + 64, 16);
        tail[16] = 0x80;
        tail[62] = 0x02;
        tail[63] = 0x80;
        otd_sha256_blocks_ref(words, headers[i], 1);
        otd_sha256_blocks_ref(words, tail, 1);
        otd_second_hash(words);
        for (int w = 0; w < 8; w++) {
            otd_put_be32(hashes[i] + 4 * w, words[w]);
        }
    }
}

const otd_sha256d_kernel otd_sha256d_ref = {otd_scan_ref, otd_hash_ref};
