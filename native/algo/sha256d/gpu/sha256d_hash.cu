/*
 * sha256d_hash.cu - SHA-256d of whole headers, for checks of shares: one header per work item.
 *
 *   headers  80 bytes each, one behind the other
 *   hashes   out: 32 bytes each, as the function gives them (chain order)
 *   count    headers
 *
 * A warp reads its headers as 2560 bytes in a row, whatever the order within.
 */
KERNEL(otd_sha256d_hash)
(GLOBAL const u32 *RESTRICT headers, GLOBAL u32 *RESTRICT hashes, u32 count) {
    u32 i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    if (i >= count) {
        return;
    }
    u32 state[8], w[16];
    UNROLL for (int k = 0; k < 4; k++) {
        u32x4 v = LOAD4(headers, 5 * (u64)i + k);
        w[4 * k] = BSWAP32(v.x), w[4 * k + 1] = BSWAP32(v.y);
        w[4 * k + 2] = BSWAP32(v.z), w[4 * k + 3] = BSWAP32(v.w);
    }
    sha_begin(state);
    sha_compress(state, w);
    u32x4 tail = LOAD4(headers, 5 * (u64)i + 4);
    w[0] = BSWAP32(tail.x), w[1] = BSWAP32(tail.y), w[2] = BSWAP32(tail.z), w[3] = BSWAP32(tail.w);
    sha_pad(w, 4, 640u);
    sha_compress(state, w);
    UNROLL for (int k = 0; k < 8; k++) {
        w[k] = state[k];
    }
    sha_pad(w, 8, 256u);
    sha_begin(state);
    sha_compress(state, w);
    STORE4(hashes, 2 * (u64)i,
           MAKE4(BSWAP32(state[0]), BSWAP32(state[1]), BSWAP32(state[2]), BSWAP32(state[3])));
    STORE4(hashes, 2 * (u64)i + 1,
           MAKE4(BSWAP32(state[4]), BSWAP32(state[5]), BSWAP32(state[6]), BSWAP32(state[7])));
}
