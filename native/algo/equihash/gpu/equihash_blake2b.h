/*
 * equihash_blake2b.h - the compression of BLAKE2b (RFC 7693) on v[16] with the message m, of which only the
 * first MESSAGE_WORDS words are not zero: 2 where the input is a header of 140 bytes, since the block behind its
 * first 128 bytes holds 12 of them and the number of the hash.
 *
 * The schedule is in the text and not in a table, since a table is not folded into the instructions.
 */
#if EQUIHASH_N > 96
#define MESSAGE_WORDS 2
#else
#define MESSAGE_WORDS 16
#endif

#define MESSAGE(a, s)                                                                                        \
    if ((s) < MESSAGE_WORDS) {                                                                               \
        v[a] = ADD64(v[a], m[(s) < MESSAGE_WORDS ? (s) : 0]);                                                \
    }

#define BLAKE_MIX(a, b, c, d, s0, s1)                                                                        \
    v[a] = ADD64(v[a], v[b]);                                                                                \
    MESSAGE(a, s0)                                                                                           \
    v[d] = SWAP64(v[d] ^ v[a]);                                                                              \
    v[c] = ADD64(v[c], v[d]);                                                                                \
    v[b] = ROTL64(v[b] ^ v[c], 40);                                                                          \
    v[a] = ADD64(v[a], v[b]);                                                                                \
    MESSAGE(a, s1)                                                                                           \
    v[d] = ROTL64(v[d] ^ v[a], 48);                                                                          \
    v[c] = ADD64(v[c], v[d]);                                                                                \
    v[b] = ROTL64(v[b] ^ v[c], 1);

#define BLAKE_ROUND(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, sa, sb, sc, sd, se, sf)                          \
    BLAKE_MIX(0, 4, 8, 12, s0, s1)                                                                           \
    BLAKE_MIX(1, 5, 9, 13, s2, s3)                                                                           \
    BLAKE_MIX(2, 6, 10, 14, s4, s5)                                                                          \
    BLAKE_MIX(3, 7, 11, 15, s6, s7)                                                                          \
    BLAKE_MIX(0, 5, 10, 15, s8, s9)                                                                          \
    BLAKE_MIX(1, 6, 11, 12, sa, sb)                                                                          \
    BLAKE_MIX(2, 7, 8, 13, sc, sd)                                                                           \
    BLAKE_MIX(3, 4, 9, 14, se, sf)

#define BLAKE_ROUNDS                                                                                         \
    BLAKE_ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)                                        \
    BLAKE_ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)                                        \
    BLAKE_ROUND(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)                                        \
    BLAKE_ROUND(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)                                        \
    BLAKE_ROUND(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13)                                        \
    BLAKE_ROUND(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9)                                        \
    BLAKE_ROUND(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11)                                        \
    BLAKE_ROUND(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10)                                        \
    BLAKE_ROUND(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5)                                        \
    BLAKE_ROUND(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)                                        \
    BLAKE_ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)                                        \
    BLAKE_ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)

/* v before the rounds: the state, and the constants with the length (words as low, high) and the end's mark. */
#define BLAKE_BEGIN(state, length)                                                                           \
    UNROLL for (int k = 0; k < 8; k++) {                                                                     \
        v[k] = state(k);                                                                                     \
    }                                                                                                        \
    v[8] = U64(0xf3bcc908u, 0x6a09e667u);                                                                    \
    v[9] = U64(0x84caa73bu, 0xbb67ae85u);                                                                    \
    v[10] = U64(0xfe94f82bu, 0x3c6ef372u);                                                                   \
    v[11] = U64(0x5f1d36f1u, 0xa54ff53au);                                                                   \
    v[12] = U64(0xade682d1u ^ (length), 0x510e527fu);                                                        \
    v[13] = U64(0x2b3e6c1fu, 0x9b05688cu);                                                                   \
    v[14] = U64(~0xfb41bd6bu, ~0x1f83d9abu);                                                                 \
    v[15] = U64(0x137e2179u, 0x5be0cd19u);
