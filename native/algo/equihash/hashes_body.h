/*
 * hashes_body.h - the second BLAKE2b compression of many hash numbers at once, included once per instruction
 * set. The includer defines LANES and KERNEL_NAME; `lanes` is a vector of that many 64-bit words and the
 * compiler emits the set's own instructions for it.
 *
 * The block holds 12 header bytes, the hash number and zeros, so only message words 0 and 1 are ever added.
 */
#include <string.h>

#include "blake2b.h"
#include "equihash.h"

#if LANES == 1
typedef uint64_t lanes;
#define SPLAT(x) (x)
#else
typedef uint64_t lanes __attribute__((vector_size(8 * LANES)));
#define SPLAT(x) ((lanes){0} + (x))
#endif

#define ROTR(x, n) (((x) >> (n)) | ((x) << (64 - (n))))

/* S0 and S1 are the schedule's message numbers of this quarter: constants, so the tests vanish. */
#define ADD_WORD(a, S)                                                                                       \
    if ((S) == 0) {                                                                                          \
        a += m0;                                                                                             \
    } else if ((S) == 1) {                                                                                   \
        a += m1;                                                                                             \
    }

#define QUARTER(a, b, c, d, S0, S1)                                                                          \
    do {                                                                                                     \
        a += b;                                                                                              \
        ADD_WORD(a, S0)                                                                                      \
        d ^= a;                                                                                              \
        d = ROTR(d, 32);                                                                                     \
        c += d;                                                                                              \
        b ^= c;                                                                                              \
        b = ROTR(b, 24);                                                                                     \
        a += b;                                                                                              \
        ADD_WORD(a, S1)                                                                                      \
        d ^= a;                                                                                              \
        d = ROTR(d, 16);                                                                                     \
        c += d;                                                                                              \
        b ^= c;                                                                                              \
        b = ROTR(b, 63);                                                                                     \
    } while (0)

#define ROUND(A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P)                                                \
    QUARTER(v0, v4, v8, v12, A, B);                                                                          \
    QUARTER(v1, v5, v9, v13, C, D);                                                                          \
    QUARTER(v2, v6, v10, v14, E, F);                                                                         \
    QUARTER(v3, v7, v11, v15, G, H);                                                                         \
    QUARTER(v0, v5, v10, v15, I, J);                                                                         \
    QUARTER(v1, v6, v11, v12, K, L);                                                                         \
    QUARTER(v2, v7, v8, v13, M, N);                                                                          \
    QUARTER(v3, v4, v9, v14, O, P)

static void otd_hash_lanes(const equihash_mid *mid, uint8_t (*out)[64], const uint64_t word1[LANES]) {
    const uint64_t *h = mid->state, *iv = otd_blake2b_iv;
    uint64_t tail0;
    lanes m0, m1;
    memcpy(&tail0, mid->tail, 8);
    m0 = SPLAT(tail0);
    memcpy(&m1, word1, sizeof m1);
    lanes v0 = SPLAT(h[0]), v1 = SPLAT(h[1]), v2 = SPLAT(h[2]), v3 = SPLAT(h[3]);
    lanes v4 = SPLAT(h[4]), v5 = SPLAT(h[5]), v6 = SPLAT(h[6]), v7 = SPLAT(h[7]);
    lanes v8 = SPLAT(iv[0]), v9 = SPLAT(iv[1]), v10 = SPLAT(iv[2]), v11 = SPLAT(iv[3]);
    lanes v12 = SPLAT(iv[4] ^ (EQUIHASH_HEADER_LENGTH + 4)), v13 = SPLAT(iv[5]);
    lanes v14 = SPLAT(~iv[6]), v15 = SPLAT(iv[7]);

    ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3);
    ROUND(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4);
    ROUND(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8);
    ROUND(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13);
    ROUND(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9);
    ROUND(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11);
    ROUND(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10);
    ROUND(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5);
    ROUND(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0);
    ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3);

    lanes result[8] = {v0 ^ v8, v1 ^ v9, v2 ^ v10, v3 ^ v11, v4 ^ v12, v5 ^ v13, v6 ^ v14, v7 ^ v15};
    for (int w = 0; w < 8; w++) {
        uint64_t word[LANES];
        result[w] ^= SPLAT(h[w]);
        memcpy(word, &result[w], sizeof word);
        for (int lane = 0; lane < LANES; lane++) {
            memcpy(out[lane] + 8 * w, &word[lane], 8);
        }
    }
}

static void otd_hash_all(const equihash_mid *mid, uint8_t (*out)[64], const uint32_t *numbers,
                         uint32_t count) {
    uint64_t word1[LANES];
    uint8_t rest[LANES][64];
    uint32_t done = 0, tail1;
    memcpy(&tail1, mid->tail + 8, 4);
    for (; count - done >= LANES; done += LANES) {
        for (uint32_t i = 0; i < LANES; i++) {
            word1[i] = tail1 | (uint64_t)numbers[done + i] << 32;
        }
        otd_hash_lanes(mid, out + done, word1);
    }
    if (done < count) { /* the last group computes its last number in the idle lanes too */
        for (uint32_t i = 0; i < LANES; i++) {
            uint32_t number = numbers[done + i < count ? done + i : count - 1];
            word1[i] = tail1 | (uint64_t)number << 32;
        }
        otd_hash_lanes(mid, rest, word1);
        memcpy(out + done, rest, (size_t)(count - done) * 64);
    }
}

const equihash_kernel KERNEL_NAME = {.hashes = otd_hash_all};
