#include "dataset.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "kawpow.h"
#include "keccak.h"
#include "memory.h"

#define LIGHT_BYTES_START (1u << 24)
#define LIGHT_BYTES_GROWTH (1u << 17)
#define DATA_BYTES_START (1ull << 30)
#define DATA_BYTES_GROWTH (1ull << 23)
#define LIGHT_ROUNDS 3
/* Halves one thread takes at a time: 64 KiB of dataset, a few milliseconds. */
#define BUILD_SLICE 1024u
/* How often a build looks whether memory still suffices: every 16 MiB of dataset. */
#define WATCH_EVERY (256u * BUILD_SLICE)
/* Left to the rest of the machine once the whole dataset is made: this and a sixteenth of its size. A build
 * that is under way gives up only when less than an eighth of that would be left, so that noise does not end
 * it. */
#define SPARE_BYTES (512ull << 20)
/* Height 240 million, centuries away. From epoch 32639 on the number of half items passes 32 bits. */
#define EPOCH_MAX 32000u

uint32_t otd_kawpow_prime_below(uint32_t n) {
    for (;; n--) {
        int prime = n >= 2;
        for (uint32_t d = 2; prime && (uint64_t)d * d <= n; d++) {
            prime = n % d != 0;
        }
        if (prime) {
            return n;
        }
    }
}

uint32_t otd_kawpow_light_count(uint32_t epoch) {
    return otd_kawpow_prime_below(
        (uint32_t)((LIGHT_BYTES_START + (uint64_t)LIGHT_BYTES_GROWTH * epoch) / 64));
}

uint32_t otd_kawpow_data_count(uint32_t epoch) {
    return otd_kawpow_prime_below((uint32_t)((DATA_BYTES_START + DATA_BYTES_GROWTH * epoch) / 128));
}

void otd_kawpow_seed(uint8_t out[32], uint32_t epoch) {
    uint64_t seed[4] = {0};
    for (uint32_t i = 0; i < epoch; i++) {
        otd_kawpow_keccak256_32(seed, seed);
    }
    memcpy(out, seed, 32);
}

static int otd_cancelled(const otd_build *build) {
    return build && otd_build_cancelled(build);
}

static void otd_advance(const otd_build *build, uint64_t done, uint64_t total) {
    if (build) {
        otd_build_advance(build, done, total);
    }
}

static void otd_xor_node(uint64_t out[8], const kawpow_node *a, const kawpow_node *b) {
    uint64_t x[8], y[8];
    memcpy(x, a, 64);
    memcpy(y, b, 64);
    for (int k = 0; k < 8; k++) {
        out[k] = x[k] ^ y[k];
    }
}

/* The light cache: a keccak512 chain, then three passes that tie each item to a random other one. */
static int32_t otd_fill_light(kawpow_dataset *d, const otd_build *build, uint64_t total) {
    uint64_t seed[4], node[8];
    uint32_t n = d->light_count;
    otd_kawpow_seed((uint8_t *)seed, d->epoch);
    otd_kawpow_keccak512_32(node, seed);
    memcpy(&d->light[0], node, 64);
    for (uint32_t i = 1; i < n; i++) {
        otd_kawpow_keccak512_64(node, node);
        memcpy(&d->light[i], node, 64);
    }
    for (uint64_t pass = 0; pass < LIGHT_ROUNDS; pass++) {
        for (uint32_t i = 0; i < n; i++) {
            uint32_t v = otd_kawpow_light_mod(d, d->light[i].word[0]);
            otd_xor_node(node, &d->light[v], &d->light[(i + n - 1) % n]);
            otd_kawpow_keccak512_64(node, node);
            memcpy(&d->light[i], node, 64);
            if (i % 65536 == 0) {
                otd_advance(build, (pass + 1) * n + i, total);
                if (otd_cancelled(build)) {
                    return otd_fail(OTD_E_CANCELLED, "kawpow light cache of epoch %u cancelled", d->epoch);
                }
            }
        }
    }
    return OTD_OK;
}

/* Makes `count` consecutive half items. */
static void otd_make_range(const kawpow_dataset *d, kawpow_halves_fn *halves, kawpow_node *out,
                           uint32_t first, uint32_t count) {
    uint32_t index[64];
    for (uint32_t done = 0; done < count;) {
        uint32_t n = count - done < 64 ? count - done : 64;
        for (uint32_t i = 0; i < n; i++) {
            index[i] = first + done + i;
        }
        halves(d, out + done, index, n);
        done += n;
    }
}

int32_t otd_kawpow_light_make(kawpow_dataset *d, uint32_t epoch, uint32_t light_count, uint32_t data_count,
                              kawpow_halves_fn *halves, const otd_build *build) {
    memset(d, 0, sizeof *d);
    d->epoch = epoch;
    d->light_count = light_count;
    d->item_count = data_count / 2;
    d->half_count = data_count * 2;
    d->light_reciprocal = UINT64_MAX / light_count + 1;
    d->light_bytes = (size_t)light_count * sizeof(kawpow_node);
    d->light = otd_big_alloc(d->light_bytes);
    if (!d->light) {
        return otd_fail(OTD_E_MEMORY, "kawpow light cache of epoch %u needs %zu bytes of memory", epoch,
                        d->light_bytes);
    }
    int32_t status = otd_fill_light(d, build, (uint64_t)light_count * (LIGHT_ROUNDS + 1));
    if (status != OTD_OK) {
        otd_kawpow_light_free(d);
        return status;
    }
    otd_make_range(d, halves, (kawpow_node *)(void *)d->l1, 0, KAWPOW_L1_WORDS * 4 / 64);
    return OTD_OK;
}

void otd_kawpow_light_free(kawpow_dataset *d) {
    otd_big_free(d->light, d->light_bytes);
    otd_big_free(d->full, d->full_bytes);
    d->light = d->full = NULL;
}

/* ---- the whole dataset, built by several threads ------------------------------------------- */

typedef struct full_build {
    kawpow_dataset *dataset;
    kawpow_halves_fn *halves;
    const otd_build *build;
    _Atomic uint32_t next;    /* first half not taken yet; taken by all threads */
    _Atomic uint32_t starved; /* set when the rest would no longer fit in memory */
} full_build;

static uint64_t otd_spare_bytes(uint64_t size) {
    return SPARE_BYTES + size / 16;
}

/* Pages are only taken when they are written, so what was free at the start may be gone by now. */
static int otd_memory_suffices(const kawpow_dataset *d, uint32_t first) {
    uint64_t left = (uint64_t)(d->half_count - first) * sizeof(kawpow_node);
    return otd_memory_available() >= left + otd_spare_bytes(d->full_bytes) / 8;
}

static void *otd_full_thread(void *context) {
    full_build *b = context;
    kawpow_dataset *d = b->dataset;
    while (!otd_cancelled(b->build) && !atomic_load(&b->starved)) {
        uint32_t first = atomic_fetch_add(&b->next, BUILD_SLICE);
        if (first >= d->half_count) {
            break;
        }
        if (first % WATCH_EVERY == 0 && !otd_memory_suffices(d, first)) {
            atomic_store(&b->starved, 1);
            break;
        }
        uint32_t count = d->half_count - first < BUILD_SLICE ? d->half_count - first : BUILD_SLICE;
        otd_make_range(d, b->halves, d->full + first, first, count);
        otd_advance(b->build, first, d->half_count);
    }
    return NULL;
}

#define BUILD_THREADS_MAX 256u

static int32_t otd_run_build(full_build *b, uint32_t threads) {
    kawpow_dataset *d = b->dataset;
    uint32_t wanted = threads ? threads : otd_cpu_threads();
    if (wanted > BUILD_THREADS_MAX) {
        wanted = BUILD_THREADS_MAX;
    }
    pthread_t ids[BUILD_THREADS_MAX];
    uint32_t started = 0;
    while (started + 1 < wanted && pthread_create(&ids[started], NULL, otd_full_thread, b) == 0) {
        started++;
    }
    otd_full_thread(b); /* the calling thread works too, so no thread at all still builds */
    for (uint32_t i = 0; i < started; i++) {
        pthread_join(ids[i], NULL);
    }
    if (otd_cancelled(b->build)) {
        return otd_fail(OTD_E_CANCELLED, "kawpow dataset of epoch %u cancelled", d->epoch);
    }
    if (atomic_load(&b->starved)) {
        return otd_fail(
            OTD_E_MEMORY,
            "kawpow dataset of epoch %u needs %zu bytes of memory; while it was made others took so much "
            "that %llu bytes are left",
            d->epoch, d->full_bytes, (unsigned long long)otd_memory_available());
    }
    return OTD_OK;
}

int32_t otd_kawpow_full_make(kawpow_dataset *d, uint32_t threads, kawpow_halves_fn *halves,
                             const otd_build *build) {
    d->full_bytes = (size_t)d->half_count * sizeof(kawpow_node);
    d->full = otd_big_alloc(d->full_bytes);
    if (!d->full) {
        return otd_fail(OTD_E_MEMORY, "kawpow dataset of epoch %u needs %zu bytes of memory", d->epoch,
                        d->full_bytes);
    }
    full_build b = {.dataset = d, .halves = halves, .build = build};
    int32_t status = otd_run_build(&b, threads);
    if (status != OTD_OK) {
        otd_big_free(d->full, d->full_bytes);
        d->full = NULL;
        return status;
    }
    otd_advance(build, d->half_count, d->half_count);
    otd_big_free(d->light, d->light_bytes); /* nothing reads it any more */
    d->light = NULL;
    return OTD_OK;
}

int32_t otd_kawpow_check_epoch(const kawpow_dataset *d, uint32_t height) {
    if (!d) {
        return otd_fail(OTD_E_DATASET, "kawpow needs the light cache of epoch %u",
                        height / KAWPOW_EPOCH_LENGTH);
    }
    if (height / KAWPOW_EPOCH_LENGTH != d->epoch) {
        return otd_fail(OTD_E_DATASET, "kawpow height %u is of epoch %u, the dataset of epoch %u", height,
                        height / KAWPOW_EPOCH_LENGTH, d->epoch);
    }
    return OTD_OK;
}

/* ---- verbs ---------------------------------------------------------------------------------- */

int32_t otd_kawpow_dataset_size(const otd_dataset_params *params, uint64_t *bytes) {
    if (params->epoch > EPOCH_MAX) {
        return otd_fail(OTD_E_ARGUMENT, "kawpow epoch %u; allowed 0..%u", params->epoch, EPOCH_MAX);
    }
    if (params->device != 0 && params->kind == OTD_DATASET_LIGHT) {
        *bytes = (uint64_t)otd_kawpow_light_count(params->epoch) * 64 + KAWPOW_L1_WORDS * sizeof(uint32_t);
        return OTD_OK;
    }
    if (params->device != 0) { /* the light cache is there only while the items are made */
        *bytes = (uint64_t)otd_kawpow_data_count(params->epoch) * 128;
        return OTD_OK;
    }
    *bytes = (uint64_t)otd_kawpow_light_count(params->epoch) * 64 + sizeof(kawpow_dataset);
    if (params->kind == OTD_DATASET_FULL) {
        *bytes += (uint64_t)otd_kawpow_data_count(params->epoch) * 128;
    }
    return OTD_OK;
}

static int32_t otd_check_memory(const otd_dataset_params *params) {
    uint64_t needed, available = otd_memory_available();
    int32_t status = otd_kawpow_dataset_size(params, &needed);
    if (status != OTD_OK) {
        return status;
    }
    if (params->kind != OTD_DATASET_FULL) {
        return needed <= available
                   ? OTD_OK
                   : otd_fail(OTD_E_MEMORY,
                              "kawpow light cache of epoch %u needs %llu bytes of memory, %llu are available",
                              params->epoch, (unsigned long long)needed, (unsigned long long)available);
    }
    uint64_t spare = otd_spare_bytes(needed);
    return needed + spare <= available ? OTD_OK
                                       : otd_fail(OTD_E_MEMORY,
                                                  "kawpow dataset of epoch %u needs %llu bytes of memory and "
                                                  "%llu left for others, %llu are "
                                                  "available",
                                                  params->epoch, (unsigned long long)needed,
                                                  (unsigned long long)spare, (unsigned long long)available);
}

int32_t otd_kawpow_dataset_open(otd_dataset *dataset, const otd_flavour *flavour, const char *path,
                                const otd_build *build) {
    (void)path; /* rebuilt in seconds or minutes, never read from a file */
    const otd_dataset_params *params = &dataset->params;
    int full = params->kind == OTD_DATASET_FULL;
    int32_t status = otd_check_memory(params);
    if (status != OTD_OK) {
        return status;
    }
    kawpow_dataset *d = malloc(sizeof *d);
    if (!d) {
        return otd_fail(OTD_E_MEMORY, "kawpow dataset header needs %zu bytes", sizeof *d);
    }
    kawpow_halves_fn *halves = ((const kawpow_kernel *)flavour->kernel)->halves;
    /* The progress of a whole dataset counts its items only; the light cache is a hundredth of the work. */
    const otd_build quiet = {NULL, build ? build->cancel : NULL};
    status = otd_kawpow_light_make(d, params->epoch, otd_kawpow_light_count(params->epoch),
                                   otd_kawpow_data_count(params->epoch), halves, full ? &quiet : build);
    if (status == OTD_OK && full) {
        status = otd_kawpow_full_make(d, params->threads, halves, build);
        if (status != OTD_OK) {
            otd_kawpow_light_free(d);
        }
    }
    if (status != OTD_OK) {
        free(d);
        return status;
    }
    dataset->state = d;
    return OTD_OK;
}

void otd_kawpow_dataset_close(otd_dataset *dataset) {
    if (dataset->state) {
        otd_kawpow_light_free(dataset->state);
        free(dataset->state);
        dataset->state = NULL;
    }
}
