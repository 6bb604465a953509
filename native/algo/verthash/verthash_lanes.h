/*
 * verthash_lanes.h - Verthash for one instruction set, written once. The flavour's file defines the
 * words below, includes this file and names the functions otd_lanes_nodes and otd_lanes_hash.
 *
 *   UNROLL                the pragma that unrolls a loop whole
 *   KEC, KEC_LANES        a vector of 64-bit words: one SHA3 state per lane
 *   K_XOR K_XOR3 K_CHI K_ROL K_AND K_OR K_SHL K_SET1   K_CHI(a, b, c) = a ^ (~b & c)
 *   K_GATHER(out, p)      out[0..3] = the 32 bytes at p[lane], one lane each; p: KEC_LANES pointers
 *   K_SCATTER(p, in)      the reverse
 *   SEEK, SEEK_LANES      a vector of 32-bit words: one hash per lane; GROUPS of them in flight
 *   S_LOAD S_STORE S_XOR S_MUL S_SET1 S_TURN   S_TURN(x, n) rotates left by a variable n
 *   S_SLOT(x, data)       x modulo data->slots
 *   S_ROWS(out, base, o)  out[0..7] = the 32 bytes at base + o[lane], one lane each
 *
 * A hash is a chain of 4096 reads, each address depending on the read before; a core that walks one
 * hash waits for memory nearly all the time. So SEEK_LANES * GROUPS hashes go round in turn: a group
 * computes its addresses, asks for both ends of each 32-byte slot (it may straddle two cache lines)
 * and only reads when the other groups have had their turn.
 */
#include "verthash.h"

#define IN_FLIGHT (SEEK_LANES * GROUPS)
#define INLINE static inline __attribute__((always_inline))

/* ---- SHA3, one state per lane --------------------------------------------------------------- */

/* Rho and pi: word `from`, turned by n, goes to place `to`. n is the t-th triangular number mod 64. */
#define MOVE(to, from, n) b[to] = K_ROL(s[from], n);

INLINE void otd_lanes_round(KEC s[25], uint64_t constant) {
    KEC b[25], c[5];
    UNROLL
    for (int x = 0; x < 5; x++) {
        c[x] = K_XOR3(K_XOR3(s[x], s[x + 5], s[x + 10]), s[x + 15], s[x + 20]);
    }
    UNROLL
    for (int x = 0; x < 5; x++) {
        KEC right = K_ROL(c[(x + 1) % 5], 1);
        UNROLL
        for (int y = 0; y < 25; y += 5) {
            s[y + x] = K_XOR3(s[y + x], c[(x + 4) % 5], right);
        }
    }
    b[0] = s[0];
    /* The table is no statement to the formatter. */
    /* clang-format off */
    MOVE(10, 1, 1) MOVE(7, 10, 3) MOVE(11, 7, 6) MOVE(17, 11, 10) MOVE(18, 17, 15) MOVE(3, 18, 21)
    MOVE(5, 3, 28) MOVE(16, 5, 36) MOVE(8, 16, 45) MOVE(21, 8, 55) MOVE(24, 21, 2) MOVE(4, 24, 14)
    MOVE(15, 4, 27) MOVE(23, 15, 41) MOVE(19, 23, 56) MOVE(13, 19, 8) MOVE(12, 13, 25) MOVE(2, 12, 43)
    MOVE(20, 2, 62) MOVE(14, 20, 18) MOVE(22, 14, 39) MOVE(9, 22, 61) MOVE(6, 9, 20) MOVE(1, 6, 44)
    UNROLL
    for (int y = 0; y < 25; y += 5) {
        UNROLL
        for (int x = 0; x < 5; x++) {
            s[y + x] = K_CHI(b[y + x], b[y + (x + 1) % 5], b[y + (x + 2) % 5]);
        }
    }
    /* clang-format on */
    s[0] = K_XOR(s[0], K_SET1(constant));
}

static void otd_lanes_keccak(KEC state[25], const uint64_t constants[OTD_KECCAK_ROUNDS]) {
    KEC s[25];
    UNROLL
    for (int i = 0; i < 25; i++) {
        s[i] = state[i];
    }
    for (uint32_t round = 0; round < OTD_KECCAK_ROUNDS; round++) {
        otd_lanes_round(s, constants[round]);
    }
    UNROLL
    for (int i = 0; i < 25; i++) {
        state[i] = s[i];
    }
}

/* Ends a message of `words` words in a sponge of `rate` words: the SHA3 domain bits and the last bit. */
INLINE void otd_lanes_pad(KEC *state, int words, int rate) {
    state[words] = K_XOR(state[words], K_SET1(0x06));
    state[rate - 1] = K_XOR(state[rate - 1], K_SET1(1ull << 63));
}

#define RATE_256 17
#define RATE_512 9

/* ---- the generator -------------------------------------------------------------------------- */

/* LEB128 of one id per lane: seven bits per byte, the high bit set on all but the last byte. */
INLINE KEC otd_lanes_leb(const otd_verthash_data *data, KEC id) {
    KEC out = K_AND(id, K_SET1(0x7f));
    out = K_OR(out, K_SHL(K_AND(id, K_SET1(0x7full << 7)), 1));
    out = K_OR(out, K_SHL(K_AND(id, K_SET1(0x7full << 14)), 2));
    out = K_OR(out, K_SHL(K_AND(id, K_SET1(0x7full << 21)), 3));
    out = K_OR(out, K_SHL(K_AND(id, K_SET1(0x7full << 28)), 4));
    return K_OR(out, K_SET1(data->id_more));
}

typedef union otd_lanes_words {
    KEC vector;
    uint64_t words[KEC_LANES];
} otd_lanes_words;

/* The KEC_LANES nodes from step->first + at on. Lanes from `live` on repeat the first and are dropped. */
static void otd_lanes_group(const otd_verthash_data *data, const otd_verthash_step *step, uint64_t at,
                            uint32_t live) {
    KEC s[25];
    otd_lanes_words id;
    const uint64_t *near[KEC_LANES], *far[KEC_LANES];
    uint64_t *out[KEC_LANES];
    uint64_t spare[OTD_VERTHASH_NODE_WORDS];
    uint64_t near_first = step->near == OTD_VERTHASH_NO_PARENT ? 0 : step->near;
    uint64_t far_first = step->far == OTD_VERTHASH_NO_PARENT ? 0 : step->far;
    UNROLL
    for (uint32_t lane = 0; lane < KEC_LANES; lane++) {
        uint64_t i = at + (lane < live ? lane : 0);
        id.words[lane] = 2 * (data->id_base + step->first + i);
        near[lane] = data->nodes + OTD_VERTHASH_NODE_WORDS * (near_first + (i ^ step->flip));
        far[lane] = data->nodes + OTD_VERTHASH_NODE_WORDS * (far_first + i);
        out[lane] = lane < live ? data->nodes + OTD_VERTHASH_NODE_WORDS * (step->first + i) : spare;
    }
    int words = 8;
    UNROLL
    for (int i = 0; i < 25; i++) {
        s[i] = i < 4 ? K_SET1(data->key[i]) : K_SET1(0);
    }
    s[4] = otd_lanes_leb(data, id.vector);
    if (step->near != OTD_VERTHASH_NO_PARENT) {
        K_GATHER(s + 8, near);
        words = 12;
    }
    if (step->far != OTD_VERTHASH_NO_PARENT) {
        K_GATHER(s + 12, far);
        words = 16;
    }
    otd_lanes_pad(s, words, RATE_256);
    otd_lanes_keccak(s, data->round);
    K_SCATTER(out, s);
}

/* Asks for the parents and the place of one group; a permutation later they are there. */
INLINE void otd_lanes_ahead(const otd_verthash_data *data, const otd_verthash_step *step, uint64_t at) {
    for (uint64_t i = at; i < at + KEC_LANES; i += 64 / OTD_VERTHASH_NODE_BYTES) {
        if (step->near != OTD_VERTHASH_NO_PARENT) {
            __builtin_prefetch(data->nodes + OTD_VERTHASH_NODE_WORDS * (step->near + (i ^ step->flip)));
        }
        if (step->far != OTD_VERTHASH_NO_PARENT) {
            __builtin_prefetch(data->nodes + OTD_VERTHASH_NODE_WORDS * (step->far + i));
        }
        __builtin_prefetch(data->nodes + OTD_VERTHASH_NODE_WORDS * (step->first + i), 1);
    }
}

static void otd_lanes_nodes(const otd_verthash_data *data, const otd_verthash_step *step, uint64_t begin,
                            uint64_t end) {
    for (uint64_t at = begin; at < end; at += KEC_LANES) {
        uint64_t left = end - at;
        if (left > KEC_LANES) {
            otd_lanes_ahead(data, step, at + KEC_LANES);
        }
        otd_lanes_group(data, step, at, left < KEC_LANES ? (uint32_t)left : KEC_LANES);
    }
}

/* ---- the seeds of a hash -------------------------------------------------------------------- */

/* The words a batch walks with, a lane per hash. */
typedef struct otd_lanes_walk {
    _Alignas(64) uint32_t seeds[GROUPS][OTD_VERTHASH_SEEDS][SEEK_LANES];
    _Alignas(64) uint32_t result[GROUPS][8][SEEK_LANES];
} otd_lanes_walk;

static uint64_t otd_lanes_le64(const uint8_t *p) {
    uint64_t x = 0;
    for (int byte = 7; byte >= 0; byte--) {
        x = (x << 8) | p[byte];
    }
    return x;
}

/* Splits word i of `from` into the two 32-bit words 2i and 2i + 1 of hashes [hash, hash + KEC_LANES). */
static void otd_lanes_split(uint32_t (*to)[SEEK_LANES], uint32_t lane0, const KEC *from, int words) {
    for (int i = 0; i < words; i++) {
        otd_lanes_words word;
        word.vector = from[i];
        for (uint32_t lane = 0; lane < KEC_LANES; lane++) {
            to[2 * i][lane0 + lane] = (uint32_t)word.words[lane];
            to[2 * i + 1][lane0 + lane] = (uint32_t)(word.words[lane] >> 32);
        }
    }
}

/* Seeds and first result words of KEC_LANES hashes: SHA3-512 of eight variants, SHA3-256. */
static void otd_lanes_seed(otd_lanes_walk *walk, uint32_t hash, const KEC header[10],
                           const uint64_t constants[OTD_KECCAK_ROUNDS]) {
    KEC s[25];
    uint32_t group = hash / SEEK_LANES, lane0 = hash % SEEK_LANES;
    for (int i = 0; i < 25; i++) {
        s[i] = i < 10 ? header[i] : K_SET1(0);
    }
    otd_lanes_pad(s, 10, RATE_256);
    otd_lanes_keccak(s, constants);
    otd_lanes_split(walk->result[group], lane0, s, 4);

    for (uint32_t variant = 0; variant < 8; variant++) {
        /* The first byte counts up without a carry into the second. */
        otd_lanes_words first;
        first.vector = header[0];
        for (uint32_t lane = 0; lane < KEC_LANES; lane++) {
            uint64_t word = first.words[lane];
            first.words[lane] = (word & ~0xffull) | ((word + variant + 1) & 0xff);
        }
        for (int i = 0; i < 25; i++) {
            s[i] = i == 0 ? first.vector : i < RATE_512 ? header[i] : K_SET1(0);
        }
        otd_lanes_keccak(s, constants);
        s[0] = K_XOR(s[0], header[9]);
        otd_lanes_pad(s, 1, RATE_512);
        otd_lanes_keccak(s, constants);
        otd_lanes_split(walk->seeds[group] + 16 * variant, lane0, s, 8);
    }
}

/* ---- the walk ------------------------------------------------------------------------------- */

INLINE SEEK otd_lanes_fnv(SEEK a, SEEK b) {
    return S_MUL(S_XOR(a, b), S_SET1(OTD_VERTHASH_FNV_PRIME));
}

/* Finds where a group reads next, and asks for it. */
INLINE void otd_lanes_seek(uint32_t places[SEEK_LANES], const otd_verthash_data *data, const uint32_t *seeds,
                           uint32_t turn, SEEK sum) {
    const char *base = (const char *)data->nodes;
    SEEK seed = S_TURN(S_LOAD(seeds), turn);
    SEEK slot = S_SLOT(otd_lanes_fnv(seed, sum), data);
    S_STORE(places, S_MUL(slot, S_SET1(OTD_VERTHASH_SLOT_ALIGN)));
    UNROLL
    for (uint32_t lane = 0; lane < SEEK_LANES; lane++) {
        __builtin_prefetch(base + places[lane], 0, 3);
        __builtin_prefetch(base + places[lane] + 31, 0, 3);
    }
}

static void otd_lanes_run(otd_lanes_walk *walk, const otd_verthash_data *data, uint32_t groups) {
    _Alignas(64) uint32_t places[GROUPS][SEEK_LANES];
    _Alignas(64) uint32_t sums[GROUPS][SEEK_LANES];
    const char *base = (const char *)data->nodes;
    for (uint32_t g = 0; g < groups; g++) {
        SEEK sum = S_SET1(OTD_VERTHASH_FNV_BASIS);
        S_STORE(sums[g], sum);
        otd_lanes_seek(places[g], data, walk->seeds[g][0], 0, sum);
    }
    for (uint32_t i = 1; i <= OTD_VERTHASH_SEEDS * OTD_VERTHASH_TURNS; i++) {
        for (uint32_t g = 0; g < groups; g++) {
            SEEK read[8], sum = S_LOAD(sums[g]);
            S_ROWS(read, base, places[g]);
            UNROLL
            for (int j = 0; j < 8; j++) {
                S_STORE(walk->result[g][j], otd_lanes_fnv(S_LOAD(walk->result[g][j]), read[j]));
                sum = otd_lanes_fnv(sum, read[j]);
            }
            S_STORE(sums[g], sum);
            /* The last round asks for a place nobody reads: one prefetch costs less than a test. */
            otd_lanes_seek(places[g], data, walk->seeds[g][i % OTD_VERTHASH_SEEDS],
                           (i / OTD_VERTHASH_SEEDS) % OTD_VERTHASH_TURNS, sum);
        }
    }
}

static void otd_lanes_hash(const otd_verthash_data *data, uint8_t (*hashes)[32],
                           const uint8_t *const *headers, uint32_t count) {
    otd_lanes_walk walk;
    for (uint32_t first = 0; first < count; first += IN_FLIGHT) {
        uint32_t live = count - first < IN_FLIGHT ? count - first : IN_FLIGHT;
        uint32_t groups = (live + SEEK_LANES - 1) / SEEK_LANES;
        for (uint32_t hash = 0; hash < groups * SEEK_LANES; hash += KEC_LANES) {
            otd_lanes_words header[10];
            KEC vectors[10];
            for (uint32_t lane = 0; lane < KEC_LANES; lane++) {
                /* Lanes without a header of their own repeat the first one. */
                const uint8_t *bytes = headers[first + (hash + lane < live ? hash + lane : 0)];
                for (int i = 0; i < 10; i++) {
                    header[i].words[lane] = otd_lanes_le64(bytes + 8 * i);
                }
            }
            for (int i = 0; i < 10; i++) {
                vectors[i] = header[i].vector;
            }
            otd_lanes_seed(&walk, hash, vectors, data->round);
        }
        otd_lanes_run(&walk, data, groups);
        for (uint32_t hash = 0; hash < live; hash++) {
            for (int i = 0; i < 32; i++) {
                uint32_t word = walk.result[hash / SEEK_LANES][i / 4][hash % SEEK_LANES];
                hashes[first + hash][i] = (uint8_t)(word >> (8 * (i % 4)));
            }
        }
    }
}
