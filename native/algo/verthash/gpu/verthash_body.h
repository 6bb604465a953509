/*
 * verthash_body.h - the parts of a Verthash that its search and its check have in common, shared by all four
 * dialects.
 */
#define FNV1A(a, b) (((a) ^ (b)) * 0x01000193u)

/* The digest of SHA3-512 number `part` as 16 of the item's 128 seeds, which lie in shared memory side by side
 * with those of its neighbours. */
#define VERTHASH_KEEP(seeds, part, a)                                                                        \
    UNROLL for (u32 k = 0u; k < 8u; k++) {                                                                   \
        seeds[(16u * (part) + 2u * k) * GROUP_SIZE + LOCAL_ID] = LOW32(a[k]);                                \
        seeds[(16u * (part) + 2u * k + 1u) * GROUP_SIZE + LOCAL_ID] = HIGH32(a[k]);                          \
    }

/*
 * p = the hash: from the digest of SHA3-256 in a[0..3], 4096 reads of 32 bytes, each place depending on what
 * was read before. READ(at, n) gives the 16 bytes at place at + n of the file; places and magic as in
 * verthash.cu.
 */
#define VERTHASH_WALK(p, a, seeds, places, magic, READ)                                                      \
    u32 p[8];                                                                                                \
    {                                                                                                        \
        u32 sum = 0x811c9dc5u;                                                                               \
        UNROLL for (int k = 0; k < 4; k++) {                                                                 \
            p[2 * k] = LOW32(a[k]);                                                                          \
            p[2 * k + 1] = HIGH32(a[k]);                                                                     \
        }                                                                                                    \
        UNROLL_1 for (u32 turn = 0u; turn < 32u; turn++) {                                                   \
            UNROLL_1 for (u32 seed = 0u; seed < 128u; seed++) {                                              \
                u32 word = seeds[seed * GROUP_SIZE + LOCAL_ID];                                              \
                u32 at = FNV1A(ROTL32_ANY(word, turn), sum);                                                 \
                at -= MULHI32(at, magic) * places;                                                           \
                at -= at >= places ? places : 0u;                                                            \
                u32x4 v = READ(at, 0u), w = READ(at, 1u);                                                    \
                p[0] = FNV1A(p[0], v.x), p[1] = FNV1A(p[1], v.y), p[2] = FNV1A(p[2], v.z);                   \
                p[3] = FNV1A(p[3], v.w), p[4] = FNV1A(p[4], w.x), p[5] = FNV1A(p[5], w.y);                   \
                p[6] = FNV1A(p[6], w.z), p[7] = FNV1A(p[7], w.w);                                            \
                sum = FNV1A(sum, v.x), sum = FNV1A(sum, v.y), sum = FNV1A(sum, v.z), sum = FNV1A(sum, v.w);  \
                sum = FNV1A(sum, w.x), sum = FNV1A(sum, w.y), sum = FNV1A(sum, w.z), sum = FNV1A(sum, w.w);  \
            }                                                                                                \
        }                                                                                                    \
    }
