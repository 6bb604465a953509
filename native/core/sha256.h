/*
 * sha256.h - SHA-256 (FIPS 180-4) for the algorithms that need it beside their main loop. Uses the
 * processor's SHA extensions when it has them. Any thread.
 */
#ifndef OTD_CORE_SHA256_H
#define OTD_CORE_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* The 64 round constants and the initial state. */
extern const uint32_t otd_sha256_k[64];
extern const uint32_t otd_sha256_iv[8];

/* Runs `count` blocks of 64 bytes through state. */
void otd_sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t count);

/*
 * Two messages at once, `count` blocks of each from blocks[0] and blocks[1]: the result of two calls of
 * otd_sha256_blocks, faster where the processor's SHA extensions would wait for one message's last rounds.
 */
void otd_sha256_blocks_two(uint32_t states[2][8], const uint8_t *const blocks[2], size_t count);

/* The same in portable C, whatever the processor: what every other path is compared with. */
void otd_sha256_blocks_ref(uint32_t state[8], const uint8_t *blocks, size_t count);

typedef struct otd_sha256_state {
    uint32_t words[8];
    uint64_t length; /* bytes so far */
    uint8_t pending[64];
} otd_sha256_state;

void otd_sha256_begin(otd_sha256_state *state);
void otd_sha256_add(otd_sha256_state *state, const void *data, size_t length);
void otd_sha256_end(otd_sha256_state *state, uint8_t out[32]);

/* out = SHA-256(data) and SHA-256(SHA-256(data)). out may overlap data. */
void otd_sha256_once(uint8_t out[32], const void *data, size_t length);
void otd_sha256_twice(uint8_t out[32], const void *data, size_t length);

#endif /* OTD_CORE_SHA256_H */
