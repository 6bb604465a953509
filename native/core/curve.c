/* curve.c - the group of secp256k1 in constant time; curve.h has the rules. */
#include "curve.h"

#include <string.h>

typedef unsigned __int128 otd_u128;

#define OTD_WINDOW 4
#define OTD_TABLE (1 << OTD_WINDOW)

static const uint8_t otd_base_x[32] = {0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62,
                                       0x95, 0xce, 0x87, 0x0b, 0x07, 0x02, 0x9b, 0xfc, 0xdb, 0x2d, 0xce,
                                       0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17, 0x98};

/* The order, least significant limb first. */
static const uint64_t otd_order[4] = {0xbfd25e8cd0364141ull, 0xbaaedce6af48a03bull, 0xfffffffffffffffeull,
                                      0xffffffffffffffffull};

void otd_wipe(void *memory, size_t length) {
    volatile uint8_t *bytes = memory;
    while (length-- > 0) {
        *bytes++ = 0;
    }
}

/* ---- points -------------------------------------------------------------------------------- */

int otd_point_lift(otd_point *r, const otd_fe *x) {
    otd_fe square, seven, minus;
    otd_fe_small(&seven, 7);
    otd_fe_sqr(&square, x);
    otd_fe_mul(&square, &square, x);
    otd_fe_add(&square, &square, &seven);
    if (!otd_fe_sqrt(&r->y, &square)) {
        return 0;
    }
    otd_fe_small(&r->z, 0);
    otd_fe_sub(&minus, &r->z, &r->y);
    otd_fe_move(&r->y, &minus, 0 - (uint64_t)otd_fe_is_odd(&r->y));
    r->x = *x;
    otd_fe_small(&r->z, 1);
    return 1;
}

/* 21 = 3 * 7: the curve's 7 as the formulas want it. a is a small element or the sum of two. */
static void otd_times_21(otd_fe *r, const otd_fe *a) {
    static const otd_fe number = {{21, 0, 0, 0, 0}};
    otd_fe_mul(r, a, &number);
}

void otd_point_add(otd_point *r, const otd_point *a, const otd_point *b) {
    otd_fe xx, yy, zz, xy, yz, xz, s, t;
    otd_fe_mul(&xx, &a->x, &b->x);
    otd_fe_mul(&yy, &a->y, &b->y);
    otd_fe_mul(&zz, &a->z, &b->z);
    otd_fe_add(&s, &a->x, &a->y);
    otd_fe_add(&t, &b->x, &b->y);
    otd_fe_mul(&xy, &s, &t);
    otd_fe_add(&t, &xx, &yy);
    otd_fe_sub(&xy, &xy, &t); /* x1 y2 + x2 y1 */
    otd_fe_add(&s, &a->y, &a->z);
    otd_fe_add(&t, &b->y, &b->z);
    otd_fe_mul(&yz, &s, &t);
    otd_fe_add(&t, &yy, &zz);
    otd_fe_sub(&yz, &yz, &t); /* y1 z2 + y2 z1 */
    otd_fe_add(&s, &a->x, &a->z);
    otd_fe_add(&t, &b->x, &b->z);
    otd_fe_mul(&xz, &s, &t);
    otd_fe_add(&t, &xx, &zz);
    otd_fe_sub(&xz, &xz, &t); /* x1 z2 + x2 z1 */
    otd_times_21(&zz, &zz);
    otd_times_21(&xz, &xz);
    otd_fe_add(&t, &xx, &xx);
    otd_fe_add(&xx, &xx, &t); /* 3 x1 x2 */
    otd_fe_add(&s, &yy, &zz);
    otd_fe_sub(&t, &yy, &zz);
    otd_fe_mul(&r->x, &xy, &t);
    otd_fe_mul(&r->y, &t, &s);
    otd_fe_mul(&r->z, &yz, &s);
    otd_fe_mul(&s, &yz, &xz);
    otd_fe_sub(&r->x, &r->x, &s);
    otd_fe_mul(&s, &xz, &xx);
    otd_fe_add(&r->y, &r->y, &s);
    otd_fe_mul(&s, &xx, &xy);
    otd_fe_add(&r->z, &r->z, &s);
}

static void otd_point_double(otd_point *r, const otd_point *a) {
    otd_fe yy, yy8, yz, zz, s, t, xy;
    otd_fe_sqr(&yy, &a->y);
    otd_fe_mul(&yz, &a->y, &a->z);
    otd_fe_sqr(&zz, &a->z);
    otd_fe_mul(&xy, &a->x, &a->y);
    otd_fe_add(&yy8, &yy, &yy);
    otd_fe_add(&yy8, &yy8, &yy8);
    otd_fe_add(&yy8, &yy8, &yy8);
    otd_times_21(&zz, &zz);
    otd_fe_add(&s, &yy, &zz);
    otd_fe_mul(&r->z, &yz, &yy8);
    otd_fe_add(&t, &zz, &zz);
    otd_fe_add(&t, &t, &zz);
    otd_fe_sub(&t, &yy, &t);
    otd_fe_mul(&r->y, &t, &s);
    otd_fe_mul(&s, &zz, &yy8);
    otd_fe_add(&r->y, &r->y, &s);
    otd_fe_mul(&r->x, &t, &xy);
    otd_fe_add(&r->x, &r->x, &r->x);
}

/* r = table[index], reading every row. */
static void otd_choose(otd_point *r, const otd_point table[OTD_TABLE], uint32_t index) {
    *r = table[0];
    for (uint32_t i = 1; i < OTD_TABLE; i++) {
        uint64_t mask = 0 - (((uint64_t)(i ^ index) - 1) >> 63); /* all ones when equal */
        otd_fe_move(&r->x, &table[i].x, mask);
        otd_fe_move(&r->y, &table[i].y, mask);
        otd_fe_move(&r->z, &table[i].z, mask);
    }
}

void otd_point_mul(otd_point *r, const otd_point *a, const uint8_t scalar[32]) {
    otd_point table[OTD_TABLE], sum, part;
    memset(table, 0, sizeof table[0]);
    table[0].y.n[0] = 1; /* (0 : 1 : 0) is the point at infinity */
    table[1] = *a;
    for (int i = 2; i < OTD_TABLE; i++) {
        otd_point_add(&table[i], &table[i - 1], a);
    }
    sum = table[0];
    for (int i = 0; i < 64; i++) {
        for (int j = 0; j < OTD_WINDOW && i > 0; j++) {
            otd_point_double(&sum, &sum);
        }
        otd_choose(&part, table, i % 2 == 0 ? scalar[i / 2] >> 4 : scalar[i / 2] & 15u);
        otd_point_add(&sum, &sum, &part);
    }
    *r = sum;
    otd_wipe(&sum, sizeof sum);
    otd_wipe(&part, sizeof part);
}

void otd_point_mul_base(otd_point *r, const uint8_t scalar[32]) {
    otd_point base;
    otd_fe x;
    otd_fe_read(&x, otd_base_x);
    otd_point_lift(&base, &x); /* its y is even */
    otd_point_mul(r, &base, scalar);
}

int otd_point_affine(otd_fe *x, otd_fe *y, const otd_point *a) {
    otd_fe inverse;
    otd_fe_inverse(&inverse, &a->z);
    otd_fe_mul(x, &a->x, &inverse);
    otd_fe_mul(y, &a->y, &inverse);
    otd_wipe(&inverse, sizeof inverse);
    return !otd_fe_is_zero(&a->z);
}

/* ---- numbers modulo the order -------------------------------------------------------------- */

/* r = value - order where that is not negative, value otherwise; value = carry * 2^256 + n. Returns: 1 if it
 * was. */
static uint64_t otd_reduce_once(otd_scalar *r, uint64_t carry) {
    uint64_t less[4], borrow = 0;
    for (int i = 0; i < 4; i++) {
        otd_u128 t = (otd_u128)r->n[i] - otd_order[i] - borrow;
        less[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    uint64_t take = carry | (borrow ^ 1);
    for (int i = 0; i < 4; i++) {
        r->n[i] ^= (r->n[i] ^ less[i]) & (0 - take);
    }
    return take;
}

int otd_scalar_read(otd_scalar *r, const uint8_t bytes[32]) {
    memset(r, 0, sizeof *r);
    for (int i = 0; i < 32; i++) {
        r->n[3 - i / 8] |= (uint64_t)bytes[i] << (8 * (7 - i % 8));
    }
    return (int)otd_reduce_once(r, 0);
}

void otd_scalar_write(uint8_t bytes[32], const otd_scalar *a) {
    for (int i = 0; i < 32; i++) {
        bytes[i] = (uint8_t)(a->n[3 - i / 8] >> (8 * (7 - i % 8)));
    }
}

int otd_scalar_is_zero(const otd_scalar *a) {
    return (a->n[0] | a->n[1] | a->n[2] | a->n[3]) == 0;
}

void otd_scalar_add(otd_scalar *r, const otd_scalar *a, const otd_scalar *b) {
    uint64_t carry = 0;
    for (int i = 0; i < 4; i++) {
        otd_u128 t = (otd_u128)a->n[i] + b->n[i] + carry;
        r->n[i] = (uint64_t)t;
        carry = (uint64_t)(t >> 64);
    }
    otd_reduce_once(r, carry);
}

/* Bit by bit: 512 additions, some microseconds, needed once a signature. */
void otd_scalar_mul(otd_scalar *r, const otd_scalar *a, const otd_scalar *b) {
    otd_scalar sum = {{0, 0, 0, 0}}, part;
    for (int bit = 255; bit >= 0; bit--) {
        uint64_t mask = 0 - (b->n[bit / 64] >> (bit % 64) & 1);
        otd_scalar_add(&sum, &sum, &sum);
        for (int i = 0; i < 4; i++) {
            part.n[i] = a->n[i] & mask;
        }
        otd_scalar_add(&sum, &sum, &part);
    }
    *r = sum;
    otd_wipe(&sum, sizeof sum);
    otd_wipe(&part, sizeof part);
}

void otd_scalar_negate_if(otd_scalar *r, const otd_scalar *a, uint64_t flag) {
    otd_scalar minus;
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++) {
        otd_u128 t = (otd_u128)otd_order[i] - a->n[i] - borrow;
        minus.n[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    otd_reduce_once(&minus, 0); /* the order itself, for 0, becomes 0 */
    for (int i = 0; i < 4; i++) {
        r->n[i] = a->n[i] ^ ((a->n[i] ^ minus.n[i]) & (0 - flag));
    }
    otd_wipe(&minus, sizeof minus);
}
