/*
 * sha256_body.h - SHA-256 of whole blocks, shared by all four dialects. Reference: FIPS 180-4.
 *
 * For kernels in which it is not the work itself: a loop of four times 16 rounds and not straight-line.
 */
CONSTANT_ARRAY(u32, SHA_K, 64) = {
    0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u, 0xab1c5ed5u,
    0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu, 0x9bdc06a7u, 0xc19bf174u,
    0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu, 0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau,
    0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u, 0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u,
    0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu, 0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u,
    0xa2bfe8a1u, 0xa81a664bu, 0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u,
    0x19a4c116u, 0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
    0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u, 0xc67178f2u};

#define SHA_ROTR(x, n) ROTL32((x), 32 - (n))

/* state = the compression of w into it; w becomes the last words of the schedule. */
DEV void sha_compress(ARRAY(u32, state, 8), ARRAY(u32, w, 16)) {
    u32 s[8];
    UNROLL for (int i = 0; i < 8; i++) {
        s[i] = state[i];
    }
    UNROLL_1 for (int at = 0; at < 64; at += 16) {
        UNROLL for (int i = 0; i < 16; i++) {
            u32 e = s[(4 + 16 - i) & 7], a = s[(0 + 16 - i) & 7];
            u32 t = s[(7 + 16 - i) & 7] + SHA_K[at + i] + w[i];
            t += SHA_ROTR(e, 6) ^ SHA_ROTR(e, 11) ^ SHA_ROTR(e, 25);
            t += SELECT_BITS(e, s[(5 + 16 - i) & 7], s[(6 + 16 - i) & 7]);
            s[(3 + 16 - i) & 7] += t;
            t += SHA_ROTR(a, 2) ^ SHA_ROTR(a, 13) ^ SHA_ROTR(a, 22);
            t += MAJORITY(a, s[(1 + 16 - i) & 7], s[(2 + 16 - i) & 7]);
            s[(7 + 16 - i) & 7] = t;
        }
        UNROLL for (int i = 0; i < 16; i++) {
            u32 x = w[(i + 1) & 15], y = w[(i + 14) & 15];
            w[i] += (SHA_ROTR(x, 7) ^ SHA_ROTR(x, 18) ^ (x >> 3)) + w[(i + 9) & 15] +
                    (SHA_ROTR(y, 17) ^ SHA_ROTR(y, 19) ^ (y >> 10));
        }
    }
    UNROLL for (int i = 0; i < 8; i++) {
        state[i] += s[i];
    }
}

DEV void sha_begin(ARRAY(u32, state, 8)) {
    state[0] = 0x6a09e667u, state[1] = 0xbb67ae85u, state[2] = 0x3c6ef372u, state[3] = 0xa54ff53au;
    state[4] = 0x510e527fu, state[5] = 0x9b05688cu, state[6] = 0x1f83d9abu, state[7] = 0x5be0cd19u;
}

/* The end of a message in w from word `at` on: 80000000, zeros, its length in bits. */
DEV void sha_pad(ARRAY(u32, w, 16), int at, u32 bits) {
    UNROLL for (int i = 0; i < 16; i++) {
        w[i] = i < at ? w[i] : 0u;
    }
    w[at] = 0x80000000u;
    w[15] = bits;
}
