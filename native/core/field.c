/* field.c - arithmetic modulo p of secp256k1; field.h has the rules. */
#include "field.h"

#include <string.h>

typedef unsigned __int128 otd_u128;

#define OTD_LIMB 0xfffffffffffffull      /* 52 bits */
#define OTD_TOP 0xffffffffffffull        /* 48 bits: 4 * 52 + 48 = 256 */
#define OTD_FOLD_256 0x1000003d1ull      /* 2^256 mod p */
#define OTD_FOLD_260 (OTD_FOLD_256 << 4) /* 2^260 mod p */

/* Limbs of any size below 2^60 become small ones. */
static void otd_carry(otd_fe *r) {
    uint64_t carry = (r->n[4] >> 48) * OTD_FOLD_256;
    r->n[4] &= OTD_TOP;
    for (int i = 0; i < 4; i++) {
        carry += r->n[i];
        r->n[i] = carry & OTD_LIMB;
        carry >>= 52;
    }
    r->n[4] += carry;
}

/* The columns of a product, each below 2^118, modulo p. */
static inline void otd_fold(otd_fe *r, const otd_u128 column[9]) {
    uint64_t limb[10];
    otd_u128 carry = 0;
    for (int i = 0; i < 9; i++) {
        carry += column[i];
        limb[i] = (uint64_t)carry & OTD_LIMB;
        carry >>= 52;
    }
    limb[9] = (uint64_t)carry;
    carry = 0;
    for (int i = 0; i < 5; i++) {
        carry += limb[i] + (otd_u128)limb[i + 5] * OTD_FOLD_260;
        r->n[i] = (uint64_t)carry & OTD_LIMB;
        carry >>= 52;
    }
    carry = (otd_u128)((r->n[4] >> 48) + ((uint64_t)carry << 4)) * OTD_FOLD_256;
    r->n[4] &= OTD_TOP;
    for (int i = 0; i < 4; i++) {
        carry += r->n[i];
        r->n[i] = (uint64_t)carry & OTD_LIMB;
        carry >>= 52;
    }
    r->n[4] += (uint64_t)carry;
}

void otd_fe_mul(otd_fe *r, const otd_fe *a, const otd_fe *b) {
    const uint64_t *x = a->n, *y = b->n;
    const otd_u128 column[9] = {
        (otd_u128)x[0] * y[0],
        (otd_u128)x[0] * y[1] + (otd_u128)x[1] * y[0],
        (otd_u128)x[0] * y[2] + (otd_u128)x[1] * y[1] + (otd_u128)x[2] * y[0],
        (otd_u128)x[0] * y[3] + (otd_u128)x[1] * y[2] + (otd_u128)x[2] * y[1] + (otd_u128)x[3] * y[0],
        (otd_u128)x[0] * y[4] + (otd_u128)x[1] * y[3] + (otd_u128)x[2] * y[2] + (otd_u128)x[3] * y[1] +
            (otd_u128)x[4] * y[0],
        (otd_u128)x[1] * y[4] + (otd_u128)x[2] * y[3] + (otd_u128)x[3] * y[2] + (otd_u128)x[4] * y[1],
        (otd_u128)x[2] * y[4] + (otd_u128)x[3] * y[3] + (otd_u128)x[4] * y[2],
        (otd_u128)x[3] * y[4] + (otd_u128)x[4] * y[3],
        (otd_u128)x[4] * y[4],
    };
    otd_fold(r, column);
}

void otd_fe_sqr(otd_fe *r, const otd_fe *a) {
    const uint64_t *x = a->n;
    const uint64_t d0 = 2 * x[0], d1 = 2 * x[1], d2 = 2 * x[2], d3 = 2 * x[3];
    const otd_u128 column[9] = {
        (otd_u128)x[0] * x[0],
        (otd_u128)d0 * x[1],
        (otd_u128)d0 * x[2] + (otd_u128)x[1] * x[1],
        (otd_u128)d0 * x[3] + (otd_u128)d1 * x[2],
        (otd_u128)d0 * x[4] + (otd_u128)d1 * x[3] + (otd_u128)x[2] * x[2],
        (otd_u128)d1 * x[4] + (otd_u128)d2 * x[3],
        (otd_u128)d2 * x[4] + (otd_u128)x[3] * x[3],
        (otd_u128)d3 * x[4],
        (otd_u128)x[4] * x[4],
    };
    otd_fold(r, column);
}

void otd_fe_sub(otd_fe *r, const otd_fe *a, const otd_fe *b) {
    static const uint64_t p8[5] = {8 * (OTD_LIMB + 1 - OTD_FOLD_256), 8 * OTD_LIMB, 8 * OTD_LIMB,
                                   8 * OTD_LIMB, 8 * OTD_TOP};
    for (int i = 0; i < 5; i++) {
        r->n[i] = a->n[i] + p8[i] - b->n[i];
    }
    otd_carry(r);
}

void otd_fe_small(otd_fe *r, uint64_t value) {
    *r = (otd_fe){{value, 0, 0, 0, 0}};
}

/* The one representative below p. */
static void otd_normalise(otd_fe *r) {
    otd_carry(r);
    otd_carry(r); /* the first may leave exactly 2^48 on top */
    otd_fe above = *r;
    above.n[0] += OTD_FOLD_256;
    for (int i = 0; i < 4; i++) {
        above.n[i + 1] += above.n[i] >> 52;
        above.n[i] &= OTD_LIMB;
    }
    uint64_t is_above = 0 - (above.n[4] >> 48); /* a value of p or more reaches 2^256 here */
    above.n[4] &= OTD_TOP;
    otd_fe_move(r, &above, is_above);
}

void otd_fe_read(otd_fe *r, const uint8_t bytes[32]) {
    memset(r, 0, sizeof *r);
    for (int i = 0; i < 32; i++) {
        int bit = 8 * (31 - i);
        r->n[bit / 52] |= (uint64_t)bytes[i] << (bit % 52);
        if (bit % 52 > 44) { /* the byte lies across two limbs */
            r->n[bit / 52] &= OTD_LIMB;
            r->n[bit / 52 + 1] |= (uint64_t)bytes[i] >> (52 - bit % 52);
        }
    }
}

void otd_fe_write(uint8_t bytes[32], const otd_fe *a) {
    otd_fe r = *a;
    otd_normalise(&r);
    for (int i = 0; i < 32; i++) {
        int bit = 8 * (31 - i);
        uint64_t value = r.n[bit / 52] >> (bit % 52);
        if (bit % 52 > 44) {
            value |= r.n[bit / 52 + 1] << (52 - bit % 52);
        }
        bytes[i] = (uint8_t)value;
    }
}

int otd_fe_is_zero(const otd_fe *a) {
    otd_fe r = *a;
    otd_normalise(&r);
    return (r.n[0] | r.n[1] | r.n[2] | r.n[3] | r.n[4]) == 0;
}

int otd_fe_is_odd(const otd_fe *a) {
    otd_fe r = *a;
    otd_normalise(&r);
    return (int)(r.n[0] & 1);
}

/* r = a^(2^count) * b. */
static void otd_lift(otd_fe *r, const otd_fe *a, int count, const otd_fe *b) {
    otd_fe t = *a;
    for (int i = 0; i < count; i++) {
        otd_fe_sqr(&t, &t);
    }
    otd_fe_mul(r, &t, b);
}

/* a to the powers of 2, 22 and 223 ones: what the exponents p - 2 and (p + 1) / 4 are made of. */
static void otd_ones(otd_fe *ones2, otd_fe *ones22, otd_fe *ones223, const otd_fe *a) {
    otd_fe ones3, t, ones44;
    otd_lift(ones2, a, 1, a);
    otd_lift(&ones3, ones2, 1, a);
    otd_lift(&t, &ones3, 3, &ones3); /* 6 */
    otd_lift(&t, &t, 3, &ones3);     /* 9 */
    otd_lift(&t, &t, 2, ones2);      /* 11 */
    otd_lift(ones22, &t, 11, &t);    /* 22 */
    otd_lift(&ones44, ones22, 22, ones22);
    otd_lift(&t, &ones44, 44, &ones44); /* 88 */
    otd_lift(&t, &t, 88, &t);           /* 176 */
    otd_lift(&t, &t, 44, &ones44);      /* 220 */
    otd_lift(ones223, &t, 3, &ones3);
}

void otd_fe_inverse(otd_fe *r, const otd_fe *a) { /* 223 ones, 0, 22 ones, 0000 1, 011, 01 */
    otd_fe x = *a, ones2, ones22, t;
    otd_ones(&ones2, &ones22, &t, &x);
    otd_lift(&t, &t, 23, &ones22);
    otd_lift(&t, &t, 5, &x);
    otd_lift(&t, &t, 3, &ones2);
    otd_lift(r, &t, 2, &x);
}

int otd_fe_sqrt(otd_fe *r, const otd_fe *a) { /* 223 ones, 0, 22 ones, 0000 11, 00 */
    otd_fe x = *a, ones2, ones22, t;
    otd_ones(&ones2, &ones22, &t, &x);
    otd_lift(&t, &t, 23, &ones22);
    otd_lift(&t, &t, 6, &ones2);
    otd_fe_sqr(&t, &t);
    otd_fe_sqr(r, &t);
    otd_fe_sqr(&t, r);
    otd_fe_sub(&t, &t, &x);
    return otd_fe_is_zero(&t);
}
