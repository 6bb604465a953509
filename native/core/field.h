/*
 * field.h - numbers modulo p = 2^256 - 2^32 - 977, the field of secp256k1 (SEC 2, version 2, section 2.4.1).
 *
 * Five limbs of 52 bits. A "small" element has limbs below 2^52 and a top limb of at most 2^48; products,
 * differences and everything read from bytes are small. Sums grow: up to seven small ones may be subtracted,
 * up to sixteen multiplied. No branch and no address depends on a value, except in otd_fe_sqrt's answer.
 */
#ifndef OTD_CORE_FIELD_H
#define OTD_CORE_FIELD_H

#include <stdint.h>

typedef struct otd_fe {
    uint64_t n[5];
} otd_fe;

/* 32 bytes, most significant first; a value of p or above counts modulo p. */
void otd_fe_read(otd_fe *r, const uint8_t bytes[32]);
void otd_fe_write(uint8_t bytes[32], const otd_fe *a); /* the one representative below p */

void otd_fe_mul(otd_fe *r, const otd_fe *a, const otd_fe *b);
void otd_fe_sqr(otd_fe *r, const otd_fe *a);
void otd_fe_sub(otd_fe *r, const otd_fe *a, const otd_fe *b); /* b of at most seven small ones */
void otd_fe_small(otd_fe *r, uint64_t value);                 /* value below 2^52 */
void otd_fe_inverse(otd_fe *r, const otd_fe *a);              /* of 0: 0 */

/* A square root, a^((p+1)/4). Returns: 1, or 0 when a is no square (r is then meaningless). */
int otd_fe_sqrt(otd_fe *r, const otd_fe *a);

int otd_fe_is_zero(const otd_fe *a);
int otd_fe_is_odd(const otd_fe *a);

static inline void otd_fe_add(otd_fe *r, const otd_fe *a, const otd_fe *b) {
    for (int i = 0; i < 5; i++) {
        r->n[i] = a->n[i] + b->n[i];
    }
}

/* r = a where mask is all ones; mask is all ones or zero. */
static inline void otd_fe_move(otd_fe *r, const otd_fe *a, uint64_t mask) {
    for (int i = 0; i < 5; i++) {
        r->n[i] ^= (r->n[i] ^ a->n[i]) & mask;
    }
}

#endif /* OTD_CORE_FIELD_H */
