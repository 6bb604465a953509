/*
 * solver.c - Wagner's algorithm in buckets. Level r holds entries whose first r digits have cancelled. An
 * entry lives in the bucket named by the high bits of digit r and stores the rest of its digits, so the
 * bucket number is never stored. Pairs that agree on digit r make the entries of level r + 1; pairs of the
 * last level that agree on everything are candidates, expanded through the back references.
 *
 * Two value buffers alternate (level r needs only level r - 1); references of all levels stay for the
 * expansion. 125,4 takes about 4.1 GiB, 144,5 about 2.5 GiB, 96,5 a few megabytes.
 */
#include <stdlib.h>
#include <string.h>

#include "equihash.h"
#include "memory.h"

typedef unsigned __int128 wide; /* digits not cancelled yet; 128 bits are enough for every set solved here */

#define LEVELS_MAX 5u

struct equihash_solver {
    equihash_params p;
    uint32_t bucket_bits;
    uint32_t rest_bits; /* digit_bits - bucket_bits: what finds partners inside a bucket */
    uint32_t buckets;
    uint32_t slots; /* capacity of one bucket; entries beyond it are dropped */
    uint32_t value_bits[LEVELS_MAX];
    uint32_t value_bytes[LEVELS_MAX];
    uint8_t *values[2];
    size_t values_size[2];
    uint32_t *leaf;                  /* level 0: leaf number of each slot */
    uint64_t *reference[LEVELS_MAX]; /* level r >= 1: bucket << 32 | slot << 16 | slot */
    size_t leaf_size, reference_size;
    uint32_t *count[LEVELS_MAX]; /* entries per bucket */
    uint16_t *head;              /* of chains by rest bits, slot + 1 */
    uint16_t *next;
};

/* ---- sizes --------------------------------------------------------------------------------- */

/* Bucket bits: buckets of a few hundred to some thousand entries fit the second-level cache with their
 * chains, and 144,5 must leave at most 128 bits of value. */
static uint32_t otd_bucket_bits_of(const equihash_params *p) {
    switch (p->n) {
    case 125:
        return 13;
    case 144:
        return 16;
    case 96:
        return 8;
    case 48:
        return 2;
    default:
        return 0; /* verify only */
    }
}

static uint32_t otd_square_root_above(uint32_t x) {
    uint32_t root = 0;
    while (root * root < x) {
        root++;
    }
    return root;
}

static void otd_set_sizes(equihash_solver *s, const equihash_params *p) {
    memset(s, 0, sizeof *s);
    s->p = *p;
    s->bucket_bits = otd_bucket_bits_of(p);
    s->rest_bits = p->digit_bits - s->bucket_bits;
    s->buckets = 1u << s->bucket_bits;
    /* Entries fall into buckets at random: the mean plus seven standard deviations does not overflow. The
     * small test sets stray further (their lists grow from level to level) and can afford room. */
    uint32_t mean = (uint32_t)((1ull << p->index_bits) >> s->bucket_bits);
    s->slots = mean + 7 * otd_square_root_above(mean) + (p->n <= 96 ? 4 * mean : 0);
    for (uint32_t r = 0; r < p->k; r++) {
        s->value_bits[r] = (p->k + 1 - r) * p->digit_bits - s->bucket_bits;
        s->value_bytes[r] = (s->value_bits[r] + 31) / 32 * 4;
    }
    size_t entries = (size_t)s->buckets * s->slots;
    s->values_size[0] = entries * s->value_bytes[0] + 16; /* a read of 16 bytes may pass the last entry */
    s->values_size[1] = entries * s->value_bytes[1] + 16;
    s->leaf_size = entries * sizeof(uint32_t);
    s->reference_size = entries * sizeof(uint64_t);
}

uint64_t otd_equihash_solver_bytes(const equihash_params *p) {
    equihash_solver s;
    if (otd_bucket_bits_of(p) == 0) {
        return 0;
    }
    otd_set_sizes(&s, p);
    return s.values_size[0] + s.values_size[1] + s.leaf_size + (uint64_t)(p->k - 1) * s.reference_size;
}

int32_t otd_equihash_solver_create(const equihash_params *p, equihash_solver **out) {
    uint64_t bytes = otd_equihash_solver_bytes(p);
    if (bytes == 0) {
        return otd_fail(OTD_E_UNSUPPORTED, "equihash %u,%u is verified here but not mined on a CPU", p->n,
                        p->k);
    }
    if (bytes > otd_memory_available()) {
        return otd_fail(
            OTD_E_MEMORY, "equihash %u,%u solver needs %llu MiB of memory, %llu MiB are available", p->n,
            p->k, (unsigned long long)(bytes >> 20), (unsigned long long)(otd_memory_available() >> 20));
    }
    equihash_solver *s = malloc(sizeof *s);
    if (!s) {
        return otd_fail(OTD_E_MEMORY, "equihash solver needs %zu bytes", sizeof *s);
    }
    otd_set_sizes(s, p);
    int complete = 1;
    for (int i = 0; i < 2; i++) {
        complete &= (s->values[i] = otd_big_alloc(s->values_size[i])) != NULL;
    }
    complete &= (s->leaf = otd_big_alloc(s->leaf_size)) != NULL;
    for (uint32_t r = 1; r < p->k; r++) {
        complete &= (s->reference[r] = otd_big_alloc(s->reference_size)) != NULL;
    }
    for (uint32_t r = 0; r < p->k; r++) {
        complete &= (s->count[r] = malloc(s->buckets * sizeof(uint32_t))) != NULL;
    }
    complete &= (s->head = malloc((sizeof(uint16_t)) << s->rest_bits)) != NULL;
    complete &= (s->next = malloc(s->slots * sizeof(uint16_t))) != NULL;
    if (!complete) {
        otd_equihash_solver_destroy(s);
        return otd_fail(OTD_E_MEMORY, "equihash %u,%u solver needs %llu MiB of memory", p->n, p->k,
                        (unsigned long long)(bytes >> 20));
    }
    *out = s;
    return OTD_OK;
}

void otd_equihash_solver_destroy(equihash_solver *s) {
    if (!s) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        otd_big_free(s->values[i], s->values_size[i]);
    }
    otd_big_free(s->leaf, s->leaf_size);
    for (uint32_t r = 0; r < LEVELS_MAX; r++) {
        otd_big_free(s->reference[r], s->reference_size);
        free(s->count[r]);
    }
    free(s->head);
    free(s->next);
    free(s);
}

/* ---- entries ------------------------------------------------------------------------------- */

static wide otd_mask_of(uint32_t bits) {
    return bits >= 128 ? ~(wide)0 : ((wide)1 << bits) - 1;
}

static wide otd_load_value(const uint8_t *from) {
    wide value;
    memcpy(&value, from, sizeof value);
    return value;
}

static void otd_store_value(uint8_t *to, wide value, uint32_t bytes) {
    switch (bytes) { /* constant sizes become single stores */
    case 16:
        memcpy(to, &value, 16);
        break;
    case 12:
        memcpy(to, &value, 12);
        break;
    case 8:
        memcpy(to, &value, 8);
        break;
    default:
        memcpy(to, &value, 4);
    }
}

/* Slot of a new entry in its bucket, or -1 when the bucket is full. */
static int64_t otd_equihash_claim(equihash_solver *s, uint32_t level, uint32_t bucket) {
    uint32_t slot = s->count[level][bucket];
    if (slot >= s->slots) {
        return -1;
    }
    s->count[level][bucket] = slot + 1;
    return (int64_t)bucket * s->slots + slot;
}

/* ---- level 0 ------------------------------------------------------------------------------- */

static wide otd_read_be(const uint8_t *from) {
    uint64_t high, low;
    memcpy(&high, from, 8);
    memcpy(&low, from + 8, 8);
    return (wide)__builtin_bswap64(high) << 64 | __builtin_bswap64(low);
}

/* Splits a leaf into bucket and value. 144 bits are 16 of bucket and 128 of value; the other sets fit 128. */
static uint32_t otd_split_leaf(const equihash_solver *s, const uint8_t *leaf, wide *value) {
    if (s->p.n == 144) {
        *value = otd_read_be(leaf + 2);
        return (uint32_t)leaf[0] << 8 | leaf[1];
    }
    wide bits = otd_read_be(leaf) >> (128 - s->p.n);
    *value = bits & otd_mask_of(s->value_bits[0]);
    return (uint32_t)(bits >> s->value_bits[0]);
}

static void otd_add_leaves(equihash_solver *s, const uint8_t *hash, uint32_t number) {
    for (uint32_t i = 0; i < s->p.leaves_per_hash; i++) {
        uint32_t index = number * s->p.leaves_per_hash + i;
        if (index >> s->p.index_bits) {
            return; /* the last hash may hold more leaves than are needed */
        }
        wide value;
        uint32_t bucket = otd_split_leaf(s, hash + i * s->p.leaf_bytes, &value);
        int64_t at = otd_equihash_claim(s, 0, bucket);
        if (at >= 0) {
            otd_store_value(s->values[0] + at * s->value_bytes[0], value, s->value_bytes[0]);
            s->leaf[at] = index;
        }
    }
}

static int32_t otd_fill_level_zero(equihash_solver *s, const equihash_kernel *kernel, const uint8_t *input,
                                   uint32_t input_length, const uint32_t *cancel) {
    enum { TOGETHER = 16 }; /* one group of the twist */
    equihash_mid mid;
    otd_equihash_mid(&mid, &s->p, input, input_length);
    uint32_t leaves = 1u << s->p.index_bits;
    uint32_t hashes = (leaves + s->p.leaves_per_hash - 1) / s->p.leaves_per_hash;
    memset(s->count[0], 0, s->buckets * sizeof(uint32_t));
    for (uint32_t first = 0; first < hashes; first += TOGETHER) {
        uint32_t numbers[TOGETHER], sum[16] = {0};
        uint8_t hash[TOGETHER][64], spare[80]; /* a 16-byte read of the last leaf may pass 64 bytes */
        for (uint32_t i = 0; i < TOGETHER; i++) {
            numbers[i] = first + i;
        }
        otd_equihash_hashes(kernel, &mid, hash, numbers, TOGETHER);
        for (uint32_t i = 0; i < TOGETHER; i++) {
            if (s->p.twist) {
                otd_equihash_twist(spare, sum, hash[i]);
            } else {
                memcpy(spare, hash[i], 64);
            }
            otd_add_leaves(s, spare, first + i);
        }
        if (first % 65536 == 0 && __atomic_load_n(cancel, __ATOMIC_RELAXED) != 0) {
            return OTD_E_CANCELLED;
        }
    }
    return OTD_OK;
}

/* ---- trees --------------------------------------------------------------------------------- */

/* Writes the leaves below one entry, the child with the smaller first leaf on the left. */
static void otd_equihash_expand(const equihash_solver *s, uint32_t level, size_t at, uint32_t *out) {
    if (level == 0) {
        *out = s->leaf[at];
        return;
    }
    uint64_t reference = s->reference[level][at];
    size_t bucket = (size_t)(reference >> 32) * s->slots;
    uint32_t half = 1u << (level - 1);
    otd_equihash_expand(s, level - 1, bucket + (reference >> 16 & 0xffff), out);
    otd_equihash_expand(s, level - 1, bucket + (reference & 0xffff), out + half);
    if (out[0] > out[half]) {
        for (uint32_t i = 0; i < half; i++) {
            uint32_t kept = out[i];
            out[i] = out[half + i];
            out[half + i] = kept;
        }
    }
}

static int otd_all_distinct(const uint32_t *indices, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = i + 1; j < count; j++) {
            if (indices[i] == indices[j]) {
                return 0;
            }
        }
    }
    return 1;
}

/* 1 when two entries of a level have no leaf in common. */
static int otd_are_disjoint(const equihash_solver *s, uint32_t level, size_t left, size_t right) {
    uint32_t indices[EQUIHASH_INDICES_MAX];
    otd_equihash_expand(s, level, left, indices);
    otd_equihash_expand(s, level, right, indices + (1u << level));
    return otd_all_distinct(indices, 2u << level);
}

/* ---- one bucket ---------------------------------------------------------------------------- */

/* Rest bits of the active digit: the top of the stored value. */
static uint32_t otd_rest_of(const equihash_solver *s, uint32_t level, wide value) {
    return (uint32_t)(value >> (s->value_bits[level] - s->rest_bits)) & ((1u << s->rest_bits) - 1);
}

static void otd_add_pair(equihash_solver *s, uint32_t level, wide x, uint64_t reference) {
    uint32_t value_bits = s->value_bits[level + 1];
    uint32_t bucket = (uint32_t)(x >> value_bits);
    int64_t at = otd_equihash_claim(s, level + 1, bucket);
    if (at >= 0) {
        uint8_t *values = s->values[(level + 1) % 2];
        otd_store_value(values + at * s->value_bytes[level + 1], x & otd_mask_of(value_bits),
                        s->value_bytes[level + 1]);
        s->reference[level + 1][at] = reference;
    }
}

/* Pairs of one bucket that agree on the active digit. A pair that cancels completely nearly always shares
 * leaves and would flood one bucket, so only then the leaves are compared. */
static inline __attribute__((always_inline)) void otd_collide_bucket(equihash_solver *s, uint32_t level,
                                                                     uint32_t bucket, uint32_t value_bytes) {
    const uint8_t *values = s->values[level % 2] + (size_t)bucket * s->slots * value_bytes;
    const wide mask = otd_mask_of(s->value_bits[level]);
    uint32_t count = s->count[level][bucket];
    memset(s->head, 0, sizeof(uint16_t) << s->rest_bits);
    for (uint32_t slot = 0; slot < count; slot++) {
        wide value = otd_load_value(values + (size_t)slot * value_bytes) & mask;
        uint32_t rest = otd_rest_of(s, level, value);
        for (uint32_t other = s->head[rest]; other != 0; other = s->next[other - 1]) {
            wide x = value ^ (otd_load_value(values + (size_t)(other - 1) * value_bytes) & mask);
            size_t base = (size_t)bucket * s->slots;
            if (x != 0 || otd_are_disjoint(s, level, base + slot, base + other - 1)) {
                otd_add_pair(s, level, x, (uint64_t)bucket << 32 | (uint64_t)slot << 16 | (other - 1));
            }
        }
        s->next[slot] = s->head[rest];
        s->head[rest] = (uint16_t)(slot + 1);
    }
}

static int32_t otd_collide_level(equihash_solver *s, uint32_t level, const uint32_t *cancel) {
    memset(s->count[level + 1], 0, s->buckets * sizeof(uint32_t));
    for (uint32_t bucket = 0; bucket < s->buckets; bucket++) {
        if (__atomic_load_n(cancel, __ATOMIC_RELAXED) != 0) {
            return OTD_E_CANCELLED;
        }
        switch (s->value_bytes[level]) {
        case 16:
            otd_collide_bucket(s, level, bucket, 16);
            break;
        case 12:
            otd_collide_bucket(s, level, bucket, 12);
            break;
        case 8:
            otd_collide_bucket(s, level, bucket, 8);
            break;
        default:
            otd_collide_bucket(s, level, bucket, 4);
        }
    }
    return OTD_OK;
}

/* ---- candidates ---------------------------------------------------------------------------- */

typedef struct solution_list {
    uint8_t (*solutions)[OTD_PROOF_MAX];
    uint32_t count;
} solution_list;

/* Joins two entries of the last level that agree on everything. */
static void otd_add_candidate(const equihash_solver *s, size_t left, size_t right, solution_list *list) {
    uint32_t indices[EQUIHASH_INDICES_MAX];
    uint32_t half = s->p.index_count / 2;
    otd_equihash_expand(s, s->p.k - 1, left, indices);
    otd_equihash_expand(s, s->p.k - 1, right, indices + half);
    if (indices[0] > indices[half]) {
        for (uint32_t i = 0; i < half; i++) {
            uint32_t kept = indices[i];
            indices[i] = indices[half + i];
            indices[half + i] = kept;
        }
    }
    if (!otd_all_distinct(indices, s->p.index_count) || list->count == EQUIHASH_SOLUTIONS_MAX) {
        return;
    }
    uint8_t packed[OTD_PROOF_MAX] = {0};
    otd_equihash_pack(packed, &s->p, indices);
    for (uint32_t i = 0; i < list->count; i++) { /* the same tree can be met over two paths */
        if (memcmp(list->solutions[i], packed, s->p.solution_bytes) == 0) {
            return;
        }
    }
    memcpy(list->solutions[list->count++], packed, OTD_PROOF_MAX);
}

static int32_t otd_last_level(equihash_solver *s, solution_list *list, const uint32_t *cancel) {
    uint32_t level = s->p.k - 1, bytes = s->value_bytes[level];
    const wide mask = otd_mask_of(s->value_bits[level]);
    for (uint32_t bucket = 0; bucket < s->buckets; bucket++) {
        size_t base = (size_t)bucket * s->slots;
        const uint8_t *values = s->values[level % 2] + base * bytes;
        if (__atomic_load_n(cancel, __ATOMIC_RELAXED) != 0) {
            return OTD_E_CANCELLED;
        }
        memset(s->head, 0, sizeof(uint16_t) << s->rest_bits);
        for (uint32_t slot = 0; slot < s->count[level][bucket]; slot++) {
            wide value = otd_load_value(values + (size_t)slot * bytes) & mask;
            uint32_t rest = otd_rest_of(s, level, value);
            for (uint32_t other = s->head[rest]; other != 0; other = s->next[other - 1]) {
                if ((otd_load_value(values + (size_t)(other - 1) * bytes) & mask) == value) {
                    otd_add_candidate(s, base + slot, base + other - 1, list);
                }
            }
            s->next[slot] = s->head[rest];
            s->head[rest] = (uint16_t)(slot + 1);
        }
    }
    return OTD_OK;
}

int32_t otd_equihash_solve(equihash_solver *s, const equihash_kernel *kernel, const uint8_t *input,
                           uint32_t input_length, uint8_t (*solutions)[OTD_PROOF_MAX],
                           const uint32_t *cancel) {
    solution_list list = {.solutions = solutions, .count = 0};
    int32_t status = otd_fill_level_zero(s, kernel, input, input_length, cancel);
    for (uint32_t level = 0; status == OTD_OK && level + 1 < s->p.k; level++) {
        status = otd_collide_level(s, level, cancel);
    }
    if (status == OTD_OK) {
        status = otd_last_level(s, &list, cancel);
    }
    return status == OTD_OK ? (int32_t)list.count : status;
}
