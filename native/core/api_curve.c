/* api_curve.c - the exports of secp256k1: what crosses the border is checked here. */
#include <string.h>

#include "algo.h"
#include "curve.h"
#include "ellswift.h"
#include "schnorr.h"
#include "sha256.h"

#define OTD_WAYS 8u
#define OTD_TRIES_MAX 256u /* one try in four succeeds; 256 failures in a row have a chance of 2^-106 */

static int32_t otd_no_key(void) {
    return otd_fail(OTD_E_ARGUMENT, "the secret key is 0 or not below the order of the group");
}

static int32_t otd_null(const char *verb) {
    return otd_fail(OTD_E_ARGUMENT, "%s was given a null buffer", verb);
}

/* x of secret * point. Returns: 0 when the secret is no key. */
static int otd_secret_times(otd_fe *x, const uint8_t secret[32], const otd_point *point) {
    otd_scalar scalar;
    otd_point product;
    otd_fe y;
    int good = (otd_scalar_read(&scalar, secret) | otd_scalar_is_zero(&scalar)) ^ 1;
    if (good) {
        point == NULL ? otd_point_mul_base(&product, secret) : otd_point_mul(&product, point, secret);
        good = otd_point_affine(x, &y, &product);
        otd_wipe(&product, sizeof product);
        otd_wipe(&y, sizeof y);
    }
    otd_wipe(&scalar, sizeof scalar);
    return good;
}

int32_t otd_secp256k1_public(uint8_t *public_x, const uint8_t *secret) {
    otd_fe x;
    if (public_x == NULL || secret == NULL) {
        return otd_null("otd_secp256k1_public");
    }
    if (!otd_secret_times(&x, secret, NULL)) {
        return otd_no_key();
    }
    otd_fe_write(public_x, &x);
    return OTD_OK;
}

int32_t otd_ellswift_create(uint8_t *encoding, const uint8_t *secret, const uint8_t *entropy) {
    static const char tag[] = "otedama/ellswift_create";
    otd_fe x, u, t;
    uint8_t draw[32], number[4];
    if (encoding == NULL || secret == NULL || entropy == NULL) {
        return otd_null("otd_ellswift_create");
    }
    if (!otd_secret_times(&x, secret, NULL)) {
        return otd_no_key();
    }
    for (uint32_t i = 0; i < OTD_TRIES_MAX; i++) {
        otd_sha256_state state;
        uint32_t count = i / OTD_WAYS;
        for (int b = 0; b < 4; b++) {
            number[b] = (uint8_t)(i >> (8 * b));
        }
        otd_sha256_begin(&state);
        otd_sha256_add(&state, tag, sizeof tag);
        otd_sha256_add(&state, entropy, 32);
        otd_sha256_add(&state, number, sizeof number);
        otd_sha256_end(&state, draw);
        otd_fe_read(&u, draw);
        otd_wipe(&state, sizeof state);
        otd_sha256_once(draw, draw, sizeof draw); /* the way is drawn apart from u */
        if (!otd_fe_is_zero(&u) && otd_ellswift_t(&t, &x, &u, (draw[0] + count) % OTD_WAYS)) {
            otd_fe_write(encoding, &u);
            otd_fe_write(encoding + 32, &t);
            return OTD_OK;
        }
    }
    return otd_fail(OTD_E_ARGUMENT, "no encoding was found in %u draws; give other entropy", OTD_TRIES_MAX);
}

int32_t otd_ellswift_decode(uint8_t *x, const uint8_t *encoding) {
    otd_fe value;
    if (x == NULL || encoding == NULL) {
        return otd_null("otd_ellswift_decode");
    }
    otd_ellswift_x(&value, encoding);
    otd_fe_write(x, &value);
    return OTD_OK;
}

int32_t otd_ellswift_inverse(uint8_t *t, uint32_t *found, const uint8_t *x, const uint8_t *u, uint32_t way) {
    otd_point point;
    otd_fe value, start, answer;
    if (t == NULL || found == NULL || x == NULL || u == NULL) {
        return otd_null("otd_ellswift_inverse");
    }
    otd_fe_read(&value, x);
    otd_fe_read(&start, u);
    if (way >= OTD_WAYS || otd_fe_is_zero(&start) || !otd_point_lift(&point, &value)) {
        return otd_fail(OTD_E_ARGUMENT, "way %u of ways 0..%u, u not 0 and x of a point of the curve", way,
                        OTD_WAYS - 1);
    }
    *found = (uint32_t)otd_ellswift_t(&answer, &value, &start, way);
    memset(t, 0, 32);
    if (*found) {
        otd_fe_write(t, &answer);
    }
    return OTD_OK;
}

int32_t otd_ellswift_xdh(uint8_t *shared, uint8_t *shared_x, const uint8_t *secret, const uint8_t *initiator,
                         const uint8_t *responder, uint32_t is_initiator) {
    static const char tag[] = "bip324_ellswift_xonly_ecdh";
    otd_sha256_state state;
    otd_point theirs;
    otd_fe x;
    uint8_t bytes[32];
    if (shared == NULL || secret == NULL || initiator == NULL || responder == NULL) {
        return otd_null("otd_ellswift_xdh");
    }
    otd_ellswift_x(&x, is_initiator ? responder : initiator);
    if (!otd_point_lift(&theirs, &x) || !otd_secret_times(&x, secret, &theirs)) {
        return otd_no_key();
    }
    otd_sha256_once(bytes, tag, sizeof tag - 1);
    otd_sha256_begin(&state);
    otd_sha256_add(&state, bytes, sizeof bytes);
    otd_sha256_add(&state, bytes, sizeof bytes);
    otd_sha256_add(&state, initiator, 64);
    otd_sha256_add(&state, responder, 64);
    otd_fe_write(bytes, &x);
    otd_sha256_add(&state, bytes, sizeof bytes);
    otd_sha256_end(&state, shared);
    if (shared_x != NULL) {
        memcpy(shared_x, bytes, sizeof bytes);
    }
    otd_wipe(&state, sizeof state);
    otd_wipe(&x, sizeof x);
    otd_wipe(bytes, sizeof bytes);
    return OTD_OK;
}

int32_t otd_schnorr_sign(uint8_t *signature, const uint8_t *message, const uint8_t *secret,
                         const uint8_t *aux) {
    if (signature == NULL || message == NULL || secret == NULL || aux == NULL) {
        return otd_null("otd_schnorr_sign");
    }
    return otd_bip340_sign(signature, message, secret, aux) ? OTD_OK : otd_no_key();
}

int32_t otd_schnorr_verify(uint32_t *valid, const uint8_t *signature, const uint8_t *message,
                           const uint8_t *public_x) {
    if (valid == NULL || signature == NULL || message == NULL || public_x == NULL) {
        return otd_null("otd_schnorr_verify");
    }
    *valid = (uint32_t)otd_bip340_check(signature, message, public_x);
    return OTD_OK;
}
