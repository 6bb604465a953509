/* verushash.c - the algorithm's table: variant choice, canonical headers, verification and search. */
#include "verushash.h"

#include <stdlib.h>
#include <string.h>

#define NONCE_AT_MAX 7u

static const otd_flavour otd_verushash_flavours[] = {
#if defined(__x86_64__)
    {"vaes", OTD_CPU_AESNI | OTD_CPU_PCLMUL | OTD_CPU_SSE41 | OTD_CPU_AVX512 | OTD_CPU_VAES, 32,
     &otd_verus_vaes},
    {"aesni", OTD_CPU_AESNI | OTD_CPU_PCLMUL | OTD_CPU_SSE41, 32, &otd_verus_aesni},
#endif
    {"ref", 0, 1, &otd_verus_ref},
};
#define FLAVOURS (sizeof otd_verushash_flavours / sizeof otd_verushash_flavours[0])

static int32_t otd_check_params(const otd_algo_params *params) {
    uint32_t variant = params ? params->variant : 0, nonce_at = params ? params->n : 0;
    if (variant != 0 && variant != VERUS_10 && variant != VERUS_20 && variant != VERUS_21 &&
        variant != VERUS_22 && variant != VERUS_20_PLAIN) {
        return otd_fail(OTD_E_ARGUMENT, "verushash variant %u; allowed 0 (by header) 10 20 21 22 29",
                        variant);
    }
    if (nonce_at > NONCE_AT_MAX) {
        return otd_fail(OTD_E_ARGUMENT, "verushash nonce at byte %u of the last 15; allowed 0..7", nonce_at);
    }
    return OTD_OK;
}

/* What is hashed and how: a header decides for itself; with a variant given any message is taken as it is. */
static int32_t otd_verushash_prepare(uint8_t *message, verus_pre_header *last, const uint8_t *data,
                                     uint32_t length, const otd_algo_params *params) {
    if (params && params->variant != 0) {
        memcpy(message, data, length);
        return (int32_t)params->variant;
    }
    int32_t variant = otd_verus_variant_of(data, length);
    if (variant != 0) {
        otd_verus_canonical(message, last, data, length);
    }
    return variant;
}

/* Messages of one length and variant that wait to be hashed together. */
typedef struct pending {
    uint8_t message[VERUS_BATCH][VERUS_DATA_MAX];
    uint32_t item[VERUS_BATCH];
    uint32_t count, length;
    int32_t variant;
} pending;

static void otd_verushash_settle(const verus_kernel *kernel, pending *p, otd_verdict *verdicts,
                                 const otd_verify_item *items) {
    uint8_t digest[VERUS_BATCH][32];
    const uint8_t *message[VERUS_BATCH];
    int together = kernel->batch && p->count > 2 && p->variant >= VERUS_20 && p->variant <= VERUS_22;
    for (uint32_t i = 0; together && i < VERUS_BATCH; i++) { /* idle lanes repeat the first message */
        message[i] = p->message[i < p->count ? i : 0];
    }
    if (together) {
        kernel->batch(digest, message, p->length, (verus_variant)p->variant);
    }
    for (uint32_t i = 0; i < p->count; i++) {
        otd_verdict *verdict = &verdicts[p->item[i]];
        if (p->variant == VERUS_GENESIS) {
            otd_sha256d(digest[i], p->message[i], p->length);
        } else if (!together) {
            kernel->hash(digest[i], p->message[i], p->length, (verus_variant)p->variant);
        }
        memcpy(verdict->hash, digest[i], 32);
        verdict->verdict = otd_meets_target(digest[i], items[p->item[i]].target) ? OTD_VERDICT_VALID
                                                                                 : OTD_VERDICT_ABOVE_TARGET;
    }
    p->count = 0;
}

static int32_t otd_verushash_verify(const otd_flavour *flavour, const otd_algo_params *params,
                                    const otd_dataset *dataset, otd_verdict *verdicts,
                                    const otd_verify_item *items, uint32_t count, const uint8_t *data) {
    (void)dataset;
    const verus_kernel *kernel = flavour->kernel;
    int32_t status = otd_check_params(params);
    pending p;
    verus_pre_header last = {.known = 0};
    p.count = 0;
    for (uint32_t i = 0; status == OTD_OK && i < count; i++) {
        uint8_t message[VERUS_DATA_MAX];
        uint32_t length = items[i].data_length;
        memset(&verdicts[i], 0, sizeof verdicts[i]);
        int32_t variant = otd_verushash_prepare(message, &last, data + items[i].data_offset, length, params);
        if (variant == 0) {
            verdicts[i].verdict = OTD_VERDICT_MALFORMED;
            continue;
        }
        if (p.count == VERUS_BATCH || (p.count > 0 && (variant != p.variant || length != p.length))) {
            otd_verushash_settle(kernel, &p, verdicts, items);
        }
        memcpy(p.message[p.count], message, length);
        p.item[p.count++] = i;
        p.length = length;
        p.variant = variant;
    }
    otd_verushash_settle(kernel, &p, verdicts, items);
    return status;
}

/* ---- search -------------------------------------------------------------------------------- */

static int32_t otd_verushash_engine_open(otd_engine *engine) {
    const verus_kernel *kernel = engine->flavour->kernel;
    int32_t status = otd_check_params(&engine->params.algo);
    if (status != OTD_OK) {
        return status;
    }
    engine->state = aligned_alloc(64, (kernel->workspace_bytes + 63u) / 64u * 64u);
    return engine->state ? OTD_OK
                         : otd_fail(OTD_E_MEMORY, "verushash engine needs %u bytes", kernel->workspace_bytes);
}

static void otd_verushash_engine_close(otd_engine *engine) {
    free(engine->state);
    engine->state = NULL;
}

typedef struct collector {
    const otd_work *work;
    otd_hits *hits;
} collector;

static int otd_verushash_collect(void *context, uint64_t nonce, const uint8_t digest[32]) {
    collector *c = context;
    if (otd_meets_target(digest, c->work->target)) {
        otd_hit *hit = &c->hits->hits[c->hits->count++];
        memset(hit, 0, sizeof *hit);
        hit->tag = c->work->tag;
        hit->nonce = nonce;
        memcpy(hit->hash, digest, 32);
    }
    return c->hits->count < c->hits->capacity;
}

static int32_t otd_verushash_scan(otd_engine *engine, const otd_work *work, const uint8_t *data,
                                  uint64_t first, uint64_t count, otd_hits *hits, uint64_t *searched) {
    const verus_kernel *kernel = engine->flavour->kernel;
    uint8_t message[VERUS_DATA_MAX];
    verus_pre_header last = {.known = 0};
    uint64_t limit;
    collector c = {.work = work, .hits = hits};
    *searched = 0;
    if (work->data_length % 32 != VERUS_TAIL_LENGTH) {
        return otd_fail(OTD_E_ARGUMENT, "verushash work of %u bytes; a header is 15 modulo 32 long",
                        work->data_length);
    }
    int32_t variant = otd_verushash_prepare(message, &last, data, work->data_length, &engine->params.algo);
    if (variant != VERUS_20 && variant != VERUS_21 && variant != VERUS_22) {
        return otd_fail(OTD_E_UNSUPPORTED, "verushash variant %d is verified but not mined; allowed 20 21 22",
                        variant);
    }
    memcpy(&limit, work->target + 24, 8);
    *searched = kernel->scan(engine->state, message, work->data_length, (verus_variant)variant,
                             engine->params.algo.n, first, count, limit, otd_verushash_collect, &c);
    return OTD_OK;
}

/* ---- known answers ------------------------------------------------------------------------- */

/* Digests of "Test1234" repeated twelve times; 29 is the plain form of 2.0. */
typedef struct known_answer {
    uint32_t variant;
    const char *digest;
} known_answer;

static const known_answer otd_verushash_answers[] = {
    {10, "841115f4db8ac9a8351fb22537bd63faccdd4220e6094af106d79b56e609d72c"},
    {29, "ed3dbd1d798342264cbfee4a49564917edb68b3a5c566d1f487005113bc4ce55"},
    {20, "acc9b5071e92669f97e9e18b38d06a8ca919fc66625cd3719e1e554e1daf71f9"},
    {21, "b77170e3511d35f46ea2a1bfd12dd2d159cf8faf0d529bfb7f4ae40c53b9f80e"},
    {22, "30a86ade792691e09726be1be4d730ed33dd0ed27d97ba390acc28d813162aee"},
};

static int32_t otd_verushash_self_test(const otd_flavour *flavour) {
    const verus_kernel *kernel = flavour->kernel;
    uint8_t message[96], digest[32];
    for (int i = 0; i < 12; i++) {
        memcpy(message + 8 * i, "Test1234", 8);
    }
    for (size_t i = 0; i < sizeof otd_verushash_answers / sizeof otd_verushash_answers[0]; i++) {
        char hex[65];
        kernel->hash(digest, message, sizeof message, (verus_variant)otd_verushash_answers[i].variant);
        for (int b = 0; b < 32; b++) {
            hex[2 * b] = "0123456789abcdef"[digest[b] >> 4];
            hex[2 * b + 1] = "0123456789abcdef"[digest[b] & 15];
        }
        hex[64] = 0;
        if (strcmp(hex, otd_verushash_answers[i].digest) != 0) {
            return otd_fail(OTD_E_SELFTEST, "verushash %s variant %u: %s, expected %s", flavour->name,
                            otd_verushash_answers[i].variant, hex, otd_verushash_answers[i].digest);
        }
    }
    return OTD_OK;
}

const otd_algo otd_algo_verushash = {
    .info = {.id = OTD_ALGO_VERUSHASH,
             .data_length_min = 1,
             .data_length_max = VERUS_DATA_MAX,
             .nonce_bits = 64,
             .versions_max = 1,
             .name = "verushash"},
    .flavours = otd_verushash_flavours,
    .flavour_count = FLAVOURS,
    .self_test = otd_verushash_self_test,
    .engine_open = otd_verushash_engine_open,
    .engine_close = otd_verushash_engine_close,
    .scan = otd_verushash_scan,
    .verify = otd_verushash_verify,
};
