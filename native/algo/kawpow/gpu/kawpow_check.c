/*
 * kawpow_check.c - checks of KawPow proofs on a GPU. The processor does what is cheap: two keccaks tell
 * whether the mix that is claimed would be good enough. The device computes the mixes of those that are, by
 * the mix kernel of a search (kawpow_mix.cu) over seeds that are sent there; over a light dataset by one that
 * makes its items (kawpow_light.c).
 */
#include <stdlib.h>
#include <string.h>

#include "backend/gpu/verify.h"
#include "kawpow/gpu/kawpow_check.h"
#include "kawpow/gpu/kawpow_light.h"
#include "kawpow/gpu/kawpow_row.h"
#include "kawpow/gpu/period.h"
#include "kawpow/kawpow.h"

#define OTD_CLAIMS_NO_MIX 40u
#define OTD_CLAIMS_A_MIX 72u
#define OTD_NONCE_AT 32
#define OTD_MIX_AT 40

/* Hashes of a launch that makes every item it reads, two million reads each: some ten milliseconds of a card.
 */
#define OTD_LIGHT_BATCH 2048u

/* Groups of the mix kernel for each compute unit at most; each loads L1 once, and then takes hash after hash.
 */
#define OTD_GROUPS_OF_UNIT 32u

static void otd_load(kawpow_hash *hash, const uint8_t *data) {
    memcpy(hash->header, data, sizeof hash->header);
    memcpy(&hash->nonce, data + OTD_NONCE_AT, sizeof hash->nonce);
}

/* The hash in chain order, the reverse of what is shown; and whether it meets the target. */
static void otd_settle(otd_verdict *verdict, const kawpow_hash *hash, const uint8_t target[32]) {
    const uint8_t *shown = (const uint8_t *)hash->final;
    for (int i = 0; i < 32; i++) {
        verdict->hash[i] = shown[31 - i];
    }
    verdict->verdict = otd_meets_target(verdict->hash, target) ? OTD_VERDICT_VALID : OTD_VERDICT_ABOVE_TARGET;
}

static uint64_t otd_period_of(const otd_verify_item *item) {
    return item->height / KAWPOW_PERIOD_LENGTH;
}

static int32_t otd_admit(const otd_gpu_site *site, const otd_verify_item *item) {
    return otd_kawpow_check_epoch(site->dataset->source->state, item->height);
}

static int32_t otd_pack(uint8_t *out, otd_verdict *verdict, const otd_verify_item *item,
                        const uint8_t *data) {
    kawpow_hash hash;
    if (item->data_length != OTD_CLAIMS_NO_MIX && item->data_length != OTD_CLAIMS_A_MIX) {
        return 0; /* malformed, as it stands */
    }
    otd_load(&hash, data);
    otd_kawpow_seed_hash(&hash);
    memcpy(out, hash.seed, sizeof hash.seed);
    if (item->data_length == OTD_CLAIMS_NO_MIX) {
        return 1;
    }
    memcpy(hash.mix, data + OTD_MIX_AT, sizeof hash.mix);
    otd_kawpow_final_hash(&hash);
    otd_settle(verdict, &hash, item->target);
    return verdict->verdict == OTD_VERDICT_VALID;
}

/* A claimed mix was found good enough before; what is left to say is whether it is the right one. */
static void otd_judge(otd_verdict *verdict, const uint8_t *answer, const uint8_t *packed,
                      const otd_verify_item *item, const uint8_t *data) {
    if (item->data_length == OTD_CLAIMS_A_MIX) {
        if (memcmp(answer, data + OTD_MIX_AT, OTD_GPU_ANSWER_BYTES) != 0) {
            verdict->verdict = OTD_VERDICT_BAD_PROOF;
        }
        return;
    }
    kawpow_hash hash;
    memcpy(hash.seed, packed, sizeof hash.seed);
    memcpy(hash.mix, answer, sizeof hash.mix);
    otd_kawpow_final_hash(&hash);
    otd_settle(verdict, &hash, item->target);
}

static int32_t otd_open_mixes(void **state, const otd_gpu_site *site) {
    otd_kawpow_periods *periods = NULL;
    int32_t status = otd_kawpow_periods_open(&periods, site);
    *state = periods;
    return status;
}

static void otd_close_mixes(void *state, const otd_gpu_site *site, int32_t lost) {
    otd_kawpow_periods_close(state, lost);
}

static int32_t otd_launch_mixes(const otd_gpu_site *site, otd_gpu_kernel *mix,
                                const otd_gpu_check_batch *batch) {
    const otd_gpu_dataset *dataset = site->dataset->state;
    const uint32_t items = ((const kawpow_dataset *)site->dataset->source->state)->item_count;
    const uint64_t together = site->threads / KAWPOW_LANES;
    const uint64_t most = (uint64_t)OTD_GROUPS_OF_UNIT * (site->device->units != 0 ? site->device->units : 1);
    const uint64_t groups = (batch->count + together - 1) / together;
    otd_gpu_argument arguments[5 + OTD_GPU_PIECES] = {
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = batch->in},
        {.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = batch->out},
    };
    uint32_t at = 2;
    for (uint32_t i = 0; i < OTD_GPU_PIECES; i++) {
        otd_gpu_buffer *piece = dataset->pieces[i < dataset->piece_count ? i : 0];
        arguments[at++] = (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = piece};
    }
    arguments[at++] = (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_U32, .value = items};
    arguments[at++] = (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_U32, .value = otd_kawpow_magic(items)};
    arguments[at++] = (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_U32, .value = batch->count};
    const otd_gpu_launch launch = {
        .kernel = mix,
        .arguments = arguments,
        .argument_count = at,
        .threads = site->threads,
        .groups = groups < most ? groups : most,
    };
    return site->port->launch(site->context, &launch);
}

/* The program of a period that was not asked for lately is compiled first. */
static int32_t otd_launch(void *state, const otd_gpu_site *site, const otd_gpu_check_batch *batch) {
    otd_gpu_kernel *mix = NULL;
    int32_t status = otd_kawpow_periods_get(state, site, batch->group, &mix);
    return status != OTD_OK ? status : otd_launch_mixes(site, mix, batch);
}

const otd_gpu_checks otd_kawpow_checks = {
    .item_bytes = 32, /* a seed, of which the kernel reads two words */
    .batch = OTD_GPU_CHECK_BATCH,
    .tested = 24,
    .open = otd_open_mixes,
    .close = otd_close_mixes,
    .group = otd_period_of,
    .admit = otd_admit,
    .pack = otd_pack,
    .launch = otd_launch,
    .judge = otd_judge,
};

const otd_gpu_checks otd_kawpow_light_checks = {
    .item_bytes = 32,
    .batch = OTD_LIGHT_BATCH,
    .tested = 12, /* each kind of sample twice: on a simulator one takes long */
    .open = otd_kawpow_light_open,
    .close = otd_kawpow_light_close,
    .group = otd_period_of,
    .admit = otd_admit,
    .pack = otd_pack,
    .launch = otd_kawpow_light_launch,
    .judge = otd_judge,
};
