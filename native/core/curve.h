/*
 * curve.h - points of secp256k1 (y^2 = x^3 + 7) and numbers modulo their order n.
 *
 * Points are projective (X : Y : Z), x = X/Z; the formulas for addition and doubling hold for every pair of
 * points, the one at infinity included (Renes, Costello, Batina: "Complete addition formulas for prime order
 * elliptic curves", algorithms 7 and 9), so that nothing branches on what is added. Multiplication takes the
 * same steps and touches the same memory whatever the scalar is.
 */
#ifndef OTD_CORE_CURVE_H
#define OTD_CORE_CURVE_H

#include <stddef.h>
#include <stdint.h>

#include "field.h"

typedef struct otd_point {
    otd_fe x, y, z;
} otd_point;

/* The point with this x and an even y. Returns: 1, or 0 when no point has it. Not for secrets. */
int otd_point_lift(otd_point *r, const otd_fe *x);

void otd_point_add(otd_point *r, const otd_point *a, const otd_point *b);

/* r = scalar * a; the scalar has 32 bytes, most significant first. */
void otd_point_mul(otd_point *r, const otd_point *a, const uint8_t scalar[32]);
void otd_point_mul_base(otd_point *r, const uint8_t scalar[32]);

/* Returns: 1 and the affine coordinates, or 0 for the point at infinity (x and y are then 0). */
int otd_point_affine(otd_fe *x, otd_fe *y, const otd_point *a);

typedef struct otd_scalar {
    uint64_t n[4]; /* least significant first; below the order */
} otd_scalar;

/* Reads 32 bytes, most significant first, modulo the order. Returns: 1 when the value was at least the order.
 */
int otd_scalar_read(otd_scalar *r, const uint8_t bytes[32]);
void otd_scalar_write(uint8_t bytes[32], const otd_scalar *a);
int otd_scalar_is_zero(const otd_scalar *a);
void otd_scalar_add(otd_scalar *r, const otd_scalar *a, const otd_scalar *b);
void otd_scalar_mul(otd_scalar *r, const otd_scalar *a, const otd_scalar *b);

/* r = -a where flag is 1, a where it is 0; constant time. */
void otd_scalar_negate_if(otd_scalar *r, const otd_scalar *a, uint64_t flag);

/* Overwrites secrets in a way the compiler does not leave out. */
void otd_wipe(void *memory, size_t length);

#endif /* OTD_CORE_CURVE_H */
