/*
 * scrypt_lanes.h - scrypt for one instruction set, written once. The flavour's file defines the
 * vector words below, includes this file and gets a static function otd_scrypt_lanes_hash.
 *
 *   VEC                a vector of LANES 32-bit words; QUADS = LANES / 4
 *   GROUPS             vectors of ROMix in flight at once; QUADS * GROUPS hashes share the cache
 *   V_ADD V_XOR V_ROL V_SET1 V_LOAD V_STORE   word-wise arithmetic, 64-byte aligned memory
 *   V_CH V_MAJ V_XOR3 V_SHR                   the boolean functions of SHA-256
 *   V_TURN1 V_TURN2 V_TURN3                   words of each 128-bit quarter turned by 1, 2, 3
 *   V_FIRST(x, quarter)                       word 0 of a quarter, as uint32_t
 *   V_XOR_QUARTERS(x, entry, row)             x ^ { quarter q of entry[q][row] }
 *
 * Two shapes. PBKDF2 puts one hash into each 32-bit lane. ROMix puts one hash into each 128-bit
 * quarter with the Salsa20 matrix along its diagonals, so that a round needs three turns inside the
 * quarters. Vectors go to the scratchpad as they are; reading takes the same row of a different entry
 * for each quarter, which costs a masked load per quarter and no shuffle. One Salsa20 round is a chain
 * of 12 dependent instructions and cannot fill a core, hence GROUPS independent vectors step by step
 * beside each other. NOTES.md has the shapes that were tried and their numbers.
 */
#include "scrypt.h"
#include "sha256.h"

#define UNROLL _Pragma("GCC unroll 64")

/* ---- SHA-256, one hash per lane ------------------------------------------------------------- */

/* state += compress(state, block); block is consumed. */
static void otd_lanes_block(VEC state[8], VEC block[16]) {
    VEC s[8];
    UNROLL
    for (int i = 0; i < 8; i++) {
        s[i] = state[i];
    }
    for (int base = 0; base < 64; base += 16) {
        UNROLL
        for (int i = 0; i < 16; i++) {
            VEC *a = &s[(16 - i) & 7], *b = &s[(17 - i) & 7], *c = &s[(18 - i) & 7], *d = &s[(19 - i) & 7];
            VEC *e = &s[(20 - i) & 7], *f = &s[(21 - i) & 7], *g = &s[(22 - i) & 7], *h = &s[(23 - i) & 7];
            VEC big1 = V_XOR3(V_ROL(*e, 26), V_ROL(*e, 21), V_ROL(*e, 7));
            VEC big0 = V_XOR3(V_ROL(*a, 30), V_ROL(*a, 19), V_ROL(*a, 10));
            VEC t = V_ADD(V_ADD(V_ADD(*h, big1), V_CH(*e, *f, *g)),
                          V_ADD(V_SET1(otd_sha256_k[base + i]), block[i]));
            *d = V_ADD(*d, t);
            *h = V_ADD(V_ADD(t, big0), V_MAJ(*a, *b, *c));
            if (base < 48) {
                VEC w1 = block[(i + 1) & 15], w14 = block[(i + 14) & 15];
                VEC small0 = V_XOR3(V_ROL(w1, 25), V_ROL(w1, 14), V_SHR(w1, 3));
                VEC small1 = V_XOR3(V_ROL(w14, 15), V_ROL(w14, 13), V_SHR(w14, 10));
                block[i] = V_ADD(V_ADD(block[i], small0), V_ADD(block[(i + 9) & 15], small1));
            }
        }
    }
    UNROLL
    for (int i = 0; i < 8; i++) {
        state[i] = V_ADD(state[i], s[i]);
    }
}

static void otd_lanes_start(VEC state[8]) {
    for (int i = 0; i < 8; i++) {
        state[i] = V_SET1(otd_sha256_iv[i]);
    }
}

/* Ends a message whose last `used` words of block are set; `bits` is the whole message's length. */
static void otd_lanes_end(VEC state[8], VEC block[16], int used, uint32_t bits) {
    block[used] = V_SET1(0x80000000u);
    for (int i = used + 1; i < 15; i++) {
        block[i] = V_SET1(0);
    }
    block[15] = V_SET1(bits);
    otd_lanes_block(state, block);
}

/* HMAC-SHA-256 keyed with the header: the chaining values after the two key blocks. */
typedef struct otd_hmac_lanes {
    VEC inner[8];
    VEC outer[8];
} otd_hmac_lanes;

static void otd_hmac_key(otd_hmac_lanes *hmac, const VEC header[20]) {
    VEC key[8], block[16];
    /* A key longer than a block is replaced by its digest. */
    otd_lanes_start(key);
    for (int i = 0; i < 16; i++) {
        block[i] = header[i];
    }
    otd_lanes_block(key, block);
    for (int i = 0; i < 4; i++) {
        block[i] = header[16 + i];
    }
    otd_lanes_end(key, block, 4, 80 * 8);

    for (int pass = 0; pass < 2; pass++) {
        VEC pad = V_SET1(pass == 0 ? 0x36363636u : 0x5c5c5c5cu);
        VEC *state = pass == 0 ? hmac->inner : hmac->outer;
        for (int i = 0; i < 16; i++) {
            block[i] = i < 8 ? V_XOR(key[i], pad) : pad;
        }
        otd_lanes_start(state);
        otd_lanes_block(state, block);
    }
}

/* digest = outer hash over an inner digest. Both messages are one key block longer than they look. */
static void otd_hmac_outer(VEC digest[8], const otd_hmac_lanes *hmac, const VEC inner[8]) {
    VEC block[16];
    for (int i = 0; i < 8; i++) {
        block[i] = inner[i];
        digest[i] = hmac->outer[i];
    }
    otd_lanes_end(digest, block, 8, (64 + 32) * 8);
}

/* PBKDF2 with salt = header: four blocks of eight words that share the first 64 bytes of salt. */
static void otd_pbkdf2_expand(VEC out[32], otd_hmac_lanes *hmac, const VEC header[20]) {
    VEC salted[8], state[8], block[16];
    otd_hmac_key(hmac, header);
    for (int i = 0; i < 8; i++) {
        salted[i] = hmac->inner[i];
    }
    for (int i = 0; i < 16; i++) {
        block[i] = header[i];
    }
    otd_lanes_block(salted, block);
    for (uint32_t index = 1; index <= 4; index++) {
        for (int i = 0; i < 8; i++) {
            state[i] = salted[i];
        }
        for (int i = 0; i < 4; i++) {
            block[i] = header[16 + i];
        }
        block[4] = V_SET1(index);
        otd_lanes_end(state, block, 5, (64 + 80 + 4) * 8);
        otd_hmac_outer(out + 8 * (index - 1), hmac, state);
    }
}

/* PBKDF2 with salt = the mixed block, one block of output. */
static void otd_pbkdf2_fold(VEC hash[8], const otd_hmac_lanes *hmac, const VEC mixed[32]) {
    VEC state[8], block[16];
    for (int i = 0; i < 8; i++) {
        state[i] = hmac->inner[i];
    }
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 16; i++) {
            block[i] = mixed[16 * half + i];
        }
        otd_lanes_block(state, block);
    }
    block[0] = V_SET1(1);
    otd_lanes_end(state, block, 1, (64 + 128 + 4) * 8);
    otd_hmac_outer(hash, hmac, state);
}

/* ---- ROMix, one hash per 128-bit quarter ---------------------------------------------------- */

/* Hashes in flight. A group's entry is eight rows, the two Salsa20 matrices, of QUADS hashes. */
#define FLIGHT (QUADS * GROUPS)
#define ENTRY_ROWS 8

/* Word w of a 16-word Salsa20 matrix stands at diagonal position otd_diagonal[w]. */
static const uint8_t otd_diagonal[16] = {0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11};

/* One step of every column (or row) of every group: to ^= (p + q) <<< n. */
#define STEP(to, p, q, n)                                                                                    \
    UNROLL for (int g = 0; g < GROUPS; g++) {                                                                \
        w[g][to] = V_XOR(w[g][to], V_ROL(V_ADD(w[g][p], w[g][q]), n));                                       \
    }
#define TURN(row, turn)                                                                                      \
    UNROLL for (int g = 0; g < GROUPS; g++) {                                                                \
        w[g][row] = turn(w[g][row]);                                                                         \
    }

/* x = Salsa20/8(x ^ y) for every group. */
static inline __attribute__((always_inline)) void otd_salsa_xor(VEC x[GROUPS][4], VEC y[GROUPS][4]) {
    VEC w[GROUPS][4];
    UNROLL
    for (int g = 0; g < GROUPS; g++) {
        UNROLL
        for (int row = 0; row < 4; row++) {
            w[g][row] = x[g][row] = V_XOR(x[g][row], y[g][row]);
        }
    }
    UNROLL
    for (int round = 0; round < 8; round += 2) {
        STEP(1, 0, 3, 7)
        STEP(2, 1, 0, 9)
        STEP(3, 2, 1, 13)
        TURN(1, V_TURN3)
        STEP(0, 3, 2, 18)
        TURN(2, V_TURN2)
        TURN(3, V_TURN1)
        STEP(3, 0, 1, 7)
        STEP(2, 3, 0, 9)
        STEP(1, 2, 3, 13)
        TURN(3, V_TURN3)
        STEP(0, 1, 2, 18)
        TURN(2, V_TURN2)
        TURN(1, V_TURN1)
    }
    UNROLL
    for (int g = 0; g < GROUPS; g++) {
        UNROLL
        for (int row = 0; row < 4; row++) {
            x[g][row] = V_ADD(x[g][row], w[g][row]);
        }
    }
}

/* The row of entries, one per quarter, that the last block of group g asks for. */
#define ENTRIES(entry, pad, row)                                                                             \
    UNROLL for (int q = 0; q < QUADS; q++) {                                                                 \
        entry[q] = pad + (size_t)(V_FIRST(row, q) % OTD_SCRYPT_N) * ENTRY_ROWS;                              \
    }

/* Mixes FLIGHT blocks; rows[g] in and out. pads: FLIGHT scratchpads. */
static void otd_romix(VEC rows[GROUPS][ENTRY_ROWS], VEC *pads) {
    VEC a[GROUPS][4], b[GROUPS][4];
    UNROLL
    for (int g = 0; g < GROUPS; g++) {
        UNROLL
        for (int row = 0; row < 4; row++) {
            a[g][row] = rows[g][row];
            b[g][row] = rows[g][4 + row];
        }
    }
    for (size_t i = 0; i < OTD_SCRYPT_N; i++) {
        UNROLL
        for (size_t g = 0; g < GROUPS; g++) {
            VEC *entry = pads + (g * OTD_SCRYPT_N + i) * ENTRY_ROWS;
            UNROLL
            for (int row = 0; row < 4; row++) {
                entry[row] = a[g][row];
                entry[4 + row] = b[g][row];
            }
        }
        otd_salsa_xor(a, b);
        otd_salsa_xor(b, a);
    }
    for (size_t i = 0; i < OTD_SCRYPT_N; i++) {
        UNROLL
        for (size_t g = 0; g < GROUPS; g++) {
            const VEC *entry[QUADS];
            ENTRIES(entry, (pads + g * OTD_SCRYPT_N * ENTRY_ROWS), b[g][0]);
            UNROLL
            for (int row = 0; row < 4; row++) {
                a[g][row] = V_XOR_QUARTERS(a[g][row], entry, row);
                b[g][row] = V_XOR_QUARTERS(b[g][row], entry, 4 + row);
            }
        }
        otd_salsa_xor(a, b);
        otd_salsa_xor(b, a);
    }
    UNROLL
    for (int g = 0; g < GROUPS; g++) {
        UNROLL
        for (int row = 0; row < 4; row++) {
            rows[g][row] = a[g][row];
            rows[g][4 + row] = b[g][row];
        }
    }
}

/* ---- a batch -------------------------------------------------------------------------------- */

/* The 32 words of every hash in flight, as otd_romix has them: group, row, quarter, word. */
typedef union otd_flight_rows {
    VEC vectors[GROUPS][ENTRY_ROWS];
    uint32_t words[GROUPS][ENTRY_ROWS][QUADS][4];
} otd_flight_rows;

/* Runs ROMix over hashes [first, first + FLIGHT): byte order and diagonals change on both ways. */
static void otd_mix(uint32_t lanes[32][OTD_SCRYPT_BATCH], uint32_t first, VEC *pads) {
    otd_flight_rows rows;
    for (uint32_t hash = 0; hash < FLIGHT; hash++) {
        for (int i = 0; i < 32; i++) {
            uint32_t word = lanes[(i & 16) + otd_diagonal[i & 15]][first + hash];
            rows.words[hash / QUADS][i / 4][hash % QUADS][i & 3] = __builtin_bswap32(word);
        }
    }
    otd_romix(rows.vectors, pads);
    for (uint32_t hash = 0; hash < FLIGHT; hash++) {
        for (int i = 0; i < 32; i++) {
            uint32_t word = rows.words[hash / QUADS][i / 4][hash % QUADS][i & 3];
            lanes[(i & 16) + otd_diagonal[i & 15]][first + hash] = __builtin_bswap32(word);
        }
    }
}

static void otd_scrypt_lanes_hash(otd_scrypt_batch *batch, uint32_t count, void *pads) {
    otd_hmac_lanes hmac[OTD_SCRYPT_BATCH / LANES];
    _Alignas(64) uint32_t words[32][OTD_SCRYPT_BATCH];
    VEC header[20], block[32], hash[8];

    for (uint32_t lane = 0; lane < OTD_SCRYPT_BATCH; lane += LANES) {
        for (int i = 0; i < 20; i++) {
            header[i] = V_LOAD(&batch->header[i][lane]);
        }
        otd_pbkdf2_expand(block, &hmac[lane / LANES], header);
        for (int i = 0; i < 32; i++) {
            V_STORE(&words[i][lane], block[i]);
        }
    }
    for (uint32_t first = 0; first < count; first += FLIGHT) {
        otd_mix(words, first, pads);
    }
    for (uint32_t lane = 0; lane < OTD_SCRYPT_BATCH; lane += LANES) {
        for (int i = 0; i < 32; i++) {
            block[i] = V_LOAD(&words[i][lane]);
        }
        otd_pbkdf2_fold(hash, &hmac[lane / LANES], block);
        for (int i = 0; i < 8; i++) {
            V_STORE(&batch->hash[i][lane], hash[i]);
        }
    }
}
