/* verushash_ref.c - the primitives in plain C: the reference of the other flavours, and any processor. */
#include <pthread.h>
#include <stdint.h>
#include <string.h>

typedef struct w128 {
    uint64_t low, high;
} w128;

#define PRIMITIVE static inline

PRIMITIVE w128 load128(const w128 *p) {
    return *p;
}
PRIMITIVE void store128(w128 *p, w128 x) {
    *p = x;
}
PRIMITIVE w128 xor128(w128 a, w128 b) {
    return (w128){a.low ^ b.low, a.high ^ b.high};
}
PRIMITIVE uint64_t low64(w128 x) {
    return x.low;
}
PRIMITIVE uint64_t high64(w128 x) {
    return x.high;
}
PRIMITIVE w128 from64(uint64_t low) {
    return (w128){low, 0};
}
PRIMITIVE w128 set64(uint64_t high, uint64_t low) {
    return (w128){low, high};
}
#define CHOOSES 0 /* software AES costs more than a wrong guess */
PRIMITIVE w128 choose128(int bit, w128 one, w128 zero) {
    return bit ? one : zero;
}
PRIMITIVE void prefetch(const w128 *p) {
    (void)p;
}

/* Carry-less product of the halves. */
PRIMITIVE w128 clmul(w128 x) {
    w128 product = {0, 0};
    for (int i = 0; i < 64; i++) {
        uint64_t take = 0 - (x.high >> i & 1);
        product.low ^= (x.low << i) & take;
        product.high ^= i ? (x.low >> (64 - i)) & take : 0;
    }
    return product;
}

/* Eight signed lanes: ((a * b >> 14) + 1) >> 1. */
PRIMITIVE w128 mulhrs(w128 a, w128 b) {
    int16_t x[8], y[8];
    memcpy(x, &a, 16);
    memcpy(y, &b, 16);
    for (int i = 0; i < 8; i++) {
        x[i] = (int16_t)((((int32_t)x[i] * y[i] >> 14) + 1) >> 1);
    }
    memcpy(&a, x, 16);
    return a;
}

/* ---- one AES round ------------------------------------------------------------------------- */

static uint8_t otd_s_box[256];
static pthread_once_t otd_s_box_once = PTHREAD_ONCE_INIT;

static uint8_t otd_times_two(uint8_t x) {
    return (uint8_t)(x << 1 ^ (x >> 7) * 0x1b);
}

static uint8_t otd_rotl8(uint8_t x, int n) {
    return (uint8_t)(x << n | x >> (8 - n));
}

/* SubBytes: inverse in GF(2^8), then the affine map. p runs through the powers of 3, q through the inverses.
 */
static void otd_make_s_box(void) {
    uint8_t p = 1, q = 1;
    do {
        p = (uint8_t)(p ^ otd_times_two(p));
        q = (uint8_t)(q ^ q << 1);
        q = (uint8_t)(q ^ q << 2);
        q = (uint8_t)(q ^ q << 4);
        q = (uint8_t)(q ^ (q >> 7) * 0x09);
        otd_s_box[p] =
            (uint8_t)(q ^ otd_rotl8(q, 1) ^ otd_rotl8(q, 2) ^ otd_rotl8(q, 3) ^ otd_rotl8(q, 4) ^ 0x63);
    } while (p != 1);
    otd_s_box[0] = 0x63;
}

PRIMITIVE w128 aesenc(w128 state, w128 key) {
    uint8_t in[16], out[16];
    w128 result;
    pthread_once(&otd_s_box_once, otd_make_s_box);
    memcpy(in, &state, 16);
    for (int column = 0; column < 4; column++) {
        uint8_t s[4], all = 0;
        for (int row = 0; row < 4; row++) { /* ShiftRows: row r comes from r columns to the right */
            s[row] = otd_s_box[in[4 * ((column + row) % 4) + row]];
            all ^= s[row];
        }
        for (int row = 0; row < 4; row++) {
            out[4 * column + row] =
                (uint8_t)(s[row] ^ all ^ otd_times_two((uint8_t)(s[row] ^ s[(row + 1) % 4])));
        }
    }
    memcpy(&result, out, 16);
    return xor128(result, key);
}

/* ---- 32-bit lane shuffles ------------------------------------------------------------------ */

typedef struct quad {
    uint32_t d[4];
} quad;

static quad otd_split(w128 x) {
    quad q;
    memcpy(&q, &x, 16);
    return q;
}

static w128 otd_join(uint32_t d0, uint32_t d1, uint32_t d2, uint32_t d3) {
    return (w128){d0 | (uint64_t)d1 << 32, d2 | (uint64_t)d3 << 32};
}

PRIMITIVE void mix2(w128 *a, w128 *b) {
    quad x = otd_split(*a), y = otd_split(*b);
    *a = otd_join(x.d[0], y.d[0], x.d[1], y.d[1]);
    *b = otd_join(x.d[2], y.d[2], x.d[3], y.d[3]);
}

PRIMITIVE void mix4(w128 s[4]) {
    quad a = otd_split(s[0]), b = otd_split(s[1]), c = otd_split(s[2]), e = otd_split(s[3]);
    s[0] = otd_join(a.d[3], c.d[3], b.d[3], e.d[3]);
    s[1] = otd_join(c.d[0], a.d[0], e.d[0], b.d[0]);
    s[2] = otd_join(c.d[1], a.d[1], e.d[1], b.d[1]);
    s[3] = otd_join(a.d[2], c.d[2], b.d[2], e.d[2]);
}

#define LANES 4
#define KERNEL_NAME otd_verus_ref
#include "kernel_body.h"
