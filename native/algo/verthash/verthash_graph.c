/*
 * verthash_graph.c - the generator of the data file: a stack of butterfly graphs, node after node. The
 * order of the steps is the specification's; the steps themselves are wide and go to a flavour.
 */
#include "verthash_graph.h"

#include <stdatomic.h>
#include <string.h>

#include "otedama.h"

static const char otd_file_name[] = "Verthash Proof-of-Space Datafile";

/* ---- keccak --------------------------------------------------------------------------------- */

static uint64_t otd_turn(uint64_t x, uint32_t n) {
    return n == 0 ? x : (x << n) | (x >> (64 - n));
}

/* The round constants are the output of an 8-bit shift register, one bit at each place 2^j - 1. */
static void otd_round_constants(uint64_t out[OTD_KECCAK_ROUNDS]) {
    uint32_t lfsr = 1;
    for (uint32_t round = 0; round < OTD_KECCAK_ROUNDS; round++) {
        out[round] = 0;
        for (uint32_t j = 0; j < 7; j++) {
            if ((lfsr & 1) != 0) {
                out[round] |= 1ull << ((1u << j) - 1);
            }
            lfsr = (lfsr << 1) ^ ((lfsr >> 7) * 0x171u);
        }
    }
}

void otd_keccak(uint64_t s[25], const uint64_t constants[OTD_KECCAK_ROUNDS]) {
    for (uint32_t round = 0; round < OTD_KECCAK_ROUNDS; round++) {
        uint64_t c[5], b[25];
        for (int x = 0; x < 5; x++) {
            c[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
        }
        for (int i = 0; i < 25; i++) {
            s[i] ^= c[(i + 4) % 5] ^ otd_turn(c[(i + 1) % 5], 1);
        }
        b[0] = s[0];
        for (uint32_t t = 0, x = 1, y = 0; t < 24; t++) {
            uint32_t next_x = y, next_y = (2 * x + 3 * y) % 5;
            b[next_x + 5 * next_y] = otd_turn(s[x + 5 * y], (t + 1) * (t + 2) / 2 % 64);
            x = next_x;
            y = next_y;
        }
        for (int y = 0; y < 25; y += 5) {
            for (int x = 0; x < 5; x++) {
                s[y + x] = b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]);
            }
        }
        s[0] ^= constants[round];
    }
}

/* ---- what follows from n -------------------------------------------------------------------- */

uint64_t otd_verthash_nodes(uint32_t n) {
    return ((uint64_t)n * (n + 1)) << n;
}

void otd_verthash_describe(otd_verthash_data *data, uint32_t n) {
    uint64_t state[25] = {0};
    uint64_t nodes = otd_verthash_nodes(n);
    memset(data, 0, sizeof *data);
    otd_round_constants(data->round);
    for (size_t i = 0; i < sizeof otd_file_name - 1; i++) {
        state[i / 8] |= (uint64_t)(uint8_t)otd_file_name[i] << (8 * (i % 8));
    }
    state[4] ^= 0x06;
    state[16] ^= 1ull << 63;
    otd_keccak(state, data->round);
    memcpy(data->key, state, sizeof data->key);

    data->graph = n;
    data->bytes = nodes * OTD_VERTHASH_NODE_BYTES;
    data->slots = (uint32_t)((data->bytes - OTD_VERTHASH_NODE_BYTES) / OTD_VERTHASH_SLOT_ALIGN + 1);
    while (data->slots >> (data->shift + 1) != 0) {
        data->shift++;
    }
    data->inverse = (uint32_t)((1ull << (32 + data->shift)) / data->slots);
    data->id_base = 1;
    while (data->id_base <= nodes) {
        data->id_base *= 2;
    }
    for (uint64_t rest = 2 * data->id_base; rest >= 0x80; rest >>= 7) {
        data->id_more = (data->id_more << 8) | 0x80;
    }
}

/* ---- the graph ------------------------------------------------------------------------------ */

typedef struct otd_growth {
    const otd_verthash_data *data;
    const otd_verthash_kernel *kernel;
    const otd_build *build;
    uint64_t next; /* nodes written so far */
    int32_t status;
} otd_growth;

/* Appends `count` nodes with the given parents. */
static void otd_grow(otd_growth *growth, uint64_t count, uint64_t near, uint64_t flip, uint64_t far) {
    const otd_verthash_step step = {growth->next, count, near, flip, far};
    if (growth->status != OTD_OK) {
        return;
    }
    if (otd_build_cancelled(growth->build)) {
        growth->status = OTD_E_CANCELLED;
        return;
    }
    growth->kernel->nodes(growth->data, &step, 0, count);
    growth->next += count;
    if (growth->build->progress != NULL) {
        __atomic_store_n(&growth->build->progress->done, growth->next * OTD_VERTHASH_NODE_BYTES,
                         __ATOMIC_RELAXED);
    }
}

/* 2k - 1 levels over the 2^k nodes just written; bit distances go from k - 1 down to 0 and up again. */
static void otd_butterfly(otd_growth *growth, uint32_t k) {
    uint64_t width = 1ull << k;
    for (uint32_t level = 1; level < 2 * k; level++) {
        uint32_t distance = level <= k ? k - level : level - k;
        uint64_t above = growth->next - width;
        otd_grow(growth, width, above, 1ull << distance, above);
    }
}

/* The recursive graph over the 2^k nodes just written. */
static void otd_xi(otd_growth *growth, uint32_t k) {
    uint64_t half = 1ull << (k - 1);
    uint64_t source = growth->next - 2 * half;
    otd_grow(growth, half, source, 0, source + half);
    otd_butterfly(growth, k - 1);
    for (int copy = 0; copy < 2; copy++) {
        otd_grow(growth, half, growth->next - half, 0, OTD_VERTHASH_NO_PARENT);
        if (k == 2) {
            otd_butterfly(growth, 1);
        } else {
            otd_xi(growth, k - 1);
        }
    }
    otd_grow(growth, half, growth->next - half, 0, OTD_VERTHASH_NO_PARENT);
    otd_butterfly(growth, k - 1);
    uint64_t last = growth->next - half;
    otd_grow(growth, half, last, 0, source);
    otd_grow(growth, half, last, 0, source + half);
}

int32_t otd_verthash_generate(const otd_verthash_data *data, const otd_verthash_kernel *kernel,
                              const otd_build *build) {
    otd_growth growth = {data, kernel, build, 0, OTD_OK};
    otd_grow(&growth, 1ull << data->graph, OTD_VERTHASH_NO_PARENT, 0, OTD_VERTHASH_NO_PARENT);
    if (data->graph == 1) {
        otd_butterfly(&growth, 1);
    } else {
        otd_xi(&growth, data->graph);
    }
    return growth.status;
}
