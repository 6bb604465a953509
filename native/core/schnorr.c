/* schnorr.c - BIP 340; the names in the comments are the BIP's. */
#include "schnorr.h"

#include <string.h>

#include "curve.h"
#include "sha256.h"

/* SHA-256 of the tag's hash twice and then up to three parts of 32 bytes. */
static void otd_tagged(uint8_t out[32], const char *tag, const uint8_t *one, const uint8_t *two,
                       const uint8_t *three) {
    const uint8_t *parts[3] = {one, two, three};
    otd_sha256_state state;
    uint8_t head[32];
    otd_sha256_once(head, tag, strlen(tag));
    otd_sha256_begin(&state);
    otd_sha256_add(&state, head, sizeof head);
    otd_sha256_add(&state, head, sizeof head);
    for (int i = 0; i < 3; i++) {
        if (parts[i] != NULL) {
            otd_sha256_add(&state, parts[i], 32);
        }
    }
    otd_sha256_end(&state, out);
    otd_wipe(&state, sizeof state);
}

/* x of scalar * G, and the scalar negated where that point's y is odd. Returns: 1, or 0 for the scalar 0. */
static int otd_even(uint8_t x_bytes[32], otd_scalar *scalar) {
    otd_point point;
    otd_fe x, y;
    uint8_t bytes[32];
    otd_scalar_write(bytes, scalar);
    otd_point_mul_base(&point, bytes);
    int good = otd_point_affine(&x, &y, &point);
    otd_fe_write(x_bytes, &x);
    otd_scalar_negate_if(scalar, scalar, (uint64_t)otd_fe_is_odd(&y));
    otd_wipe(bytes, sizeof bytes);
    otd_wipe(&point, sizeof point);
    otd_wipe(&y, sizeof y);
    return good;
}

int otd_bip340_sign(uint8_t signature[64], const uint8_t message[32], const uint8_t secret[32],
                    const uint8_t aux[32]) {
    otd_scalar d, k, e;
    uint8_t public_x[32], t[32], nonce[32], bytes[32];
    int is_over = otd_scalar_read(&d, secret);
    int good = (is_over ^ 1) & otd_even(public_x, &d);
    otd_scalar_write(bytes, &d);
    otd_tagged(t, "BIP0340/aux", aux, NULL, NULL);
    for (int i = 0; i < 32; i++) {
        t[i] ^= bytes[i];
    }
    otd_tagged(nonce, "BIP0340/nonce", t, public_x, message);
    otd_scalar_read(&k, nonce);
    good &= otd_even(signature, &k);
    otd_tagged(bytes, "BIP0340/challenge", signature, public_x, message);
    otd_scalar_read(&e, bytes);
    otd_scalar_mul(&e, &d, &e);
    otd_scalar_add(&e, &e, &k);
    otd_scalar_write(signature + 32, &e);
    otd_wipe(&d, sizeof d);
    otd_wipe(&k, sizeof k);
    otd_wipe(t, sizeof t);
    otd_wipe(nonce, sizeof nonce);
    otd_wipe(bytes, sizeof bytes);
    /* A signature made on a machine that miscounts could give the key away. */
    good = good && otd_bip340_check(signature, message, public_x);
    if (!good) {
        otd_wipe(signature, 64);
    }
    return good;
}

/* The field element that 32 bytes are, unless they are p or more. */
static int otd_fe_read_strict(otd_fe *r, const uint8_t bytes[32]) {
    uint8_t again[32];
    otd_fe_read(r, bytes);
    otd_fe_write(again, r);
    return memcmp(again, bytes, sizeof again) == 0;
}

int otd_bip340_check(const uint8_t signature[64], const uint8_t message[32], const uint8_t public_x[32]) {
    otd_point p, r, part;
    otd_fe x, y, given;
    otd_scalar s, e;
    uint8_t bytes[32], found[32];
    if (!otd_fe_read_strict(&x, public_x) || !otd_point_lift(&p, &x) ||
        !otd_fe_read_strict(&given, signature) || otd_scalar_read(&s, signature + 32)) {
        return 0;
    }
    otd_tagged(bytes, "BIP0340/challenge", signature, public_x, message);
    otd_scalar_read(&e, bytes);
    otd_scalar_negate_if(&e, &e, 1);
    otd_scalar_write(bytes, &e);
    otd_point_mul(&part, &p, bytes);
    otd_point_mul_base(&r, signature + 32);
    otd_point_add(&r, &r, &part);
    if (!otd_point_affine(&x, &y, &r) || otd_fe_is_odd(&y)) {
        return 0;
    }
    otd_fe_write(found, &x);
    return memcmp(found, signature, sizeof found) == 0;
}
