/*
 * curve_test.c - secp256k1: known answers of BIP 324 and BIP 340, the edges of what a secret or a signature
 * may be, and that both sides of an exchange agree. The managed tests run tests/vectors/sv2.json through the
 * same verbs.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "otedama.h"

#define PRIME "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"
#define ORDER "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
#define ORDER_LESS_ONE "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define BASE "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"

static uint64_t s_random = 0x853c49e6748fea9bull;

static void fill(uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        s_random = s_random * 6364136223846793005ull + 1442695040888963407ull;
        bytes[i] = (uint8_t)(s_random >> 56);
    }
}

static void hex(uint8_t *bytes, const char *text) {
    for (size_t i = 0; i < strlen(text) / 2; i++) {
        unsigned value = 0;
        sscanf(text + 2 * i, "%2x", &value);
        bytes[i] = (uint8_t)value;
    }
}

static void decoding(void) {
    static const char *const rows[][2] = {
        {ZERO ZERO, "edd1fd3e327ce90cc7a3542614289aee9682003e9cf7dcc9cf2ca9743be5aa0c"},
        {ZERO PRIME, "edd1fd3e327ce90cc7a3542614289aee9682003e9cf7dcc9cf2ca9743be5aa0c"},
        {PRIME "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff7028de7d",
         "1eea9cc59cfcf2fa151ac6c274eea4110feb4f7b68c5965732e9992e976ef68e"},
    };
    uint8_t encoding[64], expected[32], x[32];
    for (int i = 0; i < 3; i++) {
        hex(encoding, rows[i][0]);
        hex(expected, rows[i][1]);
        otd_check(otd_ellswift_decode(x, encoding) == OTD_OK && memcmp(x, expected, 32) == 0,
                  "BIP 324 row %d", i);
    }
}

/* Every way that is found leads back to x, and random entropy finds one. */
static void encoding(void) {
    uint32_t ways = 0;
    for (int i = 0; i < 40; i++) {
        uint8_t secret[32], entropy[32], code[64], x[32], back[32];
        fill(secret, sizeof secret);
        fill(entropy, sizeof entropy);
        otd_check(otd_secp256k1_public(x, secret) == OTD_OK, "a public key");
        otd_check(otd_ellswift_create(code, secret, entropy) == OTD_OK &&
                      otd_ellswift_decode(back, code) == OTD_OK && memcmp(x, back, 32) == 0,
                  "an encoding stands for its point");
        for (uint32_t way = 0; way < 8; way++) {
            uint32_t found = 0;
            memcpy(code, entropy, 32);
            otd_check(otd_ellswift_inverse(code + 32, &found, x, entropy, way) == OTD_OK, "a way is tried");
            otd_ellswift_decode(back, code);
            otd_check(!found || memcmp(x, back, 32) == 0, "way %u leads back", way);
            ways |= found << way;
        }
    }
    otd_check(ways == 0xff, "all eight ways were seen: %02x", ways);
}

static void exchange(void) {
    for (int i = 0; i < 40; i++) {
        uint8_t mine[32], yours[32], a[64], b[64], entropy[64], one[32], other[32], one_x[32], other_x[32];
        fill(mine, sizeof mine);
        fill(yours, sizeof yours);
        fill(entropy, sizeof entropy);
        otd_ellswift_create(a, mine, entropy);
        otd_ellswift_create(b, yours, entropy + 32);
        if (i % 2 == 0) { /* a peer may send anything */
            fill(b, sizeof b);
            otd_check(otd_ellswift_xdh(one, NULL, mine, a, b, 1) == OTD_OK, "every 64 bytes are a point");
            continue;
        }
        otd_check(otd_ellswift_xdh(one, one_x, mine, a, b, 1) == OTD_OK &&
                      otd_ellswift_xdh(other, other_x, yours, a, b, 0) == OTD_OK &&
                      memcmp(one, other, 32) == 0 && memcmp(one_x, other_x, 32) == 0,
                  "both sides have one secret");
    }
}

static void signatures(void) {
    uint8_t secret[32] = {0}, zero[32] = {0}, public_x[32], expected[64], signature[64], message[32];
    uint32_t valid = 2;
    secret[31] = 3; /* the first row of BIP 340's vectors */
    hex(expected, "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca8215"
                  "25f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0");
    otd_check(otd_schnorr_sign(signature, zero, secret, zero) == OTD_OK &&
                  memcmp(signature, expected, 64) == 0,
              "BIP 340 row 0");
    for (int i = 0; i < 20; i++) {
        fill(secret, sizeof secret);
        fill(message, sizeof message);
        otd_secp256k1_public(public_x, secret);
        otd_check(otd_schnorr_sign(signature, message, secret, zero) == OTD_OK, "signed");
        otd_check(otd_schnorr_verify(&valid, signature, message, public_x) == OTD_OK && valid == 1,
                  "checked");
        for (int j = 0; j < 3; j++) {
            uint8_t *const changed[3] = {signature, message, public_x};
            uint8_t *byte = changed[j] + (i * 7) % 32;
            *byte ^= (uint8_t)(1 << i % 8);
            otd_check(otd_schnorr_verify(&valid, signature, message, public_x) == OTD_OK && valid == 0,
                      "a changed bit is noticed");
            *byte ^= (uint8_t)(1 << i % 8);
        }
        hex(signature + 32, ORDER);
        otd_check(otd_schnorr_verify(&valid, signature, message, public_x) == OTD_OK && valid == 0, "s = n");
        hex(signature, PRIME);
        otd_check(otd_schnorr_verify(&valid, signature, message, public_x) == OTD_OK && valid == 0, "r = p");
        hex(public_x, PRIME);
        otd_check(otd_schnorr_verify(&valid, signature, message, public_x) == OTD_OK && valid == 0, "x = p");
    }
}

static void edges(void) {
    uint8_t secret[32], x[32], base[32], code[64], entropy[32] = {1};
    uint32_t found = 0;
    hex(base, BASE);
    hex(secret, ORDER_LESS_ONE); /* -1: the base point's mirror */
    otd_check(otd_secp256k1_public(x, secret) == OTD_OK && memcmp(x, base, 32) == 0, "n - 1");
    static const char *const none[] = {ZERO, ORDER, PRIME};
    for (int i = 0; i < 3; i++) {
        hex(secret, none[i]);
        otd_check(otd_secp256k1_public(x, secret) == OTD_E_ARGUMENT &&
                      otd_ellswift_create(code, secret, entropy) == OTD_E_ARGUMENT &&
                      otd_ellswift_xdh(x, NULL, secret, code, code, 1) == OTD_E_ARGUMENT &&
                      otd_schnorr_sign(code, base, secret, entropy) == OTD_E_ARGUMENT,
                  "%s is no secret", none[i]);
    }
    hex(x, PRIME);
    otd_check(otd_ellswift_inverse(code, &found, base, x, 0) == OTD_E_ARGUMENT, "u of 0");
    otd_check(otd_ellswift_inverse(code, &found, base, entropy, 8) == OTD_E_ARGUMENT, "way 8");
    memset(x, 0, sizeof x);
    x[31] = 5; /* 132 is no square */
    otd_check(otd_ellswift_inverse(code, &found, x, entropy, 0) == OTD_E_ARGUMENT, "an x beside the curve");
    otd_check(otd_ellswift_decode(NULL, code) == OTD_E_ARGUMENT, "a null buffer");
}

void otd_test_curve(void) {
    decoding();
    encoding();
    exchange();
    signatures();
    edges();
}
