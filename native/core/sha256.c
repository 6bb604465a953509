/* sha256.c - see sha256.h. */
#include "sha256.h"

#include <string.h>

#include "cpu.h"
#include "sha256_shani.h"

const uint32_t otd_sha256_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

const uint32_t otd_sha256_iv[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t otd_rotr(uint32_t x, int n) {
    return (x >> n) | (x << (32 - n));
}

static uint32_t otd_load_be32(const uint8_t *p) {
    return ((uint32_t)p[0] << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
}

static void otd_store_be32(uint8_t *p, uint32_t x) {
    p[0] = (uint8_t)(x >> 24);
    p[1] = (uint8_t)(x >> 16);
    p[2] = (uint8_t)(x >> 8);
    p[3] = (uint8_t)x;
}

static void otd_sha256_block_ref(uint32_t state[8], const uint8_t *block) {
    uint32_t w[64];
    for (int i = 0; i < 16; i++) {
        w[i] = otd_load_be32(block + 4 * i);
    }
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = otd_rotr(w[i - 15], 7) ^ otd_rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
        uint32_t s1 = otd_rotr(w[i - 2], 17) ^ otd_rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = otd_rotr(e, 6) ^ otd_rotr(e, 11) ^ otd_rotr(e, 25);
        uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + otd_sha256_k[i] + w[i];
        uint32_t s0 = otd_rotr(a, 2) ^ otd_rotr(a, 13) ^ otd_rotr(a, 22);
        uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

void otd_sha256_blocks_ref(uint32_t state[8], const uint8_t *blocks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        otd_sha256_block_ref(state, blocks + 64 * i);
    }
}

void otd_sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t count) {
#if defined(__x86_64__)
    if ((otd_cpu_features() & OTD_CPU_SHANI) != 0) {
        otd_sha256_blocks_shani(state, blocks, count);
        return;
    }
#endif
    otd_sha256_blocks_ref(state, blocks, count);
}

void otd_sha256_blocks_two(uint32_t states[2][8], const uint8_t *const blocks[2], size_t count) {
#if defined(__x86_64__)
    if ((otd_cpu_features() & OTD_CPU_SHANI) != 0) {
        otd_sha256_blocks_two_shani(states, blocks, count);
        return;
    }
#endif
    otd_sha256_blocks_ref(states[0], blocks[0], count);
    otd_sha256_blocks_ref(states[1], blocks[1], count);
}

void otd_sha256_begin(otd_sha256_state *state) {
    memcpy(state->words, otd_sha256_iv, sizeof state->words);
    state->length = 0;
}

void otd_sha256_add(otd_sha256_state *state, const void *data, size_t length) {
    const uint8_t *bytes = data;
    size_t used = state->length % 64;
    state->length += length;
    if (used != 0) {
        size_t room = 64 - used;
        size_t take = length < room ? length : room;
        memcpy(state->pending + used, bytes, take);
        if (take < room) {
            return;
        }
        otd_sha256_blocks(state->words, state->pending, 1);
        bytes += take;
        length -= take;
    }
    otd_sha256_blocks(state->words, bytes, length / 64);
    if (length % 64 != 0) {
        memcpy(state->pending, bytes + length / 64 * 64, length % 64);
    }
}

void otd_sha256_end(otd_sha256_state *state, uint8_t out[32]) {
    uint8_t tail[128] = {0};
    size_t used = state->length % 64;
    size_t blocks = used < 56 ? 1 : 2; /* 0x80 and the 8 length bytes must fit */
    uint64_t bits = state->length * 8;
    memcpy(tail, state->pending, used);
    tail[used] = 0x80;
    otd_store_be32(tail + 64 * blocks - 8, (uint32_t)(bits >> 32));
    otd_store_be32(tail + 64 * blocks - 4, (uint32_t)bits);
    otd_sha256_blocks(state->words, tail, blocks);
    for (int i = 0; i < 8; i++) {
        otd_store_be32(out + 4 * i, state->words[i]);
    }
}

void otd_sha256_once(uint8_t out[32], const void *data, size_t length) {
    otd_sha256_state state;
    otd_sha256_begin(&state);
    otd_sha256_add(&state, data, length);
    otd_sha256_end(&state, out);
}

void otd_sha256_twice(uint8_t out[32], const void *data, size_t length) {
    uint8_t inner[32];
    otd_sha256_once(inner, data, length);
    otd_sha256_once(out, inner, sizeof inner);
}
