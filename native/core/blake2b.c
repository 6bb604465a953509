#include "blake2b.h"

#include <string.h>

/* The first 64 fractional bits of the square roots of the first eight primes, as in SHA-512. */
const uint64_t otd_blake2b_iv[8] = {
    0x6a09e667f3bcc908ull, 0xbb67ae8584caa73bull, 0x3c6ef372fe94f82bull, 0xa54ff53a5f1d36f1ull,
    0x510e527fade682d1ull, 0x9b05688c2b3e6c1full, 0x1f83d9abfb41bd6bull, 0x5be0cd19137e2179ull,
};

static const uint8_t otd_schedule[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static inline uint64_t otd_rotr(uint64_t x, int n) {
    return (x >> n) | (x << (64 - n));
}

static inline void otd_quarter(uint64_t *v, int a, int b, int c, int d, uint64_t x, uint64_t y) {
    v[a] += v[b] + x;
    v[d] = otd_rotr(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = otd_rotr(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = otd_rotr(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = otd_rotr(v[b] ^ v[c], 63);
}

void otd_blake2b_compress(uint64_t h[8], const uint8_t block[128], uint64_t counter, int last) {
    uint64_t m[16], v[16];
    memcpy(m, block, sizeof m);
    memcpy(v, h, 64);
    memcpy(v + 8, otd_blake2b_iv, 64);
    v[12] ^= counter;
    v[14] = last ? ~v[14] : v[14];
#pragma GCC unroll 12 /* so that the schedule becomes part of the instructions and v stays in registers */
    for (int r = 0; r < 12; r++) {
        const uint8_t *s = otd_schedule[r % 10];
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) { /* columns, then diagonals */
            otd_quarter(v, i, 4 + i, 8 + i, 12 + i, m[s[2 * i]], m[s[2 * i + 1]]);
        }
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            otd_quarter(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[s[8 + 2 * i]],
                        m[s[9 + 2 * i]]);
        }
    }
    for (int i = 0; i < 8; i++) {
        h[i] ^= v[i] ^ v[i + 8];
    }
}
