/*
 * constants.c - Haraka v2 takes its round constants from pi: bit i of constant j is the parity of decimal
 * digit 128 j + i + 1 of the fraction. 5,120 digits, computed once by Machin's formula
 * pi = 16 arctan(1/5) - 4 arctan(1/239) in fixed point.
 */
#include <pthread.h>
#include <string.h>

#include "verushash.h"

#define CONSTANTS 40
#define DIGITS (128 * CONSTANTS)
#define LIMB 1000000000u               /* nine decimal digits */
#define LIMBS (DIGITS / 9 + 1 + 2 + 1) /* fraction, two guard limbs against rounding, integer part at 0 */

static uint8_t otd_constants[CONSTANTS * 16];
static pthread_once_t otd_once = PTHREAD_ONCE_INIT;

static void otd_divide(uint32_t *x, uint32_t divisor) {
    uint64_t rest = 0;
    for (int i = 0; i < LIMBS; i++) {
        uint64_t value = rest * LIMB + x[i];
        x[i] = (uint32_t)(value / divisor);
        rest = value % divisor;
    }
}

static void otd_add(uint32_t *x, const uint32_t *y) {
    uint32_t carry = 0;
    for (int i = LIMBS - 1; i >= 0; i--) {
        uint32_t sum = x[i] + y[i] + carry;
        carry = sum >= LIMB;
        x[i] = carry ? sum - LIMB : sum;
    }
}

static void otd_subtract(uint32_t *x, const uint32_t *y) {
    uint32_t borrow = 0;
    for (int i = LIMBS - 1; i >= 0; i--) {
        uint32_t take = y[i] + borrow;
        borrow = x[i] < take;
        x[i] = borrow ? x[i] + LIMB - take : x[i] - take;
    }
}

static int otd_is_zero(const uint32_t *x) {
    for (int i = 0; i < LIMBS; i++) {
        if (x[i] != 0) {
            return 0;
        }
    }
    return 1;
}

/* x += sign * factor * arctan(1 / q), term by term: factor / (n q^n) for odd n with alternating signs. */
static void otd_add_arctan(uint32_t *x, uint32_t factor, uint32_t q, int positive) {
    uint32_t power[LIMBS] = {0}, term[LIMBS];
    power[0] = factor;
    otd_divide(power, q);
    for (uint32_t n = 1; !otd_is_zero(power); n += 2) {
        memcpy(term, power, sizeof term);
        otd_divide(term, n);
        if (positive) {
            otd_add(x, term);
        } else {
            otd_subtract(x, term);
        }
        positive = !positive;
        otd_divide(power, q * q);
    }
}

static void otd_make_constants(void) {
    uint32_t pi[LIMBS] = {0};
    otd_add_arctan(pi, 16, 5, 1);
    otd_add_arctan(pi, 4, 239, 0);
    for (uint32_t digit = 0; digit < DIGITS; digit++) {
        uint32_t limb = pi[1 + digit / 9];
        for (uint32_t skip = digit % 9; skip < 8; skip++) {
            limb /= 10;
        }
        otd_constants[digit / 8] |= (uint8_t)((limb & 1) << (digit % 8));
    }
}

const uint8_t *otd_verus_round_constants(void) {
    pthread_once(&otd_once, otd_make_constants);
    return otd_constants;
}
