#include "keccak.h"

#include <string.h>

/* The linear feedback shift register x^8 + x^6 + x^5 + x^4 + 1 yields the round constants; the table
 * below is its output (checked by the f1600 known answers, which fail with any other value). */
static const uint64_t otd_round_constants[24] = {
    0x0000000000000001ull, 0x0000000000008082ull, 0x800000000000808aull, 0x8000000080008000ull,
    0x000000000000808bull, 0x0000000080000001ull, 0x8000000080008081ull, 0x8000000000008009ull,
    0x000000000000008aull, 0x0000000000000088ull, 0x0000000080008009ull, 0x000000008000000aull,
    0x000000008000808bull, 0x800000000000008bull, 0x8000000000008089ull, 0x8000000000008003ull,
    0x8000000000008002ull, 0x8000000000000080ull, 0x000000000000800aull, 0x800000008000000aull,
    0x8000000080008081ull, 0x8000000000008080ull, 0x0000000080000001ull, 0x8000000080008008ull,
};

static inline uint64_t otd_rotl64(uint64_t x, unsigned n) {
    return (x << n) | (x >> (64 - n));
}

static inline uint32_t otd_rotl32(uint32_t x, unsigned n) {
    return (x << n) | (x >> (32 - n));
}

/* One round on lanes a[5y + x]: theta, rho and pi into b, chi back into a, iota. Written with the lane
 * type and rotation as parameters because f1600 and f800 differ in nothing else; offsets are taken
 * modulo the lane width by the callers' rotation. */
#define KECCAK_ROUND(TYPE, ROT, RC)                                                                          \
    do {                                                                                                     \
        TYPE c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20], c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];             \
        TYPE c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22], c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];             \
        TYPE c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];                                                       \
        TYPE d0 = c4 ^ ROT(c1, 1), d1 = c0 ^ ROT(c2, 1), d2 = c1 ^ ROT(c3, 1), d3 = c2 ^ ROT(c4, 1);         \
        TYPE d4 = c3 ^ ROT(c0, 1);                                                                           \
        TYPE b0 = a[0] ^ d0, b1 = ROT(a[6] ^ d1, 44), b2 = ROT(a[12] ^ d2, 43), b3 = ROT(a[18] ^ d3, 21);    \
        TYPE b4 = ROT(a[24] ^ d4, 14), b5 = ROT(a[3] ^ d3, 28), b6 = ROT(a[9] ^ d4, 20);                     \
        TYPE b7 = ROT(a[10] ^ d0, 3), b8 = ROT(a[16] ^ d1, 45), b9 = ROT(a[22] ^ d2, 61);                    \
        TYPE b10 = ROT(a[1] ^ d1, 1), b11 = ROT(a[7] ^ d2, 6), b12 = ROT(a[13] ^ d3, 25);                    \
        TYPE b13 = ROT(a[19] ^ d4, 8), b14 = ROT(a[20] ^ d0, 18), b15 = ROT(a[4] ^ d4, 27);                  \
        TYPE b16 = ROT(a[5] ^ d0, 36), b17 = ROT(a[11] ^ d1, 10), b18 = ROT(a[17] ^ d2, 15);                 \
        TYPE b19 = ROT(a[23] ^ d3, 56), b20 = ROT(a[2] ^ d2, 62), b21 = ROT(a[8] ^ d3, 55);                  \
        TYPE b22 = ROT(a[14] ^ d4, 39), b23 = ROT(a[15] ^ d0, 41), b24 = ROT(a[21] ^ d1, 2);                 \
        a[0] = b0 ^ (~b1 & b2) ^ (TYPE)(RC), a[1] = b1 ^ (~b2 & b3), a[2] = b2 ^ (~b3 & b4);                 \
        a[3] = b3 ^ (~b4 & b0), a[4] = b4 ^ (~b0 & b1);                                                      \
        a[5] = b5 ^ (~b6 & b7), a[6] = b6 ^ (~b7 & b8), a[7] = b7 ^ (~b8 & b9);                              \
        a[8] = b8 ^ (~b9 & b5), a[9] = b9 ^ (~b5 & b6);                                                      \
        a[10] = b10 ^ (~b11 & b12), a[11] = b11 ^ (~b12 & b13), a[12] = b12 ^ (~b13 & b14);                  \
        a[13] = b13 ^ (~b14 & b10), a[14] = b14 ^ (~b10 & b11);                                              \
        a[15] = b15 ^ (~b16 & b17), a[16] = b16 ^ (~b17 & b18), a[17] = b17 ^ (~b18 & b19);                  \
        a[18] = b18 ^ (~b19 & b15), a[19] = b19 ^ (~b15 & b16);                                              \
        a[20] = b20 ^ (~b21 & b22), a[21] = b21 ^ (~b22 & b23), a[22] = b22 ^ (~b23 & b24);                  \
        a[23] = b23 ^ (~b24 & b20), a[24] = b24 ^ (~b20 & b21);                                              \
    } while (0)

/* Offsets above 31 wrap for 32-bit lanes; none is 0 modulo 32, so both shifts stay defined. */
#define ROT32(x, n) otd_rotl32((x), (n) % 32)

void otd_kawpow_f1600(uint64_t state[25]) {
    uint64_t a[25];
    memcpy(a, state, sizeof a);
    for (int r = 0; r < 24; r++) {
        KECCAK_ROUND(uint64_t, otd_rotl64, otd_round_constants[r]);
    }
    memcpy(state, a, sizeof a);
}

void otd_kawpow_f800(uint32_t state[25]) {
    uint32_t a[25];
    memcpy(a, state, sizeof a);
    for (int r = 0; r < 22; r++) {
        KECCAK_ROUND(uint32_t, ROT32, otd_round_constants[r]);
    }
    memcpy(state, a, sizeof a);
}

/* Absorbs one block of `words` lanes padded to `rate` lanes with 0x01 ... 0x80 and squeezes `out_words`. */
static void otd_sponge_one_block(uint64_t *out, int out_words, const uint64_t *in, int words, int rate) {
    uint64_t state[25] = {0};
    memcpy(state, in, (size_t)words * 8);
    state[words] ^= 1;
    state[rate - 1] ^= 0x8000000000000000ull;
    otd_kawpow_f1600(state);
    memcpy(out, state, (size_t)out_words * 8);
}

/* Rates: 72 bytes = 9 lanes for keccak512, 136 bytes = 17 lanes for keccak256. */
void otd_kawpow_keccak512_64(uint64_t out[8], const uint64_t in[8]) {
    otd_sponge_one_block(out, 8, in, 8, 9);
}

void otd_kawpow_keccak512_32(uint64_t out[8], const uint64_t in[4]) {
    otd_sponge_one_block(out, 8, in, 4, 9);
}

void otd_kawpow_keccak256_32(uint64_t out[4], const uint64_t in[4]) {
    otd_sponge_one_block(out, 4, in, 4, 17);
}
