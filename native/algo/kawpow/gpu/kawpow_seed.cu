/*
 * kawpow_seed.cu - first step of a KawPow search: keccak-f800 of header hash, nonce and padding, one nonce
 * per work item.
 *
 *   constants  a row of kawpow_row.h: words 0..7 are the header hash
 *   first      the first nonce
 *   count      nonces
 *   states     out: 8 words for each nonce, what the two other steps start from
 */
KERNEL(otd_kawpow_seed)
(GLOBAL const u32 *RESTRICT constants, u64 first, u32 count, GLOBAL u32 *RESTRICT states) {
    u32 i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    u64 nonce = first + i;
    u32 a[25];
    UNROLL for (int k = 0; k < 8; k++) {
        a[k] = constants[k];
    }
    a[8] = LOW32(nonce);
    a[9] = HIGH32(nonce);
    KAWPOW_PAD15(a, 10)
    KECCAK_F800(a)
    if (i < count) {
        STORE4(states, 2 * (u64)i, MAKE4(a[0], a[1], a[2], a[3]));
        STORE4(states, 2 * (u64)i + 1, MAKE4(a[4], a[5], a[6], a[7]));
    }
}
