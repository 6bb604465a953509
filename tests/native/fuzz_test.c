/*
 * fuzz_test.c - KawPow, VerusHash and Equihash against damaged proofs: every flavour gives the verdict and
 * hash of the reference, only untouched proofs are valid, and the ends of the nonce space are searched and
 * not passed. Buffers are exactly as long as their contents, so that a sanitized build sees a read past them.
 * The same inputs in every run.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "otedama.h"

enum { DATA_BYTES = 3000, BATCH = 40 };

static uint64_t s_random = 0x2545f4914f6cdd1dull;

static uint32_t next_random(void) {
    s_random ^= s_random << 13;
    s_random ^= s_random >> 7;
    s_random ^= s_random << 17;
    return (uint32_t)(s_random >> 32);
}

static void fill(uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)next_random();
    }
}

/* Items packed one after another, and what each must be: -1 when any verdict will do that all flavours share.
 */
typedef struct batch {
    uint32_t algorithm, count, length;
    otd_algo_params params;
    const otd_dataset *dataset;
    otd_verify_item items[BATCH];
    int32_t expected[BATCH];
    uint8_t data[BATCH * DATA_BYTES];
} batch;

static void add(batch *b, const uint8_t *bytes, uint32_t length, uint32_t height, int32_t expected) {
    otd_verify_item *item = &b->items[b->count];
    *item = (otd_verify_item){.data_offset = b->length, .data_length = length, .height = height};
    memset(item->target, 0xff, 32);
    memcpy(b->data + b->length, bytes, length);
    b->length += length;
    b->expected[b->count++] = expected;
}

static uint32_t rows_of(uint32_t algorithm) {
    otd_flavour_info info;
    uint32_t rows = 0;
    while (otd_flavour_at(0, algorithm, rows, &info) == OTD_OK) {
        rows++;
    }
    return rows;
}

static int runs(uint32_t algorithm, uint32_t row) {
    otd_flavour_info info;
    return otd_flavour_at(0, algorithm, row, &info) == OTD_OK && info.supported != 0;
}

/* The reference first, alone per item; then each flavour, the whole batch at once. */
static void check_batch(const batch *b, const char *what) {
    otd_verdict reference[BATCH], verdicts[BATCH];
    uint32_t rows = rows_of(b->algorithm);
    uint8_t *data = malloc(b->length > 0 ? b->length : 1);
    memcpy(data, b->data, b->length);
    for (uint32_t i = 0; i < b->count; i++) {
        int32_t status = otd_verify(b->algorithm, rows, &b->params, b->dataset, &reference[i], &b->items[i],
                                    1, data, b->length);
        otd_check(status == OTD_OK && (b->expected[i] < 0 || reference[i].verdict == b->expected[i]),
                  "%s: item %u of %u bytes: verdict %d, expected %d", what, i, b->items[i].data_length,
                  reference[i].verdict, b->expected[i]);
    }
    for (uint32_t f = 0; f < rows; f++) {
        if (!runs(b->algorithm, f)) {
            continue;
        }
        memset(verdicts, 0xee, sizeof verdicts);
        int32_t status = otd_verify(b->algorithm, f + 1, &b->params, b->dataset, verdicts, b->items, b->count,
                                    data, b->length);
        otd_check(status == OTD_OK && memcmp(verdicts, reference, b->count * sizeof *verdicts) == 0,
                  "%s: flavour row %u says what the reference says", what, f);
    }
    free(data);
}

/* ---- the ends of the nonce space ----------------------------------------------------------- */

/* The last nonces of 2^64 all meet the largest target; one more than there are is refused. */
static void last_nonces(uint32_t algorithm, const otd_algo_params *algo, const otd_dataset *dataset,
                        const uint8_t *data, uint32_t length, uint32_t count) {
    for (uint32_t f = 0; f < rows_of(algorithm); f++) {
        const otd_engine_params params = {.algorithm = algorithm, .flavour = f + 1, .algo = *algo};
        otd_work work = {.nonce_first = 0 - (uint64_t)count, .nonce_count = count, .data_length = length};
        otd_hit hits[16];
        otd_scan_result result;
        otd_engine *engine = NULL;
        if (!runs(algorithm, f) || otd_engine_create(&params, dataset, &engine) != OTD_OK) {
            continue;
        }
        memset(work.target, 0xff, 32);
        int32_t status = otd_engine_scan(engine, hits, 16, &result, &work, 1, data, length, 60000);
        otd_check(status == OTD_OK && result.work_index == 1 && result.hashes == count &&
                      result.hit_count == count && hits[0].nonce == work.nonce_first &&
                      hits[count - 1].nonce == UINT64_MAX,
                  "algorithm %u row %u searches up to the last nonce: %u hits", algorithm, f,
                  result.hit_count);
        work.nonce_count++;
        otd_check(otd_engine_scan(engine, hits, 16, &result, &work, 1, data, length, 1) == OTD_E_ARGUMENT,
                  "algorithm %u row %u: one nonce more than there are is refused", algorithm, f);
        otd_engine_destroy(engine);
    }
}

/* ---- Equihash ------------------------------------------------------------------------------ */

static void put_bits(uint8_t *bytes, uint32_t at, uint32_t bits, uint32_t value) {
    for (uint32_t i = 0; i < bits; i++, at++) {
        uint32_t bit = value >> (bits - 1 - i) & 1u;
        bytes[at / 8] = (uint8_t)((bytes[at / 8] & ~(0x80u >> at % 8)) | (bit ? 0x80u >> at % 8 : 0));
    }
}

static uint32_t get_bits(const uint8_t *bytes, uint32_t at, uint32_t bits) {
    uint32_t value = 0;
    for (uint32_t i = 0; i < bits; i++, at++) {
        value = value << 1 | (bytes[at / 8] >> (7 - at % 8) & 1u);
    }
    return value;
}

enum { EQUIHASH_HEADER = 140, EQUIHASH_LEAVES = 32 };

/* Changes one thing about 32 indices: subtrees swapped, repeated, sorted, one index off, the last ones
 * possible. */
static void damage_indices(uint8_t *solution, uint32_t bits) {
    uint32_t index[EQUIHASH_LEAVES], width = 1u << next_random() % 5;
    uint32_t at = next_random() % (EQUIHASH_LEAVES / (2 * width)) * 2 * width, kind = next_random() % 5;
    for (uint32_t i = 0; i < EQUIHASH_LEAVES; i++) {
        index[i] = get_bits(solution, i * bits, bits);
    }
    for (uint32_t i = 0; i < width; i++) {
        uint32_t left = index[at + i], right = index[at + width + i];
        index[at + i] = kind == 0 ? right : left;
        index[at + width + i] = kind <= 1 ? left : right;
    }
    uint32_t one = next_random() % EQUIHASH_LEAVES;
    if (kind == 2) {
        index[one] ^= 1u << next_random() % bits;
    } else if (kind == 3) {
        index[one] = index[(one + 1 + next_random() % (EQUIHASH_LEAVES - 1)) % EQUIHASH_LEAVES];
    } else if (kind == 4) {
        memset(index, 0xff, sizeof index);
    }
    for (uint32_t i = 0; i < EQUIHASH_LEAVES; i++) {
        put_bits(solution, i * bits, bits, index[i]);
    }
}

static void damage_proof(batch *b, const uint8_t *proof, uint32_t length, uint32_t bits) {
    uint8_t bytes[512] = {0};
    uint32_t kind = next_random() % 5, size = proof[EQUIHASH_HEADER];
    memcpy(bytes, proof, length);
    if (kind == 0) {
        bytes[next_random() % EQUIHASH_HEADER] ^= (uint8_t)(1u << next_random() % 8);
        add(b, bytes, length, 0, OTD_VERDICT_BAD_PROOF);
    } else if (kind == 1) {
        damage_indices(bytes + EQUIHASH_HEADER + 1, bits);
        add(b, bytes, length, 0, OTD_VERDICT_BAD_PROOF);
    } else if (kind == 2) { /* another length */
        uint32_t other = next_random() % (length + 20);
        add(b, bytes, other == length ? 0 : other, 0, OTD_VERDICT_MALFORMED);
    } else if (kind == 3) { /* another compactSize in the same place */
        bytes[EQUIHASH_HEADER] = (uint8_t)(size + 1 + next_random() % 255);
        add(b, bytes, length, 0, OTD_VERDICT_MALFORMED);
    } else {                                           /* the right number in more bytes than it needs */
        uint32_t more = 1u << (1 + next_random() % 3); /* 2, 4 or 8 */
        memset(bytes + EQUIHASH_HEADER, 0, 1 + more);
        bytes[EQUIHASH_HEADER] = (uint8_t)(more == 2 ? 0xfd : more == 4 ? 0xfe : 0xff);
        bytes[EQUIHASH_HEADER + 1] = (uint8_t)size;
        memcpy(bytes + EQUIHASH_HEADER + 1 + more, proof + EQUIHASH_HEADER + 1, size);
        add(b, bytes, length + more, 0, OTD_VERDICT_MALFORMED);
    }
}

/* Solves a header and damages its proof. A nonce without solutions is stepped over by the search. */
static void fuzz_equihash(uint32_t n, uint32_t turns) {
    static batch b;
    const otd_engine_params params = {.algorithm = OTD_ALGO_EQUIHASH, .algo = {.n = n, .k = 5}};
    uint32_t bits = n / 6 + 1, size = EQUIHASH_LEAVES * bits / 8;
    uint8_t proof[EQUIHASH_HEADER + 1 + OTD_PROOF_MAX];
    otd_engine *engine = NULL;
    otd_check(otd_engine_create(&params, NULL, &engine) == OTD_OK, "equihash %u,5 engine", n);
    fill(proof, EQUIHASH_HEADER);
    for (uint32_t turn = 0; turn < turns; turn++) {
        otd_work work = {.nonce_first = turn * 1000, .nonce_count = 1000, .data_length = EQUIHASH_HEADER};
        otd_hit hit;
        otd_scan_result result;
        memset(work.target, 0xff, 32);
        int32_t status = otd_engine_scan(engine, &hit, 1, &result, &work, 1, proof, EQUIHASH_HEADER, 60000);
        otd_check(status == OTD_OK && result.hit_count == 1 && hit.proof_length == size, "a %u,5 proof", n);
        memcpy(proof + EQUIHASH_HEADER - 8, &hit.nonce, 8);
        proof[EQUIHASH_HEADER] = (uint8_t)size;
        memcpy(proof + EQUIHASH_HEADER + 1, hit.proof, size);
        b.algorithm = OTD_ALGO_EQUIHASH;
        b.params = params.algo;
        b.count = b.length = 0;
        add(&b, proof, EQUIHASH_HEADER + 1 + size, 0, OTD_VERDICT_VALID);
        while (b.count < BATCH - 1) {
            damage_proof(&b, proof, EQUIHASH_HEADER + 1 + size, bits);
        }
        add(&b, proof, EQUIHASH_HEADER + 1 + size, 0, OTD_VERDICT_VALID);
        check_batch(&b, "equihash");
    }
    otd_engine_destroy(engine);
}

/* ---- VerusHash ----------------------------------------------------------------------------- */

/* A header of any shape: real lengths and others, all versions, any number of entries, any compactSize. */
static uint32_t random_verus(uint8_t *bytes) {
    static const uint32_t lengths[] = {1487, 1487, 1487, 1455, 2447, 2959, 2960, 2991, 1486,
                                       1488, 239,  207,  216,  143,  15,   1,    0};
    uint32_t length = lengths[next_random() % (sizeof lengths / sizeof lengths[0])];
    uint32_t solution = length - 143 + (next_random() % 8 == 0 ? 1 : 0);
    fill(bytes, DATA_BYTES);
    if (next_random() % 4 != 0) {
        memcpy(bytes, "\4\0\1\0", 4);
    }
    if (next_random() % 8 == 0) {
        memset(bytes + 4, 0, 32);
    }
    bytes[140] = next_random() % 16 == 0 ? 0xfe : 0xfd;
    bytes[141] = (uint8_t)solution;
    bytes[142] = (uint8_t)(solution >> 8);
    memset(bytes + 143, 0, 4);
    bytes[143] = (uint8_t)(next_random() % 9);
    bytes[148] = (uint8_t)(next_random() % 3 == 0 ? next_random() : next_random() % 26);
    return length;
}

static void fuzz_verushash(uint32_t turns) {
    static const uint32_t variants[] = {0, 0, 0, 10, 20, 21, 22, 29};
    static batch b;
    uint8_t bytes[DATA_BYTES];
    for (uint32_t turn = 0; turn < turns; turn++) {
        b.algorithm = OTD_ALGO_VERUSHASH;
        b.count = b.length = 0;
        b.params.variant = variants[turn % 8];
        while (b.count < BATCH) {
            uint32_t length = random_verus(bytes);
            int too_long = length > 2960 || length == 0;
            uint32_t copies = 1 + next_random() % 20; /* runs of one length are hashed together */
            for (; copies > 0 && b.count < BATCH; copies--) {
                bytes[1480] = (uint8_t)copies;
                add(&b, bytes, length, 0,
                    too_long           ? OTD_VERDICT_MALFORMED
                    : b.params.variant ? OTD_VERDICT_VALID
                                       : -1);
            }
        }
        check_batch(&b, "verushash");
    }
    fill(bytes, sizeof bytes);
    for (uint32_t at = 0; at < 8; at += 7) {
        const otd_algo_params params = {.n = at, .variant = 22};
        last_nonces(OTD_ALGO_VERUSHASH, &params, NULL, bytes, 1487, 11);
    }
}

/* ---- KawPow -------------------------------------------------------------------------------- */

static void kawpow_batch(const otd_dataset *light, const uint8_t *share, uint32_t height) {
    static batch b;
    uint8_t bytes[100];
    b = (batch){.algorithm = OTD_ALGO_KAWPOW, .dataset = light};
    while (b.count < 10) {
        uint32_t length = next_random() % 3 == 0 ? next_random() % 100 : 72, kind = next_random() % 4;
        memcpy(bytes, share, 72);
        fill(bytes + 72, 28);
        bytes[kind == 0 ? next_random() % 40 : 40 + next_random() % 32] ^=
            kind == 1 ? 0 : (uint8_t)(1u << next_random() % 8);
        uint32_t at = next_random() % 4 == 0 ? height + 3 : height;
        int untouched = kind == 1 && at == height && length == 72;
        int32_t expected = length == 40 || untouched ? OTD_VERDICT_VALID
                           : length == 72            ? OTD_VERDICT_BAD_PROOF
                                                     : OTD_VERDICT_MALFORMED;
        add(&b, bytes, length, at, expected);
    }
    add(&b, share, 72, height, OTD_VERDICT_VALID);
    check_batch(&b, "kawpow");
    b.items[b.count - 1].height = 7500;
    otd_verdict verdicts[BATCH];
    otd_check(otd_verify(OTD_ALGO_KAWPOW, 0, NULL, light, verdicts, b.items, b.count, b.data, b.length) ==
                  OTD_E_DATASET,
              "an item of another epoch is refused");
}

static void fuzz_kawpow(uint32_t turns) {
    const otd_dataset_params params = {.algorithm = OTD_ALGO_KAWPOW};
    const otd_engine_params engine_params = {.algorithm = OTD_ALGO_KAWPOW};
    const otd_algo_params none = {.n = 0};
    otd_dataset *light = NULL;
    otd_engine *engine = NULL;
    uint8_t share[72];
    otd_check(otd_dataset_create(&params, NULL, "", 0, NULL, NULL, &light) == OTD_OK &&
                  otd_engine_create(&engine_params, light, &engine) == OTD_OK,
              "kawpow light cache and engine");
    fill(share, sizeof share);
    for (uint32_t turn = 0; turn < turns; turn++) {
        otd_work work = {.nonce_first = (uint64_t)next_random() << 32, .nonce_count = 1, .data_length = 72};
        otd_hit hit;
        otd_scan_result result;
        work.height = turn % 2 == 0 ? 7496 : next_random() % 7490;
        memset(work.target, 0xff, 32);
        otd_check(otd_engine_scan(engine, &hit, 1, &result, &work, 1, share, 72, 60000) == OTD_OK &&
                      result.hit_count == 1,
                  "a kawpow share");
        memcpy(share + 32, &hit.nonce, 8);
        memcpy(share + 40, hit.proof, 32);
        kawpow_batch(light, share, work.height);
    }
    last_nonces(OTD_ALGO_KAWPOW, &none, light, share, 72, 5);
    otd_engine_destroy(engine);
    otd_dataset_destroy(light);
}

/* Epochs that no chain will reach are refused before anything is allocated. */
static void absurd_epochs(void) {
    static const uint32_t epochs[] = {32001, 32640, 65536, UINT32_MAX};
    otd_dataset_params params = {.algorithm = OTD_ALGO_KAWPOW, .kind = OTD_DATASET_FULL};
    otd_dataset *dataset = NULL;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < 4; i++) {
        params.epoch = epochs[i];
        otd_check(otd_dataset_size(&params, &bytes) == OTD_E_ARGUMENT &&
                      otd_dataset_create(&params, NULL, "", 0, NULL, NULL, &dataset) == OTD_E_ARGUMENT &&
                      dataset == NULL,
                  "kawpow epoch %u is refused", epochs[i]);
    }
    params.epoch = 32000;
    otd_check(otd_dataset_size(&params, &bytes) == OTD_OK && bytes > 1ull << 37, "the last epoch has a size");
    otd_check(otd_dataset_create(&params, NULL, "", 0, NULL, NULL, &dataset) == OTD_E_MEMORY &&
                  dataset == NULL,
              "and does not fit");
}

void otd_test_fuzz(void) {
    fuzz_equihash(48, 6);
    fuzz_equihash(96, 2);
    fuzz_verushash(8);
    fuzz_kawpow(2);
    absurd_epochs();
}
