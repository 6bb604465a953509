/* header.c - which variant a header is of, and the canonical form that merged mining hashes. */
#include <string.h>

#include "blake2b.h"
#include "verushash.h"

#define DESCRIPTOR_LENGTH 72u /* first bytes of the solution */
#define ENTRY_LENGTH 52u      /* chain id 20, pre-header hash 32 */
#define CHAIN_ID_LENGTH 20u
#define PRE_HEADER_LENGTH 196u

static uint32_t otd_le32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int32_t otd_is_verus_header(const uint8_t *header, uint32_t length) {
    return length > VERUS_SOLUTION_AT + DESCRIPTOR_LENGTH && length <= VERUS_DATA_MAX && length % 32 == 15 &&
           header[140] == 0xfd && (header[141] | (uint32_t)header[142] << 8) == length - VERUS_SOLUTION_AT;
}

int32_t otd_verus_variant_of(const uint8_t *header, uint32_t length) {
    if (!otd_is_verus_header(header, length)) {
        return 0;
    }
    if (otd_le32(header) != 0x00010004u) {
        static const uint8_t no_block[32] = {0};
        return memcmp(header + 4, no_block, 32) == 0 ? VERUS_GENESIS : VERUS_10;
    }
    uint32_t solution_version = otd_le32(header + VERUS_SOLUTION_AT);
    return solution_version < 3 ? VERUS_20 : solution_version == 3 ? VERUS_21 : VERUS_22;
}

/* BLAKE2b-256, personalisation "VerusDefaultHash", over the fields the entries bind. Shares of one job have
 * the same ones, so the last answer is kept. */
static const uint8_t *otd_pre_header_hash(verus_pre_header *last, const uint8_t *header) {
    uint8_t block[256] = {0};
    uint64_t state[8], personal[2];
    memcpy(block, header + 4, 96);                           /* previous block, merkle root, sapling root */
    memcpy(block + 96, header + 108, 32);                    /* nonce before bits */
    memcpy(block + 128, header + 104, 4);                    /* bits */
    memcpy(block + 132, header + VERUS_SOLUTION_AT + 8, 64); /* both mountain-range roots */
    if (last->known && memcmp(block, last->block, sizeof block) == 0) {
        return last->hash;
    }
    memcpy(personal, "VerusDefaultHash", 16);
    memcpy(state, otd_blake2b_iv, sizeof state);
    state[0] ^= 32u | 1u << 16 | 1u << 24;
    state[6] ^= personal[0];
    state[7] ^= personal[1];
    otd_blake2b_compress(state, block, 128, 0);
    otd_blake2b_compress(state, block + 128, PRE_HEADER_LENGTH, 1);
    memcpy(last->block, block, sizeof block);
    memcpy(last->hash, state, 32);
    last->known = 1;
    return last->hash;
}

/* The daemon counts the room left after all n entries, not the room there is, and searches no more entries
 * than fit it: from 13 on it is fewer than n, and none at 24. */
static uint32_t otd_entries_searched(const uint8_t *solution, uint32_t solution_length) {
    uint32_t n = solution[5], used = VERUS_TAIL_LENGTH + DESCRIPTOR_LENGTH + n * ENTRY_LENGTH;
    uint32_t room = solution_length > used ? (solution_length - used) / ENTRY_LENGTH : 0;
    return n < room ? n : room;
}

/* Entries are looked up by chain id: of two with the same one the daemon sees the first. */
static int otd_is_first_of_its_chain(const uint8_t *solution, uint32_t index) {
    const uint8_t *entries = solution + DESCRIPTOR_LENGTH;
    for (uint32_t i = 0; i < index; i++) {
        if (memcmp(entries + i * ENTRY_LENGTH, entries + index * ENTRY_LENGTH, CHAIN_ID_LENGTH) == 0) {
            return 0;
        }
    }
    return 1;
}

int32_t otd_verus_canonical(uint8_t *out, verus_pre_header *last, const uint8_t *header, uint32_t length) {
    memcpy(out, header, length);
    if (otd_verus_variant_of(header, length) != VERUS_22 || otd_le32(header + VERUS_SOLUTION_AT) < 5) {
        return 0;
    }
    const uint8_t *solution = header + VERUS_SOLUTION_AT;
    uint32_t entries = otd_entries_searched(solution, length - VERUS_SOLUTION_AT);
    if (entries == 0) {
        return 0;
    }
    const uint8_t *bound = otd_pre_header_hash(last, header);
    for (uint32_t i = 0; i < entries; i++) {
        const uint8_t *entry = solution + DESCRIPTOR_LENGTH + i * ENTRY_LENGTH;
        if (memcmp(entry + CHAIN_ID_LENGTH, bound, 32) == 0 && otd_is_first_of_its_chain(solution, i)) {
            memset(out + 4, 0, 96);
            memset(out + 104, 0, 36);
            memset(out + VERUS_SOLUTION_AT + 8, 0, 64);
            return 1;
        }
    }
    return 0;
}
