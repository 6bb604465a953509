/*
 * ellswift.c - the map of Chavez-Saab, Rodriguez-Henriquez and Tibouchi ("SwiftEC") as BIP 324 fixes it for
 * secp256k1. c below is the square root of -3 that is a^((p+1)/4).
 */
#include "ellswift.h"

#include "curve.h"

static const uint8_t otd_root_bytes[32] = {0x0a, 0x2d, 0x2b, 0xa9, 0x35, 0x07, 0xf1, 0xdf, 0x23, 0x37, 0x70,
                                           0xc2, 0xa7, 0x97, 0x96, 0x2c, 0xc6, 0x1f, 0x6d, 0x15, 0xda, 0x14,
                                           0xec, 0xd4, 0x7d, 0x8d, 0x27, 0xae, 0x1c, 0xd5, 0xf8, 0x52};
static const uint8_t otd_half_bytes[32] = {0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                           0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                           0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xfe, 0x18};

/* r = x^3 + 7. */
static void otd_curve_side(otd_fe *r, const otd_fe *x) {
    otd_fe seven, square;
    otd_fe_small(&seven, 7);
    otd_fe_sqr(&square, x);
    otd_fe_mul(r, &square, x);
    otd_fe_add(r, r, &seven);
}

static int otd_is_on_curve(const otd_fe *x) {
    otd_fe side, root;
    otd_curve_side(&side, x);
    return otd_fe_sqrt(&root, &side);
}

static void otd_one_if_zero(otd_fe *a) {
    otd_fe one;
    otd_fe_small(&one, 1);
    otd_fe_move(a, &one, 0 - (uint64_t)otd_fe_is_zero(a));
}

/*
 * With A = u^3 + 7 - t^2, B = u^3 + 7 + t^2 and D = 2tcu: Y = B / D and X / Y = Acu / B, so one inversion, of
 * B * D, is enough. The three candidates are u + 4Y^2 and (-u -/+ X/Y) / 2; one of them is always on the
 * curve.
 */
void otd_ellswift_x(otd_fe *x, const uint8_t encoding[64]) {
    otd_fe c, half, u, t, tt, side, a, b, d, inverse, y, ratio;
    otd_fe_read(&c, otd_root_bytes);
    otd_fe_read(&half, otd_half_bytes);
    otd_fe_read(&u, encoding);
    otd_fe_read(&t, encoding + 32);
    otd_one_if_zero(&u);
    otd_one_if_zero(&t);
    otd_curve_side(&side, &u);
    otd_fe_sqr(&tt, &t);
    otd_fe_add(&b, &side, &tt);
    if (otd_fe_is_zero(&b)) {
        otd_fe_add(&t, &t, &t);
        otd_fe_sqr(&tt, &t);
        otd_fe_add(&b, &side, &tt);
    }
    otd_fe_sub(&a, &side, &tt);
    otd_fe_mul(&c, &c, &u);
    otd_fe_mul(&d, &c, &t);
    otd_fe_add(&d, &d, &d);
    otd_fe_mul(&inverse, &b, &d);
    otd_fe_inverse(&inverse, &inverse);
    otd_fe_mul(&y, &b, &b);
    otd_fe_mul(&y, &y, &inverse); /* B / D */
    otd_fe_mul(&ratio, &a, &c);
    otd_fe_mul(&ratio, &ratio, &d);
    otd_fe_mul(&ratio, &ratio, &inverse); /* Acu / B */

    otd_fe_sqr(&y, &y);
    otd_fe_add(&y, &y, &y);
    otd_fe_add(&y, &y, &y);
    otd_fe_add(x, &u, &y);
    if (otd_is_on_curve(x)) {
        return;
    }
    otd_fe_add(&t, &ratio, &u);
    otd_fe_small(&y, 0);
    otd_fe_sub(&t, &y, &t);
    otd_fe_mul(x, &t, &half);
    if (!otd_is_on_curve(x)) {
        otd_fe_sub(&t, &ratio, &u);
        otd_fe_mul(x, &t, &half);
    }
}

/* v and s of BIP 324's inverse; 0 when this way has none. */
static int otd_inverse_parts(otd_fe *v, otd_fe *s, const otd_fe *x, const otd_fe *u, uint32_t way) {
    otd_fe zero, side, uu, t, half;
    otd_fe_small(&zero, 0);
    otd_fe_read(&half, otd_half_bytes);
    otd_curve_side(&side, u);
    otd_fe_sqr(&uu, u);
    if ((way & 2) == 0) {
        otd_fe_add(&t, x, u);
        otd_fe_sub(&t, &zero, &t);
        if (otd_is_on_curve(&t)) {
            return 0;
        }
        *v = *x;
        otd_fe_sqr(s, x);
        otd_fe_mul(&t, u, x);
        otd_fe_add(s, s, &t);
        otd_fe_add(s, s, &uu); /* u^2 + uv + v^2 */
        otd_fe_inverse(s, s);
        otd_fe_mul(s, s, &side);
        otd_fe_sub(s, &zero, s);
        return 1;
    }
    otd_fe_sub(s, x, u);
    if (otd_fe_is_zero(s)) {
        return 0;
    }
    otd_fe_add(&side, &side, &side);
    otd_fe_add(&side, &side, &side);
    otd_fe_add(&t, &uu, &uu);
    otd_fe_add(&t, &t, &uu);
    otd_fe_mul(&t, &t, s);
    otd_fe_add(&t, &t, &side);
    otd_fe_mul(&t, &t, s);
    otd_fe_sub(&t, &zero, &t); /* -s (4 (u^3 + 7) + 3 s u^2) */
    if (!otd_fe_sqrt(&t, &t) || ((way & 1) != 0 && otd_fe_is_zero(&t))) {
        return 0;
    }
    otd_fe_inverse(v, s);
    otd_fe_mul(v, v, &t);
    otd_fe_sub(v, v, u);
    otd_fe_mul(v, v, &half);
    return 1;
}

int otd_ellswift_t(otd_fe *t, const otd_fe *x, const otd_fe *u, uint32_t way) {
    otd_fe v, s, root, zero, c, half;
    otd_fe_small(&zero, 0);
    if (!otd_inverse_parts(&v, &s, x, u, way) || !otd_fe_sqrt(&root, &s)) {
        return 0;
    }
    otd_fe_read(&c, otd_root_bytes);
    otd_fe_read(&half, otd_half_bytes);
    otd_fe_small(t, 1);
    if ((way & 1) == 0) {
        otd_fe_sub(t, t, &c);
    } else {
        otd_fe_add(t, t, &c);
    }
    otd_fe_mul(t, t, u);
    otd_fe_mul(t, t, &half);
    otd_fe_add(t, t, &v);
    otd_fe_mul(t, t, &root);
    if ((way & 5) == 0 || (way & 5) == 5) {
        otd_fe_sub(t, &zero, t);
    }
    return 1;
}
