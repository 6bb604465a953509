/* scrypt_ref.c - the portable reference: RFC 7914 read aloud, one hash at a time. */
#include <string.h>

#include "scrypt.h"
#include "sha256.h"

static uint32_t otd_le32(const uint8_t *p) {
    return ((uint32_t)p[3] << 24) | ((uint32_t)p[2] << 16) | ((uint32_t)p[1] << 8) | p[0];
}

static uint32_t otd_rotate(uint32_t x, int n) {
    return (x << n) | (x >> (32 - n));
}

/* ---- PBKDF2-HMAC-SHA-256, one iteration ----------------------------------------------------- */

static void otd_hmac_begin(otd_sha256_state *inner, otd_sha256_state *outer, const uint8_t *key) {
    uint8_t digest[32], pad[64];
    otd_sha256_once(digest, key, OTD_SCRYPT_HEADER_BYTES);
    for (int i = 0; i < 64; i++) {
        pad[i] = (uint8_t)((i < 32 ? digest[i] : 0) ^ 0x36);
    }
    otd_sha256_begin(inner);
    otd_sha256_add(inner, pad, sizeof pad);
    for (int i = 0; i < 64; i++) {
        pad[i] ^= 0x36 ^ 0x5c;
    }
    otd_sha256_begin(outer);
    otd_sha256_add(outer, pad, sizeof pad);
}

/* out = blocks of 32 bytes. */
static void otd_pbkdf2(uint8_t *out, uint32_t blocks, const uint8_t *password, const uint8_t *salt,
                       size_t salt_length) {
    otd_sha256_state inner, outer;
    otd_hmac_begin(&inner, &outer, password);
    otd_sha256_add(&inner, salt, salt_length);
    for (uint32_t block = 1; block <= blocks; block++) {
        otd_sha256_state inside = inner, outside = outer;
        uint8_t index[4] = {0, 0, 0, (uint8_t)block}, digest[32];
        otd_sha256_add(&inside, index, sizeof index);
        otd_sha256_end(&inside, digest);
        otd_sha256_add(&outside, digest, sizeof digest);
        otd_sha256_end(&outside, out + 32 * (size_t)(block - 1));
    }
}

/* ---- ROMix ---------------------------------------------------------------------------------- */

static void otd_quarter(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d) {
    *b ^= otd_rotate(*a + *d, 7);
    *c ^= otd_rotate(*b + *a, 9);
    *d ^= otd_rotate(*c + *b, 13);
    *a ^= otd_rotate(*d + *c, 18);
}

/* x = Salsa20/8(x ^ y) */
static void otd_salsa_xor(uint32_t x[16], const uint32_t y[16]) {
    uint32_t w[16];
    for (int i = 0; i < 16; i++) {
        w[i] = x[i] ^= y[i];
    }
    for (int round = 0; round < 8; round += 2) {
        otd_quarter(&w[0], &w[4], &w[8], &w[12]);
        otd_quarter(&w[5], &w[9], &w[13], &w[1]);
        otd_quarter(&w[10], &w[14], &w[2], &w[6]);
        otd_quarter(&w[15], &w[3], &w[7], &w[11]);
        otd_quarter(&w[0], &w[1], &w[2], &w[3]);
        otd_quarter(&w[5], &w[6], &w[7], &w[4]);
        otd_quarter(&w[10], &w[11], &w[8], &w[9]);
        otd_quarter(&w[15], &w[12], &w[13], &w[14]);
    }
    for (int i = 0; i < 16; i++) {
        x[i] += w[i];
    }
}

static void otd_block_mix(uint32_t x[OTD_SCRYPT_BLOCK_WORDS]) {
    otd_salsa_xor(x, x + 16);
    otd_salsa_xor(x + 16, x);
}

static void otd_romix(uint32_t x[OTD_SCRYPT_BLOCK_WORDS], uint32_t *pad) {
    for (uint32_t i = 0; i < OTD_SCRYPT_N; i++) {
        memcpy(pad + (size_t)i * OTD_SCRYPT_BLOCK_WORDS, x, OTD_SCRYPT_BLOCK_WORDS * 4);
        otd_block_mix(x);
    }
    for (uint32_t i = 0; i < OTD_SCRYPT_N; i++) {
        const uint32_t *entry = pad + (size_t)(x[16] % OTD_SCRYPT_N) * OTD_SCRYPT_BLOCK_WORDS;
        for (uint32_t k = 0; k < OTD_SCRYPT_BLOCK_WORDS; k++) {
            x[k] ^= entry[k];
        }
        otd_block_mix(x);
    }
}

void otd_scrypt_once(uint8_t out[32], const uint8_t header[OTD_SCRYPT_HEADER_BYTES], void *pad) {
    uint8_t block[OTD_SCRYPT_BLOCK_WORDS * 4];
    uint32_t x[OTD_SCRYPT_BLOCK_WORDS];
    otd_pbkdf2(block, 4, header, header, OTD_SCRYPT_HEADER_BYTES);
    for (uint32_t i = 0; i < OTD_SCRYPT_BLOCK_WORDS; i++) {
        x[i] = otd_le32(block + 4 * i);
    }
    otd_romix(x, pad);
    for (uint32_t i = 0; i < OTD_SCRYPT_BLOCK_WORDS; i++) {
        for (int byte = 0; byte < 4; byte++) {
            block[4 * i + byte] = (uint8_t)(x[i] >> (8 * byte));
        }
    }
    otd_pbkdf2(out, 1, header, block, sizeof block);
}

static void otd_scrypt_ref_hash(otd_scrypt_batch *batch, uint32_t count, void *pads) {
    for (uint32_t lane = 0; lane < count; lane++) {
        uint8_t header[OTD_SCRYPT_HEADER_BYTES], hash[32];
        for (uint32_t i = 0; i < sizeof header; i++) {
            header[i] = (uint8_t)(batch->header[i / 4][lane] >> (24 - 8 * (i % 4)));
        }
        otd_scrypt_once(hash, header, pads);
        for (int i = 0; i < 8; i++) {
            batch->hash[i][lane] = __builtin_bswap32(otd_le32(hash + 4 * i));
        }
    }
}

const otd_scrypt_kernel otd_scrypt_kernel_ref = {otd_scrypt_ref_hash, 1};
