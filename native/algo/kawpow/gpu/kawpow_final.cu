/*
 * kawpow_final.cu - last step of a KawPow search: keccak-f800 of state, mix and padding, one nonce per work
 * item. The first parameters are those of every search kernel (port.h).
 *
 *   constants  a row of kawpow_row.h: words 8 and 9 are the target's most significant 64 bits
 *   states     8 words for each nonce (kawpow_seed.cu)
 *   mixes      8 words for each nonce (kawpow_mix.cu)
 *
 * 64 bits are compared, and equal ones pass: the processor decides.
 */
KERNEL(otd_search)
(GLOBAL const u32 *RESTRICT constants, u64 first, u32 count, u32 slots, GLOBAL u32 *hits,
 GLOBAL const u32 *RESTRICT states, GLOBAL const u32 *RESTRICT mixes) {
    u32 i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    if (i >= count) {
        return;
    }
    u64 nonce = first + i;
    u32 a[25];
    UNROLL for (int k = 0; k < 2; k++) {
        u32x4 v = LOAD4(states, 2 * (u64)i + k);
        a[4 * k] = v.x, a[4 * k + 1] = v.y, a[4 * k + 2] = v.z, a[4 * k + 3] = v.w;
        v = LOAD4(mixes, 2 * (u64)i + k);
        a[4 * k + 8] = v.x, a[4 * k + 9] = v.y, a[4 * k + 10] = v.z, a[4 * k + 11] = v.w;
    }
    KAWPOW_PAD9(a, 16)
    KECCAK_F800(a)
    u32 top = BSWAP32(a[0]), next = BSWAP32(a[1]);
    if (top < constants[8] || (top == constants[8] && next <= constants[9])) {
        report_hit(hits, slots, LOW32(nonce), HIGH32(nonce));
    }
}
