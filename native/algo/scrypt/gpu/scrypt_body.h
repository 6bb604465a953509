/*
 * scrypt_body.h - HMAC and Salsa20/8 as scrypt's kernel needs them, shared by all four dialects. References:
 * RFC 2104, RFC 7914. SHA-256, some 3 % of the work, is in sha256_body.h.
 */
/*
 * The states of HMAC after their first block, key being SHA-256 of the header (longer than 64 bytes, RFC
 * 2104). key is the state after the header's first 64 bytes and is used up; tail its last four words.
 */
DEV void hmac_begin(ARRAY(u32, inner, 8), ARRAY(u32, outer, 8), ARRAY(u32, key, 8), ARRAY(u32, tail, 4)) {
    u32 w[16];
    UNROLL for (int i = 0; i < 4; i++) {
        w[i] = tail[i];
    }
    sha_pad(w, 4, 640u);
    sha_compress(key, w);
    UNROLL for (int i = 0; i < 16; i++) {
        w[i] = (i < 8 ? key[i & 7] : 0u) ^ 0x36363636u;
    }
    sha_begin(inner);
    sha_compress(inner, w);
    UNROLL for (int i = 0; i < 16; i++) {
        w[i] = (i < 8 ? key[i & 7] : 0u) ^ 0x5c5c5c5cu;
    }
    sha_begin(outer);
    sha_compress(outer, w);
}

/* digest = HMAC, of which digest holds the inner hash and outer the state after its key. */
DEV void hmac_end(ARRAY(u32, digest, 8), ARRAY(u32, outer, 8)) {
    u32 w[16];
    UNROLL for (int i = 0; i < 8; i++) {
        w[i] = digest[i];
        digest[i] = outer[i];
    }
    sha_pad(w, 8, 768u); /* 64 + 32 bytes */
    sha_compress(digest, w);
}

#define SALSA_QUARTER(a, b, c, d)                                                                            \
    b ^= ROTL32(a + d, 7);                                                                                   \
    c ^= ROTL32(b + a, 9);                                                                                   \
    d ^= ROTL32(c + b, 13);                                                                                  \
    a ^= ROTL32(d + c, 18);

/* x[to..] = Salsa20/8 of x[to..] ^ x[other..] */
DEV void salsa_xor(ARRAY(u32, x, 32), int to, int other) {
    u32 w[16];
    UNROLL for (int i = 0; i < 16; i++) {
        x[to + i] ^= x[other + i];
        w[i] = x[to + i];
    }
    UNROLL_1 for (int round = 0; round < 4; round++){
        SALSA_QUARTER(w[0], w[4], w[8], w[12]) SALSA_QUARTER(w[5], w[9], w[13], w[1])
            SALSA_QUARTER(w[10], w[14], w[2], w[6]) SALSA_QUARTER(w[15], w[3], w[7], w[11])
                SALSA_QUARTER(w[0], w[1], w[2], w[3]) SALSA_QUARTER(w[5], w[6], w[7], w[4])
                    SALSA_QUARTER(w[10], w[11], w[8], w[9])
                        SALSA_QUARTER(w[15], w[12], w[13], w[14])} UNROLL for (int i = 0; i < 16; i++) {
        x[to + i] += w[i];
    }
}

DEV void block_mix(ARRAY(u32, x, 32)) {
    salsa_xor(x, 0, 16);
    salsa_xor(x, 16, 0);
}
