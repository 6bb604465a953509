/*
 * keccak_body.h - the permutations keccak-f[1600] and keccak-f[800], shared by all four dialects. Reference:
 * FIPS 202. A state is an array of 25 lanes, lane x, y at 5y + x. f800 has lanes of 32 bits: rotations
 * modulo 32, and the lower words of the first 22 round constants.
 */
CONSTANT_ARRAY(u32, KECCAK_LOW, 24) = {
    0x00000001u, 0x00008082u, 0x0000808au, 0x80008000u, 0x0000808bu, 0x80000001u, 0x80008081u, 0x00008009u,
    0x0000008au, 0x00000088u, 0x80008009u, 0x8000000au, 0x8000808bu, 0x0000008bu, 0x00008089u, 0x00008003u,
    0x00008002u, 0x00000080u, 0x0000800au, 0x8000000au, 0x80008081u, 0x00008080u, 0x80000001u, 0x80008008u};

CONSTANT_ARRAY(u32, KECCAK_HIGH, 24) = {
    0x00000000u, 0x00000000u, 0x80000000u, 0x80000000u, 0x00000000u, 0x00000000u, 0x80000000u, 0x80000000u,
    0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x80000000u, 0x80000000u, 0x80000000u,
    0x80000000u, 0x80000000u, 0x00000000u, 0x80000000u, 0x80000000u, 0x80000000u, 0x00000000u, 0x80000000u};

#define ROTL32_WRAPPED(x, n) ROTL32((x), (n) % 32)

/* Theta, rho and pi into b, chi back into a, iota. */
#define KECCAK_ROUND(LANE, ROT, a, iota)                                                                     \
    {                                                                                                        \
        LANE c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20], c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];             \
        LANE c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22], c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];             \
        LANE c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];                                                       \
        LANE d0 = c4 ^ ROT(c1, 1), d1 = c0 ^ ROT(c2, 1), d2 = c1 ^ ROT(c3, 1), d3 = c2 ^ ROT(c4, 1);         \
        LANE d4 = c3 ^ ROT(c0, 1);                                                                           \
        LANE b0 = a[0] ^ d0, b1 = a[6] ^ d1, b2 = a[12] ^ d2, b3 = a[18] ^ d3, b4 = a[24] ^ d4;              \
        LANE b5 = a[3] ^ d3, b6 = a[9] ^ d4, b7 = a[10] ^ d0, b8 = a[16] ^ d1, b9 = a[22] ^ d2;              \
        LANE b10 = a[1] ^ d1, b11 = a[7] ^ d2, b12 = a[13] ^ d3, b13 = a[19] ^ d4, b14 = a[20] ^ d0;         \
        LANE b15 = a[4] ^ d4, b16 = a[5] ^ d0, b17 = a[11] ^ d1, b18 = a[17] ^ d2, b19 = a[23] ^ d3;         \
        LANE b20 = a[2] ^ d2, b21 = a[8] ^ d3, b22 = a[14] ^ d4, b23 = a[15] ^ d0, b24 = a[21] ^ d1;         \
        b1 = ROT(b1, 44), b2 = ROT(b2, 43), b3 = ROT(b3, 21), b4 = ROT(b4, 14), b5 = ROT(b5, 28);            \
        b6 = ROT(b6, 20), b7 = ROT(b7, 3), b8 = ROT(b8, 45), b9 = ROT(b9, 61), b10 = ROT(b10, 1);            \
        b11 = ROT(b11, 6), b12 = ROT(b12, 25), b13 = ROT(b13, 8), b14 = ROT(b14, 18), b15 = ROT(b15, 27);    \
        b16 = ROT(b16, 36), b17 = ROT(b17, 10), b18 = ROT(b18, 15), b19 = ROT(b19, 56), b20 = ROT(b20, 62);  \
        b21 = ROT(b21, 55), b22 = ROT(b22, 39), b23 = ROT(b23, 41), b24 = ROT(b24, 2);                       \
        a[0] = b0 ^ (~b1 & b2) ^ (iota), a[1] = b1 ^ (~b2 & b3), a[2] = b2 ^ (~b3 & b4);                     \
        a[3] = b3 ^ (~b4 & b0), a[4] = b4 ^ (~b0 & b1);                                                      \
        a[5] = b5 ^ (~b6 & b7), a[6] = b6 ^ (~b7 & b8), a[7] = b7 ^ (~b8 & b9);                              \
        a[8] = b8 ^ (~b9 & b5), a[9] = b9 ^ (~b5 & b6);                                                      \
        a[10] = b10 ^ (~b11 & b12), a[11] = b11 ^ (~b12 & b13), a[12] = b12 ^ (~b13 & b14);                  \
        a[13] = b13 ^ (~b14 & b10), a[14] = b14 ^ (~b10 & b11);                                              \
        a[15] = b15 ^ (~b16 & b17), a[16] = b16 ^ (~b17 & b18), a[17] = b17 ^ (~b18 & b19);                  \
        a[18] = b18 ^ (~b19 & b15), a[19] = b19 ^ (~b15 & b16);                                              \
        a[20] = b20 ^ (~b21 & b22), a[21] = b21 ^ (~b22 & b23), a[22] = b22 ^ (~b23 & b24);                  \
        a[23] = b23 ^ (~b24 & b20), a[24] = b24 ^ (~b20 & b21);                                              \
    }

#define KECCAK_F800(a)                                                                                       \
    UNROLL_1 for (u32 keccak_round = 0u; keccak_round < 22u; keccak_round++) {                               \
        KECCAK_ROUND(u32, ROTL32_WRAPPED, a, KECCAK_LOW[keccak_round])                                       \
    }

#define KECCAK_F1600(a)                                                                                      \
    UNROLL_1 for (u32 keccak_round = 0u; keccak_round < 24u; keccak_round++) {                               \
        KECCAK_ROUND(u64, ROTL64, a, U64(KECCAK_LOW[keccak_round], KECCAK_HIGH[keccak_round]))               \
    }
