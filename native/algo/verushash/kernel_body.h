/*
 * kernel_body.h - VerusHash over a 128-bit word type, included once per instruction set. The includer defines
 * the word type `w128` and its primitives (see kernel_ref.c for their meaning), LANES, and KERNEL_NAME.
 *
 * A scan runs LANES hashes in lock-step, each with its own copy of the key: at every step the lanes are
 * sorted by what the step does, so that the unpredictable eight-way branch is taken once per kind instead of
 * once per hash, and the latencies of lanes doing the same thing overlap.
 */
#include <string.h>

#include "verushash.h"

#define INLINE static inline __attribute__((always_inline))

/* ---- Haraka -------------------------------------------------------------------------------- */

INLINE void otd_haraka256(w128 s[2], const w128 *rc) {
    w128 in0 = s[0], in1 = s[1];
    for (int r = 0; r < 5; r++) {
        for (int m = 0; m < 2; m++) {
            s[0] = aesenc(s[0], rc[4 * r + 2 * m]);
            s[1] = aesenc(s[1], rc[4 * r + 2 * m + 1]);
        }
        mix2(&s[0], &s[1]);
    }
    s[0] = xor128(s[0], in0);
    s[1] = xor128(s[1], in1);
}

/* The permutation with feed-forward; the caller picks the 32 output bytes with haraka512_out. */
INLINE void otd_haraka512(w128 s[4], const w128 *key) {
    w128 in[4] = {s[0], s[1], s[2], s[3]};
    for (int r = 0; r < 5; r++) {
        for (int m = 0; m < 2; m++) {
            for (int i = 0; i < 4; i++) {
                s[i] = aesenc(s[i], load128(&key[8 * r + 4 * m + i]));
            }
        }
        mix4(s);
    }
    for (int i = 0; i < 4; i++) {
        s[i] = xor128(s[i], in[i]);
    }
}

INLINE void otd_haraka512_out(uint64_t out[4], const w128 s[4]) {
    out[0] = high64(s[0]);
    out[1] = high64(s[1]);
    out[2] = low64(s[2]);
    out[3] = low64(s[3]);
}

/* ---- the chain ----------------------------------------------------------------------------- */

typedef struct constants128 {
    w128 rc[40];
    w128 zero[40];
} constants128;

static void otd_load_constants(constants128 *c) {
    memcpy(c->rc, otd_verus_round_constants(), sizeof c->rc);
    memset(c->zero, 0, sizeof c->zero);
}

static const w128 *otd_chain_key(const constants128 *c, verus_variant variant) {
    return variant == VERUS_10 ? c->zero : c->rc;
}

/* H = Haraka512(H || block), a 64-byte state. */
static void otd_verushash_absorb(uint8_t h[32], const uint8_t block[32], const w128 *key) {
    w128 s[4];
    uint64_t out[4];
    memcpy(s, h, 32);
    memcpy(s + 2, block, 32);
    otd_haraka512(s, key);
    otd_haraka512_out(out, s);
    memcpy(h, out, 32);
}

static void otd_run_chain(verus_chain *chain, const uint8_t *message, uint32_t length, verus_variant variant,
                          const constants128 *c) {
    memset(chain, 0, sizeof *chain);
    chain->variant = variant;
    for (; length >= 32; message += 32, length -= 32) {
        otd_verushash_absorb(chain->h, message, otd_chain_key(c, variant));
    }
    memcpy(chain->tail, message, length);
    chain->tail_length = length;
}

/* ---- the key ------------------------------------------------------------------------------- */

static void otd_make_key(w128 *key, const uint8_t h[32], const constants128 *c) {
    w128 s[2];
    memcpy(s, h, 32);
    for (uint32_t i = 0; i < VERUS_KEY_WORDS; i += 2) {
        otd_haraka256(s, c->rc);
        store128(&key[i], s[0]);
        store128(&key[i + 1], s[1]);
    }
}

/* ---- the 32 steps -------------------------------------------------------------------------- */

typedef struct lane {
    w128 b[4]; /* the working buffer */
    w128 acc;
    w128 *key;
    uint16_t slot[2 * VERUS_STEPS]; /* key words written, to be restored */
} lane;

INLINE w128 otd_scaled(w128 acc, w128 x) { /* MH(acc, x) ^ x */
    return xor128(mulhrs(acc, x), x);
}

/* Signed remainder of the low halves, zero-extended; the callers' selector bits rule out 0 and -1. */
INLINE w128 otd_remainder128(uint64_t dividend, uint64_t divisor) {
    int64_t r = (int64_t)dividend % (int32_t)(uint32_t)divisor;
    return from64((uint32_t)r);
}

/* Loop A's choice in pass r. In 2.0 the original's 32-bit signed shift is consensus. */
INLINE int otd_loop_a_bit(uint64_t sel, uint32_t r, const int variant) {
    if (variant != VERUS_20) {
        return (sel >> (28 + r)) & 1;
    }
    return r < 3 ? (sel >> (28 + r)) & 1 : r == 3 && (sel >> 31) != 0;
}

/*
 * Which way a pass of the loops goes is a coin toss, so a processor that guesses loses about as much as both
 * ways cost: with one-instruction primitives (CHOOSES) both are computed and one is taken. No read leaves the
 * key: the last word is p + 39 <= 550.
 */
INLINE w128 otd_loop_a(w128 acc, const w128 *k, uint64_t sel, uint32_t p, w128 a, w128 b, uint32_t passes,
                       const int variant) {
    uint32_t c = p, o = 0;
    for (uint32_t r = passes;; r--) {
        w128 key = load128(&k[c++]), sum;
        w128 even = r & 1 ? b : a, odd = r & 1 ? a : b;
        int bit = otd_loop_a_bit(sel, r, variant);
        if (CHOOSES || !bit) {
            w128 x = aesenc(aesenc(key, load128(&k[c + o])), load128(&k[c + o + 2]));
            w128 y = aesenc(aesenc(even, load128(&k[c + o + 1])), load128(&k[c + o + 3]));
            mix2(&x, &y);
            sum = xor128(x, y);
            o += bit ? 0 : 4;
        }
        if (CHOOSES) {
            sum = choose128(bit, clmul(xor128(key, odd)), sum);
        } else if (bit) {
            sum = clmul(xor128(key, odd));
        }
        acc = xor128(acc, sum);
        if (r == 0) {
            return acc;
        }
    }
}

/* The divisor of a step with what makes remainders by it cheap. */
typedef struct divisor {
    uint64_t size, inverse; /* |d| and floor((2^64 - 1) / |d|) */
} divisor;

INLINE divisor otd_divisor_of(uint64_t sel) {
    int64_t d = (int32_t)(uint32_t)sel;
    uint64_t size = (uint64_t)(d < 0 ? -d : d);
    return (divisor){size, UINT64_MAX / size};
}

/* remainder128 by multiplication. |dividend| <= 2^63, so the quotient is at most one too small. */
INLINE w128 otd_remainder_by(uint64_t dividend, divisor d) {
    uint64_t sign = (uint64_t)((int64_t)dividend >> 63), n = (dividend ^ sign) - sign;
    uint64_t r = n - (uint64_t)((unsigned __int128)n * d.inverse >> 64) * d.size;
    r -= r >= d.size ? d.size : 0;
    return from64((uint32_t)((r ^ sign) - sign));
}

/* Loop B; returns the new acc, *last is the word the case stores. */
INLINE w128 otd_loop_b(w128 acc, const w128 *k, uint64_t sel, uint32_t p, w128 a, w128 b, uint32_t passes,
                       w128 *last, const int variant) {
    divisor d = otd_divisor_of(sel);
    for (uint32_t r = passes, c = p;; r--, c++) {
        w128 key = load128(&k[c]), x, sum;
        w128 same = xor128(key, r & 1 ? a : b), other = xor128(key, r & 1 ? b : a);
        int bit = (sel >> (28 + r)) & 1;
        if (CHOOSES) {
            w128 product = clmul(other);
            x = choose128(bit, same, product);
            sum = choose128(bit, otd_remainder_by(low64(same), d), mulhrs(acc, product));
        } else if (bit) {
            x = same;
            sum = otd_remainder_by(low64(x), d);
        } else {
            x = clmul(other);
            sum = mulhrs(acc, x);
        }
        acc = xor128(acc, sum);
        if (r == 0) {
            *last = variant == VERUS_22 ? x : key;
            return acc;
        }
    }
}

/* Case 4: three AES passes over both buffer words. */
INLINE w128 otd_aes_passes(const w128 *k, w128 x, w128 y) {
    for (int r = 0; r < 3; r++) {
        x = aesenc(aesenc(x, load128(&k[4 * r])), load128(&k[4 * r + 2]));
        y = aesenc(aesenc(y, load128(&k[4 * r + 1])), load128(&k[4 * r + 3]));
        mix2(&x, &y);
    }
    return xor128(x, y);
}

/*
 * One step. `kind` and `variant` are constants where this is inlined. Each case reads, in the order that
 * matters when p == q: first word, acc, then the second word after nothing but the first store pending.
 */
INLINE void otd_verushash_step(lane *l, uint64_t sel, const uint32_t kind, const int variant) {
    w128 *k = l->key;
    uint32_t p = (sel >> 5) & 511, q = (sel >> 32) & 511;
    w128 acc = l->acc, a = l->b[sel & 3], b = l->b[(sel & 3) ^ 1], x, y, w;
    switch (kind) {
    case 0:
        x = load128(&k[q]);
        acc = xor128(acc, clmul(xor128(x, b)));
        w = otd_scaled(acc, x);
        y = load128(&k[p]);
        store128(&k[p], w);
        acc = xor128(acc, clmul(xor128(y, a)));
        store128(&k[q], otd_scaled(acc, y));
        break;
    case 1:
        x = load128(&k[p]);
        acc = xor128(acc, xor128(clmul(xor128(x, a)), clmul(a)));
        w = otd_scaled(acc, x);
        y = load128(&k[q]);
        store128(&k[q], w);
        acc = xor128(acc, xor128(y, b));
        store128(&k[p], otd_scaled(acc, y));
        break;
    case 2:
        x = load128(&k[q]);
        acc = xor128(acc, xor128(x, a));
        w = otd_scaled(acc, x);
        y = load128(&k[p]);
        store128(&k[p], w);
        acc = xor128(acc, xor128(clmul(xor128(y, b)), clmul(b)));
        store128(&k[q], otd_scaled(acc, y));
        break;
    case 3: {
        x = load128(&k[p]);
        acc = xor128(acc, xor128(x, b));
        uint64_t n = low64(acc);
        acc = xor128(acc, otd_remainder128(n, sel));
        w = otd_scaled(acc, x);
        y = load128(&k[q]);
        store128(&k[q], w);
        if (n & 1) {
            acc = xor128(acc, xor128(clmul(xor128(y, a)), clmul(a)));
            store128(&k[p], otd_scaled(acc, y));
        } else {
            store128(&k[p], y);
            acc = variant == VERUS_22 ? xor128(acc, a) : acc;
        }
        break;
    }
    case 4:
        acc = xor128(acc, otd_aes_passes(k + p, b, a));
        x = load128(&k[p]);
        w = otd_scaled(acc, x);
        y = load128(&k[q]);
        store128(&k[q], w);
        store128(&k[p], y);
        break;
    case 5:
        acc = otd_loop_a(acc, k, sel, p, a, b, (uint32_t)(sel >> 61), variant);
        x = load128(&k[p]);
        w = otd_scaled(acc, x);
        y = load128(&k[q]);
        store128(&k[q], w);
        store128(&k[p], y);
        break;
    case 6:
        if (variant == VERUS_20) {
            x = load128(&k[p]);
            acc = xor128(acc, clmul(xor128(b, x)));
            w = otd_scaled(acc, x);
            y = load128(&k[q]);
            store128(&k[q], w);
            store128(&k[p], y);
            break;
        }
        acc = otd_loop_b(acc, k, sel, p, a, b, (uint32_t)(sel >> 61), &x, variant);
        w = xor128(load128(&k[q]), acc);
        store128(&k[q], variant == VERUS_22 ? x : w);
        store128(&k[p], variant == VERUS_22 ? w : x);
        break;
    default:
        x = load128(&k[q]);
        acc = xor128(acc, clmul(xor128(a, x)));
        w = otd_scaled(acc, x);
        y = load128(&k[p]);
        store128(&k[p], w);
        acc = xor128(acc, y);
        acc = variant == VERUS_22 ? xor128(acc, b) : acc;
        store128(&k[q], otd_scaled(acc, y));
    }
    l->acc = acc;
}

/* ---- start and end of a finish ------------------------------------------------------------- */

/* The message's tail and the fill: `fill` repeated to the end of the 64-byte block. */
static void otd_fill_buffer(w128 b[4], const uint8_t h[32], const uint8_t *tail, uint32_t tail_length,
                            const uint8_t *fill, uint32_t fill_length) {
    uint8_t block[64];
    memcpy(block, h, 32);
    memcpy(block + 32, tail, tail_length);
    for (uint32_t i = 0; i < 32 - tail_length; i++) {
        block[32 + tail_length + i] = fill[i % fill_length];
    }
    memcpy(b, block, 64);
}

INLINE void otd_start_lane(lane *l, const uint8_t h[32], const uint8_t *tail, uint32_t tail_length,
                           const int variant) {
    otd_fill_buffer(l->b, h, tail, tail_length, h, 16);
    if (variant != VERUS_20) {
        l->b[0] = xor128(l->b[0], l->b[2]);
        l->b[1] = xor128(l->b[1], l->b[3]);
    }
    l->acc = load128(&l->key[513]);
}

/* acc with the constant added, modulo x^64 + x^4 + x^3 + x + 1. */
INLINE uint64_t otd_verushash_reduce(w128 acc) {
    w128 x = xor128(acc, from64(1 << 16));
    w128 q = clmul(set64(high64(x), 27));
    return low64(x) ^ low64(q) ^ low64(clmul(set64(high64(q), 27)));
}

INLINE void otd_end_lane(uint64_t out[4], const lane *l, const uint8_t h[32], const uint8_t *tail,
                         uint32_t tail_length) {
    uint64_t i = otd_verushash_reduce(l->acc);
    w128 s[4];
    otd_fill_buffer(s, h, tail, tail_length, (const uint8_t *)&i, 8);
    otd_haraka512(s, l->key + i % VERUS_KEY_MUTABLE);
    otd_haraka512_out(out, s);
}

/* ---- one whole message --------------------------------------------------------------------- */

INLINE void otd_verushash_finish(uint8_t out[32], const verus_chain *chain, const constants128 *c,
                                 const int variant) {
    w128 key[VERUS_KEY_WORDS];
    lane l = {.key = key};
    uint64_t digest[4];
    otd_make_key(key, chain->h, c);
    otd_start_lane(&l, chain->h, chain->tail, chain->tail_length, variant);
    for (uint32_t i = 0; i < VERUS_STEPS; i++) {
        uint64_t sel = low64(l.acc);
        switch ((sel >> 2) & 7) {
        case 0:
            otd_verushash_step(&l, sel, 0, variant);
            break;
        case 1:
            otd_verushash_step(&l, sel, 1, variant);
            break;
        case 2:
            otd_verushash_step(&l, sel, 2, variant);
            break;
        case 3:
            otd_verushash_step(&l, sel, 3, variant);
            break;
        case 4:
            otd_verushash_step(&l, sel, 4, variant);
            break;
        case 5:
            otd_verushash_step(&l, sel, 5, variant);
            break;
        case 6:
            otd_verushash_step(&l, sel, 6, variant);
            break;
        default:
            otd_verushash_step(&l, sel, 7, variant);
        }
    }
    otd_end_lane(digest, &l, chain->h, chain->tail, chain->tail_length);
    memcpy(out, digest, 32);
}

static void otd_verushash_hash(uint8_t out[32], const uint8_t *message, uint32_t length,
                               verus_variant variant) {
    constants128 c;
    verus_chain chain;
    otd_load_constants(&c);
    otd_run_chain(&chain, message, length, variant, &c);
    if (variant == VERUS_22) {
        otd_verushash_finish(out, &chain, &c, VERUS_22);
    } else if (variant == VERUS_21) {
        otd_verushash_finish(out, &chain, &c, VERUS_21);
    } else if (variant == VERUS_20) {
        otd_verushash_finish(out, &chain, &c, VERUS_20);
    } else { /* 1.0 and the plain form of 2.0: one more block, zero-filled */
        if (chain.tail_length > 0) {
            otd_verushash_absorb(chain.h, chain.tail, otd_chain_key(&c, variant));
        }
        memcpy(out, chain.h, 32);
    }
}

/* ---- scan: many tails of one message in lock-step ------------------------------------------ */

typedef struct workspace {
    w128 key[LANES][VERUS_KEY_WORDS]; /* each lane's own, restored after every hash */
    w128 pristine[VERUS_KEY_WORDS];
    lane lanes[LANES];
    uint8_t tail[LANES][16];
    constants128 constants;
} workspace;

/* Kinds for sorting: the eight cases, with the two looping ones split by their number of passes. */
#define KINDS 24u

INLINE uint32_t otd_kind_of(uint64_t sel) {
    uint32_t kind = (sel >> 2) & 7, passes = (uint32_t)(sel >> 61);
    return kind == 5 ? 8 + passes : kind == 6 ? 16 + passes : kind;
}

#define RUN_KIND(FIRST, LAST, CASE)                                                                          \
    for (uint32_t n = at[FIRST]; n < at[(LAST) + 1]; n++) {                                                  \
        lane *l = &lanes[order[n]];                                                                          \
        otd_verushash_step(l, low64(l->acc), CASE, variant);                                                 \
    }

INLINE void otd_run_steps(lane *lanes, const uint32_t count, const int variant) {
    for (uint32_t i = 0; i < VERUS_STEPS; i++) {
        uint8_t kind[LANES], order[LANES];
        uint32_t at[KINDS + 2] = {0};
        for (uint32_t n = 0; n < count; n++) {
            lane *l = &lanes[n];
            uint64_t sel = low64(l->acc);
            uint32_t p = (sel >> 5) & 511, q = (sel >> 32) & 511;
            prefetch(&l->key[p]);
            prefetch(&l->key[q]);
            l->slot[2 * i] = (uint16_t)p;
            l->slot[2 * i + 1] = (uint16_t)q;
            kind[n] = (uint8_t)otd_kind_of(sel);
            at[kind[n] + 2]++;
        }
        for (uint32_t n = 2; n < KINDS + 2; n++) {
            at[n] += at[n - 1];
        }
        for (uint32_t n = 0; n < count; n++) { /* afterwards at[kind] is where the kind starts */
            order[at[kind[n] + 1]++] = (uint8_t)n;
        }
        RUN_KIND(0, 0, 0)
        RUN_KIND(1, 1, 1)
        RUN_KIND(2, 2, 2)
        RUN_KIND(3, 3, 3)
        RUN_KIND(4, 4, 4)
        RUN_KIND(7, 7, 7)
        RUN_KIND(8, 15, 5)
        RUN_KIND(16, 23, 6)
    }
}

INLINE void otd_verushash_restore(workspace *w) {
    for (uint32_t n = 0; n < LANES; n++) {
        for (uint32_t i = 0; i < 2 * VERUS_STEPS; i++) {
            uint32_t slot = w->lanes[n].slot[i];
            store128(&w->key[n][slot], load128(&w->pristine[slot]));
        }
    }
}

INLINE uint64_t otd_scan_variant(workspace *w, const verus_chain *chain, uint32_t nonce_at, uint64_t first,
                                 uint64_t count, uint64_t limit,
                                 int (*found)(void *, uint64_t, const uint8_t *), void *context,
                                 const int variant) {
    for (uint64_t done = 0; done < count; done += LANES) {
        for (uint32_t n = 0; n < LANES; n++) { /* lanes past count hash further nonces, unreported */
            uint64_t nonce = first + done + n;
            memcpy(w->tail[n], chain->tail, VERUS_TAIL_LENGTH);
            memcpy(w->tail[n] + nonce_at, &nonce, 8);
            w->lanes[n].key = w->key[n];
            otd_start_lane(&w->lanes[n], chain->h, w->tail[n], VERUS_TAIL_LENGTH, variant);
        }
        otd_run_steps(w->lanes, LANES, variant);
        uint64_t digest[LANES][4];
        for (uint32_t n = 0; n < LANES; n++) {
            otd_end_lane(digest[n], &w->lanes[n], chain->h, w->tail[n], VERUS_TAIL_LENGTH);
        }
        otd_verushash_restore(w);
        for (uint32_t n = 0; n < LANES && done + n < count; n++) {
            if (digest[n][3] <= limit && !found(context, first + done + n, (const uint8_t *)digest[n])) {
                return done + n + 1;
            }
        }
    }
    return count;
}

static uint64_t otd_verushash_scan(void *memory, const uint8_t *message, uint32_t length,
                                   verus_variant variant, uint32_t nonce_at, uint64_t first, uint64_t count,
                                   uint64_t limit,
                                   int (*found)(void *context, uint64_t nonce, const uint8_t digest[32]),
                                   void *context) {
    workspace *w = memory;
    verus_chain chain;
    otd_load_constants(&w->constants);
    otd_run_chain(&chain, message, length, variant, &w->constants);
    otd_make_key(w->pristine, chain.h, &w->constants);
    for (uint32_t n = 0; n < LANES; n++) {
        memcpy(w->key[n], w->pristine, sizeof w->pristine);
    }
    switch (variant) {
    case VERUS_22:
        return otd_scan_variant(w, &chain, nonce_at, first, count, limit, found, context, VERUS_22);
    case VERUS_21:
        return otd_scan_variant(w, &chain, nonce_at, first, count, limit, found, context, VERUS_21);
    default:
        return otd_scan_variant(w, &chain, nonce_at, first, count, limit, found, context, VERUS_20);
    }
}

#ifndef KERNEL_CUSTOM /* the includer makes its own table */
const verus_kernel KERNEL_NAME = {
    .hash = otd_verushash_hash, .scan = otd_verushash_scan, .workspace_bytes = sizeof(workspace)};
#endif
