/*
 * equihash_generate.cu - level 0: hashes, cut into leaves, each put into the bucket of its first digit.
 * Read as CUDA, OpenCL C, C and, by its .comp, GLSL.
 *
 *   constants  the row of equihash_row.h
 *   nonce      of the header
 *   first      first group of HASHES hashes; a work item makes one such group
 *   count      of them
 *   records    level 0: values
 *   tails      level 0: leaf numbers
 *   counters   equihash_body.h
 *
 * Where outputs are added up inside aligned groups of 16, one work item makes the 16: a running sum costs
 * nothing, where a scan among 16 neighbours would cost 64 shuffles for each hash.
 */
#ifdef GPU_GLSL
layout(push_constant, std430) uniform Parameters {
    Words constants;
    uvec2 nonce;
    uint first;
    uint count;
    Quads records;
    Words tails;
    Words counters;
};
#endif

#define PER_HASH (512 / EQUIHASH_N)
#define LEAF_BITS ((EQUIHASH_N + 7) / 8 * 8)
#define STATE(k) U64(WORD(constants, 2 * (k)), WORD(constants, 2 * (k) + 1))

/* 32 bits of an output from bit `at` on, most significant first; at is a constant. */
#define BITS_AT(at)                                                                                          \
    (((at) & 31) == 0 ? h[(at) >> 5] : h[(at) >> 5] << ((at)&31) | h[((at) >> 5) + 1] >> (-(at)&31))

#ifdef GPU_GLSL
void main() {
#else
KERNEL(otd_equihash_generate)
(GLOBAL const u32 *RESTRICT constants, u64 nonce, u32 first, u32 count, GLOBAL u32 *RESTRICT records,
 GLOBAL u32 *RESTRICT tails, GLOBAL u32 *RESTRICT counters) {
#endif
    u32 item = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    if (item >= count) {
        return;
    }
    u32 length = WORD(constants, 49);
#if EQUIHASH_N == 125
    u32 added = WORD(constants, 50), sum[16];
    UNROLL for (int k = 0; k < 16; k++) {
        sum[k] = 0u;
    }
#endif
    UNROLL_1 for (u32 turn = 0u; turn < HASHES; turn++) {
        u32 number = (first + item) * HASHES + turn, h[20];
        u64 v[16], m[MESSAGE_WORDS];
#if MESSAGE_WORDS == 2
        m[0] = U64(WORD(constants, 16), LOW32(nonce));
        m[1] = U64(HIGH32(nonce), number);
#else
        /* Inputs of any length: the nonce and the number begin at any byte. */
        u32 at = WORD(constants, 48), turned = (at & 3u) * 8u;
        UNROLL for (u32 k = 0u; k < 32u; k++) {
            u32 behind = k - (at >> 2), bits = WORD(constants, 16u + k);
            bits ^= behind == 0xfffffffeu ? LOW32(nonce) << turned : 0u;
            bits ^= behind == 0xffffffffu ? HIGH32(nonce) << turned : 0u;
            bits ^= behind == 0u ? number << turned : 0u;
            if (turned != 0u) {
                bits ^= behind == 0xffffffffu ? LOW32(nonce) >> (32u - turned) : 0u;
                bits ^= behind == 0u ? HIGH32(nonce) >> (32u - turned) : 0u;
                bits ^= behind == 1u ? number >> (32u - turned) : 0u;
            }
            m[k >> 1] = (k & 1u) == 0u ? U64(bits, 0u) : U64(LOW32(m[k >> 1]), bits);
        }
#endif
        BLAKE_BEGIN(STATE, length)
        BLAKE_ROUNDS
        UNROLL for (int k = 0; k < 8; k++) {
            u64 word = v[k] ^ v[k + 8] ^ STATE(k);
            h[2 * k] = LOW32(word);
            h[2 * k + 1] = HIGH32(word);
        }
        UNROLL for (int k = 0; k < 16; k++) {
#if EQUIHASH_N == 125
            sum[k] = (sum[k] & added) + h[k];
            h[k] = sum[k];
#endif
            h[k] = BSWAP32(h[k]);
        }
        h[16] = 0u, h[17] = 0u, h[18] = 0u, h[19] = 0u;
        UNROLL for (int k = 0; k < PER_HASH; k++) {
            u32 leaf = number * PER_HASH + k, bucket = BITS_AT(k * LEAF_BITS) >> (32u - BUCKET_BITS);
            if (leaf >> (DIGIT_BITS + 1u) == 0u) { /* the last hash may hold more than are needed */
                u32 place = ATOMIC_ADD(WORD(counters, bucket), 1u);
                if (place < SLOTS) {
                    place += bucket * SLOTS;
                    STORE4(records, place,
                           MAKE4(BITS_AT(k * LEAF_BITS + BUCKET_BITS) & MASK_WORD(VALUE_BITS(0u), 0u),
                                 BITS_AT(k * LEAF_BITS + BUCKET_BITS + 32) & MASK_WORD(VALUE_BITS(0u), 1u),
                                 BITS_AT(k * LEAF_BITS + BUCKET_BITS + 64) & MASK_WORD(VALUE_BITS(0u), 2u),
                                 BITS_AT(k * LEAF_BITS + BUCKET_BITS + 96) & MASK_WORD(VALUE_BITS(0u), 3u)));
                    WORD(tails, place) = leaf;
                }
            }
        }
    }
}
