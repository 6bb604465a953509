/* verthash_ref.c - the portable reference: one node, one hash, one read after another. */
#include <string.h>

#include "verthash_graph.h"

static uint32_t otd_le32(const uint8_t *p) {
    return ((uint32_t)p[3] << 24) | ((uint32_t)p[2] << 16) | ((uint32_t)p[1] << 8) | p[0];
}

static uint32_t otd_fnv(uint32_t a, uint32_t b) {
    return (a ^ b) * OTD_VERTHASH_FNV_PRIME;
}

/* out = the first out_length bytes of SHA3 with a sponge of `rate` bytes. */
static void otd_sha3(uint8_t *out, uint32_t out_length, const uint8_t *in, uint32_t in_length, uint32_t rate,
                     const uint64_t *constants) {
    uint64_t state[25] = {0};
    uint32_t at = 0;
    for (uint32_t i = 0; i < in_length; i++) {
        state[at / 8] ^= (uint64_t)in[i] << (8 * (at % 8));
        if (++at == rate) {
            otd_keccak(state, constants);
            at = 0;
        }
    }
    state[at / 8] ^= 0x06ull << (8 * (at % 8));
    state[(rate - 1) / 8] ^= 0x80ull << (8 * ((rate - 1) % 8));
    otd_keccak(state, constants);
    for (uint32_t i = 0; i < out_length; i++) {
        out[i] = (uint8_t)(state[i / 8] >> (8 * (i % 8)));
    }
}

static void otd_put_key(uint8_t out[32], const otd_verthash_data *data) {
    for (uint32_t i = 0; i < 32; i++) {
        out[i] = (uint8_t)(data->key[i / 8] >> (8 * (i % 8)));
    }
}

static void otd_ref_nodes(const otd_verthash_data *data, const otd_verthash_step *step, uint64_t begin,
                          uint64_t end) {
    uint8_t *nodes = (uint8_t *)data->nodes;
    for (uint64_t i = begin; i < end; i++) {
        uint8_t message[128] = {0};
        uint32_t length = 64;
        otd_put_key(message, data);
        uint64_t id = 2 * (data->id_base + step->first + i);
        for (uint32_t at = 32; id != 0; at++, id >>= 7) {
            message[at] = (uint8_t)((id & 0x7f) | (id >> 7 != 0 ? 0x80 : 0));
        }
        if (step->near != OTD_VERTHASH_NO_PARENT) {
            memcpy(message + length, nodes + 32 * (step->near + (i ^ step->flip)), 32);
            length += 32;
        }
        if (step->far != OTD_VERTHASH_NO_PARENT) {
            memcpy(message + length, nodes + 32 * (step->far + i), 32);
            length += 32;
        }
        otd_sha3(nodes + 32 * (step->first + i), 32, message, length, 136, data->round);
    }
}

static void otd_ref_once(const otd_verthash_data *data, uint8_t out[32], const uint8_t *header) {
    const uint8_t *file = (const uint8_t *)data->nodes;
    uint8_t seeds[4 * OTD_VERTHASH_SEEDS], variant[OTD_VERTHASH_HEADER_BYTES];
    uint32_t result[8], sum = OTD_VERTHASH_FNV_BASIS;
    otd_sha3(out, 32, header, OTD_VERTHASH_HEADER_BYTES, 136, data->round);
    for (int j = 0; j < 8; j++) {
        result[j] = otd_le32(out + 4 * j);
    }
    memcpy(variant, header, sizeof variant);
    for (int i = 0; i < 8; i++) {
        variant[0]++;
        otd_sha3(seeds + 64 * i, 64, variant, sizeof variant, 72, data->round);
    }
    for (uint32_t i = 0; i < OTD_VERTHASH_SEEDS * OTD_VERTHASH_TURNS; i++) {
        uint32_t turn = i / OTD_VERTHASH_SEEDS;
        uint32_t seed = otd_le32(seeds + 4 * (i % OTD_VERTHASH_SEEDS));
        seed = turn == 0 ? seed : (seed << turn) | (seed >> (32 - turn));
        const uint8_t *slot = file + (size_t)OTD_VERTHASH_SLOT_ALIGN * (otd_fnv(seed, sum) % data->slots);
        for (int j = 0; j < 8; j++) {
            uint32_t word = otd_le32(slot + 4 * j);
            result[j] = otd_fnv(result[j], word);
            sum = otd_fnv(sum, word);
        }
    }
    for (int i = 0; i < 32; i++) {
        out[i] = (uint8_t)(result[i / 4] >> (8 * (i % 4)));
    }
}

static void otd_ref_hash(const otd_verthash_data *data, uint8_t (*hashes)[32], const uint8_t *const *headers,
                         uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        otd_ref_once(data, hashes[i], headers[i]);
    }
}

const otd_verthash_kernel otd_verthash_kernel_ref = {otd_ref_nodes, otd_ref_hash};
