/* verify.c - parameters, leaves, packing, and the tree check of a solution. */
#include <stdlib.h>
#include <string.h>

#include "blake2b.h"
#include "equihash.h"

/* The parameter sets in use; anything else is refused rather than guessed. */
static const struct {
    uint16_t n, k;
} known_sets[] = {{200, 9}, {192, 7}, {144, 5}, {125, 4}, {96, 5}, {48, 5}};

static int otd_is_known(uint32_t n, uint32_t k) {
    for (size_t i = 0; i < sizeof known_sets / sizeof known_sets[0]; i++) {
        if (known_sets[i].n == n && known_sets[i].k == k) {
            return 1;
        }
    }
    return 0;
}

static void otd_put_le32(uint8_t *out, uint32_t x) {
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(x >> (8 * i));
    }
}

int32_t otd_equihash_params(equihash_params *out, const otd_algo_params *params) {
    static const uint8_t no_personal[8] = {0};
    uint32_t n = params ? params->n : 0, k = params ? params->k : 0;
    int chosen = n != 0 || k != 0;
    memset(out, 0, sizeof *out);
    out->n = chosen ? n : 125;
    out->k = chosen ? k : 4;
    if (!otd_is_known(out->n, out->k)) {
        return otd_fail(OTD_E_ARGUMENT, "equihash %u,%u; allowed 200,9 192,7 144,5 125,4 96,5 48,5", n, k);
    }
    int zel = out->n == 125;
    out->any_length = params && params->variant == 1;
    out->twist = chosen ? params->twist != 0 : 1;
    if (out->twist && !zel) {
        return otd_fail(OTD_E_ARGUMENT, "equihash %u,%u with twist; the twist exists for 125,4 only", n, k);
    }
    out->digit_bits = out->n / (out->k + 1);
    out->leaf_bytes = (out->n + 7) / 8;
    out->leaves_per_hash = 512 / out->n;
    out->hash_bytes = out->leaves_per_hash * out->leaf_bytes;
    out->index_bits = out->digit_bits + 1;
    out->index_count = 1u << out->k;
    out->solution_bytes = out->index_count * out->index_bits / 8;
    if (out->solution_bytes < 253) {
        out->prefix_bytes = 1;
        out->prefix[0] = (uint8_t)out->solution_bytes;
    } else {
        out->prefix_bytes = 3;
        out->prefix[0] = 0xfd;
        out->prefix[1] = (uint8_t)out->solution_bytes;
        out->prefix[2] = (uint8_t)(out->solution_bytes >> 8);
    }
    if (params && memcmp(params->personal, no_personal, 8) != 0) {
        memcpy(out->personal, params->personal, 8);
    } else {
        memcpy(out->personal, zel ? "ZelProof" : "ZcashPoW", 8);
    }
    otd_put_le32(out->personal + 8, out->n);
    otd_put_le32(out->personal + 12, out->k);
    return OTD_OK;
}

void otd_equihash_mid(equihash_mid *out, const equihash_params *p, const uint8_t *input,
                      uint32_t input_length) {
    uint64_t personal[2];
    memcpy(personal, p->personal, 16);
    memcpy(out->state, otd_blake2b_iv, 64);
    /* Parameter block: digest length, no key, fan-out 1, depth 1; personalisation in its last 16 bytes. */
    out->state[0] ^= p->hash_bytes | 1u << 16 | 1u << 24;
    out->state[6] ^= personal[0];
    out->state[7] ^= personal[1];
    uint32_t absorbed = 0;
    for (; input_length - absorbed >= 128; absorbed += 128) {
        otd_blake2b_compress(out->state, input + absorbed, absorbed + 128, 0);
    }
    memset(out->tail, 0, sizeof out->tail);
    memcpy(out->tail, input + absorbed, input_length - absorbed);
    out->tail_length = input_length - absorbed;
    out->input_length = input_length;
}

/* One output the slow way: the hash number may even cross into a further block. */
static void otd_hash_any(const equihash_mid *mid, uint8_t out[64], uint32_t number) {
    uint8_t block[256] = {0};
    uint64_t state[8];
    uint32_t total = mid->input_length + 4, absorbed = mid->input_length - mid->tail_length;
    const uint8_t *next = block;
    memcpy(state, mid->state, sizeof state);
    memcpy(block, mid->tail, sizeof mid->tail);
    otd_put_le32(block + mid->tail_length, number);
    if (total - absorbed > 128) {
        otd_blake2b_compress(state, next, absorbed + 128, 0);
        next += 128;
    }
    otd_blake2b_compress(state, next, total, 1);
    memcpy(out, state, 64);
}

void otd_equihash_hashes(const equihash_kernel *kernel, const equihash_mid *mid, uint8_t (*out)[64],
                         const uint32_t *numbers, uint32_t count) {
    if (mid->input_length == EQUIHASH_HEADER_LENGTH) {
        kernel->hashes(mid, out, numbers, count);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        otd_hash_any(mid, out[i], numbers[i]);
    }
}

void otd_equihash_twist(uint8_t out[64], uint32_t sum[16], const uint8_t hash[64]) {
    uint32_t word[16];
    memcpy(word, hash, 64);
    for (int w = 0; w < 16; w++) {
        sum[w] += word[w];
    }
    memcpy(out, sum, 64);
    for (int leaf = 0; leaf < 4; leaf++) { /* 125 of 128 bits count */
        out[16 * leaf + 15] &= 0xf8;
    }
}

void otd_equihash_unpack(uint32_t *indices, const equihash_params *p, const uint8_t *solution) {
    uint64_t window = 0;
    uint32_t bits = 0, byte = 0;
    for (uint32_t i = 0; i < p->index_count; i++) {
        while (bits < p->index_bits) {
            window = window << 8 | solution[byte++];
            bits += 8;
        }
        bits -= p->index_bits;
        indices[i] = (uint32_t)(window >> bits) & ((1u << p->index_bits) - 1);
    }
}

void otd_equihash_pack(uint8_t *solution, const equihash_params *p, const uint32_t *indices) {
    uint64_t window = 0;
    uint32_t bits = 0, byte = 0;
    for (uint32_t i = 0; i < p->index_count; i++) {
        window = window << p->index_bits | indices[i];
        bits += p->index_bits;
        while (bits >= 8) {
            bits -= 8;
            solution[byte++] = (uint8_t)(window >> bits);
        }
    }
}

/* ---- verification -------------------------------------------------------------------------- */

static int otd_compare_u32(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* At every node the left subtree starts with the smaller index, and no index appears twice. */
static int otd_order_is_canonical(const equihash_params *p, const uint32_t *indices) {
    uint32_t sorted[EQUIHASH_INDICES_MAX];
    for (uint32_t width = 1; width < p->index_count; width *= 2) {
        for (uint32_t i = 0; i < p->index_count; i += 2 * width) {
            if (indices[i] >= indices[i + width]) {
                return 0;
            }
        }
    }
    memcpy(sorted, indices, p->index_count * sizeof *sorted);
    qsort(sorted, p->index_count, sizeof *sorted, otd_compare_u32);
    for (uint32_t i = 1; i < p->index_count; i++) {
        if (sorted[i - 1] == sorted[i]) {
            return 0;
        }
    }
    return 1;
}

#define NUMBERS_AT_ONCE 64u

/* Copies leaf `index` out of the hash that holds it. */
static void otd_take_leaf(uint8_t *leaf, const equihash_params *p, const uint8_t *hash, uint32_t index) {
    memcpy(leaf, hash + (index % p->leaves_per_hash) * p->leaf_bytes, p->leaf_bytes);
}

static void otd_plain_leaves(uint8_t (*leaves)[EQUIHASH_LEAF_BYTES_MAX], const equihash_kernel *kernel,
                             const equihash_params *p, const equihash_mid *mid, const uint32_t *indices) {
    for (uint32_t first = 0; first < p->index_count; first += NUMBERS_AT_ONCE) {
        uint32_t numbers[NUMBERS_AT_ONCE];
        uint8_t hash[NUMBERS_AT_ONCE][64];
        uint32_t count = p->index_count - first < NUMBERS_AT_ONCE ? p->index_count - first : NUMBERS_AT_ONCE;
        for (uint32_t i = 0; i < count; i++) {
            numbers[i] = indices[first + i] / p->leaves_per_hash;
        }
        otd_equihash_hashes(kernel, mid, hash, numbers, count);
        for (uint32_t i = 0; i < count; i++) {
            otd_take_leaf(leaves[first + i], p, hash[i], indices[first + i]);
        }
    }
}

/* A twisted output is the sum of all outputs from the start of its aligned group of 16: 8.5 hashes on
 * average. All of them go through the kernel in one list, so that no lane idles. */
static void otd_twisted_leaves(uint8_t (*leaves)[EQUIHASH_LEAF_BYTES_MAX], const equihash_kernel *kernel,
                               const equihash_params *p, const equihash_mid *mid, const uint32_t *indices) {
    uint32_t numbers[16 * 16]; /* 16 indices (125,4) of at most 16 hashes */
    uint8_t hash[16 * 16][64];
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->index_count; i++) {
        uint32_t g = indices[i] / p->leaves_per_hash;
        for (uint32_t number = g & ~15u; number <= g; number++) {
            numbers[count++] = number;
        }
    }
    otd_equihash_hashes(kernel, mid, hash, numbers, count);
    uint32_t at = 0;
    for (uint32_t i = 0; i < p->index_count; i++) {
        uint32_t sum[16] = {0};
        uint8_t out[64];
        uint32_t last = at + (indices[i] / p->leaves_per_hash & 15u);
        for (; at <= last; at++) {
            otd_equihash_twist(out, sum, hash[at]);
        }
        otd_take_leaf(leaves[i], p, out, indices[i]);
    }
}

/* 1 when the first `bits` bits (most significant first) are zero. */
static int otd_leading_bits_zero(const uint8_t *value, uint32_t bits) {
    uint32_t whole = bits / 8;
    for (uint32_t i = 0; i < whole; i++) {
        if (value[i] != 0) {
            return 0;
        }
    }
    return bits % 8 == 0 || value[whole] >> (8 - bits % 8) == 0;
}

int32_t otd_equihash_is_solution(const equihash_kernel *kernel, const equihash_params *p,
                                 const uint8_t *input, uint32_t input_length, const uint8_t *solution) {
    uint32_t indices[EQUIHASH_INDICES_MAX];
    uint8_t leaves[EQUIHASH_INDICES_MAX][EQUIHASH_LEAF_BYTES_MAX];
    equihash_mid mid;
    otd_equihash_unpack(indices, p, solution);
    if (!otd_order_is_canonical(p, indices)) {
        return 0;
    }
    otd_equihash_mid(&mid, p, input, input_length);
    (p->twist ? otd_twisted_leaves : otd_plain_leaves)(leaves, kernel, p, &mid, indices);
    uint32_t level = 1;
    for (uint32_t width = 1; width < p->index_count; width *= 2, level++) {
        uint32_t bits = level < p->k ? level * p->digit_bits : p->n;
        for (uint32_t i = 0; i < p->index_count; i += 2 * width) {
            for (uint32_t b = 0; b < p->leaf_bytes; b++) {
                leaves[i][b] ^= leaves[i + width][b];
            }
            if (!otd_leading_bits_zero(leaves[i], bits)) {
                return 0;
            }
        }
    }
    return 1;
}
