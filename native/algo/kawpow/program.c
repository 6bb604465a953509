#include "program.h"

static void otd_shuffle_step(uint8_t *sequence, uint32_t i, kiss99 *rng) {
    uint32_t j = otd_kiss99_next(rng) % (i + 1);
    uint8_t kept = sequence[i];
    sequence[i] = sequence[j];
    sequence[j] = kept;
}

static void otd_set_merge(kawpow_op *op, uint32_t selector) {
    op->merge = (uint8_t)(selector % 4);
    op->rot = (uint8_t)((selector >> 16) % 31 + 1);
}

void otd_kawpow_program(kawpow_program *out, uint64_t period) {
    uint32_t lo = (uint32_t)period, hi = (uint32_t)(period >> 32);
    kiss99 rng;
    rng.z = otd_kawpow_fnv1a(KAWPOW_FNV_BASIS, lo);
    rng.w = otd_kawpow_fnv1a(rng.z, hi);
    rng.jsr = otd_kawpow_fnv1a(rng.w, lo);
    rng.jcong = otd_kawpow_fnv1a(rng.jsr, hi);

    uint8_t dst[KAWPOW_REGISTERS], src[KAWPOW_REGISTERS];
    for (uint32_t i = 0; i < KAWPOW_REGISTERS; i++) {
        dst[i] = src[i] = (uint8_t)i;
    }
    for (uint32_t i = KAWPOW_REGISTERS - 1; i > 0; i--) {
        otd_shuffle_step(dst, i, &rng);
        otd_shuffle_step(src, i, &rng);
    }

    out->period = period;
    kawpow_op *op = out->ops;
    uint32_t di = 0, si = 0;
    for (uint32_t i = 0; i < KAWPOW_MATH_OPS; i++) {
        if (i < KAWPOW_CACHE_OPS) {
            *op = (kawpow_op){.kind = KAWPOW_CACHE, .a = src[si++], .d = dst[di++]};
            otd_set_merge(op++, otd_kiss99_next(&rng));
        }
        /* Two different registers out of 32: 32 * 31 ordered pairs. */
        uint32_t pair = otd_kiss99_next(&rng) % (KAWPOW_REGISTERS * (KAWPOW_REGISTERS - 1));
        uint32_t a = pair % KAWPOW_REGISTERS, b = pair / KAWPOW_REGISTERS;
        b += b >= a;
        *op = (kawpow_op){.kind = KAWPOW_MATH, .a = (uint8_t)a, .b = (uint8_t)b};
        op->math = (uint8_t)(otd_kiss99_next(&rng) % 11);
        op->d = dst[di++];
        otd_set_merge(op++, otd_kiss99_next(&rng));
    }
    for (uint32_t k = 0; k < KAWPOW_DAG_OPS; k++) {
        *op = (kawpow_op){.kind = KAWPOW_DAG, .b = (uint8_t)k, .d = k == 0 ? 0 : dst[di++]};
        otd_set_merge(op++, otd_kiss99_next(&rng));
    }
}
